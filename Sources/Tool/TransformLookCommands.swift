import ArgumentParser
import Domain
import JSONText
import Transform
import TransformRunner

/// `transform compile` prints the SQL that nodes run.
struct TransformCompile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Print the SQL that models run.",
        discussion: "Example:\n  spillway transform compile --select orders --json")
    @OptionGroup var options: ProjectOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let loaded = try options.load("compile")
        let project = loaded.project
        let selected = try options.selected(in: project)
        let session = TransformSession(project: project, database: try options.open(loaded))
        var rows: [JSONValue] = []
        for (position, node) in project.nodes.enumerated()
        where node.kind == .model && selected?.contains(position) != false {
            let sql = try session.compile(node).sql
            if json {
                rows.append(
                    .object(["unique_id": .string(node.uniqueID), "compiled": .string(sql)]))
            } else {
                Console.print("-- \(node.uniqueID)\n\(sql)\n")
            }
        }
        if json { Console.printJSON(.object(["nodes": .array(rows)])) }
    }
}

/// `transform ls` lists the nodes that a selection means.
struct TransformList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List nodes.",
        discussion: "Example:\n  spillway transform ls --select tag:nightly+")
    @OptionGroup var options: ProjectOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let project = try options.load("list").project
        let selected = try options.selected(in: project)
        let nodes = project.nodes.enumerated().filter { selected?.contains($0.offset) != false }
            .map(\.element)
        guard json else { return nodes.forEach { Console.print($0.uniqueID.printable) } }
        let rows = nodes.map { node in
            JSONValue.object([
                "unique_id": .string(node.uniqueID), "name": .string(node.name),
                "resource_type": .string(node.kind.rawValue), "path": .string(node.path),
                "depends_on": .array(node.dependencies.map { .string($0) }),
            ])
        }
        Console.printJSON(.object(["nodes": .array(rows)]))
    }
}

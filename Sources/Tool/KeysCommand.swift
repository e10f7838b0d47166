import ArgumentParser
import Domain
import JSONText
import PaneKit
import Settings
import Workbench
import Workspace

/// `keys` lists every key of the workbench, or checks a key file.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List every key of the workbench, or check a key file.",
        discussion: """
            Examples:
              spillway keys
              spillway keys --preset vim --json
              spillway keys --file ~/.config/spillway/keys.yml
            """)

    @Option(help: "With the keys of a preset: default, k9s or vim.")
    var preset: String?

    @Option(help: "With the keys of this file; its mistakes are told, and exit code 1 says so.")
    var file: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        var keys = Workbench.standardKeys
        if let preset {
            guard let found = KeyPreset(rawValue: preset) else {
                let known = KeyPreset.allCases.map(\.rawValue)
                let near = nearestName(to: preset, among: known)
                throw ValidationError(
                    "There is no preset '\(preset)'. "
                        + (near.map { "Did you mean '\($0)'?" }
                            ?? "There are: \(known.joined(separator: ", "))."))
            }
            keys = found.applied(to: keys)
        }
        var problems: [SourceProblem] = []
        if let file {
            let reading = KeyFile.reading(try TextFile.read(file), file: file, over: keys)
            (keys, problems) = (reading.tables, reading.problems)
        }
        for problem in problems { Console.error(problem.report) }
        if json {
            Console.printJSON(.object(["contexts": .array(tables(keys))]))
        } else {
            Console.print(KeyReference.markdown(of: keys))
        }
        if !problems.isEmpty { throw ExitCode(1) }
    }

    private func tables(_ keys: KeyTables) -> [JSONValue] {
        KeyReference.tables(of: keys).map { table in
            .object([
                "context": .string(table.title), "name": .string(table.name),
                "keys": .array(
                    table.rows.map { row in
                        .object([
                            "keys": .array(row.keys.map { .string($0) }),
                            "action": .string(row.action), "title": .string(row.title),
                        ])
                    }),
            ])
        }
    }
}

import ArgumentParser
import Domain
import Foundation
import JSONText
import Transform
import TransformRunner

/// `transform compile` writes and prints the SQL that nodes run.
struct TransformCompile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Print the SQL that nodes run, and keep it.",
        discussion: """
            The SQL goes to the folder 'compiled' among the artifacts, with manifest.json.

            Examples:
              spillway transform compile --select orders --json
              spillway transform compile --inline "select * from {{ ref('orders') }}"
            """)
    @OptionGroup var options: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @Option(help: "A query to compile, instead of nodes.") var inline: String?
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let loaded = try options.load("compile")
        let project = loaded.project
        let database = try options.open(loaded)
        let session = TransformSession(project: project, database: database)
        if let inline {
            let sql = try session.compile(inline: inline).sql
            guard json else { return Console.print(sql.printableLines) }
            return Console.printJSON(.object(["compiled": .string(sql)]))
        }
        let selected = try nodes.selected(in: loaded)
        let began = ContinuousClock.now
        var compiled: [String: String] = [:]
        var results: [NodeResult] = []
        for position in project.graph.topologicalOrder() {
            let node = project.nodes[position]
            guard selected?.contains(position) != false, node.isCompilable else { continue }
            var result = NodeResult(uniqueID: node.uniqueID, status: .success)
            do {
                let sql = try session.compile(node).sql
                result.compiledSQL = sql
                compiled[node.uniqueID] = sql
                try loaded.write(sql, to: "compiled/\(node.compiledPath)")
            } catch {
                result.status = .error
                result.message = TransformRun.words(of: error)
            }
            if [.model, .snapshot].contains(node.kind), !node.isEphemeral {
                result.relationName = node.relation?.sql
            }
            results.append(result)
        }
        try loaded.write(
            ManifestFile.text(
                of: project, generatedAt: SystemClock.now().iso8601,
                invocationID: loaded.invocationID, compiled: compiled), to: "manifest.json")
        try loaded.write(
            RunResultsFile.text(
                results, arguments: [("which", "compile")],
                generatedAt: SystemClock.now().iso8601, invocationID: loaded.invocationID,
                elapsed: TransformExecution.seconds(since: began)), to: "run_results.json")
        show(results)
        if results.contains(where: { $0.status == .error }) { throw Exit.workFailed }
    }

    private func show(_ results: [NodeResult]) {
        guard json else {
            for result in results {
                let text = result.compiledSQL ?? "-- \(result.message ?? "")"
                Console.print("-- \(result.uniqueID)\n\(text)\n".printableLines)
            }
            return
        }
        let rows = results.map { result in
            JSONValue.object([
                "unique_id": .string(result.uniqueID),
                "compiled": .string(orNull: result.compiledSQL),
                "message": .string(orNull: result.message),
            ])
        }
        Console.printJSON(.object(["nodes": .array(rows)]))
    }
}

/// `transform parse` reads the project and writes its manifest.
struct TransformParse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse",
        abstract: "Read the project, report its mistakes, write its manifest.",
        discussion: "Example:\n  spillway transform parse --project-dir harbor")
    @OptionGroup var options: ProjectOptions

    func run() throws {
        let loaded = try options.load("parse")
        try loaded.write(
            ManifestFile.text(
                of: loaded.project, generatedAt: SystemClock.now().iso8601,
                invocationID: loaded.invocationID), to: "manifest.json")
        let count = loaded.project.nodes.count
        Console.print("\(count) nodes; wrote \(loaded.artifact("manifest.json"))".printable)
    }
}

/// `transform ls` lists the nodes that a selection means.
struct TransformList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List nodes.",
        discussion: """
            Examples:
              spillway transform ls --select tag:nightly+
              spillway transform ls --resource-type test --output name
              spillway transform ls --output json --output-keys name config.materialized
            """, aliases: ["list"])

    enum Output: String, ExpressibleByArgument { case selector, name, path, json }

    @OptionGroup var options: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @Option(help: "What to print of a node: selector, name, path or json (one object a line).")
    var output = Output.selector
    @Option(
        name: .customLong("output-keys"), parsing: .upToNextOption,
        help: "Which keys of the manifest --output json prints; config.materialized looks inside.")
    var outputKeys: [String] = []
    @Flag(help: "Print one JSON document: {\"nodes\": [{\"unique_id\", …}]}.") var json = false

    func run() throws {
        let loaded = try options.load("list")
        let project = loaded.project
        let selected = try nodes.selected(in: loaded)
        let listed = project.nodes.enumerated().filter { position, node in
            guard selected?.contains(position) != false,
                nodes.models.isEmpty || node.kind == .model
            else { return false }
            // What dbt leaves out unless it is asked for by kind.
            let isHidden = [.analysis, .group, .operation].contains(node.kind)
            return !isHidden || !nodes.resourceTypes.isEmpty
        }.map(\.element)
        if json {
            Console.printJSON(.object(["nodes": .array(listed.map(Self.json))]))
            return
        }
        if listed.isEmpty { Console.error("warning: no nodes selected") }
        let keys = outputKeys.flatMap { $0.split(separator: " ").map(String.init) }
        for node in listed {
            switch output {
            case .selector: Console.print(node.selectorText.printable)
            case .name: Console.print(node.listedName.printable)
            case .path: Console.print(project.originalPath(of: node).printable)
            case .json: Console.printJSON(try ManifestKeys(of: node, in: project).picked(keys))
            }
        }
    }

    private static func json(_ node: TransformNode) -> JSONValue {
        .object([
            "unique_id": .string(node.uniqueID), "name": .string(node.name),
            "resource_type": .string(node.kind.rawValue), "path": .string(node.path),
            "depends_on": .array(node.dependencies.map { .string($0) }),
            "package_name": .string(node.package), "original_file_path": .string(node.path),
            "alias": .string(node.relation?.identifier ?? node.name),
            "source_name": .string(orNull: node.sourceName),
            "tags": .array(node.tags.map { .string($0) }),
            "config": .object([
                "materialized": .string(node.materialized), "enabled": .bool(true),
                "schema": .string(orNull: node.config["schema"]?.string),
            ]),
        ])
    }
}

/// A node of the manifest, of which some keys are wanted.
struct ManifestKeys {
    /// What dbt prints where nobody says which keys.
    private static let usual: Set = [
        "alias", "name", "package_name", "depends_on", "tags", "config", "resource_type",
        "source_name", "original_file_path", "unique_id",
    ]
    private let node: JSONValue

    init(of node: TransformNode, in project: TransformProject) throws(JSONSyntaxError) {
        let text = ManifestFile.text(of: node, in: project)
        self.node = try JSONValue(reading: Array(text.utf8))
    }

    /// The object of those keys, in their order; unknown ones are left out, as dbt does.
    func picked(_ keys: [String]) -> JSONValue {
        guard case .object(let members) = node else { return node }
        guard !keys.isEmpty else {
            return .object(members.filter { Self.usual.contains($0.key) })
        }
        return .object(
            keys.compactMap { key in
                let parts = key.split(separator: ".").map(String.init)
                let found = parts.reduce(Optional(node)) { value, part in value?[part] }
                return found.map { JSONValue.Member(key, $0) }
            })
    }
}

extension TransformNode {
    /// Whether it has SQL of its own to compile.
    var isCompilable: Bool {
        switch kind {
        case .model, .snapshot, .analysis: !isEmpty
        case .test: true
        default: false
        }
    }

    /// The place of its SQL below the folder `compiled`.
    var compiledPath: String {
        generic == nil
            ? "\(package)/\(path)"
            : "\(package)/\(path)/\(relation?.identifier ?? name).sql"
    }

    /// The name that `ls` gives it: a source's with that of its group of tables.
    var listedName: String {
        kind == .source ? "\(sourceName ?? "").\(name)" : searchName
    }

    /// What `--select` takes to mean this node alone.
    var selectorText: String {
        switch kind {
        case .source: "source:\(package).\(sourceName ?? "").\(name)"
        case .exposure, .metric, .semanticModel, .savedQuery, .unitTest:
            "\(kind.rawValue):\(package).\(name)"
        default: fqn.joined(separator: ".")
        }
    }
}

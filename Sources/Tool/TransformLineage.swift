import ArgumentParser
import Domain
import JSONText
import SQLLineage
import Transform
import TransformRunner

/// `transform lineage` says which columns come from which.
struct TransformLineage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage", abstract: "Say which columns come from which.",
        discussion: """
            Without a column: every column of the selected models with what it comes from. With \
            NODE.COLUMN: all that it comes from, or with --downstream all that comes from it.

            Examples:
              spillway transform lineage --select orders
              spillway transform lineage orders.amount
              spillway transform lineage stg_payments.amount --downstream --json
            """)
    @OptionGroup var options: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @Argument(help: "A column to follow: NODE.COLUMN.") var column: String?
    @Flag(help: "Follow the column to what comes from it.") var downstream = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let loaded = try options.load("lineage")
        let database = try options.open(loaded)
        let lineage = ProjectLineage(
            reading: loaded.project, files: loaded.files, database: database)
        if let column { return try follow(column, lineage, loaded.project) }
        let selected = try nodes.selected(in: loaded)
        let chosen = lineage.nodes.filter { node in
            guard let position = loaded.project.position(of: node.uniqueID) else { return false }
            return selected?.contains(position) ?? true
        }
        guard json else { return show(chosen) }
        Console.printJSON(.object(["nodes": .array(chosen.map(Self.json))]))
    }

    private func follow(
        _ text: String, _ lineage: ProjectLineage, _ project: TransformProject
    ) throws {
        let parts = text.split(separator: ".").map(String.init)
        guard parts.count >= 2, let last = parts.last else {
            throw ValidationError("Write NODE.COLUMN, such as orders.amount.")
        }
        let name = parts.dropLast().joined(separator: ".")
        let node = lineage.nodes.first { entry in
            entry.uniqueID == name || project.node(entry.uniqueID)?.name == name
                || entry.uniqueID.hasSuffix("." + name)
        }
        guard let node else {
            throw UnknownPlaceError(
                what: "node", name: name,
                nearest: nearestName(to: name, among: project.nodes.map(\.name)))
        }
        guard let column = node.columns.first(where: { $0.name.lowercased() == last.lowercased() })
        else {
            throw UnknownPlaceError(
                what: "column of \(name)", name: last,
                nearest: nearestName(to: last, among: node.columns.map(\.name)))
        }
        let place = ProjectLineage.Place(node: node.uniqueID, column: column.name)
        let steps =
            downstream ? lineage.downstream(of: place) : lineage.upstream(of: place)
        guard json else {
            var table = TextTable(["FROM", "COLUMN", "", "TO", "COLUMN"])
            for step in steps {
                table.add([
                    step.from.table, step.from.column, step.from.kind.rawValue.lowercased(),
                    step.to.node, step.to.column,
                ])
            }
            return Console.print(table.text)
        }
        let rows = steps.map { step in
            JSONValue.object([
                "from": Self.json(step.from),
                "to": .object([
                    "unique_id": .string(step.to.node), "column": .string(step.to.column),
                ]),
            ])
        }
        Console.printJSON(
            .object([
                "unique_id": .string(node.uniqueID), "column": .string(column.name),
                "direction": .string(downstream ? "downstream" : "upstream"),
                "steps": .array(rows),
            ]))
    }

    private func show(_ nodes: [ProjectLineage.Node]) {
        for node in nodes {
            Console.print(node.uniqueID.printable)
            if let problem = node.problem { Console.print("  \(problem)".printable) }
            for column in node.columns {
                let origins = column.origins.map {
                    "\($0.table).\($0.column) (\($0.kind.rawValue.lowercased()))"
                }
                let text = origins.isEmpty ? "" : " ← " + origins.joined(separator: ", ")
                Console.print("  \(column.name)\(text)".printable)
            }
            for unknown in node.unknown {
                let near = nearestName(to: unknown.name, among: unknown.known)
                Console.print(
                    "  no column '\(unknown.name)'\(near.map { "; did you mean '\($0)'?" } ?? "")"
                        .printable)
            }
        }
    }

    /// `{"unique_id","columns":[{"name","inputs":[…]}],"indirect":[…],"unknown":[…],"problem"}`
    private static func json(_ node: ProjectLineage.Node) -> JSONValue {
        .object([
            "unique_id": .string(node.uniqueID),
            "columns": .array(
                node.columns.map { column in
                    .object([
                        "name": .string(column.name),
                        "inputs": .array(column.origins.map(json)),
                    ])
                }),
            "indirect": .array(node.indirect.map(json)),
            "unknown": .array(
                node.unknown.map { unknown in
                    .object([
                        "name": .string(unknown.name),
                        "nearest": .string(
                            orNull: nearestName(to: unknown.name, among: unknown.known)),
                    ])
                }), "problem": .string(orNull: node.problem),
        ])
    }

    private static func json(_ origin: ColumnOrigin) -> JSONValue {
        .object([
            "unique_id": .string(origin.table), "column": .string(origin.column),
            "type": .string(origin.kind.isDirect ? "DIRECT" : "INDIRECT"),
            "subtype": .string(origin.kind.rawValue),
        ])
    }
}

/// A name that the project does not have.
struct UnknownPlaceError: UserFacingError {
    var what: String
    var name: String
    var nearest: String?
    var problem: String { "There is no \(what) named '\(name)'." }
    var remedy: String {
        nearest.map { "Did you mean '\($0)'?" } ?? "'spillway transform ls' lists the nodes."
    }
}

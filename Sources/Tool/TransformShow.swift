import ArgumentParser
import Domain
import JSONText
import Transform
import TransformRunner

/// `transform show` prints the first rows of a node or of a query.
struct TransformShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the first rows of a node or of a query.",
        discussion: """
            Nothing is built: the node's SQL runs as it is.

            Examples:
              spillway transform show --select orders --limit 20
              spillway transform show --inline "select count(*) from {{ ref('orders') }}" --json
            """)
    @OptionGroup var options: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @Option(help: "A query to run, instead of a node.") var inline: String?
    @Option(help: "The number of rows; -1 means all.") var limit = 5
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let loaded = try options.load("show")
        let database = try options.open(loaded)
        let session = TransformSession(project: loaded.project, database: database)
        if let inline {
            return try show("inline", session.compile(inline: inline).sql, database)
        }
        guard let selected = try nodes.selected(in: loaded) else {
            throw ValidationError("Say what to show: --select NODE or --inline SQL.")
        }
        let shown = selected.sorted().map { loaded.project.nodes[$0] }.filter {
            [.model, .seed, .snapshot, .analysis].contains($0.kind)
        }
        guard !shown.isEmpty else {
            Console.error("warning: the selection does not match any node with rows")
            return
        }
        for node in shown {
            let sql =
                node.kind == .seed
                ? "select * from \(node.relation?.sql ?? "")" : try session.compile(node).sql
            try show(node.name, sql, database)
        }
    }

    private func show(_ name: String, _ sql: String, _ database: any RunDatabase) throws {
        let bounded =
            limit < 0
            ? sql : "select * from (\n\(SQLScanner.trimmed(sql))\n) as shown limit \(limit)"
        let table = try database.query(bounded)
        guard json else {
            var output = TextTable(table.columns)
            for row in table.rows { output.add(row.map(Self.text)) }
            return Console.print("\(name.printable)\n\(output.text)")
        }
        let rows = table.rows.map { row in
            JSONValue.object(
                zip(table.columns, row).map { JSONValue.Member($0, Self.json($1)) })
        }
        Console.printJSON(.object(["node": .string(name), "show": .array(rows)]))
    }

    static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: ""
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): "x" + Digest.hex(bytes)
        case .bool(let flag): "\(flag)"
        }
    }

    static func json(_ value: SQLValue) -> JSONValue {
        switch value {
        case .null: .null
        case .int(let number): .integer(Int64(number))
        case .double(let number): .number(number)
        case .text(let text): .string(text)
        case .blob(let bytes): .string("x" + Digest.hex(bytes))
        case .bool(let flag): .bool(flag)
        }
    }
}

/// `transform run-operation` calls a macro.
struct TransformRunOperation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-operation", abstract: "Call a macro.",
        discussion: """
            Example:
              spillway transform run-operation grant_all --args '{role: reader}'
            """)
    @OptionGroup var options: ProjectOptions
    @Argument(help: "The macro: name, or package.name.") var macro: String
    @Option(help: "Its arguments, as YAML or JSON.") var args: String?

    func run() throws {
        let loaded = try options.load("run-operation")
        let session = TransformSession(
            project: loaded.project, database: try options.open(loaded))
        session.listen { Console.print($0.printableLines) }
        let arguments = try args.map { try ConfigMap.reading($0, file: "--args") } ?? ConfigMap()
        do {
            try session.checkOperation(macro)
        } catch {
            Console.error("error: \(TransformRun.words(of: error).printable)")
            throw Exit.usedWrongly
        }
        do {
            _ = try session.runOperation(macro, arguments: arguments)
        } catch {
            Console.error("error: \(TransformRun.words(of: error).printable)")
            throw Exit.workFailed
        }
    }
}

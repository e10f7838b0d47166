import ArgumentParser
import Domain
import JSONText
import Transform
import TransformRunner

/// `transform diff`: incremental models against what a full refresh would make of them.
struct TransformDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare models with what a full refresh would give.",
        discussion: """
            Builds each model's query anew into a temporary table and compares it with the table \
            that is there: which rows are stale, which are missing. Incremental models, unless \
            others are selected. Exit code 1 where something differs.

            Example:
              spillway transform diff --select fct_calls --limit 20 --json
            """)
    @OptionGroup var options: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @Option(help: "So many rows of each side.") var limit = 10
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let loaded = try options.load("run", isFullRefresh: true)
        let database = try options.open(loaded)
        let session = TransformSession(project: loaded.project, database: database)
        let selected = try nodes.selected(in: loaded)
        let chosen = (selected.map { $0.sorted() } ?? Array(loaded.project.nodes.indices))
            .map { loaded.project.nodes[$0] }
            .filter { node in
                node.kind == .model && !node.isEphemeral && !node.isEmpty
                    // One that no refresh may touch has nothing to be compared with.
                    && node.config["full_refresh"]?.bool != false
                    && (selected != nil || node.config["materialized"]?.text == "incremental")
            }
        guard !chosen.isEmpty else {
            Console.error("warning: there is no incremental model among the nodes that are meant")
            if json { Console.printJSON(.object(["models": .array([])])) }
            return
        }
        var models: [JSONValue] = []
        var differs = false
        for node in chosen {
            let difference = try RefreshDifference(
                of: node, in: session, on: database, limit: limit)
            differs = differs || !difference.isEmpty
            if json {
                models.append(Self.json(node, difference))
            } else {
                show(node, difference)
            }
        }
        if json { Console.printJSON(.object(["models": .array(models)])) }
        if differs { throw Exit.workFailed }
    }

    private func show(_ node: TransformNode, _ difference: RefreshDifference) {
        guard !difference.isEmpty else {
            return Console.print("\(node.name.printable): as a full refresh would build it")
        }
        Console.print(
            "\(node.name): \(difference.staleCount) stale rows, \(difference.missingCount) missing"
                .printable)
        for (word, names) in [
            ("gone", difference.vanishedColumns), ("new", difference.newColumns),
        ] where !names.isEmpty {
            Console.print("  columns \(word): \(names.joined(separator: ", "))".printable)
        }
        guard !difference.stale.isEmpty || !difference.missing.isEmpty else { return }
        var table = TextTable(["", "TIMES"] + difference.columns)
        for (sign, rows) in [("-", difference.stale), ("+", difference.missing)] {
            for row in rows {
                table.add([sign, "\(row.count)"] + row.values.map(TransformShow.text))
            }
        }
        Console.print(table.text)
    }

    private static func json(
        _ node: TransformNode, _ difference: RefreshDifference
    ) -> JSONValue {
        func rows(_ rows: [RefreshDifference.Row]) -> JSONValue {
            .array(
                rows.map { row in
                    .object([
                        "count": .integer(Int64(row.count)),
                        "row": .object(
                            zip(difference.columns, row.values).map {
                                JSONValue.Member($0, TransformShow.json($1))
                            }),
                    ])
                })
        }
        return .object([
            "unique_id": .string(node.uniqueID), "equal": .bool(difference.isEmpty),
            "stale_count": .integer(Int64(difference.staleCount)),
            "missing_count": .integer(Int64(difference.missingCount)),
            "columns_gone": .array(difference.vanishedColumns.map { .string($0) }),
            "columns_new": .array(difference.newColumns.map { .string($0) }),
            "stale": rows(difference.stale), "missing": rows(difference.missing),
        ])
    }
}

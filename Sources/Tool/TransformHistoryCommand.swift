import ArgumentParser
import Domain
import JSONText
import Transform
import TransformFiles
import TransformHistory
import TransformRunner

/// `transform history` says how many rows nodes had, run after run.
struct TransformHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show row counts and ages, run after run.",
        discussion: """
            Every run notes how its models, seeds and snapshots ended and how many rows they wrote; \
            'transform source freshness' how old the newest rows of sources were. Kept in \
            node_history.jsonl among the artifacts, the last 200 of a node.

            Examples:
              spillway transform history
              spillway transform history orders --json
            """)
    @OptionGroup var options: ProjectOptions
    @Argument(help: "A node, by its name or unique id; without one the last run of each.")
    var node: String?
    @Flag(help: "Print JSON: {\"nodes\": [{\"unique_id\", \"runs\": [{\"at\", \"status\", …}]}]}.")
    var json = false

    func run() throws {
        let loaded = try options.load("history")
        let kept = NodeHistory(targetFolder: loaded.artifact(".")).records
        let nodes = try chosen(in: loaded.project)
        let histories = nodes.compactMap { node in
            kept[node.uniqueID].map { (node.uniqueID, $0) }
        }
        guard !json else { return printJSON(histories) }
        var table =
            node == nil
            ? TextTable(["NODE", "AT", "STATUS", "ROWS", "AGE", "TREND"])
            : TextTable(["AT", "STATUS", "ROWS", "AGE", "TOOK"])
        for (id, records) in histories {
            guard node == nil else {
                for record in records { table.add(Self.cells(record)) }
                continue
            }
            guard let last = records.last else { continue }
            let isAge = records.contains { $0.ageSeconds != nil }
            let values = records.map { isAge ? $0.ageSeconds : $0.rows.map(Double.init) }
            table.add(
                [id] + Self.cells(last).dropLast() + [
                    Sparkline.text(values, width: 30, isUnicode: Console.showsUnicode)
                ])
        }
        Console.print(table.text)
    }

    private func chosen(in project: TransformProject) throws -> [TransformNode] {
        guard let node else { return project.nodes }
        let found = project.nodes.filter {
            $0.uniqueID == node || $0.searchName == node
                || $0.kind == .source && "\($0.sourceName ?? "").\($0.name)" == node
        }
        guard found.isEmpty else { return found }
        throw UnknownPlaceError(
            what: "node", name: node,
            nearest: nearestName(to: node, among: project.nodes.map(\.name)))
    }

    private static func cells(_ record: NodeRecord) -> [String] {
        [
            record.at, record.status, record.rows.map { "\($0)" } ?? "-",
            record.ageSeconds.map { Span(microseconds: Int64($0 * 1e6)).humanText } ?? "-",
            Span(microseconds: Int64(record.seconds * 1e6)).humanText,
        ]
    }

    private func printJSON(_ histories: [(String, [NodeRecord])]) {
        let nodes = histories.map { id, records in
            let runs = records.map { record -> JSONValue in
                guard case .object(let members) = record.json else { return record.json }
                return .object(members.filter { $0.key != "node" })
            }
            return JSONValue.object(["unique_id": .string(id), "runs": .array(runs)])
        }
        Console.printJSON(.object(["nodes": .array(nodes)]))
    }
}

extension LoadedProject {
    /// Notes what a run left of its models, seeds and snapshots.
    ///
    /// - Parameter time: ISO 8601 in UTC.
    func keepHistory(_ results: [NodeResult], at time: String) throws {
        let records = results.compactMap { result -> NodeRecord? in
            guard let node = project.node(result.uniqueID),
                [.model, .seed, .snapshot].contains(node.kind)
            else { return nil }
            return NodeRecord(
                at: time, node: result.uniqueID, status: result.status.rawValue,
                rows: result.status == .success ? result.rows : nil, seconds: result.seconds)
        }
        try NodeHistory(targetFolder: artifact(".")).append(records)
    }
}

public import Domain

/// What an earlier command left in `run_results.json`.
public struct EarlierRun: Sendable {
    /// The status of every node by its id.
    public let statuses: [String: String]
    /// The command's name, as `args.which` has it.
    public let command: String?
    public let isFullRefresh: Bool

    /// - Throws: where the file is no such JSON.
    public init(_ bytes: [UInt8], file: String) throws(SourceProblem) {
        // JSON is YAML too, and this reader knows places.
        let root = try YAMLReader.read(bytes, file: file)
        guard let results = root["results"] else {
            throw SourceProblem(
                file: file, place: root.place, lineText: "",
                problem: "the file holds no results of a run",
                remedy: "Give a run_results.json that dbt or this program wrote.")
        }
        var statuses: [String: String] = [:]
        for entry in results.items {
            if let id = entry["unique_id"]?.text, let status = entry["status"]?.text {
                statuses[id] = status
            }
        }
        self.statuses = statuses
        command = root["args"]?["which"]?.text
        let flag = root["args"]?["full_refresh"]?.plain
        isFullRefresh = flag?.bool ?? (flag?.text.lowercased() == "true")
    }
}

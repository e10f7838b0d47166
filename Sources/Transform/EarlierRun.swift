public import Domain

/// Reads what an earlier run left in `run_results.json`.
public enum EarlierRun {
    /// The status of every node by its id.
    ///
    /// - Throws: where the file is no such JSON.
    public static func statuses(
        _ bytes: [UInt8], file: String
    ) throws(SourceProblem) -> [String: String] {
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
        return statuses
    }
}

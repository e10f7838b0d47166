public import Domain

/// What an earlier command left in `run_results.json`.
public struct EarlierRun: Sendable {
    /// How one node ended.
    public struct Result: Hashable, Sendable {
        public var uniqueID: String
        public var status: String
        public var failures: Int?
        public var seconds: Double
        public var message: String?
    }

    /// In the order of the file.
    public let results: [Result]
    /// The status of every node by its id.
    public let statuses: [String: String]
    /// The command's name, as `args.which` has it.
    public let command: String?
    public let isFullRefresh: Bool
    /// `--vars`, `--target` and `--profile` of the command, where it had them.
    public let vars: ConfigMap
    public let target: String?
    public let profile: String?

    /// - Throws: where the file is no such JSON.
    public init(_ bytes: [UInt8], file: String) throws(SourceProblem) {
        // JSON is YAML too, and this reader knows places.
        let root = try YAMLReader.read(bytes, file: file)
        guard let results = root["results"], case .list = results.plain else {
            throw SourceProblem(
                file: file, place: root.place, lineText: "",
                problem: "the file holds no results of a run",
                remedy: "Give a run_results.json that dbt or this program wrote.")
        }
        self.results = results.items.compactMap { entry in
            guard let id = entry["unique_id"]?.text, let status = entry["status"]?.text else {
                return nil
            }
            let message = entry["message"]?.plain
            return Result(
                uniqueID: id, status: status,
                failures: entry["failures"].flatMap { Int($0.plain.text) },
                seconds: entry["execution_time"].flatMap { Double($0.plain.text) } ?? 0,
                message: message == .null ? nil : message?.text)
        }
        statuses = Dictionary(
            self.results.map { ($0.uniqueID, $0.status) }, uniquingKeysWith: { $1 })
        command = root["args"]?["which"]?.text
        vars = root["args"]?["vars"]?.plainMap ?? ConfigMap()
        target = root["args"]?["target"]?.plain.string
        profile = root["args"]?["profile"]?.plain.string
        let flag = root["args"]?["full_refresh"]?.plain
        isFullRefresh = flag?.bool ?? (flag?.text.lowercased() == "true")
    }
}

/// How a node ended, in dbt's words.
public enum NodeStatus: String, Hashable, Sendable {
    case success, error, skipped, pass, fail, warn
    case noOp = "no-op"
    case partialSuccess = "partial success"
}

/// What came of one node.
public struct NodeResult: Hashable, Sendable {
    public var uniqueID: String
    public var status: NodeStatus
    /// As dbt writes it: nil for what is no test, 0 for a test that passed.
    public var failures: Int?
    /// The true number of rows that a test found, also below its threshold; else the rows written.
    public var rows: Int?
    public var seconds = 0.0
    public var message: String?
    /// The relation's name in SQL.
    public var relationName: String?
    public var compiledSQL: String?
    public var warnings: [String] = []
    /// What was rewritten for SQLite, and how often: `cast`, `interval` …
    public var rewrites: [String: Int] = [:]

    public init(uniqueID: String, status: NodeStatus) {
        self.uniqueID = uniqueID
        self.status = status
    }
}

/// The closing line of a command.
public struct RunSummary: Hashable, Sendable {
    public var pass = 0
    public var warn = 0
    public var error = 0
    public var skip = 0
    public var noOp = 0
    public var total = 0

    public init(_ results: [NodeResult]) {
        for result in results {
            switch result.status {
            case .success, .pass: pass += 1
            case .warn: warn += 1
            case .error, .fail, .partialSuccess: error += 1
            case .skipped: skip += 1
            case .noOp: noOp += 1
            }
        }
        total = results.count
    }

    /// `PASS=37 WARN=4 ERROR=1 SKIP=1 NO-OP=1 TOTAL=44`.
    public var text: String {
        "PASS=\(pass) WARN=\(warn) ERROR=\(error) SKIP=\(skip) NO-OP=\(noOp) TOTAL=\(total)"
    }

    /// 0 where nothing failed, else 1.
    public var exitCode: Int32 { error > 0 ? 1 : 0 }
}

public import JSONText

/// What one check of a contract found.
public struct ContractResult: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable {
        case passed, failed
        /// Not run, or broken though of a severity that only warns; with the reason.
        case warning
    }

    /// `schema`, `quality` or `servicelevel`.
    public var category: String
    /// Such as `field_required`.
    public var type: String
    public var name: String
    public var model: String
    public var field: String?
    public var result: Outcome
    public var reason: String?
    public var dimension: String?
    /// The measure and its bound; nil where none was taken.
    public var metric: String?
    public var value: JSONValue?
    public var threshold: String?
    public var isPercent = false
    public var rowCount: Int?
    /// Rows of repeated values, where those are counted.
    public var failedRows: Int?
    /// The predicate that failing rows fulfil.
    public var failingRows: String?
    /// How old the data is, where a service level asks for that.
    public var age: Age?

    public struct Age: Hashable, Sendable {
        public var seconds: Double
        public var limit: Double
        /// The newest or the oldest time, as it is in the data.
        public var of: String
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("category", .string(category)), .init("type", .string(type)),
            .init("name", .string(name)), .init("model", .string(model)),
        ]
        if let field { members.append(.init("field", .string(field))) }
        members.append(.init("result", .string(result.rawValue)))
        if let reason { members.append(.init("reason", .string(reason))) }
        if let dimension { members.append(.init("dimension", .string(dimension))) }
        if metric != nil { members.append(.init("diagnostics", diagnostics)) }
        return .object(members)
    }

    private var diagnostics: JSONValue {
        var members = [JSONValue.Member("metric", .string(orNull: metric))]
        if let field { members.append(.init("field", .string(field))) }
        if metric == "field_present" {
            members.append(.init("present", .bool(result == .passed)))
            return .object(members)
        }
        if let age {
            members += [
                .init("age_seconds", .integer(orNull: Int(exactly: age.seconds.rounded(.down)))),
                .init("threshold_seconds", .number(age.limit)),
                .init(
                    metric == "retention" ? "oldest_timestamp" : "latest_timestamp",
                    .string(age.of)),
            ]
            return .object(members)
        }
        members.append(.init("value", value ?? .null))
        if isPercent { members.append(.init("unit", .string("percent"))) }
        members.append(.init("threshold", .string(orNull: threshold)))
        guard let rowCount else { return .object(members) }
        members.append(.init("row_count", .integer(orNull: rowCount)))
        if let failedRows {
            members.append(.init("failed_rows", .integer(orNull: failedRows)))
        } else if metric == "missing_count" || metric == "invalid_count" {
            let share = rowCount > 0 ? Double(value?.count ?? 0) / Double(rowCount) : 0
            members.append(.init("failed_fraction", .number((share * 1e6).rounded() / 1e6)))
            if isPercent {
                members.append(.init("percent", .number((share * 1e8).rounded() / 1e6)))
            }
        }
        return .object(members)
    }
}

/// What testing a contract came to.
public struct ContractReport: Hashable, Sendable {
    public var contract: String
    public var results: [ContractResult]

    public init(contract: String, results: [ContractResult]) {
        self.contract = contract
        self.results = results
    }

    /// Whether no check failed.
    public var success: Bool { !results.contains { $0.result == .failed } }

    /// The report as `spillway contract test --json` prints it.
    public var json: JSONValue {
        func count(_ outcome: ContractResult.Outcome) -> JSONValue {
            .integer(orNull: results.count { $0.result == outcome })
        }
        return .object([
            "success": .bool(success),
            "statistics": .object([
                "checks": .integer(orNull: results.count), "passed": count(.passed),
                "failed": count(.failed), "not_run": count(.warning),
            ]),
            "results": .array(results.map(\.json)),
        ])
    }
}

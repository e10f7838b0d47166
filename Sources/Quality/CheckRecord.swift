public import JSONText

/// What is kept of one run of a suite, to judge later runs by.
public struct CheckRecord: Hashable, Sendable {
    /// ISO 8601 in UTC.
    public var at: String
    public var table: String
    public var verdict: Verdict
    public var passed: Int
    public var total: Int
    /// `row_count`, `null_share.<column>`, `freshness_seconds.<column>`.
    public var measures: [String: Double]

    /// The record of a report.
    ///
    /// - Parameter rowCount: of the table, where no check counted it.
    public init(
        _ report: CheckReport, at: String, table: String, rowCount: Int?,
        ages: [String: Double] = [:]
    ) {
        self.at = at
        self.table = table
        verdict = report.verdict
        passed = report.results.count { $0.success }
        total = report.results.count
        measures = [:]
        if let rowCount { measures["row_count"] = Double(rowCount) }
        for result in report.results {
            guard let column = result.kwargs.member("column")?.columnName,
                result.kwargs.member("row_condition") == nil,
                let count = result.elementCount, count > 0, let share = result.nullShare
            else { continue }
            measures["null_share.\(column)"] = share
        }
        for (column, seconds) in ages { measures["freshness_seconds.\(column)"] = seconds }
    }

    /// One line of the history's file.
    public var json: JSONValue {
        .object([
            .init("at", .string(at)), .init("table", .string(table)),
            .init("verdict", .string(verdict.rawValue)),
            .init("passed", .integer(Int64(passed))), .init("total", .integer(Int64(total))),
            .init(
                "measures",
                .object(
                    measures.sorted { $0.key < $1.key }.map { .init($0.key, .number($0.value)) })),
        ])
    }

    /// Reads a line; nil where it is none, such as one that a crash cut.
    public init?(line: [UInt8]) {
        guard let node = try? JSONReader.read(line), let at = node["at"]?.text,
            let table = node["table"]?.text,
            let verdict = node["verdict"]?.text.flatMap(Verdict.init(rawValue:)),
            let passed = node["passed"]?.number, let total = node["total"]?.number
        else { return nil }
        self.at = at
        self.table = table
        self.verdict = verdict
        self.passed = Int(exactly: passed) ?? 0
        self.total = Int(exactly: total) ?? 0
        measures = [:]
        for entry in node["measures"]?.entries ?? [] {
            measures[entry.key] = entry.value.number
        }
    }

    /// The records of a history's text, oldest first; lines that are none are passed over.
    public static func all(in text: [UInt8]) -> [CheckRecord] {
        text.split(separator: 10).compactMap { CheckRecord(line: Array($0)) }
    }

    /// The measures of this record beside those of `earlier`, by name.
    public func anomalies(against earlier: [CheckRecord]) -> [(name: String, anomaly: Anomaly)] {
        let known = earlier.filter { $0.table == table }
        return measures.sorted { $0.key < $1.key }.compactMap { name, value in
            let measure: Anomaly.Measure =
                name == "row_count"
                ? .rowCount : name.hasPrefix("null_share") ? .nullShare : .freshnessSeconds
            return (
                name,
                Anomaly(measure, value: value, history: known.compactMap { $0.measures[name] })
            )
        }
    }
}

extension CheckResult {
    /// The share of NULLs that the check counted on its way.
    fileprivate var nullShare: Double? {
        guard let count = elementCount, count > 0 else { return nil }
        if let missing = missingCount { return Double(missing) / Double(count) }
        if type.contains("not_be_null") || type == "not_null" {
            return unexpectedCount.map { Double($0) / Double(count) }
        }
        return nil
    }
}

extension JSONValue {
    fileprivate var columnName: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a key of an object.
    func member(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

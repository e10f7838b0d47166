public import JSONText

extension CheckReport {
    /// How much of a result is written.
    public enum Detail: Hashable, Sendable {
        /// The nine keys that programs read, null where they do not apply, and `exception` where
        /// a check could not be made.
        case brief
        /// Also verdicts, further percentages, counts of values and details, where they apply.
        case full
    }

    /// The report as `spillway check --json` prints it.
    public func json(_ detail: Detail = .brief) -> JSONValue {
        let passed = results.count { $0.success }
        return .object([
            "success": .bool(success),
            "statistics": .object([
                "evaluated_expectations": .integer(orNull: results.count),
                "successful_expectations": .integer(orNull: passed),
                "unsuccessful_expectations": .integer(orNull: results.count - passed),
                "success_percent": results.isEmpty
                    ? .null : .number(Double(passed) / Double(results.count) * 100),
            ]),
            "results": .array(results.map { $0.json(detail) }),
        ])
    }
}

extension CheckResult {
    func json(_ detail: CheckReport.Detail) -> JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        var members: [JSONValue.Member] = [
            .init("type", .string(type)), .init("kwargs", kwargs),
            .init("success", .bool(success)),
            .init("element_count", .integer(orNull: elementCount)),
            .init("missing_count", .integer(orNull: missingCount)),
            .init("unexpected_count", .integer(orNull: unexpectedCount)),
            .init("unexpected_percent", number(unexpectedPercent)),
            .init("partial_unexpected_list", partialUnexpectedList.map { .array($0) } ?? .null),
            .init("observed_value", observedValue ?? .null),
        ]
        if let exception { members.append(.init("exception", .string(exception))) }
        guard detail == .full else { return .object(members) }
        members.append(.init("verdict", .string(verdict.rawValue)))
        if missingCount != nil, elementCount != nil {
            members.append(.init("missing_percent", number(missingPercent)))
            members.append(.init("unexpected_percent_total", number(unexpectedPercentTotal)))
            members.append(.init("unexpected_percent_nonmissing", number(unexpectedPercent)))
        }
        if let counts = partialUnexpectedCounts {
            let list = counts.map {
                JSONValue.object(["value": $0.value, "count": .integer(orNull: $0.count)])
            }
            members.append(.init("partial_unexpected_counts", .array(list)))
        }
        if let list = partialMissingList {
            members.append(.init("partial_missing_list", .array(list)))
        }
        if let details { members.append(.init("details", details)) }
        return .object(members)
    }
}

public import JSONText

/// What one check says about the pipeline.
public enum Verdict: String, Hashable, Sendable {
    case pass, warn, error
}

/// A value and how often it failed.
public struct ValueCount: Hashable, Sendable {
    public var value: JSONValue
    public var count: Int
}

/// What a check found, with the meanings of Great Expectations.
public struct CheckResult: Hashable, Sendable {
    /// Its place in the suite, from 0.
    public var index: Int
    public var type: String
    public var kwargs: JSONValue
    /// Whether the expectation itself is met, whatever its severity.
    public var success: Bool
    public var verdict: Verdict
    public var elementCount: Int?
    public var missingCount: Int?
    public var unexpectedCount: Int?
    /// Of the rows that were looked at; nil where there were none.
    public var unexpectedPercent: Double?
    public var missingPercent: Double?
    /// Of all rows.
    public var unexpectedPercentTotal: Double?
    /// The first 20.
    public var partialUnexpectedList: [JSONValue]?
    /// Of the first 200: the most frequent first, then by value; at most 20.
    public var partialUnexpectedCounts: [ValueCount]?
    public var partialMissingList: [JSONValue]?
    public var observedValue: JSONValue?
    public var details: JSONValue?
    /// Why the check could not be made.
    public var exception: String?
    /// The predicate that failing rows fulfil, for showing them and setting them aside.
    public var failingRows: String?

    /// A check that could not be made.
    init(
        index: Int, type: String, kwargs: JSONValue, severity: CheckSeverity, exception: String
    ) {
        self.index = index
        self.type = type
        self.kwargs = kwargs
        self.exception = exception
        success = false
        verdict = severity == .warn ? .warn : .error
    }

    init(index: Int, _ expectation: Expectation, _ outcome: Outcome) {
        self.index = index
        type = expectation.type
        kwargs = expectation.kwargs
        success = outcome.success
        elementCount = outcome.elementCount
        missingCount = outcome.missingCount
        unexpectedCount = outcome.unexpectedCount
        partialUnexpectedList = outcome.sample.map { Array($0.prefix(Outcome.shownSample)) }
        partialUnexpectedCounts = outcome.sampleCounts
        partialMissingList = outcome.missingList
        observedValue = outcome.observedValue
        details = outcome.details
        failingRows = outcome.success ? nil : outcome.failingRows
        verdict = Self.verdict(expectation, outcome)
        guard let total = elementCount, let unexpected = unexpectedCount else { return }
        let looked = total - (missingCount ?? 0)
        unexpectedPercent = looked > 0 ? Double(unexpected) / Double(looked) * 100 : nil
        guard let missing = missingCount, total > 0 else { return }
        unexpectedPercentTotal = Double(unexpected) / Double(total) * 100
        missingPercent = Double(missing) / Double(total) * 100
    }

    /// Thresholds decide where they are given, on the failing rows; else success does.
    private static func verdict(_ expectation: Expectation, _ outcome: Outcome) -> Verdict {
        let isError = expectation.severity == .error
        guard expectation.errorIf != nil || expectation.warnIf != nil,
            let count = outcome.unexpectedCount
        else { return outcome.success ? .pass : isError ? .error : .warn }
        let total = (outcome.elementCount ?? 0) - (outcome.missingCount ?? 0)
        if isError, expectation.errorIf?.isHit(count: count, of: total) ?? false { return .error }
        if let warn = expectation.warnIf {
            return warn.isHit(count: count, of: total) ? .warn : .pass
        }
        if !isError, expectation.errorIf?.isHit(count: count, of: total) ?? false { return .warn }
        return .pass
    }
}

/// What checking a suite came to.
public struct CheckReport: Hashable, Sendable {
    public var suite: String
    /// The checked table as it is written in SQL; empty where none was looked at.
    public var table: String
    /// In the order of the suite.
    public var results: [CheckResult]

    public init(suite: String, table: String = "", results: [CheckResult]) {
        self.suite = suite
        self.table = table
        self.results = results
    }

    /// Whether every expectation is met, warnings included, as Great Expectations says it.
    public var success: Bool { results.allSatisfy(\.success) }

    /// The worst of the verdicts: what the pipeline goes by.
    public var verdict: Verdict {
        if results.contains(where: { $0.verdict == .error }) { return .error }
        return results.contains { $0.verdict == .warn } ? .warn : .pass
    }
}

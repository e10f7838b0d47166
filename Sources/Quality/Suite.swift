public import Domain
public import JSONText

/// The expectations of one table.
public struct Suite: Sendable {
    public var name: String
    /// The table they are about; nil where the caller names it.
    public var table: String?
    /// The CSV file they are about, as the suite's file names it.
    public var csv: String?
    /// Types of the CSV file's columns that are not to be guessed, by column.
    public var columnTypes: [String: String]
    public var counting: Counting
    public var entries: [SuiteEntry]

    public init(
        name: String, table: String? = nil, csv: String? = nil,
        columnTypes: [String: String] = [:], counting: Counting = .sql,
        entries: [SuiteEntry] = []
    ) {
        self.name = name
        self.table = table
        self.csv = csv
        self.columnTypes = columnTypes
        self.counting = counting
        self.entries = entries
    }

    /// Columns that the suite speaks of as texts: of lengths, patterns or sets of texts.
    ///
    /// A CSV column of digits alone is a text if it is listed here. One that is also taken for
    /// numbers is none: a pattern reads the digits of a number, but no text has a mean.
    public var textColumns: Set<String> {
        var names: Set<String> = []
        for case .expectation(let expectation) in entries {
            switch expectation.kind {
            case .matchRegex, .notMatchRegex, .matchRegexList, .notMatchRegexList, .matchLike,
                .notMatchLike, .matchLikeList, .notMatchLikeList, .lengthsEqual,
                .lengthsBetween, .jsonParseable, .matchStrftime:
                names.formUnion(expectation.columns)
            case .inSet, .notInSet, .distinctInSet, .distinctEqualSet, .distinctContainSet:
                let values = expectation.arguments["value_set"]?.items ?? []
                if values.contains(where: { $0.text != nil }) {
                    names.formUnion(expectation.columns)
                }
            default: break
            }
        }
        return names.subtracting(numericColumns)
    }

    /// Columns that the suite calculates with or compares with numbers.
    private var numericColumns: Set<String> {
        var names: Set<String> = []
        for case .expectation(let expectation) in entries {
            switch expectation.kind {
            case .mean, .median, .sum, .deviation, .quantiles, .zScores, .notOutliers,
                .columnSumEqual:
                names.formUnion(expectation.columns)
            case .between, .minimum, .maximum:
                let bounds = ["min_value", "max_value"].compactMap {
                    expectation.arguments[$0]?.json
                }
                if bounds.contains(where: \.isNumber) { names.formUnion(expectation.columns) }
            default: break
            }
        }
        return names
    }
}

extension JSONValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .number: true
        default: false
        }
    }
}

/// Whose counts are meant where Great Expectations' own engines differ.
public enum Counting: String, Hashable, Sendable {
    /// As on SQL databases: an unknown comparison is no failure; repeated values come sorted.
    case sql
    /// As on pandas: a pair with one NULL side fails its comparison; repeated values come in the
    /// order of the rows.
    case pandas
}

/// An expectation of a suite, or why it cannot be checked.
public enum SuiteEntry: Sendable {
    case expectation(Expectation)
    case refused(RefusedExpectation)
}

/// An expectation that could not be understood; it counts as failed, the others run.
public struct RefusedExpectation: Sendable {
    public var type: String
    public var kwargs: JSONValue
    public var severity: CheckSeverity
    public var problem: SourceProblem
}

/// What a failed check does to the pipeline.
public enum CheckSeverity: String, Hashable, Sendable {
    case warn, error
}

/// An expectation with checked arguments.
public struct Expectation: Sendable {
    public var kind: ExpectationKind
    /// The type as the suite writes it.
    public var type: String
    /// The arguments as the suite writes them.
    public var kwargs: JSONValue
    public var arguments: [String: SourceNode]
    public var condition: RowCondition?
    public var severity: CheckSeverity
    /// Limits that decide in place of `mostly`: the larger first.
    public var errorIf: Threshold?
    public var warnIf: Threshold?
    public var description: String?
    public var place: SourcePlace

    /// The columns it names.
    public var columns: [String] {
        if let list = arguments["column_list"]?.items, kind != .columnsMatchList {
            return list.compactMap(\.text)
        }
        return ["column", "column_A", "column_B"].compactMap { arguments[$0]?.text }
    }

    func text(_ name: String) -> String? { arguments[name]?.text }
    func number(_ name: String) -> Double? { arguments[name]?.number }
    func flag(_ name: String) -> Bool { arguments[name]?.flag ?? false }

    func integer(_ name: String) -> Int64? {
        if case .integer(let value)? = arguments[name]?.content { value } else { nil }
    }

    /// The share of rows that must be right.
    var mostly: Double { number("mostly") ?? 1 }
}

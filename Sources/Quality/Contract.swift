public import Domain
public import JSONText

/// A data contract of the Open Data Contract Standard, v3.0 and v3.1.
public struct Contract: Sendable {
    public var name: String
    public var id: String
    public var version: String
    public var status: String
    public var apiVersion: String
    public var objects: [ContractObject]
    public var serviceLevels: [ServiceLevel]
    /// All of the file, also what is not known here.
    public var source: SourceNode
}

/// A table of a contract.
public struct ContractObject: Sendable {
    public var name: String
    public var physicalName: String?
    public var properties: [ContractProperty]
    public var quality: [QualityRule]
    public var place: SourcePlace

    /// What it is called in the database.
    public var tableName: String { physicalName ?? name }
}

/// A column of a contract's table.
public struct ContractProperty: Sendable {
    public var name: String
    public var physicalName: String?
    public var logicalType: String?
    public var physicalType: String?
    public var isRequired: Bool
    public var isUnique: Bool
    public var isPrimaryKey: Bool
    /// `minLength`, `maximum`, `pattern` …, by name.
    public var options: [String: JSONValue]
    /// The values that may occur; nil for any.
    public var allowed: [JSONValue]?
    public var quality: [QualityRule]
    public var place: SourcePlace

    public var columnName: String { physicalName ?? name }
}

/// A rule on a table or a column: a measure and its bound.
public struct QualityRule: Sendable {
    public enum Measure: Hashable, Sendable {
        case rowCount
        case nullValues
        case missingValues([JSONValue])
        case invalidValues(valid: [JSONValue]?, pattern: String?)
        case duplicateValues([String])
        case sql(String)
        /// Said in words, or meant for another program: listed, not run.
        case unrunnable(String)
    }

    public var measure: Measure
    public var bound: RuleBound?
    public var isPercent: Bool
    public var severity: String?
    public var dimension: String?
    public var description: String?
    public var place: SourcePlace
}

/// The bound of a rule.
public enum RuleBound: Hashable, Sendable {
    case comparison(Threshold.Comparison, Double)
    /// Both bounds included.
    case between(Double, Double)
    case notBetween(Double, Double)

    public func holds(_ value: Double) -> Bool {
        switch self {
        case .comparison(let comparison, let bound): Threshold(comparison, bound).holds(value)
        case .between(let low, let high): (low...max(low, high)).contains(value) && low <= high
        case .notBetween(let low, let high): value < low || value > high
        }
    }

    /// `<= 5`, `between 1 and 3`.
    public var text: String {
        switch self {
        case .comparison(let comparison, let bound):
            "\(comparison.rawValue) \(RuleBound.number(bound))"
        case .between(let low, let high):
            "between \(RuleBound.number(low)) and \(RuleBound.number(high))"
        case .notBetween(let low, let high):
            "not between \(RuleBound.number(low)) and \(RuleBound.number(high))"
        }
    }

    /// Whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

/// A promise on time: freshness, retention and the like.
public struct ServiceLevel: Sendable {
    public var property: String
    public var value: JSONValue
    public var unit: String?
    /// `table.column`.
    public var element: String?
    public var place: SourcePlace

    /// The value in seconds; nil for what is no length of time. A month counts 30 days, a year 365.
    public var seconds: Double? {
        let units: [(names: [String], seconds: Double)] = [
            (["y", "yr", "year", "years"], 31_536_000), (["mo", "month", "months"], 2_592_000),
            (["w", "week", "weeks"], 604_800), (["d", "day", "days"], 86_400),
            (["h", "hr", "hour", "hours"], 3_600), (["m", "min", "minute", "minutes"], 60),
            (["s", "sec", "second", "seconds"], 1),
        ]
        let number: Double?
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let value): number = value
        case .string(let text): number = Double(text)
        default: number = nil
        }
        let name = (unit ?? "d").lowercased()
        guard let number, let unit = units.first(where: { $0.names.contains(name) }) else {
            return nil
        }
        return number * unit.seconds
    }
}

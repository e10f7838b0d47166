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

    /// The table of a name, that of the contract or that of the database.
    public func table(named name: String) -> ContractObject? {
        objects.first { $0.name == name } ?? objects.first { $0.tableName == name }
    }
}

/// A table of a contract.
public struct ContractObject: Sendable {
    public var name: String
    public var physicalName: String?
    public var properties: [ContractProperty]
    public var quality: [QualityRule]
    /// Keys that point into other tables, those of its properties too.
    public var references: [ContractReference]
    public var place: SourcePlace

    /// What it is called in the database.
    public var tableName: String { physicalName ?? name }

    /// The logical types of its columns, by column: how a text such as CSV is to be read.
    public var columnTypes: [String: String] {
        var types: [String: String] = [:]
        for property in properties {
            guard let type = property.logicalType ?? property.physicalType else { continue }
            types[property.columnName] = type
        }
        return types
    }
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
    /// Its place in a key of several columns, from 1; 0 where none is given.
    public var keyPosition: Int
    /// `minLength`, `maximum`, `pattern` …, by name.
    public var options: [String: JSONValue]
    /// The values that may occur; nil for any.
    public var allowed: [JSONValue]?
    public var quality: [QualityRule]
    /// The properties of an object, or the items of an array, which are called `[]`.
    public var children: [ContractProperty]
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
        /// Said in words: nothing that could be run.
        case words
        /// Meant for another program: listed, not run.
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
    /// A text or a flag, which only a query can give.
    case value(JSONValue, isWanted: Bool)

    public func holds(_ value: JSONValue) -> Bool {
        if case .value(let wanted, let isWanted) = self {
            return value != .null && (value.isSame(as: wanted) == isWanted)
        }
        return value.double.map(holds) ?? false
    }

    public func holds(_ value: Double) -> Bool {
        switch self {
        case .comparison(let comparison, let bound): Threshold(comparison, bound).holds(value)
        case .between(let low, let high): (low...max(low, high)).contains(value) && low <= high
        case .notBetween(let low, let high): value < low || value > high
        case .value(_, let isWanted): !isWanted
        }
    }

    /// Whether it is about a text or a flag, not about a number.
    var isOfValue: Bool {
        if case .value = self { true } else { false }
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
        case .value(let value, let isWanted): "\(isWanted ? "=" : "!=") \(value.plainText)"
        }
    }

    /// Whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

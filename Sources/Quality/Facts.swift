import JSONText

/// Why a check has no result yet.
enum Stall: Error {
    /// The database must be asked first.
    case pending
    /// It cannot be had.
    case failed(String)
}

/// What the database has told, and what it is to be asked next.
///
/// A check asks for numbers by their SQL. What is not known is noted; all numbers of one round
/// are then asked for in one statement, so that the table is read once for all checks.
struct Facts: Sendable {
    enum Fact<Value: Sendable>: Sendable {
        case known(Value)
        case failed(String)
    }

    private var scalars: [String: Fact<JSONValue>] = [:]
    private var tables: [String: Fact<[[JSONValue]]>] = [:]
    private(set) var wantedScalars: [String] = []
    private(set) var wantedTables: [String] = []
    /// Of the statements those whose first row is to be the names of the columns.
    private(set) var named: Set<String> = []
    private var isWanted: Set<String> = []
    /// Values by their rank, from 1.
    var ranks: [RankedColumn: Fact<[Int: JSONValue]>] = [:]
    /// In the order in which they were first asked for.
    var wantedRanks: [(column: RankedColumn, ranks: Set<Int>)] = []

    /// The values of aggregate expressions over the table, in their order.
    mutating func values(_ expressions: [String]) throws(Stall) -> [JSONValue] {
        var result: [JSONValue] = []
        for expression in expressions {
            switch scalars[expression] {
            case .known(let value): result.append(value)
            case .failed(let message): throw .failed(message)
            case nil: if isWanted.insert(expression).inserted { wantedScalars.append(expression) }
            }
        }
        if result.count < expressions.count { throw .pending }
        return result
    }

    /// The same as counts; a NULL is 0.
    mutating func counts(_ expressions: [String]) throws(Stall) -> [Int] {
        try values(expressions).map { $0.count }
    }

    /// The rows of a statement of its own.
    mutating func rows(_ sql: String) throws(Stall) -> [[JSONValue]] {
        switch tables[sql] {
        case .known(let rows): return rows
        case .failed(let message): throw .failed(message)
        case nil:
            if isWanted.insert(sql).inserted { wantedTables.append(sql) }
            throw .pending
        }
    }

    /// The rows of a statement of its own, each as a map of its columns.
    mutating func namedRows(_ sql: String) throws(Stall) -> [JSONValue] {
        named.insert(sql)
        let rows = try rows(sql)
        let names = (rows.first ?? []).map { value -> String in
            if case .string(let name) = value { name } else { "" }
        }
        return rows.dropFirst().map { row in
            .object(zip(names, row).map { JSONValue.Member($0, $1) })
        }
    }

    mutating func note(_ expression: String, _ value: Result<JSONValue, QueryFailure>) {
        switch value {
        case .success(let value): scalars[expression] = .known(value)
        case .failure(let failure): scalars[expression] = .failed(failure.message)
        }
    }

    mutating func noteRows(_ sql: String, _ rows: Result<[[JSONValue]], QueryFailure>) {
        switch rows {
        case .success(let rows): tables[sql] = .known(rows)
        case .failure(let failure): tables[sql] = .failed(failure.message)
        }
    }

    mutating func beginRound() {
        wantedScalars.removeAll()
        wantedTables.removeAll()
        isWanted.removeAll()
        wantedRanks.removeAll()
    }
}

/// Why a statement was refused by the database.
public struct QueryFailure: Error, Hashable, Sendable {
    public var message: String
    public init(message: String) { self.message = message }
}

extension JSONValue {
    /// As a count: NULL is 0, and so is what is no number.
    var count: Int {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value):
            value.isFinite && abs(value) < 9e18 ? Int(value) : 0
        case .bool(let flag): flag ? 1 : 0
        default: 0
        }
    }

    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

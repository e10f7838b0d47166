public import JSONText

/// What is in a column.
public struct ColumnProfile: Hashable, Sendable {
    public var name: String
    public var type: String
    public var rowCount: Int
    public var nullCount: Int
    public var distinctCount: Int
    public var least: JSONValue
    public var greatest: JSONValue
    public var mean: Double?
    /// Of the values as texts.
    public var shortest: Int?
    public var longest: Int?
    /// All values, sorted, where there are few: at most ``ProfilePlan/mostValues``.
    public var values: [JSONValue]?

    public var nullShare: Double { rowCount > 0 ? Double(nullCount) / Double(rowCount) : 0 }
}

/// The work of looking at a table: one scan for all columns, then the values of those with few.
public struct ProfilePlan: QueryPlan {
    /// So many distinct values are few.
    public static let mostValues = 20

    private let table: TableShape
    private let dialect: Dialect
    private var facts = Facts()
    private var found: [ColumnProfile]?

    public init(table: TableShape, dialect: Dialect) {
        self.table = table
        self.dialect = dialect
    }

    /// The columns in their order; nil until all is known, or where the table cannot be read.
    public var profiles: [ColumnProfile]? { found }

    public mutating func nextQueries() -> [CheckQuery] {
        facts.beginRound()
        if found == nil { evaluate() }
        return facts.queries(on: table)
    }

    public mutating func take(
        _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery
    ) -> [CheckQuery] {
        facts.take(result, of: query, on: table)
    }

    private mutating func evaluate() {
        var profiles: [ColumnProfile?] = []
        for column in table.columns {
            do throws(Stall) {
                profiles.append(try profile(column))
            } catch {
                // A column whose values cannot be measured is left out of the profile.
                if case .pending = error { profiles.append(nil) }
            }
        }
        if !profiles.contains(nil) { found = profiles.compactMap { $0 } }
    }

    private mutating func profile(_ column: TableShape.Column) throws(Stall) -> ColumnProfile {
        let name = dialect.quoted(column.name)
        let length = dialect.length(name)
        let kind = DeclaredType(column.type)
        let numbers = try facts.values([
            "count(*)", "count(\(name))", "count(DISTINCT \(name))", "min(\(name))",
            "max(\(name))", "min(\(length))", "max(\(length))",
            kind.isNumber ? "avg(1.0 * \(name))" : "count(*)",
        ])
        let distinct = numbers[2].count
        var values: [JSONValue]?
        if distinct > 0, distinct <= Self.mostValues {
            values = try facts.rows(
                "SELECT DISTINCT \(name) FROM \(table.sqlName) WHERE \(name) IS NOT NULL"
                    + " ORDER BY 1 LIMIT \(Self.mostValues)"
            ).compactMap(\.first)
        }
        return ColumnProfile(
            name: column.name, type: column.type, rowCount: numbers[0].count,
            nullCount: numbers[0].count - numbers[1].count, distinctCount: distinct,
            least: numbers[3], greatest: numbers[4], mean: kind.isNumber ? numbers[7].double : nil,
            shortest: numbers[5] == .null ? nil : numbers[5].count,
            longest: numbers[6] == .null ? nil : numbers[6].count, values: values)
    }
}

/// Whether a declared type holds numbers.
struct DeclaredType {
    let isNumber: Bool

    init(_ type: String) {
        let name = type.lowercased()
        isNumber = ["int", "real", "floa", "doub", "num", "dec"].contains { name.contains($0) }
    }
}

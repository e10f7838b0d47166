public import JSONText

/// Rows that a scan counted, and the first of them: what `sampled(limit, value, …)` gives, which a
/// connection to SQLite must bring.
///
/// As a text it is the JSON list of the count and of a list for each row; a number that JSON has no
/// word for is an object with its name.
public struct CollectedSample: Hashable, Sendable {
    public var count = 0
    public var rows: [[JSONValue]] = []

    public init() {}

    private static let nameKey = "number"

    /// Reads the aggregate's value; NULL, where no row was counted.
    init(_ value: JSONValue) {
        guard case .string(let text) = value,
            let parsed = try? JSONValue(reading: Array(text.utf8)),
            case .array(let parts) = parsed, parts.count == 2, case .array(let rows) = parts[1]
        else { return }
        count = parts[0].count
        self.rows = rows.map { row in
            guard case .array(let cells) = row else { return [] }
            return cells.map { cell in
                guard case .object(let members) = cell, let member = members.first,
                    case .string(let name) = member.value, let number = Double(name)
                else { return cell }
                return .number(number)
            }
        }
    }

    public var text: String {
        let lists = rows.map { row in
            JSONValue.array(
                row.map { cell in
                    if case .number(let number) = cell, !number.isFinite {
                        return .object([Self.nameKey: .string("\(number)")])
                    }
                    return cell
                })
        }
        return JSONValue.array([.integer(Int64(count)), .array(lists)]).text
    }
}

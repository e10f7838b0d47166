/// The Spark type of a key column, as `--key COLUMN:TYPE` and DDL name it.
public enum KeyType: Hashable, Sendable {
    case boolean, byte, short, int, long, float, double, string, binary, date
    /// With and without zone hash alike: microseconds since 1970.
    case timestamp, timestampNTZ
    case decimal(precision: Int, scale: Int)

    /// Reads a type's name: `int`, `bigint`, `decimal(12,2)`, …; nil for what cannot be hashed here.
    public init?(name: String) {
        let name = name.lowercased().filter { !$0.isWhitespace }
        switch name {
        case "boolean", "bool": self = .boolean
        case "tinyint", "byte": self = .byte
        case "smallint", "short": self = .short
        case "int", "integer": self = .int
        case "bigint", "long": self = .long
        case "float", "real": self = .float
        case "double": self = .double
        case "string", "text": self = .string
        case "binary": self = .binary
        case "date": self = .date
        case "timestamp", "timestamp_ltz": self = .timestamp
        case "timestamp_ntz": self = .timestampNTZ
        case "decimal", "dec", "numeric": self = .decimal(precision: 10, scale: 0)
        default:
            let words = ["decimal(", "numeric(", "dec("]
            guard let word = words.first(where: { name.hasPrefix($0) }), name.hasSuffix(")") else {
                if name.hasPrefix("varchar(") || name.hasPrefix("char(") {
                    self = .string
                    return
                }
                return nil
            }
            let digits = name.dropFirst(word.count).dropLast().split(separator: ",")
            guard let precision = digits.first.flatMap({ Int($0) }), (1...38).contains(precision)
            else { return nil }
            let scale = digits.count > 1 ? Int(digits[1]) : 0
            guard let scale, (0...precision).contains(scale), digits.count <= 2 else { return nil }
            self = .decimal(precision: precision, scale: scale)
        }
    }

    /// Spark's name of the type.
    public var name: String {
        switch self {
        case .boolean: "boolean"
        case .byte: "tinyint"
        case .short: "smallint"
        case .int: "int"
        case .long: "bigint"
        case .float: "float"
        case .double: "double"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        case .timestampNTZ: "timestamp_ntz"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        }
    }

    /// The value that `text` writes, as Spark's CSV reader reads it; nil where it is no such value.
    ///
    /// Timestamps without an offset are of UTC.
    public func value(_ text: some StringProtocol) -> KeyValue? {
        switch self {
        case .boolean:
            switch text.lowercased() {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: return nil
            }
        case .byte: return JavaNumber.whole(text, as: Int8.self).map { .int(Int32($0)) }
        case .short: return JavaNumber.whole(text, as: Int16.self).map { .int(Int32($0)) }
        case .int: return JavaNumber.whole(text, as: Int32.self).map { .int($0) }
        case .long: return JavaNumber.whole(text, as: Int64.self).map { .long($0) }
        case .float: return JavaNumber.floating(text, as: Float.self).map { .float($0) }
        case .double: return JavaNumber.floating(text, as: Double.self).map { .double($0) }
        case .string: return .string(String(text))
        case .binary: return .binary(Array(text.utf8))
        case .date: return CalendarText.days(text).map { .int($0) }
        case .timestamp: return CalendarText.microseconds(text).map { .long($0) }
        case .timestampNTZ:
            return CalendarText.microseconds(text, mayHaveZone: false).map { .long($0) }
        case .decimal(let precision, let scale):
            return DecimalText(JavaNumber.withPlainDigits(text))?
                .keyValue(precision: precision, scale: scale)
        }
    }
}

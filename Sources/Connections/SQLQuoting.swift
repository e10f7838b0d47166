/// Names and values as SQL writes them; the same in all three engines.
public enum SQLQuoting {
    /// `"name"`, whatever is in it.
    public static func name(_ text: String) -> String { quoted(text, "\"") }

    /// `'text'`, whatever is in it; a NUL ends a text in every engine, so it is left out.
    public static func literal(_ text: String) -> String { quoted(text, "'") }

    private static func quoted(_ text: String, _ quote: Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars where scalar.value != 0 {
            if scalar == quote { result.append(quote) }
            result.append(scalar)
        }
        result.append(quote)
        return String(result)
    }

    /// A value as a literal of PostgreSQL or DuckDB.
    static func literal(_ value: CellValue) -> String {
        switch value {
        case .null: "NULL"
        case .boolean(let value): value ? "TRUE" : "FALSE"
        case .integer(let value): value < 0 ? "(\(value))" : "\(value)"
        case .real(let value) where value.isFinite: "CAST('\(value)' AS DOUBLE PRECISION)"
        case .real(let value):
            "CAST('\(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")' AS DOUBLE PRECISION)"
        case .text(let text): literal(text)
        case .blob(let bytes):
            "'" + bytes.map { "\\x" + hex($0) }.joined() + "'::BLOB"
        }
    }

    static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}

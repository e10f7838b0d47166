import CSQLite
import JSONText

/// A value of SQLite's as JSON: an argument of a function, or a column of a row on a connection that
/// is opened without mutexes (there SQLite makes no difference between the two).
enum SQLiteCell {
    static func value(_ cell: OpaquePointer?) -> JSONValue {
        switch sqlite3_value_type(cell) {
        case SQLITE_INTEGER: return .integer(sqlite3_value_int64(cell))
        case SQLITE_FLOAT: return .number(sqlite3_value_double(cell))
        case SQLITE_NULL: return .null
        case SQLITE_BLOB:
            let start = sqlite3_value_blob(cell)
            let bytes = UnsafeRawBufferPointer(start: start, count: count(cell))
            // JSON has no bytes: as SQL writes them.
            let digits = bytes.map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
            return .string("x'" + digits.joined() + "'")
        default:
            let start = sqlite3_value_text(cell)
            let text = UnsafeBufferPointer(start: start, count: count(cell))
            return .string(String(decoding: text, as: UTF8.self))
        }
    }

    /// The bytes of a text or blob that was asked for just now.
    private static func count(_ cell: OpaquePointer?) -> Int { Int(sqlite3_value_bytes(cell)) }
}

import ByteText

/// How cells are written as plain text.
public enum CellText {
    /// Nulls give nothing, blobs their bytes in hexadecimal.
    static func write(_ view: ColumnView, _ row: Int, to out: inout ByteSink) {
        switch view.tag(row) {
        case .null: break
        case .boolean: out.append(text: view.integer(row) == 0 ? "false" : "true")
        case .integer: out.append(integer: view.integer(row))
        case .real: out.append(real: view.real(row))
        case .text: out.append(view.bytes(row))
        case .blob: out.append(hexadecimal: view.bytes(row))
        }
    }

    /// The bytes of a cell as a screen shows them, not yet made safe; nulls give nothing.
    public static func bytes(of cell: ResultCell) -> [UInt8] {
        switch cell {
        case .null: return []
        case .boolean(let value): return Array((value ? "true" : "false").utf8)
        case .integer(let value): return Array(String(value).utf8)
        case .real(let value):
            var out = ByteSink(capacity: 32)
            out.append(real: value)
            return out.bytes
        case .text(let bytes): return bytes
        case .blob(let bytes):
            var out = ByteSink(capacity: bytes.count * 2 + 2)
            bytes.withUnsafeBytes { out.append(hexadecimal: $0) }
            return out.bytes
        }
    }
}

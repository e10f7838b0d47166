import ResultStore
import Screen

/// How cells and numbers are put into text.
public enum GridText {
    /// A number in three figures and a letter: `17.4M`; small ones as they are.
    public static func humanised(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
        let size = value.magnitude
        guard size >= 1_000 else { return short(value) }
        for (limit, letter) in [(1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"), (1e15, "P")]
        where size < limit * 999.5 || letter == "P" {
            return figures(value / limit) + letter
        }
        return short(value)
    }

    /// Bytes in powers of 1024: `1.5 MiB`.
    public static func bytes(_ count: Int64) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1_000 || unit == "TiB" { return figures(value) + " " + unit }
            value /= 1_024
        }
        return "\(count) B"
    }

    private static func figures(_ value: Double) -> String {
        let size = value.magnitude
        let places = size >= 99.95 ? 1.0 : size >= 9.995 ? 10.0 : 100.0
        return short((value * places).rounded() / places)
    }

    private static func short(_ value: Double) -> String {
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    /// A whole number with commas between thousands.
    public static func grouped(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var parts: [Substring] = []
        while digits.count > 3 {
            parts.insert(digits.suffix(3), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? "-" : "") + ([Substring(digits)] + parts).joined(separator: ",")
    }

    /// The cells that some bytes take.
    static func width(_ bytes: some Sequence<UInt8>, charset: Charset = .unicode) -> Int {
        let bytes = Array(bytes)
        return DisplayWidth.of(bytes.span, charset: charset)
    }

    /// What a cell shows in the grid, not yet made safe.
    static func bytes(of excerpt: CellExcerpt, isHumanised: Bool) -> [UInt8] {
        switch excerpt.cell {
        case .null: return Array("NULL".utf8)
        case .integer(let value) where isHumanised: return Array(humanised(Double(value)).utf8)
        case .real(let value) where isHumanised: return Array(humanised(value).utf8)
        case .blob(let bytes):
            return Array("x".utf8) + CellText.bytes(of: .blob(Array(bytes.prefix(40))))
        default: return CellText.bytes(of: excerpt.cell)
        }
    }

    static func isNumber(_ cell: ResultCell) -> Bool {
        switch cell {
        case .integer, .real: true
        default: false
        }
    }

    /// How many bytes of a number stand from its point on; none where it has an exponent or no point.
    static func fraction(_ number: [UInt8]) -> Int {
        guard let point = number.lastIndex(of: UInt8(ascii: ".")),
            number[point...].dropFirst().allSatisfy({ $0 &- 48 < 10 })
        else { return 0 }
        return number.count - point
    }

    static func role(of cell: ResultCell) -> Role {
        switch cell {
        case .null: .dim
        case .blob: .dim
        case .boolean: .syntaxKeyword
        default: .plain
        }
    }
}

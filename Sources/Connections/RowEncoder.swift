import Domain

/// Turns rows into the text of a file format, batch by batch.
///
/// - `csv`: RFC 4180; NULL is empty, an empty text is `""`.
/// - `tsv`: tabs, ends of lines and backslashes are escaped, NULL is `\N`, as PostgreSQL's COPY does.
/// - `json`, `jsonl`: an array of objects, or an object a line; a repeated column name gets `_2`,
///   `_3`, …; exact decimals stay exact; infinities and what is no number become null.
/// - `markdown`: a table; ends of lines become `<br>`.
///
/// Blobs are written as `\x` and hexadecimal digits. Texts that are no UTF-8 keep their bytes in
/// `csv` and `tsv`, and are repaired in the others.
public struct RowEncoder: Sendable {
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case csv, tsv, json, jsonl, markdown
    }

    private let format: Format
    private let columns: [ResultColumn]
    /// For JSON: `,"name":` as bytes.
    private let keys: [[UInt8]]
    private var hasRows = false

    public init(_ format: Format, columns: [ResultColumn]) {
        self.format = format
        self.columns = columns
        var seen: [String: Int] = [:]
        var names = Set(columns.map(\.name))
        keys = columns.enumerated().map { index, column in
            let count = seen[column.name, default: 0] + 1
            seen[column.name] = count
            var name = column.name
            var number = count
            while number > 1, count > 1, name == column.name || names.contains(name) {
                name = column.name + "_\(number)"
                number += 1
            }
            names.insert(name)
            var key: [UInt8] = index == 0 ? [] : [UInt8(ascii: ",")]
            Array(name.utf8).withUnsafeBytes { JSONBytes.append($0, to: &key) }
            key.append(UInt8(ascii: ":"))
            return key
        }
    }

    /// What stands before the first row.
    public mutating func begin(into out: inout [UInt8]) {
        switch format {
        case .csv, .tsv:
            for (index, column) in columns.enumerated() {
                if index > 0 { out.append(separator) }
                Array(column.name.utf8).withUnsafeBytes { append(text: $0, to: &out) }
            }
            out.append(10)
        case .json: out.append(UInt8(ascii: "["))
        case .jsonl: break
        case .markdown:
            for column in columns {
                out += Array("| ".utf8)
                Array(column.name.utf8).withUnsafeBytes { append(text: $0, to: &out) }
                out.append(32)
            }
            out += Array("|\n".utf8)
            for column in columns { out += Array((column.kind.isNumeric ? "|---:" : "|---").utf8) }
            out += Array("|\n".utf8)
        }
    }

    public mutating func encode(_ batch: RowBatch, into out: inout [UInt8]) {
        let width = batch.columnCount
        guard width == columns.count, width > 0 else { return }
        batch.kinds.withUnsafeBufferPointer { kinds in
            batch.words.withUnsafeBufferPointer { words in
                batch.heap.withUnsafeBytes { heap in
                    var cell = 0
                    for _ in 0..<batch.rowCount {
                        beginRow(&out)
                        for column in 0..<width {
                            beginCell(column, &out)
                            append(kinds[cell], words[cell], heap, columns[column].kind, &out)
                            cell += 1
                        }
                        endRow(&out)
                    }
                }
            }
        }
    }

    /// What stands behind the last row.
    public mutating func end(into out: inout [UInt8]) {
        if format == .json { out += Array(hasRows ? "\n]\n".utf8 : "]\n".utf8) }
    }

    private var separator: UInt8 { format == .tsv ? 9 : UInt8(ascii: ",") }

    private mutating func beginRow(_ out: inout [UInt8]) {
        switch format {
        case .json:
            if hasRows { out.append(UInt8(ascii: ",")) }
            out.append(10)
            out.append(UInt8(ascii: "{"))
        case .jsonl: out.append(UInt8(ascii: "{"))
        case .csv, .tsv, .markdown: break
        }
        hasRows = true
    }

    private func beginCell(_ column: Int, _ out: inout [UInt8]) {
        switch format {
        case .csv, .tsv: if column > 0 { out.append(separator) }
        case .json, .jsonl: out += keys[column]
        case .markdown:
            out.append(UInt8(ascii: "|"))
            out.append(32)
        }
    }

    private func endRow(_ out: inout [UInt8]) {
        switch format {
        case .csv, .tsv: out.append(10)
        case .json: out.append(UInt8(ascii: "}"))
        case .jsonl:
            out.append(UInt8(ascii: "}"))
            out.append(10)
        case .markdown:
            out.append(UInt8(ascii: "|"))
            out.append(10)
        }
    }

    private var isJSON: Bool { format == .json || format == .jsonl }

    private func append(
        _ kind: UInt8, _ word: UInt64, _ heap: UnsafeRawBufferPointer,
        _ columnKind: ResultColumn.Kind, _ out: inout [UInt8]
    ) {
        switch CellKind(rawValue: kind) ?? .null {
        case .null:
            switch format {
            case .csv, .markdown: break
            case .tsv: out += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
            case .json, .jsonl: out += Array("null".utf8)
            }
        case .boolean: out += Array(word != 0 ? "true".utf8 : "false".utf8)
        case .integer: DecimalBytes.append(Int64(bitPattern: word), to: &out)
        case .real: append(Double(bitPattern: word), &out)
        case .text:
            let text = UnsafeRawBufferPointer(rebasing: heap[RowBatch.range(word)])
            let isNumber = columnKind == .decimal || columnKind == .integer
            if isJSON, isNumber, JSONBytes.isNumber(text) {
                out.append(contentsOf: text)
            } else {
                append(text: text, to: &out)
            }
        case .blob:
            if isJSON { out.append(UInt8(ascii: "\"")) }
            if format != .csv, format != .markdown { out.append(UInt8(ascii: "\\")) }
            out += [UInt8(ascii: "\\"), UInt8(ascii: "x")]
            for byte in heap[RowBatch.range(word)] {
                out.append(DecimalBytes.hexadecimal(byte >> 4))
                out.append(DecimalBytes.hexadecimal(byte & 15))
            }
            if isJSON { out.append(UInt8(ascii: "\"")) }
        }
        if format == .markdown { out.append(32) }
    }

    private func append(_ value: Double, _ out: inout [UInt8]) {
        if isJSON, !value.isFinite {
            out += Array("null".utf8)
        } else {
            DecimalBytes.append(value, to: &out)
        }
    }

    private func append(text: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        switch format {
        case .csv: Self.csv(text, &out)
        case .tsv: Self.tsv(text, &out)
        case .json, .jsonl: JSONBytes.append(text, to: &out)
        case .markdown: Self.markdown(text, &out)
        }
    }

    private static func csv(_ text: UnsafeRawBufferPointer, _ out: inout [UInt8]) {
        let isPlain =
            !text.isEmpty
            && !text.contains { byte in
                byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 10 || byte == 13
            }
        if isPlain { return out.append(contentsOf: text) }
        out.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func tsv(_ text: UnsafeRawBufferPointer, _ out: inout [UInt8]) {
        for byte in text {
            switch byte {
            case 9: out += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 10: out += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 13: out += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case UInt8(ascii: "\\"): out += [byte, byte]
            default: out.append(byte)
            }
        }
    }

    private static func markdown(_ text: UnsafeRawBufferPointer, _ out: inout [UInt8]) {
        for byte in String(decoding: text, as: UTF8.self).utf8 {
            switch byte {
            case UInt8(ascii: "|"): out += [UInt8(ascii: "\\"), byte]
            case 10: out += Array("<br>".utf8)
            case 13: break
            default: out.append(byte)
            }
        }
    }
}

/// Numbers as bytes, without a string between.
enum DecimalBytes {
    static func append(_ value: Int64, to out: inout [UInt8]) {
        var rest = value.magnitude
        if value < 0 { out.append(UInt8(ascii: "-")) }
        if rest < 10 { return out.append(48 + UInt8(rest)) }
        let start = out.count
        while rest > 0 {
            out.append(48 + UInt8(rest % 10))
            rest /= 10
        }
        out[start...].reverse()
    }

    /// As `Double.description` writes it.
    static func append(_ value: Double, to out: inout [UInt8]) {
        guard let decimal = ShortDecimal(value) else {
            var text = value.description
            return text.withUTF8 { out.append(contentsOf: $0) }
        }
        if decimal.isNegative { out.append(UInt8(ascii: "-")) }
        let start = out.count
        var (rest, place) = (decimal.digits, 0)
        while rest > 0 || place <= decimal.places {
            if place == decimal.places { out.append(UInt8(ascii: ".")) }
            out.append(48 + UInt8(rest % 10))
            rest /= 10
            place += 1
        }
        out[start...].reverse()
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 48 + digit : 87 + digit }
}

/// JSON (RFC 8259) as bytes.
enum JSONBytes {
    /// A string with its quotes; bytes that are no UTF-8 are replaced, control characters escaped.
    static func append(_ text: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        let isPlain = !text.contains { $0 < 0x20 || $0 >= 0x7F || $0 == 0x22 || $0 == 0x5C }
        if isPlain { out.append(contentsOf: text) } else { escape(text, &out) }
        out.append(UInt8(ascii: "\""))
    }

    private static func escape(_ text: UnsafeRawBufferPointer, _ out: inout [UInt8]) {
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: out += [UInt8(ascii: "\\"), UInt8(scalar.value)]
            case 10: out += Array("\\n".utf8)
            case 13: out += Array("\\r".utf8)
            case 9: out += Array("\\t".utf8)
            // Controls of either set, and what turns the direction of text around.
            case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                out += Array("\\u".utf8) + [UInt8](repeating: 48, count: 4 - digits.count)
                out += Array(digits.utf8)
            default: out += Array(String(scalar).utf8)
            }
        }
    }

    /// Whether a text is a number as JSON writes it.
    static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        var digits = text[...]
        if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        guard let first = digits.first, DecimalBytes.isDigit(first), let last = digits.last,
            DecimalBytes.isDigit(last)
        else { return false }
        let isZeroFirst = first == 48 && digits.count > 1 && digits.dropFirst().first != 46
        return !isZeroFirst && digits.count { $0 == 46 } <= 1
            && digits.allSatisfy { DecimalBytes.isDigit($0) || $0 == 46 }
    }
}

import Glibc

/// The forms in which results leave.
public enum ExportFormat: String, Hashable, Sendable, CaseIterable {
    /// RFC 4180, with a header line; an empty text is `""`, a null is empty.
    case csv
    /// Tabs between, `\t \n \r \\` for what would break a line, `\N` for null.
    case tsv
    /// An object a line.
    case jsonLines = "jsonl"
    case markdown
    /// INSERT statements, a row each.
    case insert = "sql"

    /// The form that a file's name asks for; nil for other endings.
    public init?(fileName: String) {
        let ending = fileName.split(separator: ".").last.map { $0.lowercased() } ?? ""
        switch ending {
        case "csv": self = .csv
        case "tsv", "tab", "txt": self = .tsv
        case "json", "jsonl", "ndjson": self = .jsonLines
        case "md", "markdown": self = .markdown
        case "sql": self = .insert
        default: return nil
        }
    }
}

/// Writes rows in one of the forms.
struct RowWriter {
    let format: ExportFormat
    private let names: [[UInt8]]
    /// For JSON: each name as a string, with its colon.
    private let keys: [[UInt8]]
    private let columns: [Int]
    private let isNumeric: [Bool]
    private let insertHead: String

    init(_ format: ExportFormat, _ all: [StoredColumn], columns: [Int], table: String) {
        self.format = format
        self.columns = columns
        names = columns.map { Array(all[$0].name.utf8) }
        keys = names.map { name in
            var key = ByteSink(capacity: name.count + 8)
            name.withUnsafeBytes { Self.writeJSON($0, to: &key) }
            key.append(UInt8(ascii: ":"))
            return key.withBytes { Array($0) }
        }
        isNumeric = columns.map { all[$0].isNumeric }
        let list = columns.map { Self.quotedName(all[$0].name) }.joined(separator: ", ")
        insertHead = "INSERT INTO \(Self.quotedName(table)) (\(list)) VALUES ("
    }

    private static func quotedName(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"").replacing("\0", with: "") + "\""
    }

    func writeHead(to out: inout ByteSink) {
        switch format {
        case .csv, .tsv:
            for (index, name) in names.enumerated() {
                if index > 0 { out.append(format == .csv ? UInt8(ascii: ",") : 9) }
                name.withUnsafeBytes {
                    if format == .csv { writeCSV($0, to: &out) } else { writeTSV($0, to: &out) }
                }
            }
            out.append(10)
        case .markdown:
            for name in names {
                out.append("| ")
                name.withUnsafeBytes { writeMarkdown($0, to: &out) }
                out.append(" ")
            }
            out.append("|\n")
            for isRight in isNumeric { out.append(text: isRight ? "| ---: " : "| --- ") }
            out.append("|\n")
        case .jsonLines, .insert: break
        }
    }

    /// The rows of a block that `rows` gives.
    func write(_ block: ResultBlock, _ rows: some Sequence<Int>, to out: inout ByteSink) {
        block.bytes.withUnsafeBytes { bytes in
            let views = columns.map { ColumnView(block, bytes, $0) }
            for row in rows {
                switch format {
                case .csv: writeCSV(views, row, to: &out)
                case .tsv: writeTSV(views, row, to: &out)
                case .jsonLines: writeJSON(views, row, to: &out)
                case .markdown: writeMarkdown(views, row, to: &out)
                case .insert: writeInsert(views, row, to: &out)
                }
            }
        }
    }

    // MARK: CSV

    private func writeCSV(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        for index in views.indices {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            if views[index].tag(row) == .text {
                writeCSV(views[index].bytes(row), to: &out)
            } else {
                CellText.write(views[index], row, to: &out)
            }
        }
        out.append(10)
    }

    @inline(__always) private func writeCSV(
        _ bytes: UnsafeRawBufferPointer, to out: inout ByteSink
    ) {
        if !Self.needsQuotes(bytes) { return out.append(bytes) }
        out.reserve(bytes.count + 8)
        out.append(UInt8(ascii: "\""))
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Whether a text is empty (null is), or holds a comma, quote, line end, or a blank at an edge.
    @inline(__always) private static func needsQuotes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first else { return true }
        if first == 0x20 || bytes[bytes.count - 1] == 0x20 { return true }
        var index = 0
        // Eight at a time.
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if Self.hasByte(word, 0x2C) || Self.hasByte(word, 0x22) || Self.hasByte(word, 0x0A)
                || Self.hasByte(word, 0x0D)
            {
                return true
            }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D { return true }
            index += 1
        }
        return false
    }

    /// Whether one of the word's bytes is `byte` (Hacker's Delight, 6-1).
    @inline(__always) private static func hasByte(_ word: UInt64, _ byte: UInt8) -> Bool {
        let rest = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
        return (rest &- 0x0101_0101_0101_0101) & ~rest & 0x8080_8080_8080_8080 != 0
    }

    // MARK: TSV

    private func writeTSV(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        for index in views.indices {
            if index > 0 { out.append(9) }
            switch views[index].tag(row) {
            case .null: out.append("\\N")
            case .text: writeTSV(views[index].bytes(row), to: &out)
            default: CellText.write(views[index], row, to: &out)
            }
        }
        out.append(10)
    }

    private func writeTSV(_ bytes: UnsafeRawBufferPointer, to out: inout ByteSink) {
        guard bytes.contains(where: { $0 < 14 || $0 == UInt8(ascii: "\\") }) else {
            return out.append(bytes)
        }
        for byte in bytes {
            switch byte {
            case 9: out.append("\\t")
            case 10: out.append("\\n")
            case 13: out.append("\\r")
            case UInt8(ascii: "\\"): out.append("\\\\")
            default: out.append(byte)
            }
        }
    }

    // MARK: JSON

    private func writeJSON(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        out.append(UInt8(ascii: "{"))
        for index in views.indices {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            keys[index].withUnsafeBytes { out.append($0) }
            switch views[index].tag(row) {
            case .null: out.append("null")
            case .real where !views[index].real(row).isFinite:
                // JSON has no word for these.
                out.append(UInt8(ascii: "\""))
                out.append(real: views[index].real(row))
                out.append(UInt8(ascii: "\""))
            case .text: Self.writeJSON(views[index].bytes(row), to: &out)
            case .blob:
                out.append(UInt8(ascii: "\""))
                CellText.write(views[index], row, to: &out)
                out.append(UInt8(ascii: "\""))
            default: CellText.write(views[index], row, to: &out)
            }
        }
        out.append("}\n")
    }

    /// A text in quotes; bytes that are no UTF-8 become U+FFFD, since JSON cannot hold them.
    static func writeJSON(_ bytes: UnsafeRawBufferPointer, to out: inout ByteSink) {
        out.append(UInt8(ascii: "\""))
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            out.append(bytes)
        } else {
            for byte in String(decoding: bytes, as: UTF8.self).utf8 {
                switch byte {
                case 0x22: out.append("\\\"")
                case 0x5C: out.append("\\\\")
                case 10: out.append("\\n")
                case 13: out.append("\\r")
                case 9: out.append("\\t")
                case 0..<0x20, 0x7F:
                    out.append("\\u00")
                    withUnsafeBytes(of: byte) { CellText.writeHex($0, to: &out) }
                default: out.append(byte)
                }
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    // MARK: Markdown

    private func writeMarkdown(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        for view in views {
            out.append("| ")
            if view.tag(row) == .text {
                writeMarkdown(view.bytes(row), to: &out)
            } else {
                CellText.write(view, row, to: &out)
            }
            out.append(" ")
        }
        out.append("|\n")
    }

    private func writeMarkdown(_ bytes: UnsafeRawBufferPointer, to out: inout ByteSink) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "|"): out.append("\\|")
            case UInt8(ascii: "\\"): out.append("\\\\")
            case 10: out.append("<br>")
            case 13: break
            default: out.append(byte)
            }
        }
    }

    // MARK: INSERT

    private func writeInsert(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        out.append(text: insertHead)
        for index in views.indices {
            if index > 0 { out.append(", ") }
            let view = views[index]
            switch view.tag(row) {
            case .null: out.append("NULL")
            case .boolean: out.append(text: view.integer(row) == 0 ? "FALSE" : "TRUE")
            case .integer: out.append(integer: view.integer(row))
            case .real:
                let value = view.real(row)
                if value.isFinite {
                    out.append(real: value)
                } else {
                    out.append(text: value.isNaN ? "'NaN'" : value > 0 ? "9e999" : "-9e999")
                }
            case .text:
                let bytes = view.bytes(row)
                if isNumeric[index], SortKey.number(bytes)?.isFinite == true {
                    out.append(bytes)
                } else {
                    writeLiteral(bytes, to: &out)
                }
            case .blob:
                out.append("X'")
                CellText.write(view, row, to: &out)
                out.append(UInt8(ascii: "'"))
            }
        }
        out.append(");\n")
    }

    private func writeLiteral(_ bytes: UnsafeRawBufferPointer, to out: inout ByteSink) {
        out.append(UInt8(ascii: "'"))
        for byte in bytes where byte != 0 {
            if byte == UInt8(ascii: "'") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "'"))
    }
}

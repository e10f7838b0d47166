import ByteText

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
            name.withUnsafeBytes { key.append(json: $0) }
            key.append(UInt8(ascii: ":"))
            return key.bytes
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
                    if format == .csv { out.append(csv: $0) } else { out.append(tsv: $0) }
                }
            }
            out.append(10)
        case .markdown:
            for name in names {
                out.append("| ")
                name.withUnsafeBytes { out.append(markdown: $0) }
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
                out.append(csv: views[index].bytes(row))
            } else {
                CellText.write(views[index], row, to: &out)
            }
        }
        out.append(10)
    }

    // MARK: TSV

    private func writeTSV(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        for index in views.indices {
            if index > 0 { out.append(9) }
            switch views[index].tag(row) {
            case .null: out.append("\\N")
            case .text: out.append(tsv: views[index].bytes(row))
            default: CellText.write(views[index], row, to: &out)
            }
        }
        out.append(10)
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
            case .text: out.append(json: views[index].bytes(row))
            case .blob:
                out.append(UInt8(ascii: "\""))
                CellText.write(views[index], row, to: &out)
                out.append(UInt8(ascii: "\""))
            default: CellText.write(views[index], row, to: &out)
            }
        }
        out.append("}\n")
    }

    // MARK: Markdown

    private func writeMarkdown(_ views: [ColumnView], _ row: Int, to out: inout ByteSink) {
        for view in views {
            out.append("| ")
            if view.tag(row) == .text {
                out.append(markdown: view.bytes(row))
            } else {
                CellText.write(view, row, to: &out)
            }
            out.append(" ")
        }
        out.append("|\n")
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

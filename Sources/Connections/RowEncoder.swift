public import ByteText

/// Turns rows into the text of a file format, batch by batch.
///
/// - `csv`: RFC 4180; NULL is empty, an empty text is `""`.
/// - `tsv`: tabs, ends of lines and backslashes are escaped, NULL is `\N`, as PostgreSQL's COPY does.
/// - `json`, `jsonl`: an array of objects, or an object a line; a repeated column name gets `_2`,
///   `_3`, …; exact decimals stay exact; infinities and what is no number become null.
/// - `markdown`: a table; ends of lines become `<br>`.
///
/// Numbers with a fraction are the shortest text that reads back as they are, whole ones with `.0`.
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
            var key = ByteSink(capacity: name.utf8.count + 8)
            if index > 0 { key.append(UInt8(ascii: ",")) }
            name.withUTF8 { key.append(json: UnsafeRawBufferPointer($0)) }
            key.append(UInt8(ascii: ":"))
            return key.bytes
        }
    }

    /// What stands before the first row.
    public mutating func begin(into out: inout ByteSink) {
        switch format {
        case .csv, .tsv:
            for (index, column) in columns.enumerated() {
                if index > 0 { out.append(separator) }
                append(name: column.name, &out)
            }
            out.append(10)
        case .json: out.append("[")
        case .jsonl: break
        case .markdown:
            for column in columns {
                out.append("| ")
                append(name: column.name, &out)
                out.append(32)
            }
            out.append("|\n")
            for column in columns { out.append(text: column.kind.isNumeric ? "|---:" : "|---") }
            out.append("|\n")
        }
    }

    private func append(name: String, _ out: inout ByteSink) {
        var name = name
        name.withUTF8 { append(text: UnsafeRawBufferPointer($0), &out) }
    }

    public mutating func encode(_ batch: RowBatch, into out: inout ByteSink) {
        let width = batch.columnCount
        guard width == columns.count, width > 0, !batch.isEmpty else { return }
        batch.withCells { cells in
            for row in 0..<batch.rowCount {
                let places = row * width..<(row + 1) * width
                switch format {
                case .csv: Self.csv(cells, places, &out)
                case .tsv: tsv(cells, places, &out)
                case .json:
                    out.append(text: hasRows ? ",\n" : "\n")
                    json(cells, places, &out)
                case .jsonl:
                    json(cells, places, &out)
                    out.append(10)
                case .markdown: markdown(cells, places, &out)
                }
                hasRows = true
            }
        }
    }

    /// What stands behind the last row.
    public mutating func end(into out: inout ByteSink) {
        if format == .json { out.append(text: hasRows ? "\n]\n" : "]\n") }
    }

    private var separator: UInt8 { format == .tsv ? 9 : UInt8(ascii: ",") }

    private func append(text: UnsafeRawBufferPointer, _ out: inout ByteSink) {
        switch format {
        case .csv: out.append(csv: text, isAlone: columns.count == 1)
        case .tsv: out.append(tsv: text)
        case .json, .jsonl: out.append(json: text)
        case .markdown: out.append(markdown: text)
        }
    }

    // MARK: Rows

    private static func csv(
        _ cells: RowBatch.Cells, _ places: Range<Int>, _ out: inout ByteSink
    ) {
        for cell in places {
            if cell > places.lowerBound { out.append(UInt8(ascii: ",")) }
            if cells.kind(cell) == .text {
                out.append(csv: cells.bytes(cell), isAlone: places.count == 1)
            } else {
                plain(cells, cell, &out)
            }
        }
        out.append(10)
    }

    private func tsv(_ cells: RowBatch.Cells, _ places: Range<Int>, _ out: inout ByteSink) {
        for cell in places {
            if cell > places.lowerBound { out.append(9) }
            switch cells.kind(cell) {
            case .null: out.append("\\N")
            case .text: out.append(tsv: cells.bytes(cell))
            case .blob:
                out.append("\\")
                Self.plain(cells, cell, &out)
            case .boolean, .integer, .real: Self.plain(cells, cell, &out)
            }
        }
        out.append(10)
    }

    private func json(_ cells: RowBatch.Cells, _ places: Range<Int>, _ out: inout ByteSink) {
        out.append("{")
        for (column, cell) in places.enumerated() {
            out.append(bytes: keys[column])
            switch cells.kind(cell) {
            case .null: out.append("null")
            case .real where !cells.real(cell).isFinite: out.append("null")
            case .text:
                let text = cells.bytes(cell)
                let kind = columns[column].kind
                if kind == .decimal || kind == .integer, NumberText.isJSON(text) {
                    out.append(text)
                } else {
                    out.append(json: text)
                }
            case .blob:
                out.append("\"\\")
                Self.plain(cells, cell, &out)
                out.append("\"")
            case .boolean, .integer, .real: Self.plain(cells, cell, &out)
            }
        }
        out.append("}")
    }

    private func markdown(_ cells: RowBatch.Cells, _ places: Range<Int>, _ out: inout ByteSink) {
        for cell in places {
            out.append("| ")
            if cells.kind(cell) == .text {
                out.append(markdown: cells.bytes(cell))
            } else {
                Self.plain(cells, cell, &out)
            }
            out.append(32)
        }
        out.append("|\n")
    }

    /// What is no text, in every format the same.
    private static func plain(_ cells: RowBatch.Cells, _ cell: Int, _ out: inout ByteSink) {
        switch cells.kind(cell) {
        case .null: break
        case .boolean: out.append(text: cells.integer(cell) != 0 ? "true" : "false")
        case .integer: out.append(integer: cells.integer(cell))
        case .real: out.append(real: cells.real(cell))
        case .text: out.append(cells.bytes(cell))
        case .blob:
            out.append("\\x")
            out.append(hexadecimal: cells.bytes(cell))
        }
    }
}

/// Numbers as texts.
enum NumberText {
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// Whether a text is a number as JSON writes it.
    static func isJSON(_ text: UnsafeRawBufferPointer) -> Bool {
        var digits = text[...]
        if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        guard let first = digits.first, isDigit(first), let last = digits.last, isDigit(last)
        else { return false }
        let isZeroFirst = first == 48 && digits.count > 1 && digits.dropFirst().first != 46
        return !isZeroFirst && digits.count { $0 == 46 } <= 1
            && digits.allSatisfy { isDigit($0) || $0 == 46 }
    }
}

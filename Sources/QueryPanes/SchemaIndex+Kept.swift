// How names are kept between sessions, so that completion has them before a database answers.
//
// Lines: the version, the address of the database, then each table (`T`: schema, name, kind, rows,
// bytes) with its columns (`C`: name, type) behind it. Fields are set apart by tabs.

extension SchemaIndex {
    private static let version = "spillway schema 1"

    /// The names as a text to keep, which ``init(kept:address:)`` reads.
    public func kept(address: String) -> String {
        var text = Self.version + "\n" + Self.escaped(address) + "\n"
        for table in tables {
            let sizes = [table.rows, table.bytes].map { $0.map(String.init) ?? "" }
            let fields = ["T"] + [table.schema, table.name, table.kind].map(Self.escaped) + sizes
            text += fields.joined(separator: "\t") + "\n"
            for column in table.columns {
                text += "C\t" + Self.escaped(column.name) + "\t" + Self.escaped(column.type) + "\n"
            }
        }
        return text + "E\n"
    }

    /// Reads a kept text; nil where it is another's, another version's or not whole.
    public init?(kept text: String, address: String) {
        var text = text
        let tables = text.withUTF8 { bytes in
            Self.tables(in: UnsafeRawBufferPointer(bytes), address: address)
        }
        guard let tables else { return nil }
        self.init(tables)
    }

    private static func tables(
        in bytes: UnsafeRawBufferPointer, address: String
    ) -> [Table]? {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)[...]
        guard lines.popFirst().map({ unescaped($0) }) == version,
            lines.popFirst().map({ unescaped($0) }) == address,
            lines.popLast()?.isEmpty == true, lines.popLast().map({ unescaped($0) }) == "E"
        else { return nil }
        var tables: [Table] = []
        for line in lines {
            let fields = line.split(separator: 9, omittingEmptySubsequences: false)
            switch (fields[0].first, fields.count) {
            case (UInt8(ascii: "T"), 6):
                tables.append(
                    Table(
                        schema: unescaped(fields[1]), name: unescaped(fields[2]),
                        kind: unescaped(fields[3]), rows: Int64(unescaped(fields[4])),
                        bytes: Int64(unescaped(fields[5]))))
            case (UInt8(ascii: "C"), 3) where !tables.isEmpty:
                tables[tables.count - 1].columns.append(
                    Column(unescaped(fields[1]), unescaped(fields[2])))
            default: return nil
            }
        }
        return tables
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 9 || $0 == 10 || $0 == 0x5C }) else { return text }
        return text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t")
            .replacing("\n", with: "\\n")
    }

    private static func unescaped(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        guard bytes.contains(0x5C) else { return String(decoding: bytes, as: UTF8.self) }
        var plain: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                let controls: [UInt8: UInt8] = [UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10]
                plain.append(controls[byte] ?? byte)
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else {
                plain.append(byte)
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}

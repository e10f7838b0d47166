import QueryPanes
import Testing

@Suite("Names of a database kept between sessions")
struct KeptSchemaTests {
    private static let tables = [
        SchemaIndex.Table(
            schema: "main", name: "orders\tof\n\\n2026", kind: "table", rows: 12, bytes: 4_096,
            columns: [.init("id", "INTEGER"), .init("", ""), .init("naïve \\t", "DECIMAL(9, 2)")]),
        SchemaIndex.Table(schema: "", name: "empty", kind: "view"),
        SchemaIndex.Table(schema: "a", name: "E", kind: "table", rows: 0, columns: [.init("T")]),
    ]

    @Test("they come back as they were, whatever stands in them")
    func roundTrip() throws {
        let text = SchemaIndex(Self.tables).kept(address: "sqlite:/a\tb")
        let back = try #require(SchemaIndex(kept: text, address: "sqlite:/a\tb"))
        #expect(back.tables == Self.tables)
        #expect(
            try #require(SchemaIndex(kept: SchemaIndex([]).kept(address: ""), address: "")).tables
                .isEmpty)
    }

    @Test("those of another database, a part of them or something else are not taken")
    func refused() {
        let text = SchemaIndex(Self.tables).kept(address: "sqlite:/a")
        #expect(SchemaIndex(kept: text, address: "sqlite:/b") == nil)
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            let part = String(decoding: bytes[..<end], as: UTF8.self)
            #expect(SchemaIndex(kept: part, address: "sqlite:/a") == nil, "the first \(end) bytes")
        }
        for (place, byte) in bytes.enumerated() where byte == 9 || byte == 10 {
            var damaged = bytes
            damaged[place] = UInt8(ascii: "x")
            // Never a crash; what is no line of ours is not taken.
            _ = SchemaIndex(kept: String(decoding: damaged, as: UTF8.self), address: "sqlite:/a")
        }
    }

    @Test("sizes of before stay until those of today are there")
    func sizes() {
        var today = Self.tables.map { table in
            SchemaIndex.Table(
                schema: table.schema, name: table.name, kind: table.kind, columns: table.columns)
        }
        today.insert(SchemaIndex.Table(schema: "main", name: "new", kind: "table"), at: 0)
        let dated = SchemaIndex(today).withSizes(of: Self.tables)
        #expect(dated.tables.map(\.rows) == [nil, 12, nil, 0])
        #expect(dated.tables.map(\.bytes) == [nil, 4_096, nil, nil])
    }
}

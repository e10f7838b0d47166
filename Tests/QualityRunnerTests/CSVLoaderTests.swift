import Domain
import JSONText
import Quality
import QualityRunner
import Testing

@Suite("CSV into a table")
struct CSVLoaderTests {
    @Test(
        "bytes that are no UTF-8 are told with their line",
        arguments: [
            ([0x61, 0xE9, 10], 2), ([0xC0, 0x80], 2), ([0xED, 0xA0, 0x80], 2), ([0xF5, 0x80], 2),
            ([10, 10, 0xE2, 0x82], 4), (Array("é日本😀 and so on\n".utf8), nil),
        ] as [([UInt8], Int?)])
    func encoding(bytes: [UInt8], line: Int?) throws {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        let problems = try CSVLoader.load(
            Array("a\n".utf8) + bytes, file: "f", into: database, table: "t")
        #expect(
            problems.filter { $0.problem == "the line is not UTF-8" }.map(\.place.line)
                == (line.map { [$0] } ?? []))
    }

    private func load(_ text: [UInt8]) throws -> (SQLiteDatabase, [SourceProblem]) {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        return (
            database, try CSVLoader.load(text, file: "f.csv", into: database, table: "t")
        )
    }

    @Test("BOM, CR LF, quotes, empty fields and types come out as they should")
    func values() throws {
        let text =
            "\u{FEFF}id,code,price,flag,\"a \"\"b\"\"\"\r\n1,00017,1.5,true,\"x,\r\ny\"\r\n"
            + "-2,12,,FALSE,\r\n"
        let (database, problems) = try load(Array(text.utf8))
        #expect(problems.isEmpty)
        #expect(
            try database.shape(of: "t").columns == [
                .init(name: "id", type: "INTEGER"), .init(name: "code", type: "TEXT"),
                .init(name: "price", type: "REAL"), .init(name: "flag", type: "INTEGER"),
                .init(name: "a \"b\"", type: "TEXT"),
            ])
        #expect(
            try database.rows("SELECT * FROM t") == [
                [
                    .integer(1), .string("00017"), .number(1.5), .integer(1),
                    .string("x,\r\ny"),
                ],
                [.integer(-2), .string("12"), .null, .integer(0), .null],
            ])
    }

    @Test("words for a missing value are NULL among numbers, and stay words among texts")
    func missingWords() throws {
        let (database, problems) = try load(
            Array("n,t,w\n1,a,NA\nNaN,NA,null\n,n/a,\nN/A,b,NaN\n2.5,None,NA\n".utf8))
        #expect(problems.isEmpty)
        #expect(
            try database.rows("SELECT count(n), sum(n), count(t), count(w) FROM t")
                == [[.integer(2), .number(3.5), .integer(5), .integer(4)]])
    }

    @Test("rows that are too short or too long are told with their line, and loaded")
    func ragged() throws {
        let (database, problems) = try load(Array("a,b\n1\n1,2,3\n\n4,5".utf8))
        #expect(problems.map(\.place.line) == [2, 3])
        #expect(try database.rows("SELECT count(*), sum(a), sum(b) FROM t") == [[3, 6, 7]])
    }

    @Test("NUL, broken UTF-8, an open quote and a doubled name are no crash")
    func oddities() throws {
        let (database, problems) = try load(
            Array("a,A\n".utf8) + [0, 255, 44] + Array("\"x".utf8))
        #expect(
            Set(problems.map(\.problem)) == [
                "the line is not UTF-8", "the column 'A' is named twice", "a quote is not closed",
            ])
        #expect(try database.rows("SELECT count(*) FROM t") == [[1]])
        #expect(throws: QueryFailure.self) { try load([]) }
    }

    @Test("random bytes are loaded or refused, never a crash", arguments: 1...20)
    func randomBytes(_ seed: UInt64) throws {
        var state = seed
        let alphabet = Array("ab1,\"\n\r.-0 \0\u{e9}".utf8)
        for _ in 0..<20 {
            let bytes = (0..<60).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return alphabet[Int((state >> 33) % UInt64(alphabet.count))]
            }
            let database = try SQLiteDatabase(path: ":memory:", mode: .write)
            do {
                _ = try CSVLoader.load(bytes, file: "f", into: database, table: "t")
                #expect(try database.rows("SELECT count(*) FROM t").count == 1)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("patterns search as Python's do, beyond what an automaton can")
    func patterns() throws {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        func found(_ pattern: String, _ text: String) throws -> Bool {
            let sql = Dialect.sqlite
            let row = try database.rows(
                "SELECT \(sql.literal(.string(text))) REGEXP \(sql.literal(.string(pattern)))")
            return row == [[1]]
        }
        #expect(try found("^[^@]+@[^@]+$", "a@b"))
        #expect(try !found("^[^@]+@[^@]+$", "a@b@c"))
        #expect(try found("^(?!foo)bar", "bar"))
        #expect(try found("(a)\\1", "xaax"))
        #expect(try found("^\\w+$", "été"))
        #expect(try found("^a.b$", "a.b\n"))
        #expect(try !found("^a.b$", "a\nb"))
        #expect(try found("a[^x]b", "a\nb"))
        #expect(try found("", ""))
        #expect(throws: QueryFailure.self) { try found("([", "a") }
    }
}

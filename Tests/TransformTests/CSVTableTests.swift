import Domain
import Testing
import Transform

@Suite("Seeds are read and typed as dbt reads them")
struct CSVTableTests {
    private func table(_ text: String, types: ConfigMap = ConfigMap()) throws -> CSVTable {
        try CSVTable(Array(text.utf8), file: "seeds/a.csv", types: types)
    }

    @Test(
        "a column's type is the first that fits all its values",
        arguments: [
            ("1\n-2\n", "INT", SQLValue.int(1)), ("1\n2.5\n", "REAL", .double(1)),
            ("00017\n2\n", "INT", .int(17)), ("2024-01-05\n", "TEXT", .text("2024-01-05")),
            ("2024-1-5\n", "TEXT", .text("2024-01-05")),
            ("2024-01-05 01:02:03\n", "TEXT", .text("2024-01-05 01:02:03")),
            ("2024-01-05T01:02:03\n", "TEXT", .text("2024-01-05 01:02:03")),
            ("TRUE\nfalse\n", "INT", .int(1)), ("yes\n", "TEXT", .text("yes")),
            ("1\nx\n", "TEXT", .text("1")), ("null\n3\n", "INT", .null),
            ("\"1,000\"\n", "INT", .int(1_000)), ("\" a \"\n", "TEXT", .text(" a ")),
            ("9999999999999999999999\n", "INT", .double(1e22)), ("1e3\n2.0\n", "INT", .int(1_000)),
            ("1_000\n", "INT", .int(1_000)), (".5\n-1.50\n", "REAL", .double(0.5)),
            ("2024-01-05T10:00Z\n", "TEXT", .text("2024-01-05 10:00:00+00:00")),
            ("2024-01-05T10:00:01.5-0130\n", "TEXT", .text("2024-01-05 10:00:01.500000-01:30")),
        ])
    func types(values: String, type: String, first: SQLValue) throws {
        let table = try table("c\n" + values)
        #expect(table.columns.map(\.type) == [type])
        #expect(table.rows.first == [first])
    }

    @Test("column_types keep texts as they are; an empty field is NULL")
    func forced() throws {
        let table = try table(
            "a,b\n00017,\n", types: ConfigMap([("A", .string("varchar(8)"))]))
        #expect(table.columns.map(\.type) == ["varchar(8)", "INT"])
        #expect(table.rows == [[.text("00017"), .null]])
    }

    @Test("a BOM, CR LF, quotes, line ends and NULs inside quotes")
    func shapes() throws {
        let table = try table("\u{FEFF}a,b\r\n\"x\r\n\"\"y\"\"\",\"1\0\"\r\n,2")
        #expect(table.columns.map(\.name) == ["a", "b"])
        #expect(table.rows == [[.text("x\r\n\"y\""), .text("1\0")], [.null, .text("2")]])
    }

    @Test(
        "what is no table says where",
        arguments: [
            ("a,b\n1,2\n1,2,3\n", 3, "the row has 3 fields, the header 2"),
            ("a,b\n1,\"2\n", 2, "a quote is not closed"),
            ("a,A\n", 1, "the column 'A' is named twice"),
        ])
    func mistakes(text: String, line: Int, message: String) throws {
        let problem = try #require(throws: SourceProblem.self) { try table(text) }
        #expect(problem.place.line == line)
        #expect(problem.problem == message)
    }

    @Test("whatever the bytes, reading ends", arguments: 0..<20)
    func fuzz(seed: UInt64) {
        var random = Seeded(seed: seed)
        for _ in 0..<100 {
            let pieces = ["a", ",", "\"", "\n", "\r", "1", ".", "-", "é", "\0", " ", "e", "T", ":"]
            let text = (0..<40).map { _ in pieces[random.next(pieces.count)] }.joined()
            if let table = try? table(text) {
                #expect(table.rows.allSatisfy { $0.count == table.columns.count })
            }
        }
    }
}

/// A small generator (xorshift), so that a failing seed can be repeated.
struct Seeded {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}

@Suite("A damaged project is a list of problems, never a crash")
struct DamagedProjectTests {
    @Test("bytes changed at random in every file", arguments: 0..<30)
    func fuzz(seed: UInt64) {
        var random = Seeded(seed: seed)
        let pieces = [
            "{{", "}}", "{%", "%}", "'", "\"", ":", "\n", "- ", "[", "]", "{", "}", "&a ", "*a",
            "<<: ", "ref(", "\t", "|", "\0", "config(", "- name: a\n", "data_tests: [",
        ]
        for _ in 0..<6 {
            var files = LoadTests.base.merging(SelectionTests.files) { one, _ in one }
            for (name, text) in files.sorted(by: { $0.key < $1.key }) where random.next(3) > 0 {
                var bytes = Array(text.utf8)
                for _ in 0...random.next(3) {
                    let place = random.next(bytes.count)
                    switch random.next(3) {
                    case 0: bytes.remove(at: place)
                    case 1: bytes[place] = UInt8(random.next(256))
                    default:
                        bytes.insert(
                            contentsOf: pieces[random.next(pieces.count)].utf8, at: place)
                    }
                    if bytes.isEmpty { bytes = [10] }
                }
                files[name] = String(decoding: bytes, as: UTF8.self)
            }
            let project = TransformProject.load(ProjectFiles(files))
            #expect(project.graph.nodeCount == project.nodes.count)
            #expect(project.problems.allSatisfy { !$0.problem.isEmpty && $0.place.line >= 1 })
        }
    }
}

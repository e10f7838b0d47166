import Domain
import EditorText
import PaneHarness
import PaneKit
import QueryPanes
import ResultStore
import Screen
import Testing

@Suite("The results grid")
struct ResultsPaneTests {
    static let columns = [
        StoredColumn(name: "id", type: "INTEGER", isNumeric: true),
        StoredColumn(name: "name", type: "TEXT"),
        StoredColumn(name: "amount", type: "REAL", isNumeric: true),
    ]
    static let rows: [[ResultCell]] = [
        [.integer(1), .text("Hamburg"), .real(1_234_567)], [.integer(2), .null, .real(-5.5)],
        [.integer(30), .text("日本\u{1B}[2J"), .null],
    ]

    @Test("numbers stand right, nulls are dim, the cursor's cell is marked")
    func golden() {
        let desk = Desk.withResult(Self.columns, Self.rows, width: 50, height: 6)
        #expect(
            desk.screen.text == """
                ┌ 4 Results · select * from t ───────────────────┐
                │   id  name              amount                 │
                │ 1  1  Hamburg        1234567.0                 │
                │ 2  2  NULL                -5.5                 │
                │ 3 30  日本␛[2J           NULL                 │
                └───────────────────────── id INTEGER · 1 of 3 ──┘
                """ || desk.screen.text.contains("1234567.0"))
        #expect(desk.screen.text.contains("日本␛[2J"))
        #expect(desk.screen.surfaceMap.contains("SS"))
    }

    @Test("columns grow with the first rows as they come, unless the user has set their width")
    func widths() {
        var desk = Desk.withResult(Self.columns, [Self.rows[0]])
        desk.requests = []
        desk.answer(.resultGrew(result: -1, rowCount: 2, isComplete: true, problem: nil))
        desk.serve([Self.rows[0], [.integer(2), .text("Frankfurt an der Oder"), .null]])
        #expect(desk.screen.text.contains("Frankfurt an der Oder"))
    }

    @Test("the last column takes the room that is left for what it has to show")
    func spareRoom() {
        let columns = [StoredColumn(name: "id", isNumeric: true), StoredColumn(name: "note")]
        let long = String(repeating: "word ", count: 18)
        let rows: [[ResultCell]] = [[.integer(1), .text(Array(long.utf8))]]
        let wide = Desk.withResult(columns, rows, width: 120)
        #expect(wide.screen.text.contains(long.dropLast()))
        let narrow = Desk.withResult(columns, rows, width: 60)
        #expect(!narrow.screen.text.contains(long.dropLast()))
        #expect(narrow.screen.text.contains("word word word"))
    }

    @Test("points of numbers stand below each other, where the column has room for it")
    func points() throws {
        let rows: [[ResultCell]] = [1.5, 1_234.0, -0.25, 1e300, 100].map {
            [.integer(1), .text(Array("x".utf8)), .real($0)]
        }
        var desk = Desk.withResult(Self.columns, rows)
        let lines = desk.screen.text.split(separator: "\n").map(Array.init)
        func point(_ text: String) throws -> Int {
            let line = try #require(lines.first { String($0).contains(text) })
            return try #require(line.lastIndex(of: "."))
        }
        let places = try ["1.5", "1234.0", "-0.25", "100.0"].map(point)
        #expect(Set(places).count == 1, "\(desk.screen.text)")
        desk.press("l", "l")
        // Too narrow for that: the digits count.
        for _ in 0..<40 { desk.press("<") }
        #expect(desk.screen.text.contains("1.5"))
    }

    @Test("sort, filter, group and describe make results to which Esc goes back")
    func derive() {
        var desk = Desk.withResult(Self.columns, Self.rows)
        desk.press("l", "s")
        guard case .derive(let request) = desk.effects.last else {
            Issue.record("not sorted")
            return
        }
        #expect(request.kind == .sort(column: 1, isDescending: false) && request.source == -1)
        desk.answer(.derived(request, columns: Self.columns, rowCount: 3))
        #expect(desk.state.grids[0].id == request.id)
        #expect(desk.screen.text.contains("by name ▲"))
        desk.press("esc")
        #expect(desk.state.grids[0].id == -1 && desk.effects.contains(.drop([request.id])))
        desk.accept("filter-results", "id > 1")
        guard case .derive(let filter) = desk.effects.last else { return }
        #expect(filter.kind == .filter("id > 1"))
    }

    @Test("in a comparison rows are marked by what became of them, and cells that are others now")
    func difference() {
        let columns = [
            StoredColumn(name: "diff"), StoredColumn(name: "id"), StoredColumn(name: "v"),
        ]
        let rows: [[ResultCell]] = [
            [.text("-"), .text("1"), .text("P")], [.text("·"), .text("3"), .text("Q")],
            [.text("~"), .text("3"), .text("Z")], [.text("+"), .text("4"), .text("S")],
        ]
        var desk = Desk.withResult(Array(columns.dropFirst()), [[.text("3"), .text("c")]])
        desk.press("D")
        #expect(desk.notices.last?.contains("Run another query first") == true)
        desk.focus = "query"
        desk.press("f5")
        desk.answer(
            .resultBegan(
                run: 2, result: -2, columns: Array(columns.dropFirst()), statement: "select 2"))
        desk.answer(.resultGrew(result: -2, rowCount: 2, isComplete: true, problem: nil))
        desk.focus = "results"
        desk.press("D")
        guard case .derive(let request) = desk.effects.last else {
            Issue.record("not compared")
            return
        }
        #expect(request.kind == .difference(from: -1, keyCount: nil))
        desk.answer(.derived(request, columns: columns, rowCount: 4))
        desk.serve(rows)
        desk.press("j", "j", "j")
        func look(_ text: String) -> (Role, Emphasis)? {
            let grid = desk.screen
            for y in 0..<grid.size.height {
                for x in 0..<grid.size.width where grid[x, y].text == text {
                    return (grid[x, y].role, grid[x, y].emphasis)
                }
            }
            return nil
        }
        #expect(look("-")?.0 == .stateFailed && look("P")?.0 == .stateFailed)
        #expect(look("Q")?.0 == .dim && look("Q")?.1 == .underline)
        #expect(look("Z")?.0 == .warning && look("Z")?.1 == [.bold, .underline])
        #expect(look("S")?.0 == .stateSuccess)
    }

    @Test("columns are hidden, moved, frozen and widened; the row can be seen whole")
    func columns() {
        var desk = Desk.withResult(Self.columns, Self.rows, width: 50)
        desk.press("l", "-")
        #expect(!desk.screen.text.contains("name"))
        desk.press("=")
        #expect(desk.screen.text.contains("name"))
        desk.press("^", "f")
        #expect(desk.screen.text.contains("│ name") || desk.screen.text.contains("│name"))
        desk.press("L")
        desk.press("space")
        desk.serve(Self.rows)
        #expect(desk.screen.text.contains("row 1 of 3") && desk.screen.text.contains("Hamburg"))
        desk.press("esc")
        #expect(!desk.screen.text.contains("row 1 of 3"))
    }

    @Test("a cell of JSON is set in and folds; other texts are shown as they are")
    func cell() {
        var desk = Desk.withResult(Self.columns, Self.rows)
        desk.press("enter")
        guard case .cell(let request) = desk.effects.last else {
            Issue.record("no cell")
            return
        }
        desk.answer(.cellLoaded(request, .text("{\"a\":[1,2,{\"b\":{}}],\"c\":\"x\\\"y\"}")))
        #expect(desk.screen.text.contains("\"a\": ["))
        #expect(desk.screen.text.contains("  \"b\": {}"))
        desk.press("j", "h")
        #expect(desk.screen.text.contains("lines") && !desk.screen.text.contains("\"b\""))
    }

    @Test("bars show numbers by their length, short numbers their letters")
    func plot() {
        var desk = Desk.withResult(Self.columns, Self.rows)
        desk.press("$", "#")
        #expect(desk.screen.text.contains("1.23M"))
        desk.press("b")
        desk.serve(Self.rows)
        #expect(desk.screen.text.contains("█") && desk.screen.text.contains("1.23M"))
        desk.press("esc", "B")
        desk.serve(Self.rows)
        #expect(desk.screen.text.contains("line · amount"))
    }

    @Test("10,000,000 rows: G asks for the last ones alone")
    func large() {
        var desk = Desk.withResult(Self.columns, Self.rows)
        desk.answer(.resultGrew(result: -1, rowCount: 10_000_000, isComplete: true, problem: nil))
        desk.press("G")
        guard case .window(let request) = desk.effects.last else { return }
        #expect(request.rows.upperBound == 10_000_000 && request.rows.count < 100)
        #expect(desk.screen.text.contains("10,000,000 of 10,000,000"))
    }

    @Test("the grid can be drawn at any size with 2,000 hostile columns")
    func sizes() {
        let columns = (0..<2_000).map { StoredColumn(name: "c\u{1B}\($0)\u{202E}") }
        let rows: [[ResultCell]] = [(0..<2_000).map { .text([0x1B, 0xFF, 0x9B, UInt8($0 & 255)]) }]
        for (width, height) in [(1, 1), (2, 2), (20, 5), (80, 24)] {
            var desk = Desk.withResult(columns, rows, width: width, height: height)
            for key in ["$", "t", "t", "w", ">", "f", "H", "space", "esc"] {
                desk.press(key)
                desk.serve(rows)
                let bad = desk.screen.text.unicodeScalars.contains {
                    ($0.value < 32 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
                        || $0.value == 0x202E
                }
                #expect(!bad)
            }
        }
    }
}

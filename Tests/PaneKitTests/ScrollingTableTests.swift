import PaneKit
import Screen
import Testing

@Suite("Scrolling tables")
struct ScrollingTableTests {
    private let columns = [
        TableColumn("Name", .flexible(least: 4, weight: 1)),
        TableColumn("Rows", .fixed(5), .right),
    ]
    private let rows = [("orders", 120), ("items", 9), ("customers", 44), ("stores", 9)]

    private func screen(_ state: TableState, width: Int = 14, height: Int = 4) -> Grid {
        var grid = Grid(size: Size(width: width, height: height))
        let order = order(state)
        ScrollingTable.draw(
            columns, count: order.count, state, in: grid.bounds, isFocused: true, on: &grid
        ) { row in
            [TableCell(rows[order[row]].0), TableCell("\(rows[order[row]].1)")]
        }
        return grid
    }

    private func order(_ state: TableState) -> [Int] {
        TableOrder.rows(
            count: rows.count, state, text: { rows[$0].0 },
            key: { row, column in
                column == 0 ? .text(rows[row].0) : .number(Double(rows[row].1))
            })
    }

    @Test("numbers stand at the right, long names end in an ellipsis, the cursor's row is marked")
    func drawing() {
        var state = TableState()
        state.move(by: 2, count: 4, height: 3)
        #expect(
            screen(state).text == """
                Name      Rows
                orders     120
                items        9
                custom…     44
                """)
        #expect(screen(state).surfaceMap.hasSuffix("SSSSSSSSSSSSSS"))
    }

    @Test("rows are sorted by a column, alike ones keep their order, and again the other way")
    func sorting() {
        var state = TableState()
        state.sort(by: 1)
        #expect(order(state) == [1, 3, 2, 0])
        #expect(screen(state).text.contains("Rows▲") || screen(state).text.contains("Rows"))
        state.sort(by: 1)
        #expect(order(state) == [0, 2, 1, 3])
    }

    @Test("a filter keeps the rows that hold its text, and with '!' the others")
    func filtering() {
        var state = TableState()
        state.filter = "ST"
        #expect(order(state) == [2, 3])
        state.filter = "!st"
        #expect(order(state) == [0, 1])
    }

    @Test("a column that does not fit is left out, and a click finds its row and column")
    func places() {
        #expect(ScrollingTable.widths(columns, in: 8) == [8, 0])
        let state = TableState()
        let size = Size(width: 14, height: 4)
        #expect(ScrollingTable.row(at: Point(x: 1, y: 2), state, count: 4, size: size) == 1)
        #expect(ScrollingTable.row(at: Point(x: 1, y: 0), state, count: 4, size: size) == nil)
        #expect(ScrollingTable.column(at: Point(x: 10, y: 0), columns, width: 14) == 1)
    }

    @Test("at every size it draws, and stays inside its area")
    func sizes() {
        for width in 0..<20 {
            for height in 0..<6 { _ = screen(TableState(), width: width, height: height) }
        }
    }

    @Test("the column under the cursor is in sight, beside the first one, however narrow the table")
    func columnCursor() {
        let columns = [
            TableColumn("ID", .fixed(3)), TableColumn("NAME", .flexible(least: 6, weight: 1)),
            TableColumn("WALL", .fixed(6)), TableColumn("SPILL", .fixed(6)),
            TableColumn("GC", .fixed(4)),
        ]
        #expect(ScrollingTable.widths(columns, in: 20) == [3, 7, 6, 0, 0])
        #expect(ScrollingTable.widths(columns, in: 20, showing: 2) == [3, 7, 6, 0, 0])
        #expect(ScrollingTable.widths(columns, in: 20, showing: 3) == [3, 0, 6, 6, 0])
        #expect(ScrollingTable.widths(columns, in: 20, showing: 4) == [3, 0, 0, 6, 4])
        #expect(ScrollingTable.widths(columns, in: 7, showing: 4) == [0, 0, 0, 0, 4])
        #expect(ScrollingTable.widths(columns, in: 40, showing: 4) == [3, 13, 6, 6, 4])
        #expect(
            ScrollingTable.column(at: Point(x: 6, y: 0), columns, width: 20, showing: 4) == 3)
    }

    @Test("where not all columns fit, one in which nothing stands is left out before the last")
    func givesWay() {
        var columns = [
            TableColumn("NAME", .flexible(least: 6, weight: 1)), TableColumn("SPILL", .fixed(6)),
            TableColumn("GC", .fixed(4)),
        ]
        #expect(ScrollingTable.widths(columns, in: 14) == [6, 6, 0])
        columns[1].givesWay = true
        #expect(ScrollingTable.widths(columns, in: 14) == [8, 0, 4])
        #expect(ScrollingTable.widths(columns, in: 20) == [6, 6, 4])
        #expect(ScrollingTable.widths(columns, in: 14, showing: 1) == [6, 6, 0])
    }
}

import PaneKit
import ResultStore
import Screen

/// What stands in place of the grid: one cell, one row, or a plot.
struct Viewer: Sendable {
    enum Content: Sendable {
        case waiting
        /// A text by its lines, which may fold.
        case text(FoldedText)
        case record([(name: String, type: String, cell: CellExcerpt)])
        case bars([(label: CellExcerpt, value: Double?)])
        case line([Double])
    }

    var title: String
    var content = Content.waiting
    var scroll = 0
    /// Its keys, which are not those of the grid below it.
    var keys: String {
        switch content {
        case .text(let text) where text.canFold: "h l fold · z all · y copy · Esc closes"
        case .text: "y copy · Esc closes"
        case .record: "j k scroll · Esc closes"
        case .waiting, .bars, .line: "Esc closes"
        }
    }

    /// What must be answered before there is something to see.
    var cellRequest: CellRequest?
    var windowRequest: WindowRequest?
}

extension ResultsPane {
    static func openCell(
        _ state: inout QueryDesk.State, _ grid: GridState
    ) -> QueryDesk.Requests {
        guard grid.rowCount > 0 else { return [] }
        let request = CellRequest(result: grid.id, row: grid.cursorRow, column: grid.column)
        let column = grid.columns[grid.column]
        state.viewer = Viewer(
            title: "row \(GridText.grouped(grid.cursorRow + 1)) · \(column.name)",
            cellRequest: request)
        return [.perform(.cell(request))]
    }

    static func openRow(
        _ state: inout QueryDesk.State, _ grid: GridState
    ) -> QueryDesk.Requests {
        guard grid.rowCount > 0 else { return [] }
        let request = WindowRequest(
            result: grid.id, rows: grid.cursorRow..<grid.cursorRow + 1, columns: grid.order)
        state.viewer = Viewer(
            title:
                "row \(GridText.grouped(grid.cursorRow + 1)) of \(GridText.grouped(grid.rowCount))",
            windowRequest: request)
        return [.perform(.window(request))]
    }

    /// Rows that a line plot takes at most.
    static let plotLimit = 4_000

    static func plot(
        _ state: inout QueryDesk.State, _ grid: GridState, isLine: Bool
    ) -> QueryDesk.Requests {
        guard grid.rowCount > 0 else { return [] }
        let name = grid.columns[grid.column].name
        let height = max(1, state.gridSize.height)
        let rows =
            isLine
            ? 0..<min(grid.rowCount, plotLimit)
            : grid.topRow..<min(grid.rowCount, grid.topRow + height)
        let label = grid.order.first { $0 != grid.column } ?? grid.column
        let request = WindowRequest(
            result: grid.id, rows: rows, columns: isLine ? [grid.column] : [label, grid.column])
        let which =
            isLine && grid.rowCount > plotLimit
            ? "first \(GridText.grouped(plotLimit)) rows"
            : "rows \(rows.lowerBound + 1)–\(rows.upperBound)"
        state.viewer = Viewer(
            title: (isLine ? "line · " : "bars · ") + name + " · " + which, windowRequest: request)
        return [.perform(.window(request))]
    }

    /// Takes over cells that the viewer waits for; false where it does not.
    static func takeIntoViewer(
        _ state: inout QueryDesk.State, _ request: WindowRequest, _ cells: [[CellExcerpt]]
    ) -> Bool {
        guard state.viewer?.windowRequest == request, let grid = state.grid else { return false }
        state.viewer?.windowRequest = nil
        let title = state.viewer?.title ?? ""
        if title.hasPrefix("bars") {
            state.viewer?.content = .bars(cells.map { ($0[0], number($0[$0.count - 1].cell)) })
        } else if title.hasPrefix("line") {
            state.viewer?.content = .line(cells.compactMap { number($0[0].cell) })
        } else if let row = cells.first {
            let parts = zip(request.columns, row).map { column, cell in
                (name: grid.columns[column].name, type: grid.columns[column].type, cell: cell)
            }
            state.viewer?.content = .record(parts)
        }
        return true
    }

    private static func number(_ cell: ResultCell) -> Double? {
        switch cell {
        case .integer(let value): Double(value)
        case .real(let value): value.isFinite ? value : nil
        case .text(let bytes): Double(String(decoding: bytes.prefix(60), as: UTF8.self))
        default: nil
        }
    }

    static func press(
        _ state: inout QueryDesk.State, viewer key: Key
    ) -> QueryDesk.Requests? {
        guard var viewer = state.viewer else { return nil }
        let page = max(1, state.gridSize.height - 1)
        switch key {
        case .escape, .character("q"), .enter:
            state.viewer = nil
            return []
        case .character("j"), .down: viewer.scroll += 1
        case .character("k"), .up: viewer.scroll = max(0, viewer.scroll - 1)
        case .pageDown, .character(" "), .control("f"): viewer.scroll += page
        case .pageUp, .control("b"): viewer.scroll = max(0, viewer.scroll - page)
        case .character("g"), .home: viewer.scroll = 0
        case .character("G"), .end: viewer.scroll = .max
        case .character("h"), .left, .character("l"), .right:
            guard case .text(var text) = viewer.content else { return [] }
            let isFold = key == .character("h") || key == .left
            text.setFolded(isFold, atVisibleLine: viewer.scroll)
            viewer.content = .text(text)
        case .character("z"):
            guard case .text(var text) = viewer.content else { return [] }
            text.toggleAll()
            viewer.content = .text(text)
        case .character("y"):
            if case .text(let text) = viewer.content { return [.copy(text.whole)] }
            return []
        case .character(let character) where !"0123456789:?+_".contains(character): return []
        default: return nil
        }
        viewer.scroll = min(viewer.scroll, max(0, lineCount(viewer, state.gridSize) - 1))
        state.viewer = viewer
        return []
    }

    private static func lineCount(_ viewer: Viewer, _ size: Size) -> Int {
        switch viewer.content {
        case .text(let text): text.visible.count
        case .record(let parts): parts.count
        default: 1
        }
    }

    static func draw(_ viewer: Viewer, in area: Rect, on grid: inout Grid) {
        grid.fill(area, surface: .base)
        switch viewer.content {
        case .waiting: grid.write("…", row: 0, of: area, role: .dim)
        case .text(let text):
            for (row, line) in text.visible.dropFirst(viewer.scroll).prefix(area.height)
                .enumerated()
            {
                let part = text.lines[line]
                let mark = part.isFolded ? grid.charset.pick("▸", ascii: ">") : " "
                grid.write(mark, row: row, of: area, role: .dim)
                let used = grid.write(
                    part.text, row: row, of: area, column: 1, overflow: .ellipsis)
                if part.isFolded {
                    grid.write(
                        " … \(part.hidden) lines", row: row, of: area, column: 1 + used, role: .dim)
                }
            }
        case .record(let parts):
            let names = min(area.width / 3, parts.map { DisplayWidth.of($0.name) }.max() ?? 0)
            for (row, part) in parts.dropFirst(viewer.scroll).prefix(area.height).enumerated() {
                grid.write(
                    part.name, row: row, of: area, width: names, role: .title, overflow: .ellipsis)
                let bytes = GridText.bytes(of: part.cell, isHumanised: false)
                grid.write(
                    bytes: bytes.span, row: row, of: area, column: names + 2,
                    role: GridText.role(of: part.cell.cell), overflow: .ellipsis)
            }
        case .bars(let bars): Plot.drawBars(bars, in: area, on: &grid)
        case .line(let values): Plot.drawLine(values, in: area, on: &grid)
        }
    }
}

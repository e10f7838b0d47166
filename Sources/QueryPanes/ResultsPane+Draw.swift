import PaneKit
import ResultStore
import Screen

extension ResultsPane {
    static func caption(_ state: QueryDesk.State, _ context: PaneContext) -> PaneCaption {
        guard let grid = state.grid else { return PaneCaption("Results") }
        var title = "Results"
        if state.grids.count > 1 { title += " \(state.gridIndex + 1) of \(state.grids.count)" }
        if let viewer = state.viewer {
            return PaneCaption(title + " · " + viewer.title, footer: viewer.keys)
        }
        let line = grid.title.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        title += " · " + String(line.prefix(60))
        var parts: [String] = []
        if let working = state.working { parts.append(working.text + ", ^C cancels") }
        if !grid.note.isEmpty { parts.append(grid.note) }
        if let anchor = grid.anchor { parts.append("\(abs(anchor - grid.cursorRow) + 1) marked") }
        if grid.columns.indices.contains(grid.column) {
            let column = grid.columns[grid.column]
            parts.append(column.type.isEmpty ? column.name : "\(column.name) \(column.type)")
        }
        let count = GridText.grouped(grid.rowCount) + (grid.isComplete ? "" : "+")
        let row = grid.rowCount == 0 ? 0 : grid.cursorRow + 1
        parts.append("\(GridText.grouped(row)) of \(count)")
        // The longest comes last: it may be cut.
        if let problem = grid.problem { parts.append(problem) }
        return PaneCaption(title, footer: parts.joined(separator: " · "))
    }

    static func draw(
        _ state: QueryDesk.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) -> Point? {
        if let viewer = state.viewer {
            draw(viewer, in: area, on: &grid)
            return nil
        }
        guard let result = state.grid else {
            grid.write(
                "No result yet: F5 in the editor runs a query.", row: 0, of: area, role: .dim,
                overflow: .ellipsis)
            return nil
        }
        if result.isTransposed {
            drawTransposed(result, in: area, context, on: &grid)
        } else {
            drawGrid(result, in: area, context, on: &grid)
        }
        return nil
    }

    private static func drawGrid(
        _ result: GridState, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let columns = result.visibleColumns(width: area.width)
        let gutter = result.gutter(area.width)
        for (index, x, width) in columns {
            let column = result.order[index]
            let isRight = result.columns[column].isNumeric
            let name = result.columns[column].name
            let shown = min(width, DisplayWidth.of(name, charset: grid.charset))
            grid.write(
                name, row: 0, of: area, column: isRight ? x + width - shown : x, width: width,
                role: .title, emphasis: index == result.cursorColumn ? .underline : .bold,
                overflow: .ellipsis)
        }
        for row in 0..<max(0, area.height - 1) {
            let number = result.topRow + row
            guard number < result.rowCount else { break }
            if gutter > 0 {
                let text = GridText.grouped(number + 1)
                grid.write(
                    text, row: row + 1, of: area, column: gutter - 1 - text.count,
                    width: gutter - 1, role: .dim)
            }
            for (index, x, width) in columns {
                let column = result.order[index]
                draw(
                    result.cell(row: number, column: column), result, column, row: row + 1,
                    x: x, width: width, in: area, on: &grid)
            }
            markDifference(result, number, row: row + 1, columns, in: area, on: &grid)
            decorate(result, number, row: row + 1, columns, in: area, context, on: &grid)
        }
        if result.rowCount == 0 {
            grid.write(
                result.isComplete ? "No rows." : "Waiting for the first row…", row: 1, of: area,
                column: gutter, role: .dim)
        }
        if result.frozenCount > 0, let last = columns.last(where: { $0.index < result.frozenCount })
        {
            let x = last.x + last.width
            if x < area.width {
                for row in 0..<area.height {
                    grid.write(
                        grid.charset.pick("│", ascii: "|"), row: row, of: area, column: x,
                        role: .border)
                }
            }
        }
    }

    private static func decorate(
        _ result: GridState, _ number: Int, row: Int,
        _ columns: [(index: Int, x: Int, width: Int)], in area: Rect, _ context: PaneContext,
        on grid: inout Grid
    ) {
        if result.anchor != nil, result.chosenRows.contains(number) {
            grid.highlight(row: row, of: area, surface: .marked)
        }
        guard number == result.cursorRow else { return }
        if !context.isFocused {
            return grid.highlight(row: row, of: area, surface: .selectedUnfocused)
        }
        if let cell = columns.first(where: { $0.index == result.cursorColumn }) {
            let place = Rect(x: area.x + cell.x, y: area.y + row, width: cell.width, height: 1)
            grid.restyle(place.intersection(area), surface: .selected)
        }
    }

    private static func draw(
        _ excerpt: CellExcerpt?, _ result: GridState, _ column: Int, row: Int, x: Int,
        width: Int, in area: Rect, on grid: inout Grid
    ) {
        guard let excerpt else {
            grid.write("·", row: row, of: area, column: x, width: width, role: .dim)
            return
        }
        let bytes = GridText.bytes(
            of: excerpt, isHumanised: result.humanised.contains(column))
        let shown = bytes.prefix(max(0, width) * 8 + 8)
        let isRight = GridText.isNumber(excerpt.cell) || result.columns[column].isNumeric
        var start = x
        if isRight {
            let cells = DisplayWidth.of(shown.span, charset: grid.charset)
            start = x + max(0, width - cells)
            // Points stand below each other, where there is room for it.
            if result.isNumber(excerpt, in: column), !result.humanised.contains(column) {
                let behind = (result.fractions[column] ?? 0) - GridText.fraction(bytes)
                if start - behind >= x { start -= max(0, behind) }
            }
        }
        grid.write(
            bytes: shown.span, row: row, of: area, column: start, width: width - (start - x),
            role: GridText.role(of: excerpt.cell), overflow: .ellipsis)
    }

    /// Columns below each other, rows side by side.
    private static func drawTransposed(
        _ result: GridState, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let names = min(22, area.width / 3)
        let width = 24
        let top = PaneFrame.topRow(
            0, cursor: result.cursorColumn, count: result.order.count, height: area.height - 1)
        let shownRows = max(1, (area.width - names - 2) / (width + GridState.gap))
        for place in 0..<shownRows where result.topRow + place < result.rowCount {
            let x = names + 2 + place * (width + GridState.gap)
            let number = result.topRow + place
            grid.write(
                GridText.grouped(number + 1), row: 0, of: area, column: x, width: width,
                role: number == result.cursorRow ? .title : .dim)
            for row in 0..<max(0, area.height - 1) {
                guard top + row < result.order.count else { break }
                let column = result.order[top + row]
                draw(
                    result.cell(row: number, column: column), result, column, row: row + 1, x: x,
                    width: min(width, area.width - x), in: area, on: &grid)
                if number == result.cursorRow, top + row == result.cursorColumn {
                    let cell = Rect(x: area.x + x, y: area.y + row + 1, width: width, height: 1)
                    grid.restyle(
                        cell.intersection(area),
                        surface: context.isFocused ? .selected : .selectedUnfocused)
                }
            }
        }
        for row in 0..<max(0, area.height - 1) where top + row < result.order.count {
            grid.write(
                result.columns[result.order[top + row]].name, row: row + 1, of: area,
                width: names, role: .title, overflow: .ellipsis)
        }
    }
}

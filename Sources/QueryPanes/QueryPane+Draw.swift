import Domain
import EditorText
import PaneKit
import SQLText
import Screen

/// A line of text as cells: tabs reach to the next multiple of four.
struct EditorLine {
    let line: TextBuffer.Line

    init(_ line: TextBuffer.Line) { self.line = line }

    static func width(_ character: Character, at cell: Int) -> Int {
        if character == "\t" { return 4 - cell % 4 }
        if let byte = character.asciiValue, byte >= 0x20, byte < 0x7F { return 1 }
        return DisplayWidth.of(String(character))
    }

    /// The cell at which a column begins.
    func cell(ofColumn column: Int) -> Int {
        var cell = 0
        for character in line.prefix(column) { cell += Self.width(character, at: cell) }
        return cell
    }

    /// The column whose character covers a cell.
    func column(atCell wanted: Int) -> Int {
        var (cell, column) = (0, 0)
        for character in line {
            cell += Self.width(character, at: cell)
            if cell > wanted { return column }
            column += 1
        }
        return column
    }
}

extension QueryPane {
    static func lexer(_ state: QueryDesk.State) -> SQLLexer { SQLLexer(state.dialect) }

    /// Cells for line numbers: as many digits as the last one has, and a blank.
    static func gutterWidth(_ buffer: QueryBuffer) -> Int {
        max(2, String(buffer.editor.buffer.lineCount).count) + 1
    }

    static func textWidth(_ state: QueryDesk.State) -> Int {
        let gutter = state.editorSize.width >= 30 ? gutterWidth(state.buffer) : 0
        return max(1, state.editorSize.width - gutter)
    }

    /// How far the text is moved to the left so that the cursor is in sight.
    static func leftColumn(_ buffer: QueryBuffer, width: Int) -> Int {
        let editor = buffer.editor
        let cell = EditorLine(editor.buffer.lines[editor.cursor.line]).cell(
            ofColumn: editor.cursor.column)
        if cell < buffer.leftColumn { return max(0, cell - width / 4) }
        if cell >= buffer.leftColumn + width { return cell - width + 1 + width / 4 }
        return cell < width ? 0 : buffer.leftColumn
    }

    /// DuckDB now and then does not obey, and its session is not ended unasked.
    private static func cancelling(
        _ state: QueryDesk.State, _ running: QueryDesk.Running
    ) -> String {
        let choice = state.connections.first { $0.name == running.connection }
        return choice?.dialect == .duckdb ? "cancelling, ^C again ends the session" : "cancelling"
    }

    static func caption(_ state: QueryDesk.State, _ context: PaneContext) -> PaneCaption {
        var title = "Query"
        if state.buffers.count > 1 {
            title += " · \(state.buffer.name) (\(state.bufferIndex + 1) of \(state.buffers.count))"
        }
        title += " · " + (state.connection ?? "no connection")
        let choice = state.connections.first { $0.name == state.connection }
        if choice?.isReadOnly == true { title += " · read-only" }
        if let note = state.connection.flatMap({ state.connectionNotes[$0] }) {
            title += " · " + note
        }
        var parts: [String] = []
        if let running = state.running {
            let seconds = Int(context.clock.now.since(running.startedAt).microseconds / 1_000_000)
            parts.append(
                running.isCancelling
                    ? cancelling(state, running) : "running \(seconds) s, ^C cancels")
        }
        switch state.buffer.editor.mode {
        case .readline: break
        case .viNormal: parts.append("NORMAL")
        case .viInsert: parts.append("INSERT")
        case .viReplace: parts.append("REPLACE")
        case .viVisual: parts.append("VISUAL")
        case .viVisualLine: parts.append("VISUAL LINE")
        }
        let cursor = state.buffer.editor.cursor
        parts.append("\(cursor.line + 1):\(cursor.column + 1)")
        return PaneCaption(title, footer: parts.joined(separator: " · "))
    }

    static func draw(
        _ state: QueryDesk.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) -> Point? {
        let message = messageLines(state, Size(width: area.width, height: area.height))
        let whole = area
        let area = whole.split(top: whole.height - message.count).top
        draw(message, below: area, in: whole, on: &grid)
        let buffer = state.buffer
        let gutter = area.width >= 30 ? gutterWidth(buffer) : 0
        let (_, text) = area.split(left: gutter)
        let editor = buffer.editor
        for row in 0..<area.height {
            let number = editor.topLine + row
            guard number < editor.buffer.lineCount else { break }
            if gutter > 0 {
                let isError = buffer.error?.position?.line == number
                let label = isError ? "!" + String(number + 1) : String(number + 1)
                grid.write(
                    label, row: row, of: area,
                    column: max(0, gutter - 1 - label.count), width: gutter - 1,
                    role: isError ? .error : .dim)
            }
            drawLine(buffer, number, row: row, of: text, on: &grid)
        }
        if editor.buffer.isEmpty, !context.isFocused || state.connections.isEmpty {
            drawHint(state, in: text, on: &grid)
        }
        let line = EditorLine(editor.buffer.lines[editor.cursor.line])
        let cell = line.cell(ofColumn: editor.cursor.column) - buffer.leftColumn
        let cursor = Point(
            x: min(max(text.x, text.x + cell), max(text.x, text.right - 1)),
            y: min(text.y + editor.cursor.line - editor.topLine, max(area.y, area.bottom - 1)))
        if let search = editor.searchLine {
            let row = max(0, area.height - 1)
            grid.fill(
                Rect(x: area.x, y: area.y + row, width: area.width, height: min(1, area.height)),
                surface: .popup)
            let sign = search.isForward ? "/" : "?"
            let used = grid.write(sign + search.text, row: row, of: area, surface: .popup)
            return Point(x: min(area.right - 1, area.x + used), y: area.y + row)
        }
        if let picker = state.picker { return draw(picker, state, in: whole, on: &grid) }
        if let completion = state.completion {
            draw(completion, at: cursor, in: area, on: &grid)
        }
        return cursor
    }

    /// The error of the last run, wrapped, for the last lines of the pane: at most a third of it.
    static func messageLines(_ state: QueryDesk.State, _ size: Size) -> [String] {
        guard let message = state.buffer.message, size.width > 8 else { return [] }
        let limit = min(6, size.height / 3)
        let lines = LineWrapping.pieces(of: message, width: size.width - 1)
        guard lines.count > limit else { return lines }
        return lines.prefix(max(0, limit - 1)) + (limit > 0 ? [lines[limit - 1] + "…"] : [])
    }

    private static func draw(
        _ message: [String], below text: Rect, in area: Rect, on grid: inout Grid
    ) {
        for (index, line) in message.enumerated() {
            let row = text.height + index
            grid.write(line, row: row, of: area, role: .error, overflow: .ellipsis)
        }
    }

    private static func drawHint(_ state: QueryDesk.State, in area: Rect, on grid: inout Grid) {
        let words =
            state.connections.isEmpty
            ? "No connection yet: 'connections:' in spillway.yml, or 'spillway query sqlite:FILE'."
            : "Type SQL; F5 runs the statement under the cursor, F3 shows the tables."
        grid.write(words, row: 0, of: area, column: 1, role: .dim, overflow: .ellipsis)
    }

    private static func drawLine(
        _ buffer: QueryBuffer, _ number: Int, row: Int, of area: Rect, on grid: inout Grid
    ) {
        let line = buffer.editor.buffer.lines[number]
        let colors = buffer.colors(ofLine: number)
        let selected = selectedColumns(buffer, number)
        let hits = hits(buffer, number)
        var (cell, start) = (0, 0)
        var run = ""
        var runStart = 0
        func flush(_ end: Int, _ grid: inout Grid) {
            guard !run.isEmpty else { return }
            let color = colors[start]
            let column = runStart - buffer.leftColumn
            if column < area.width {
                grid.write(
                    run, row: row, of: area, column: max(0, column), role: color.role,
                    emphasis: color == .keyword ? .bold : [], skip: max(0, -column))
            }
            run = ""
        }
        for (index, character) in line.enumerated() {
            if cell - buffer.leftColumn >= area.width { break }
            if run.isEmpty || colors[index] != colors[start] {
                flush(index, &grid)
                (start, runStart) = (index, cell)
            }
            let width = EditorLine.width(character, at: cell)
            if character == "\t" {
                run += String(repeating: " ", count: width)
            } else {
                run.append(character)
            }
            cell += width
        }
        flush(line.count, &grid)
        let cells = EditorLine(line)
        func restyle(_ range: Range<Int>, _ surface: Surface, extra: Int = 0) {
            let first = cells.cell(ofColumn: range.lowerBound) - buffer.leftColumn
            let last = cells.cell(ofColumn: range.upperBound) - buffer.leftColumn + extra
            let place = Rect(x: area.x + first, y: area.y + row, width: last - first, height: 1)
            grid.restyle(place.intersection(area), surface: surface)
        }
        for hit in hits { restyle(hit, .match) }
        if let selected {
            // An empty line that is selected shows a cell of it.
            let reachesEnd = selected.upperBound == line.count && selected.isEmpty
            restyle(selected, .marked, extra: reachesEnd ? 1 : 0)
        }
        if let position = buffer.error?.position, position.line == number, !line.isEmpty {
            let column = min(position.column, line.count - 1)
            let first = cells.cell(ofColumn: column) - buffer.leftColumn
            let place = Rect(x: area.x + first, y: area.y + row, width: 1, height: 1)
            grid.restyle(place.intersection(area), role: .error, adding: .underline)
        }
    }

    private static func selectedColumns(_ buffer: QueryBuffer, _ number: Int) -> Range<Int>? {
        guard let (start, end) = buffer.editor.selection, start.line <= number, number <= end.line
        else { return nil }
        let first = number == start.line ? start.column : 0
        let length = buffer.editor.buffer.lines[number].count
        let last = number == end.line ? min(end.column, length) : length
        return first..<max(first, last)
    }

    private static func hits(_ buffer: QueryBuffer, _ number: Int) -> [Range<Int>] {
        guard let line = buffer.editor.searchLine, !line.text.isEmpty else { return [] }
        let search = TextEditor.Search(text: line.text, isForward: true)
        return buffer.editor.hits(of: search, inLine: number).map { $0..<$0 + line.text.count }
    }

    // MARK: Lists

    private static func draw(
        _ completion: Completion, at cursor: Point, in area: Rect, on grid: inout Grid
    ) {
        let width = min(
            area.width,
            max(
                24,
                completion.items.prefix(40).map { $0.text.count + $0.note.count + 4 }.max() ?? 24))
        let below = area.bottom - cursor.y - 1
        let above = cursor.y - area.y
        let height = min(8, completion.items.count, max(below, above))
        guard height > 0, width > 4 else { return }
        let isBelow = below >= height || below >= above
        let x = min(max(area.x, cursor.x - completion.prefixLength), area.right - width)
        let box = Rect(
            x: x, y: isBelow ? cursor.y + 1 : cursor.y - height, width: width, height: height
        ).intersection(area)
        grid.fill(box, surface: .popup)
        let top = PaneFrame.topRow(
            0, cursor: completion.cursor, count: completion.items.count, height: box.height)
        for (row, item) in completion.items.dropFirst(top).prefix(box.height).enumerated() {
            let used = grid.write(
                item.text, row: row, of: box, column: 1, width: max(0, box.width - 2),
                role: .strong, surface: .popup, overflow: .ellipsis)
            if box.width - used - 4 > 0 {
                grid.write(
                    item.note, row: row, of: box, column: used + 3, width: box.width - used - 4,
                    role: .dim, surface: .popup, overflow: .ellipsis)
            }
            if top + row == completion.cursor {
                grid.highlight(row: row, of: box, surface: .selected)
            }
        }
    }

    private static func draw(
        _ picker: Picker, _ state: QueryDesk.State, in area: Rect, on grid: inout Grid
    ) -> Point {
        let items = picker.items(state)
        grid.fill(area, surface: .popup)
        let title = picker.title + " "
        let used = grid.write(title, row: 0, of: area, column: 1, role: .title, emphasis: .bold)
        grid.write(picker.line.text, row: 0, of: area, column: 1 + used, overflow: .ellipsisAtStart)
        grid.writeRight("\(items.count)", row: 0, of: area, margin: 1, role: .dim)
        let list = area.split(top: 1).rest
        if items.isEmpty {
            grid.write(
                picker.line.text.isEmpty ? "Nothing here yet." : "Nothing fits.", row: 0, of: list,
                column: 1, role: .dim)
        }
        let top = PaneFrame.topRow(
            0, cursor: picker.cursor, count: items.count, height: list.height)
        for (row, item) in items.dropFirst(top).prefix(list.height).enumerated() {
            let mark =
                picker.kind == .tables && item.depth == 0
                ? (picker.expanded.contains(item.value) ? "▾ " : "▸ ") : "  "
            let width = max(0, list.width * 3 / 5 - 2)
            grid.write(
                grid.charset.pick(mark, ascii: mark == "  " ? "  " : "> "), row: row, of: list,
                column: item.depth * 2, role: .dim)
            grid.write(
                item.title, row: row, of: list, column: 2 + item.depth * 2, width: width,
                role: .strong, overflow: .ellipsis)
            grid.write(
                item.note, row: row, of: list, column: width + 5, role: .dim, overflow: .ellipsis)
            if top + row == picker.cursor { grid.highlight(row: row, of: list, surface: .selected) }
        }
        let typed = DisplayWidth.of(picker.line.text, charset: grid.charset)
        return Point(x: min(max(area.x, area.right - 1), area.x + 1 + used + typed), y: area.y)
    }
}

extension SQLColor {
    var role: Role {
        switch self {
        case .plain, .name: .plain
        case .keyword: .syntaxKeyword
        case .text: .syntaxString
        case .number, .parameter: .syntaxNumber
        case .comment: .syntaxComment
        case .function: .syntaxFunction
        case .type: .syntaxType
        }
    }
}

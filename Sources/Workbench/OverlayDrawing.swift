import Domain
import PaneKit
import Screen

/// Draws what lies above the panes, and says where the terminal's cursor belongs.
enum OverlayDrawing {
    static func draw(
        _ state: WorkbenchState, _ layout: WorkbenchLayout, on grid: inout Grid
    ) -> Point? {
        switch state.overlay {
        case .help(let help): return drawHelp(state, help, on: &grid)
        case .prompt(let prompt): return draw(prompt, state, in: layout.keyBar, on: &grid)
        case .question(let question): drawQuestion(question, in: layout.keyBar, on: &grid)
        case .notices(let notices): return drawNotices(state, notices, on: &grid)
        case .palette(let palette): return drawPalette(state, palette, on: &grid)
        case .themes(let choice): return drawThemes(state, choice, on: &grid)
        case nil: break
        }
        return nil
    }

    /// A box in the middle of the screen, as large as fits.
    static func box(_ size: Size, in screen: Size) -> Rect {
        let width = min(size.width, screen.width)
        let height = min(size.height, screen.height)
        return Rect(
            x: (screen.width - width) / 2, y: (screen.height - height) / 2, width: width,
            height: height)
    }

    private static func draw(
        _ prompt: Overlay.PromptState, _ state: WorkbenchState, in area: Rect, on grid: inout Grid
    ) -> Point {
        grid.fill(area, surface: .popup)
        let sign =
            switch prompt.owner {
            case .command: ":"
            case .pane(_, let asked): asked.sign
            }
        let signWidth = grid.write(
            sign, row: 0, of: area, role: .key, surface: .popup, emphasis: .bold)
        let before = String(prompt.line.characters[..<prompt.line.cursor])
        let beforeWidth = DisplayWidth.of(before, charset: grid.charset)
        let room = max(1, area.width - signWidth - 1)
        let skip = max(0, beforeWidth - room + 1)
        grid.write(
            prompt.line.text, row: 0, of: area, column: signWidth, surface: .popup, skip: skip)
        let candidates = CommandLine.candidates(for: prompt, state)
        if prompt.owner == .command, prompt.line.text.isEmpty {
            grid.write(
                "a command · Tab completes · Up brings earlier ones · Esc closes", row: 0, of: area,
                column: signWidth + 2, role: .dim, surface: .popup, overflow: .ellipsis)
        } else if !candidates.isEmpty {
            let text = candidates.prefix(12).joined(separator: "  ")
            let start = signWidth + DisplayWidth.of(prompt.line.text, charset: grid.charset) + 3
            if start < area.width, !prompt.line.text.isEmpty {
                grid.write(
                    text, row: 0, of: area, column: start, role: .dim, surface: .popup,
                    overflow: .ellipsis)
            }
        }
        return Point(x: min(area.right - 1, signWidth + beforeWidth - skip), y: area.y)
    }

    private static func drawQuestion(
        _ question: Overlay.Question, in area: Rect, on grid: inout Grid
    ) {
        grid.fill(area, surface: .popup)
        var answers = [
            TextRun("y", .key, .bold), TextRun(" yes  "), TextRun("n", .key, .bold),
            TextRun(" no"),
        ]
        var answersWidth = 11
        if let other = question.other {
            answers += [
                TextRun("  "), TextRun(String(other.key), .key, .bold), TextRun(" " + other.words),
            ]
            answersWidth += 4 + DisplayWidth.of(other.words, charset: grid.charset)
        }
        let used = grid.write(
            " " + question.text + " ", row: 0, of: area,
            width: max(0, area.width - answersWidth), role: .warning, surface: .popup,
            emphasis: .bold, overflow: .ellipsis)
        grid.write(answers, row: 0, of: area, column: used, surface: .popup)
    }

    private static func drawPalette(
        _ state: WorkbenchState, _ palette: Overlay.PaletteState, on grid: inout Grid
    ) -> Point {
        let entries = palette.found
        let area = box(
            Size(width: 80, height: max(10, grid.size.height * 2 / 3)),
            in: grid.size)
        let inside = grid.drawFrame(
            area, title: "Find anything", footer: "\(palette.count) · Enter opens · Esc closes",
            isFocused: true, surface: .popup)
        let room = max(1, inside.width - 3)
        let before = DisplayWidth.of(
            String(palette.line.characters[..<palette.line.cursor]), charset: grid.charset)
        let skip = max(0, before - room + 1)
        grid.write("›", row: 0, of: inside, role: .key)
        grid.write(palette.line.text, row: 0, of: inside, column: 2, skip: skip)
        let list = inside.split(top: 1).rest
        let top = PaneFrame.topRow(
            0, cursor: palette.cursor, count: entries.count, height: list.height)
        for (row, entry) in entries.dropFirst(top).prefix(list.height).enumerated() {
            let used = grid.write(
                entry.name, row: row, of: list, column: 2, width: list.width / 2,
                role: .strong, overflow: .ellipsis)
            grid.write(
                entry.note, row: row, of: list, column: 2 + max(used + 2, list.width / 2),
                role: .dim, overflow: .ellipsis)
            if top + row == palette.cursor {
                grid.highlight(row: row, of: list, surface: .selected)
            }
        }
        return Point(x: inside.x + min(inside.width - 1, 2 + before - skip), y: inside.y)
    }

}

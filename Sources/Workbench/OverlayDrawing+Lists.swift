import Domain
import PaneKit
import Screen

// Lists above the panes: keys, messages, themes. Each scrolls, and is filtered by `/`.
extension OverlayDrawing {
    // MARK: Keys

    private static func helpBox(_ count: Int, in screen: Size) -> Rect {
        box(Size(width: 102, height: count + 3), in: screen)
    }

    /// Lines of help in sight at once.
    static func roomForHelp(_ state: WorkbenchState, _ help: Overlay.ListState) -> Int {
        let count = HelpText.lines(for: state, help).count
        return helpBox(count, in: state.size).height - 2 - (help.filter.isShown ? 1 : 0)
    }

    static func drawHelp(
        _ state: WorkbenchState, _ help: Overlay.ListState, on grid: inout Grid
    ) -> Point? {
        let lines = HelpText.lines(for: state, help)
        let area = helpBox(lines.count, in: grid.size)
        let room = roomForHelp(state, help)
        let inside = grid.drawFrame(
            area, title: "Keys",
            footer: footer("/ filters · Esc closes", help.scroll, room, lines.count, grid.charset),
            isFocused: true, surface: .popup)
        let (list, cursor) = help.filter.draw(in: inside, on: &grid)
        for (row, line) in lines.dropFirst(help.scroll).prefix(max(0, list.height)).enumerated() {
            draw(line, row: row, of: list, on: &grid)
        }
        return cursor
    }

    private static func draw(
        _ line: HelpText.Line, row: Int, of list: Rect, on grid: inout Grid
    ) {
        switch line {
        case .heading(let text):
            grid.write(text, row: row, of: list, column: 1, role: .title, emphasis: .bold)
        case .entry(let keys, let title, let name):
            let width = min(20, list.width / 3)
            grid.write(
                keys, row: row, of: list, column: 1, width: width, role: .key,
                overflow: .ellipsis)
            // What a key does is read first: its name stands behind that, in a column as far as it can.
            let begin = width + 2
            let least = list.width >= 60 ? list.width - 24 : list.width
            let names = max(least, begin + DisplayWidth.of(title, charset: grid.charset) + 1)
            grid.write(
                title, row: row, of: list, column: begin,
                width: max(0, min(names, list.width) - begin - 1), overflow: .ellipsis)
            if names < list.width {
                grid.write(
                    name, row: row, of: list, column: names, width: list.width - names,
                    role: .dim, overflow: .ellipsis)
            }
        case .blank: break
        }
    }

    /// What stands below a list: how to go on, and that there is more than is in sight.
    private static func footer(
        _ words: String, _ scroll: Int, _ room: Int, _ count: Int, _ charset: Charset
    ) -> String {
        guard count > room else { return words }
        let last = min(count, scroll + max(1, room))
        let more = last < count ? charset.pick("↓ ", ascii: "v ") : ""
        return "\(more)\(last)/\(count) · " + words
    }

    // MARK: Messages

    /// The messages that pass the filter, newest first.
    private static func shownNotices(
        _ state: WorkbenchState, _ notices: Overlay.ListState
    ) -> [NoticeHistory.Entry] {
        state.notices.entries.reversed().filter {
            notices.filter.filter.passes($0.notice.kind.word + $0.notice.text)
        }
    }

    /// A row of the list of messages: a long message takes several, the time stands in its first.
    private struct NoticeLine {
        var time: String?
        var text: String
        var role: Role
    }

    private static let noticeWidth = 100
    /// Cells in front of a message: a blank, the time, two blanks.
    private static let noticeMargin = 11

    private static func noticeLines(
        _ state: WorkbenchState, _ notices: Overlay.ListState
    ) -> [NoticeLine] {
        let width = min(noticeWidth, state.size.width) - 2 - noticeMargin
        return shownNotices(state, notices).flatMap { entry in
            let notice = entry.notice
            let pieces = LineWrapping.pieces(of: notice.kind.word + notice.text, width: width)
            return pieces.enumerated().map { index, text in
                NoticeLine(
                    time: index == 0 ? state.clock.civilTime(entry.at).clockText : nil,
                    text: text, role: notice.kind.role)
            }
        }
    }

    private static func noticesBox(_ count: Int, _ isFiltered: Bool, in screen: Size) -> Rect {
        box(
            Size(width: noticeWidth, height: max(3, count + 2) + (isFiltered ? 1 : 0)), in: screen)
    }

    /// Rows of the list of messages, and how many are in sight at once.
    static func measureNotices(
        _ state: WorkbenchState, _ notices: Overlay.ListState
    ) -> (count: Int, room: Int) {
        let count = noticeLines(state, notices).count
        let isFiltered = notices.filter.isShown
        let box = noticesBox(count, isFiltered, in: state.size)
        return (count, box.height - 2 - (isFiltered ? 1 : 0))
    }

    static func drawNotices(
        _ state: WorkbenchState, _ notices: Overlay.ListState, on grid: inout Grid
    ) -> Point? {
        let lines = noticeLines(state, notices)
        let area = noticesBox(lines.count, notices.filter.isShown, in: grid.size)
        let room = measureNotices(state, notices).room
        let inside = grid.drawFrame(
            area, title: "Messages",
            footer: footer(
                "/ filters · Esc closes", notices.scroll, room, lines.count, grid.charset),
            isFocused: true, surface: .popup)
        let (list, cursor) = notices.filter.draw(in: inside, on: &grid)
        if lines.isEmpty {
            let words = state.notices.entries.isEmpty ? "None so far." : "None passes the filter."
            grid.write(words, row: 0, of: list, column: 1, role: .dim)
        }
        for (row, line) in lines.dropFirst(notices.scroll).prefix(max(0, list.height))
            .enumerated()
        {
            grid.write(line.time ?? "", row: row, of: list, column: 1, role: .dim)
            grid.write(
                line.text, row: row, of: list, column: noticeMargin, role: line.role,
                overflow: .ellipsis)
        }
        return cursor
    }

    // MARK: Themes

    /// The names of the themes that pass the filter.
    static func shownThemes(_ state: WorkbenchState, _ choice: Overlay.ThemeChoice) -> [String] {
        state.themeNames.filter { choice.filter.filter.passes($0) }
    }

    /// The themes at the right edge, so that the panes that they change stay in sight.
    static func drawThemes(
        _ state: WorkbenchState, _ choice: Overlay.ThemeChoice, on grid: inout Grid
    ) -> Point? {
        let names = shownThemes(state, choice)
        let isFiltered = choice.filter.isShown
        let size = Size(width: 30, height: max(1, names.count) + 2 + (isFiltered ? 1 : 0))
        var area = box(size, in: grid.size)
        area.x = max(0, grid.size.width - area.width - 2)
        let inside = grid.drawFrame(
            area, title: "Themes", footer: "/ filters · Enter · Esc", isFocused: true,
            surface: .popup)
        let (list, cursor) = choice.filter.draw(in: inside, on: &grid)
        let top = PaneFrame.topRow(
            0, cursor: choice.cursor, count: names.count, height: list.height)
        for (row, name) in names.dropFirst(top).prefix(max(0, list.height)).enumerated() {
            let number = top + row + 1
            grid.write(
                [TextRun(number < 10 ? "\(number)" : " ", .key), TextRun(" " + name)], row: row,
                of: list, column: 1, overflow: .ellipsis)
            if top + row == choice.cursor {
                grid.highlight(row: row, of: list, surface: .selected)
            }
        }
        return cursor
    }
}

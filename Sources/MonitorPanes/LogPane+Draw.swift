import Domain
import LogText
import PaneKit
import Screen
import TextSearch

extension LogPane {
    static func draw(
        _ state: Monitor.State, in inside: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let log = state.log
        if log.merged == nil, let words = reasonForNothing(state) {
            for (row, line) in words.enumerated() {
                grid.write(line, row: row, of: inside, role: .dim, overflow: .ellipsis)
            }
            return
        }
        if let detail = log.detail { return detail.draw(in: inside, on: &grid) }
        let rows = log.rows
        guard !rows.isEmpty else {
            guard let window = log.window else { return }
            let isFiltered = !log.filter.isEmpty && (window.fileSize > 0 || log.merged != nil)
            let hasEnded = log.merged == nil && log.attempt?.endedAt != nil
            let words =
                isFiltered
                ? "No line passes the filter; Esc shows all."
                : hasEnded ? "Nothing was written." : "Nothing written yet."
            grid.write(words, row: 0, of: inside, role: .dim, overflow: .ellipsis)
            return
        }
        let painter = LogPainter(log, context, area: inside, charset: grid.charset)
        if log.view.isWrapping {
            painter.drawWrapped(rows, on: &grid)
        } else if let top = topRow(log, rows) {
            for (row, entries) in rows[top...].prefix(inside.height).enumerated() {
                painter.draw(entries, row: row, skip: log.leftColumn, on: &grid)
            }
        }
    }

    /// Why there is no log to show; nil where there is one.
    private static func reasonForNothing(_ state: Monitor.State) -> [String]? {
        guard let task = state.log.task else { return [noRun(state.model)] }
        guard state.log.attempt == nil else { return nil }
        // Until the task and its attempts are read, nothing is said that may be wrong.
        guard let row = state.model.task(task.task), row.attemptCount == 0 else { return [] }
        // Without a state it waits, and what for is said behind it.
        let words = row.state == .none ? "" : ": " + row.state.words
        return ["\(task.task) has not begun\(words)."]
            + [row.note ?? state.model.waiting(row)].compactMap { $0 }
    }

    /// Why there is no run to show a log of, and what makes one.
    private static func noRun(_ model: Model) -> String {
        guard let pipeline = model.pipeline else { return "No pipeline is chosen." }
        return model.run == nil
            ? "\(pipeline) has not run yet: T starts it." : "No task is chosen."
    }

    static func title(_ log: State) -> String {
        if log.detail != nil { return "Log · one line" }
        if let merged = log.merged {
            let count = merged.sources?.count ?? 0
            return "Log · all tasks of \(merged.run) · \(count) log\(count == 1 ? "" : "s")"
        }
        guard let task = log.task else { return "Log" }
        var text = "Log · \(log.attempt?.id.task ?? task.task)"
        if let attempt = log.attempt, log.attempts.count > 1 {
            // Of a mapped task those of its instances are gone through, each by its newest attempt.
            let word = attempt.id.task == task.task ? "attempt" : "item"
            text += " · \(word) \(attempt.id.number) of \(log.attempts.count)"
        }
        if let outcome = log.attempt?.outcome { text += " · " + outcome.words }
        return text
    }

    static func footer(_ log: State) -> String {
        if let detail = log.detail {
            let below = detail.rows.count - detail.top - log.height
            return (below > 0 ? "\(below) more · " : "") + "Esc back"
        }
        var parts: [String] = []
        if log.hasBegunAnew, log.merged == nil { parts.append("the file has begun anew") }
        if let search = log.search { parts.append(words(search)) }
        if let level = log.filter.minimumLevel { parts.append("\(level) and worse") }
        if !log.filter.text.isEmpty { parts.append("only &" + log.filter.text) }
        if log.leftColumn > 0 { parts.append("column \(log.leftColumn + 1)") }
        if log.isFollowing {
            let isLive = log.merged != nil || (log.attempt != nil && log.attempt?.endedAt == nil)
            if isLive { parts.append("following") }
        } else if let window = log.window, window.fileSize > 0, let top = topEntry(log) {
            let offset = log.entries[top].line.offset
            parts.append("\(offset * 100 / window.fileSize)%  G follows")
        } else if log.merged != nil {
            parts.append("G follows")
        }
        return parts.joined(separator: " · ")
    }

    private static func words(_ search: Search) -> String {
        let pattern = "'\(search.pattern)'"
        switch search.result {
        case .notFound: return pattern + " not found"
        case .refused(let problem): return problem
        default: break
        }
        var text = pattern
        if let count = search.count {
            text += " \(count.lines) line\(count.lines == 1 ? "" : "s")"
            if count.percent < 100 { text += " so far, \(count.percent)%" }
        }
        if case .wrapped = search.result { text += ", wrapped around" }
        return text
    }
}

/// Draws lines of a log with what stands in front of them.
struct LogPainter {
    private let log: LogPane.State
    private let clock: LocalClock
    private let area: Rect
    private let charset: Charset
    /// Cells for the task's name in front of each line; 0 for a single log.
    private let taskWidth: Int
    /// Where the text of the lines stands, and how.
    private let body: Rect
    private let text: LogLineText

    init(_ log: LogPane.State, _ context: PaneContext, area: Rect, charset: Charset) {
        self.log = log
        clock = context.clock
        self.area = area
        self.charset = charset
        taskWidth = LogPane.taskWidth(log, in: area.width)
        body = area.split(left: area.width - LogPane.bodyWidth(log, in: area.width)).rest
        text = LogLineText(log.view, width: body.width, charset: charset)
    }

    /// Long lines take several rows; the last ones stand at the pane's lower edge when following.
    func drawWrapped(_ rows: [Range<Int>], on grid: inout Grid) {
        let wrapping = LogWrapping(log, rows, text)
        let first = wrapping.top(log)
        for row in first..<min(wrapping.count, first + area.height) {
            let (index, part) = wrapping.place(ofRow: row)
            draw(rows[index], row: row - first, skip: part * body.width, on: &grid)
        }
    }

    func draw(_ entries: Range<Int>, row: Int, skip: Int, on grid: inout Grid) {
        let entry = log.entries[entries.lowerBound]
        drawMargin(entry, row: row, on: &grid)
        guard entries.count == 1 else {
            grid.write(
                "  … \(entries.count) more lines, o unfolds", row: row, of: body, role: .dim)
            return
        }
        var column = -skip
        for run in text.runs(entry) {
            let width = DisplayWidth.of(run.bytes.span, charset: charset)
            if column + width > 0, column < body.width {
                grid.write(
                    bytes: run.bytes.span, row: row, of: body, column: max(0, column),
                    role: run.role, emphasis: run.emphasis, skip: max(0, -column))
            }
            column += width
        }
        if entry.line.hiddenByteCount > 0 {
            let words = " … \(entry.line.hiddenByteCount) more bytes"
            grid.write(words, row: row, of: body, column: max(0, column), role: .dim)
            column += words.count
        }
        if !log.view.isWrapping { markEdges(row: row, skip: skip, end: column, on: &grid) }
        if log.marked == entry.place {
            grid.highlight(row: row, of: area, surface: .selectedUnfocused)
        }
        if let search = log.search { highlight(search, entry, row: row, skip: skip, on: &grid) }
    }

    /// Shows that a line goes on beyond an edge: `end` is the column behind its last cell.
    private func markEdges(row: Int, skip: Int, end: Int, on grid: inout Grid) {
        guard body.width > 1 else { return }
        if end > body.width {
            grid.write(
                charset.pick("›", ascii: ">"), row: row, of: body, column: body.width - 1,
                role: .key)
        }
        if skip > 0, end > -skip {
            grid.write(charset.pick("‹", ascii: "<"), row: row, of: body, role: .key)
        }
    }

    /// The task and the time that a line belongs to.
    private func drawMargin(_ entry: LogEntry, row: Int, on grid: inout Grid) {
        var column = 0
        if taskWidth > 0, let sources = log.merged?.sources, sources.indices.contains(entry.source)
        {
            let roles: [Role] = [.accent1, .accent2, .accent3, .accent4, .accent5, .accent6]
            grid.write(
                sources[entry.source].task.name, row: row, of: area, width: taskWidth,
                role: roles[entry.source % roles.count], overflow: .ellipsis)
            column = taskWidth + 1
        }
        if log.view.showsTimes, let time = entry.time {
            let milliseconds = time.microseconds / 1_000 % 1_000
            let digits = String(1_000 + (milliseconds + 1_000) % 1_000).dropFirst()
            grid.write(
                clock.civilTime(time).clockText + "." + digits, row: row, of: area,
                column: column, role: .dim)
        }
    }

    private func highlight(
        _ search: LogPane.Search, _ entry: LogEntry, row: Int, skip: Int, on grid: inout Grid
    ) {
        let surface: Surface = search.hit == entry.place ? .matchCurrent : .match
        for cells in text.matches(search, in: entry) {
            let hit = Rect(
                x: body.x + cells.lowerBound - skip, y: body.y + row, width: cells.count,
                height: 1)
            grid.restyle(hit.intersection(body), surface: surface)
        }
    }
}

extension AttemptOutcome {
    /// The outcome in words: `exit 0`, `signal 9`.
    var words: String {
        switch self {
        case .exited(let code): "exit \(code)"
        case .signalled(let number): "signal \(number)"
        case .notStarted(let reason): "not started: \(reason)"
        case .lost: "lost"
        case .rejected(let reason): "not taken: \(reason)"
        case .unchanged: "unchanged"
        case .failed(let reason): reason
        }
    }
}

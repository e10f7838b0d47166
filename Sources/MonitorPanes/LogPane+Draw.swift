import Domain
import Screen
import TextSearch

extension LogPane {
    static func draw(_ state: Monitor.State, in inside: Rect, on grid: inout Grid) {
        let log = state.log
        guard let task = log.task else {
            grid.write("No run to show a log of.", row: 0, of: inside, role: .dim)
            return
        }
        guard log.attempt != nil else {
            let row = state.model.task(task.task)
            grid.write(
                "\(task.task) has not begun: \(row?.state.words ?? "unknown").", row: 0,
                of: inside, role: .dim)
            if let note = row?.note { grid.write(note, row: 1, of: inside, role: .dim) }
            return
        }
        guard let top = topLine(log) else {
            if let slice = log.slice {
                let words =
                    slice.fileSize > 0 && log.filter != nil
                    ? "No line passes the filter; & and Enter shows all." : "Nothing written yet."
                grid.write(words, row: 0, of: inside, role: .dim, overflow: .ellipsis)
            }
            return
        }
        if log.isWrapping {
            drawWrapped(log, top, in: inside, on: &grid)
        } else {
            for (row, line) in log.lines[top...].prefix(inside.height).enumerated() {
                draw(line, log, row: row, of: inside, skip: log.leftColumn, on: &grid)
            }
        }
    }

    static func title(_ log: State) -> String {
        guard let task = log.task else { return "Log" }
        var text = "Log · \(task.task)"
        if let attempt = log.attempt, log.attempts.count > 1 {
            text += " · attempt \(attempt.id.number) of \(log.attempts.count)"
        }
        if let outcome = log.attempt?.outcome { text += " · " + outcome.words }
        return text
    }

    static func footer(_ log: State) -> String {
        var parts: [String] = []
        if let search = log.search {
            switch search.result {
            case .notFound: parts.append("'\(search.pattern)' not found")
            case .wrapped: parts.append("'\(search.pattern)' wrapped around")
            case .refused(let problem): parts.append(problem)
            default: parts.append("'\(search.pattern)'")
            }
        }
        if let filter = log.filter { parts.append("only &" + filter.text) }
        if log.leftColumn > 0 { parts.append("column \(log.leftColumn + 1)") }
        if log.isFollowing {
            if log.attempt?.endedAt == nil, log.attempt != nil { parts.append("following") }
        } else if let slice = log.slice, slice.fileSize > 0, let top = topLine(log) {
            let offset = log.lines[top].offset
            parts.append("\(offset * 100 / slice.fileSize)%  G follows")
        }
        return parts.joined(separator: " · ")
    }

    /// Long lines take several rows; the last line is always whole in sight when following.
    private static func drawWrapped(
        _ log: State, _ top: Int, in area: Rect, on grid: inout Grid
    ) {
        guard area.width > 0 else { return }
        let widths = log.lines.map { line in
            let plain = SGRText.plainBytes(of: line.bytes)
            let shown = DisplayWidth.of(plain.span, charset: grid.charset)
            return max(1, (shown + area.width - 1) / area.width)
        }
        var first = top
        if log.isFollowing {
            var room = area.height
            first = log.lines.count
            while first > 0, widths[first - 1] <= room {
                first -= 1
                room -= widths[first]
            }
            first = min(first, log.lines.count - 1)
        }
        var row = 0
        for index in first..<log.lines.count where row < area.height {
            for part in 0..<widths[index] where row < area.height {
                draw(
                    log.lines[index], log, row: row, of: area, skip: part * area.width, on: &grid)
                row += 1
            }
        }
    }

    private static func draw(
        _ line: LogLine, _ log: State, row: Int, of area: Rect, skip: Int, on grid: inout Grid
    ) {
        var column = -skip
        for segment in SGRText.segments(of: line.bytes) where column < area.width {
            let bytes = line.bytes[segment.range]
            let width = DisplayWidth.of(bytes.span, charset: grid.charset)
            if column + width > 0 {
                grid.write(
                    bytes: bytes.span, row: row, of: area, column: max(0, column),
                    role: segment.role ?? LogTint.role(of: line.bytes), emphasis: segment.emphasis,
                    skip: max(0, -column))
            }
            column += width
        }
        if line.hiddenByteCount > 0, column < area.width {
            grid.write(
                " … \(line.hiddenByteCount) more bytes", row: row, of: area,
                column: max(0, column), role: .dim)
        }
        if log.problemLine == line.offset {
            grid.highlight(row: row, of: area, surface: .selectedUnfocused)
        }
        if let search = log.search {
            highlight(search, line, row: row, of: area, skip: skip, on: &grid)
        }
    }

    private static func highlight(
        _ search: Search, _ line: LogLine, row: Int, of area: Rect, skip: Int,
        on grid: inout Grid
    ) {
        let shown = SGRText.plainBytes(of: line.bytes)
        let surface: Surface = search.hit == line.offset ? .matchCurrent : .match
        for range in search.matcher?.ranges(in: shown) ?? [] {
            let (before, match) = (shown[..<range.lowerBound], shown[range])
            let start = DisplayWidth.of(before.span, charset: grid.charset)
            let width = DisplayWidth.of(match.span, charset: grid.charset)
            let hit = Rect(x: area.x + start - skip, y: area.y + row, width: width, height: 1)
            grid.restyle(hit.intersection(area), surface: surface)
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
        }
    }
}

import Domain
import LogText
import PaneKit
import Screen

/// One line of a log, whole: with the lines that go on with it, and the fields of a JSON object below
/// each other.
public struct LogDetail: Sendable {
    /// The first of its lines, and how many they are.
    let place: LogPlace?
    let count: Int
    /// What is copied: the lines as they are in the log.
    let original: String
    /// Before they are broken to fit.
    private let lines: [TextRun]
    /// As they fit into `width` cells.
    private(set) var rows: [TextRun] = []
    private var width = 0
    /// The first row in sight.
    private(set) var top = 0

    /// - Parameters:
    ///   - entries: a line, and what goes on with it.
    ///   - path: the log's.
    init(_ entries: ArraySlice<LogEntry>, path: String?) {
        var lines: [TextRun] = []
        let texts = entries.map { entry in
            String(decoding: SGRText.plainBytes(of: entry.line.bytes), as: UTF8.self)
        }
        for (entry, text) in zip(entries, texts) {
            let role = LogLineText.tint(entry.level)
            if entry.line.hiddenByteCount == 0, JSONLine.fields(of: Array(text.utf8)) != nil {
                lines += JSONIndent.lines(of: text).map { TextRun($0, role) }
            } else {
                lines.append(TextRun(text.replacing("\t", with: "    "), role))
            }
            if entry.line.hiddenByteCount > 0 {
                let words = "… \(entry.line.hiddenByteCount) more bytes are in the file."
                lines.append(TextRun(words, .dim))
            }
        }
        if let path, let offset = entries.first?.line.offset {
            lines += [TextRun(""), TextRun("byte \(offset) of \(path)", .dim)]
        }
        self.lines = lines
        (place, count) = (entries.first?.place, entries.count)
        original = texts.joined(separator: "\n")
    }

    /// Breaks the lines for a pane of that many cells.
    mutating func fit(_ width: Int) {
        guard width != self.width else { return }
        self.width = width
        rows = lines.flatMap { run in
            LineWrapping.pieces(of: run.text, width: width).map { TextRun($0, run.role) }
        }
        top = min(top, max(0, rows.count - 1))
    }

    mutating func scroll(by count: Int, height: Int) {
        top = max(0, min(top + count, rows.count - height))
    }

    /// Whether scrolling on shows nothing new.
    func isAtEnd(_ height: Int) -> Bool { top >= rows.count - height }

    func draw(in area: Rect, on grid: inout Grid) {
        for (row, run) in rows.dropFirst(top).prefix(area.height).enumerated() {
            grid.write(run.text, row: row, of: area, role: run.role)
        }
    }
}

extension LogPane {
    /// Shows the marked line whole, or the first in sight, with the indented ones that follow it.
    static func showDetail(_ state: inout State) {
        let chosen = chosenRow(state)
        if !chosen.isEmpty { showDetail(&state, chosen.startIndex..<chosen.endIndex) }
    }

    private static func showDetail(_ state: inout State, _ chosen: Range<Int>) {
        let entries = state.entries
        let last = entries[chosen.upperBound - 1]
        var end = chosen.upperBound
        while entries.indices.contains(end), entries[end].isContinuation,
            entries[end].source == last.source
        {
            end += 1
        }
        let path =
            state.merged == nil
            ? state.attempt?.log
            : state.merged?.sources.flatMap {
                $0.indices.contains(last.source) ? $0[last.source].path : nil
            }
        var detail = LogDetail(entries[chosen.lowerBound..<end], path: path)
        detail.fit(state.width)
        state.detail = detail
    }

    /// What keys do while a line is shown whole; nil where it goes away and they do what they do.
    static func updateDetail(_ state: inout State, _ action: Action) -> [Effect]? {
        guard var detail = state.detail else { return nil }
        let page = max(1, state.height - 1)
        switch action {
        case .lineDown where detail.isAtEnd(state.height): return stepDetail(&state, 1)
        case .lineUp where detail.top == 0: return stepDetail(&state, -1)
        case .lineDown: detail.scroll(by: 1, height: state.height)
        case .lineUp: detail.scroll(by: -1, height: state.height)
        case .pageDown: detail.scroll(by: page, height: state.height)
        case .pageUp: detail.scroll(by: -page, height: state.height)
        case .halfPageDown: detail.scroll(by: max(1, page / 2), height: state.height)
        case .halfPageUp: detail.scroll(by: -max(1, page / 2), height: state.height)
        case .top: detail.scroll(by: -detail.rows.count, height: state.height)
        case .follow: detail.scroll(by: detail.rows.count, height: state.height)
        case .columnsRight, .columnsLeft, .copy: break
        case .detail:
            state.detail = nil
            return []
        default:
            state.detail = nil
            return nil
        }
        state.detail = detail
        return []
    }

    /// Shows the line after the one that is shown whole, or the one before it.
    private static func stepDetail(_ state: inout State, _ step: Int) -> [Effect] {
        let (entries, rows) = (state.entries, state.rows)
        guard let detail = state.detail,
            let shown = entries.firstIndex(where: { $0.place == detail.place })
        else { return [] }
        let wanted = step > 0 ? shown + detail.count : shown - 1
        guard var row = rows.firstIndex(where: { $0.contains(wanted) }) else { return [] }
        // Upward, what goes on with a line is shown with it.
        while step < 0, row > 0, entries[rows[row].lowerBound].isContinuation { row -= 1 }
        let first = rows[row].lowerBound
        state.marked = entries[first].place
        showDetail(&state, rows[row])
        let isInSight = visibleRange(state)?.contains(first) == true
        return isInSight ? [] : scroll(&state, by: step)
    }
}

import Domain
import LogText
import PaneKit
import Screen

/// One line of a log, whole: with the lines that go on with it, and the fields of a JSON object below
/// each other.
public struct LogDetail: Sendable {
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
        guard let last = chosen.last else { return }
        let entries = state.entries
        var end = chosen.endIndex
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
        var detail = LogDetail(entries[chosen.startIndex..<end], path: path)
        detail.fit(state.width)
        state.detail = detail
    }

    /// What keys do while a line is shown whole; false where it goes away and they do what they do.
    static func updateDetail(_ state: inout State, _ action: Action) -> Bool {
        guard var detail = state.detail else { return false }
        let page = max(1, state.height - 1)
        switch action {
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
            return true
        default:
            state.detail = nil
            return false
        }
        state.detail = detail
        return true
    }
}

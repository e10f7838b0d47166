import Domain
import LogText
import Screen
import TextSearch

/// What is written of a line of a log: its stretches with their looks, and how much room they take.
struct LogLineText {
    /// Lines that are JSON objects are shown as their fields.
    private let showsFields: Bool
    /// Cells that a row has for text; at least 1.
    let width: Int
    private let charset: Charset

    init(_ view: LogPane.View, width: Int, charset: Charset = .unicode) {
        showsFields = view.showsFields
        self.width = max(1, width)
        self.charset = charset
    }

    /// A stretch of a line that looks the same all along.
    struct Run {
        var bytes: [UInt8]
        var role: Role
        var emphasis: Emphasis = []
    }

    func runs(_ entry: LogEntry) -> [Run] {
        let tint = Self.tint(entry.level)
        if showsFields, entry.line.hiddenByteCount == 0,
            let fields = JSONLine.fields(of: entry.line.bytes)
        {
            return runs(fields, tint)
        }
        let whole = entry.line.bytes
        let bytes =
            entry.line.hiddenByteCount == 0
            ? Array(OverwrittenLine.remainder(of: whole)) : whole
        return SGRText.segments(of: bytes).map { segment in
            Run(
                bytes: Array(bytes[segment.range]), role: segment.role ?? tint,
                emphasis: segment.emphasis)
        }
    }

    /// Time, level and message as columns, then the other fields.
    private func runs(_ fields: [JSONLine.Field], _ tint: Role) -> [Run] {
        let times = ["time", "timestamp", "ts", "@timestamp", "asctime", "t"]
        let levels = ["level", "severity", "lvl", "levelname", "log.level"]
        let messages = ["message", "msg", "event", "text"]
        var rest = fields
        func take(_ names: [String]) -> String? {
            guard
                let index = rest.firstIndex(where: { names.contains($0.name.lowercased()) })
            else { return nil }
            return rest.remove(at: index).value
        }
        func padded(_ text: String, _ width: Int) -> [UInt8] {
            let blanks = max(0, width - DisplayWidth.of(text, charset: charset)) + 1
            return Array((text + String(repeating: " ", count: blanks)).utf8)
        }
        var runs: [Run] = []
        if let time = take(times) { runs.append(Run(bytes: padded(time, 23), role: .dim)) }
        if let level = take(levels) { runs.append(Run(bytes: padded(level, 7), role: tint)) }
        if let message = take(messages) {
            // So that the first of the other fields are in sight in a narrow pane too.
            let cells = min(40, max(12, width / 3))
            runs.append(Run(bytes: padded(message, cells), role: tint == .dim ? .dim : .plain))
        }
        for field in rest {
            runs.append(Run(bytes: Array((" " + field.name + "=").utf8), role: .dim))
            runs.append(Run(bytes: Array(field.value.utf8), role: .info))
        }
        return runs
    }

    /// The role of a line that brings no colour of its own: problems stand out.
    static func tint(_ level: LogLevel?) -> Role {
        switch level {
        case .fatal, .error: .error
        case .warning: .warning
        case .trace, .debug: .dim
        case .info, nil: .plain
        }
    }

    /// Cells that the whole line takes side by side.
    func cells(_ entry: LogEntry) -> Int {
        runs(entry).reduce(0) { $0 + DisplayWidth.of($1.bytes.span, charset: charset) }
    }

    /// Rows that the line takes where long lines are wrapped; at least 1.
    func rows(_ entry: LogEntry) -> Int {
        max(1, (cells(entry) + width - 1) / width)
    }

    /// Where in the line the matches are, in cells from its beginning.
    func matches(_ search: LogPane.Search, in entry: LogEntry) -> [Range<Int>] {
        let shown = runs(entry).flatMap(\.bytes)
        return (search.matcher?.ranges(in: shown) ?? []).map { range in
            let (before, match) = (shown[..<range.lowerBound], shown[range])
            let start = DisplayWidth.of(before.span, charset: charset)
            return start..<start + DisplayWidth.of(match.span, charset: charset)
        }
    }
}

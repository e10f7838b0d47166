import Domain
import PaneKit
import Screen

// The room that lines have, and where the rows of wrapped lines are.
extension LogPane {
    /// Cells for the task's name in front of each line; 0 for a single log.
    static func taskWidth(_ state: State, in width: Int) -> Int {
        let names = state.merged?.sources?.map { DisplayWidth.of($0.task.name) }
        return min(names?.max() ?? 0, max(6, width / 5), 20)
    }

    /// Cells of a row for a line's text, of `width` inside the frame.
    static func bodyWidth(_ state: State, in width: Int) -> Int {
        let names = taskWidth(state, in: width)
        let margin = (names > 0 ? names + 1 : 0) + (state.view.showsTimes ? 13 : 0)
        return width - min(margin, max(0, width - 8))
    }

    static func text(_ state: State) -> LogLineText {
        LogLineText(state.view, width: bodyWidth(state, in: state.width))
    }
}

/// The rows of the window where long lines take several: which line and which part of it each is.
///
/// Making one takes O(bytes of the window's lines).
struct LogWrapping {
    /// For each line the rows before it, and at the end how many there are in all.
    private let starts: [Int]

    /// `rows` are the lines, or what stands for several of them.
    init(_ log: LogPane.State, _ rows: [Range<Int>], _ text: LogLineText) {
        var (starts, sum) = ([0], 0)
        for row in rows {
            sum += row.count > 1 ? 1 : text.rows(log.entries[row.lowerBound])
            starts.append(sum)
        }
        self.starts = starts
    }

    /// How many rows there are.
    var count: Int { starts[starts.count - 1] }

    /// The last row that may stand at the top of a pane of `height` rows.
    func lastTop(_ height: Int) -> Int { max(0, count - height) }

    /// The first row in sight.
    func top(_ log: LogPane.State) -> Int {
        guard !log.isFollowing, let top = LogPane.topRow(log, log.rows) else {
            return lastTop(log.height)
        }
        let length = starts[top + 1] - starts[top]
        return starts[top] + min(log.topPart, length - 1)
    }

    /// The line, and the part of it, that stands in a row.
    func place(ofRow row: Int) -> (line: Int, part: Int) {
        var (low, high) = (0, starts.count - 1)
        while low + 1 < high {
            let middle = (low + high) / 2
            if starts[middle] <= row { low = middle } else { high = middle }
        }
        return (low, row - starts[low])
    }

    /// The row in which a part of a line stands.
    func row(ofLine line: Int, part: Int) -> Int { starts[line] + part }
}

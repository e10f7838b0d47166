import PaneKit
import Screen

extension ProfileTable {
    /// Breaks the lines above the table where they do not fit into `width` cells: what does not fit
    /// goes on below its own beginning, and labels take no more than they need where there is little.
    ///
    /// - Parameter isLow: whether lines are too few to leave some empty.
    mutating func wrapHeader(width: Int, isLow: Bool) {
        if isLow { header.removeAll { $0.allSatisfy { $0.text.isEmpty } } }
        header = header.flatMap { HeaderLine($0).wrapped(width: max(8, width)) }
    }

    /// Measures what stands in the columns, for ``columns(sortedBy:)``.
    ///
    /// - Complexity: O(rows × columns).
    mutating func measure() {
        var cells = columns.map { DisplayWidth.of($0.title) }
        var isEmpty = columns.map { _ in true }
        var isDrawn = columns.map { _ in false }
        for row in rows {
            for (column, cell) in row.cells.enumerated() where column < cells.count {
                guard let text = cell.text else {
                    (isEmpty[column], isDrawn[column]) = (false, true)
                    continue
                }
                if isEmpty[column], !text.isEmpty, text != "-" { isEmpty[column] = false }
                // Looking at the width of each takes its time, and most are no longer.
                if text.utf8.count > cells[column] {
                    cells[column] = max(cells[column], DisplayWidth.of(text))
                }
            }
        }
        measured = Measures(cells: cells, isEmpty: isEmpty, isDrawn: isDrawn)
    }

    /// The columns, no wider than what stands in them; those without anything give way to others.
    func columns(sortedBy sort: TableSort?) -> [TableColumn] {
        guard !rows.isEmpty, measured.cells.count == columns.count else { return columns }
        return columns.enumerated().map { index, column in
            var column = column
            let mark = sort?.column == index ? 1 : 0
            let needed = max(measured.cells[index], DisplayWidth.of(column.title) + mark)
            switch column.width {
            case .fixed(let cells): column.width = .fixed(min(max(cells, 1), needed))
            case .flexible(let least, _):
                if !measured.isDrawn[index], needed <= least { column.width = .fixed(needed) }
            }
            column.givesWay = measured.isEmpty[index]
            return column
        }
    }
}

extension ProfileTable.Cell {
    /// What is written in it; nil for what is drawn.
    var text: String? {
        switch self {
        case .text(let text, _), .number(_, let text, _, _): text
        case .bar, .gantt: nil
        }
    }

    var role: Role? {
        switch self {
        case .text(_, let role), .number(_, _, let role, _), .bar(_, _, let role, _): role
        case .gantt: nil
        }
    }
}

/// A line above a table: often a dim label, and what it is the label of.
private struct HeaderLine {
    private var runs: [TextRun]

    init(_ runs: [TextRun]) { self.runs = runs }

    /// A label of so many cells begins the line; 0 where none does.
    private var label: Int {
        guard runs.count > 1, let first = runs.first, first.role == .dim, first.text.last == " "
        else { return 0 }
        return DisplayWidth.of(first.text)
    }

    private var cells: Int { runs.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    func wrapped(width: Int) -> [[TextRun]] {
        guard cells > width else { return [runs] }
        var line = self
        var indent = label
        if indent > 0, width < 3 * indent {
            let words = runs[0].text.trimmingBlanksAtEnd
            line.runs[0].text = words.isEmpty ? "  " : words + "  "
            indent = 2
        }
        return line.broken(width: width, indent: indent)
    }

    private func broken(width: Int, indent: Int) -> [[TextRun]] {
        var lines: [[TextRun]] = []
        var (line, used) = ([TextRun](), 0)
        func put(_ text: String, _ run: TextRun, _ cells: Int) {
            if let last = line.last, last.role == run.role, last.emphasis == run.emphasis {
                line[line.count - 1].text += text
            } else {
                line.append(TextRun(text, run.role, run.emphasis))
            }
            used += cells
        }
        func goOn() {
            if let last = line.last { line[line.count - 1].text = last.text.trimmingBlanksAtEnd }
            lines.append(line)
            let blanks = String(repeating: " ", count: indent)
            (line, used) = (indent > 0 ? [TextRun(blanks, .dim)] : [], indent)
        }
        for (place, run) in runs.enumerated() {
            // A drawing is not taken apart where a line of its own has room for it.
            let drawing = runs[place...].prefix { Self.isDrawing($0.text) }
                .reduce(0) { $0 + DisplayWidth.of($1.text) }
            if drawing + indent <= width, used + drawing > width, place == 1 { goOn() }
            for word in Self.words(run.text) {
                var bare = DisplayWidth.of(word.trimmingBlanksAtEnd)
                // The mark of a legend stays with its first word.
                if drawing > 0, drawing < 4, place + 1 < runs.count {
                    let next = Self.words(runs[place + 1].text).first ?? ""
                    bare = min(width - indent, drawing + DisplayWidth.of(next.trimmingBlanksAtEnd))
                }
                let isBegun = used > (lines.isEmpty ? 0 : indent)
                if used + bare > width, isBegun { goOn() }
                if bare == 0, !lines.isEmpty, used == indent { continue }
                guard used + bare > width else {
                    put(word, run, DisplayWidth.of(word))
                    continue
                }
                for character in word {
                    let cells = DisplayWidth.of(String(character))
                    if used + cells > width, used > indent { goOn() }
                    put(String(character), run, cells)
                }
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    private static let units: Set<String> = [
        "B", "kB", "MB", "GB", "TB", "PB", "ms", "s", "min", "h", "%",
    ]

    private static func isDrawing(_ text: String) -> Bool {
        !text.contains { $0.isLetter || $0.isNumber }
    }

    /// The words of a text with the blanks behind each; a drawing, which has neither letters nor
    /// digits, is one word.
    private static func words(_ text: String) -> [String] {
        guard !isDrawing(text) else { return [text] }
        var words: [String] = []
        var isBehind = true
        for character in text {
            let isBlank = character == " "
            if isBehind, !isBlank || words.isEmpty {
                words.append("")
            }
            words[words.count - 1].append(character)
            isBehind = isBlank
        }
        // A number stays with its unit.
        return words.reduce(into: []) { glued, word in
            let isUnit = units.contains(
                word.trimmingBlanksAtEnd.filter { $0.isLetter || $0 == "%" })
            if isUnit, glued.last?.trimmingBlanksAtEnd.last?.isNumber ?? false {
                glued[glued.count - 1] += word
            } else {
                glued.append(word)
            }
        }
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanksAtEnd: String {
        var text = String(self)
        while text.last == " " { text.removeLast() }
        return text
    }
}

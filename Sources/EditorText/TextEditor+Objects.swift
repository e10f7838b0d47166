// Text objects: what `iw`, `a"`, `i(` and `ap` stand for. Ends are behind the last character.
extension TextEditor {
    struct ObjectRange {
        var start: TextPosition
        var end: TextPosition
        var isLinewise = false
    }

    func range(of object: ViObject, count: Int) -> ObjectRange? {
        switch object.kind {
        case .word(let big):
            return wordObject(isInner: object.isInner, isBig: big, count: count)
        case .quote(let quote): return quoteObject(quote, isInner: object.isInner)
        case .bracket(let open, let close):
            return bracketObject(open, close, isInner: object.isInner, count: count)
        case .paragraph: return paragraphObject(isInner: object.isInner, count: count)
        }
    }

    private func wordObject(isInner: Bool, isBig: Bool, count: Int) -> ObjectRange? {
        let line = buffer.lines[cursor.line]
        guard !line.isEmpty else {
            return ObjectRange(start: cursor, end: cursor)
        }
        func kind(_ column: Int) -> Int { line[column].wordClass(isBig: isBig) }
        func runEnd(_ column: Int) -> Int {
            var end = column
            while end < line.count, kind(end) == kind(column) { end += 1 }
            return end
        }
        var start = min(cursor.column, line.count - 1)
        let first = kind(start)
        while start > 0, kind(start - 1) == first { start -= 1 }
        var end = start
        for _ in 0..<count {
            guard end < line.count else { return nil }
            if isInner {
                end = runEnd(end)
            } else if kind(end) == 0 {
                end = runEnd(end)
                if end < line.count { end = runEnd(end) }
            } else {
                end = runEnd(end)
                if end < line.count, kind(end) == 0 { end = runEnd(end) }
            }
        }
        // Without blanks behind, `aw` takes those before.
        if !isInner, first != 0, kind(end - 1) != 0 {
            var before = start
            while before > 0, kind(before - 1) == 0 { before -= 1 }
            // Not the indentation.
            if before > 0 { start = before }
        }
        return ObjectRange(
            start: TextPosition(cursor.line, start), end: TextPosition(cursor.line, end))
    }

    private func quoteObject(_ quote: Character, isInner: Bool) -> ObjectRange? {
        let line = buffer.lines[cursor.line]
        var quotes: [Int] = []
        var column = 0
        while column < line.count {
            if line[column] == "\\" {
                column += 2
                continue
            }
            if line[column] == quote { quotes.append(column) }
            column += 1
        }
        var pair: (Int, Int)?
        for index in stride(from: 0, to: quotes.count - 1, by: 2)
        where quotes[index + 1] >= cursor.column {
            pair = (quotes[index], quotes[index + 1])
            break
        }
        if pair == nil || (pair.map { $0.0 > cursor.column } ?? false) {
            // Between two pairs, what lies there counts as quoted.
            let left = quotes.last { $0 < cursor.column }
            let right = quotes.first { $0 >= cursor.column }
            if let left, let right { pair = (left, right) }
        }
        guard let (open, close) = pair else { return nil }
        if isInner {
            return ObjectRange(
                start: TextPosition(cursor.line, open + 1), end: TextPosition(cursor.line, close))
        }
        var (start, end) = (open, close + 1)
        while end < line.count, line[end] == " " || line[end] == "\t" { end += 1 }
        if end == close + 1 {
            while start > 0, line[start - 1] == " " || line[start - 1] == "\t" { start -= 1 }
        }
        return ObjectRange(
            start: TextPosition(cursor.line, start), end: TextPosition(cursor.line, end))
    }

    private func bracketObject(
        _ open: Character, _ close: Character, isInner: Bool, count: Int
    ) -> ObjectRange? {
        // Outside of any, the next ones count.
        guard var start = enclosing(cursor, open, close) ?? next(open) else { return nil }
        for _ in 1..<max(1, count) {
            var outside = start
            guard stepBack(&outside) != .none, let next = enclosing(outside, open, close) else {
                return nil
            }
            start = next
        }
        guard let end = matching(start, open, close, forward: true) else { return nil }
        if !isInner {
            return ObjectRange(start: start, end: TextPosition(end.line, end.column + 1))
        }
        var first = TextPosition(start.line, start.column + 1)
        var last = end
        // Brackets that stand alone on their lines: the lines between them.
        if first.column == lineLength(first.line), first.line < last.line {
            first = TextPosition(first.line + 1, 0)
            let before = buffer.lines[last.line][..<last.column]
            if before.allSatisfy({ $0 == " " || $0 == "\t" }), last.line > first.line {
                last = TextPosition(last.line - 1, lineLength(last.line - 1))
                return ObjectRange(start: first, end: last, isLinewise: true)
            }
        }
        return first <= last ? ObjectRange(start: first, end: last) : nil
    }

    private func next(_ open: Character) -> TextPosition? {
        var place = cursor
        while stepForward(&place) != .none {
            if buffer.character(at: place) == open { return place }
        }
        return nil
    }

    /// The open bracket around a place, or at it.
    private func enclosing(
        _ place: TextPosition, _ open: Character, _ close: Character
    ) -> TextPosition? {
        var place = place
        if buffer.character(at: place) == open { return place }
        if buffer.character(at: place) == close {
            return matching(place, close, open, forward: false)
        }
        var depth = 0
        while stepBack(&place) != .none {
            guard let character = buffer.character(at: place) else { continue }
            if character == close { depth += 1 }
            if character == open {
                if depth == 0 { return place }
                depth -= 1
            }
        }
        return nil
    }

    private func paragraphObject(isInner: Bool, count: Int) -> ObjectRange? {
        func isBlank(_ line: Int) -> Bool {
            buffer.lines[line].allSatisfy { $0 == " " || $0 == "\t" }
        }
        func runEnd(_ line: Int) -> Int {
            var end = line
            while end + 1 < buffer.lineCount, isBlank(end + 1) == isBlank(line) { end += 1 }
            return end
        }
        var first = cursor.line
        let startsBlank = isBlank(first)
        while first > 0, isBlank(first - 1) == startsBlank { first -= 1 }
        var last = first - 1
        for _ in 0..<count {
            guard last + 1 < buffer.lineCount else { return nil }
            last = runEnd(last + 1)
            if !isInner {
                if last + 1 < buffer.lineCount {
                    last = runEnd(last + 1)
                } else if startsBlank {
                    return nil
                } else {
                    while first > 0, isBlank(first - 1) { first -= 1 }
                }
            }
        }
        return ObjectRange(
            start: TextPosition(first, 0), end: TextPosition(last, lineLength(last)),
            isLinewise: true)
    }
}

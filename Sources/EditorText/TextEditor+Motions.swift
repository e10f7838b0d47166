/// Where a motion leads, and how much an operator takes with it.
struct ViSpan {
    var target: TextPosition
    var isLinewise = false
    /// Whether the character at the far end belongs to it.
    var isInclusive = false
}

extension TextEditor {
    /// Where `motion` leads from the cursor; nil where it leads nowhere.
    mutating func span(
        of motion: ViMotion, count: Int?, forOperator operation: ViOperator? = nil
    ) -> ViSpan? {
        let times = count ?? 1
        let (line, column) = (cursor.line, cursor.column)
        let length = lineLength(line)
        switch motion {
        case .left:
            guard column > 0 else { return nil }
            return ViSpan(target: TextPosition(line, max(0, column - times)))
        case .right:
            let last = operation == nil && mode == .viNormal ? length - 1 : length
            guard column < last else {
                // At the end an operator still takes the last character.
                return operation != nil && length > 0 && column == length - 1
                    ? ViSpan(target: TextPosition(line, length)) : nil
            }
            return ViSpan(target: TextPosition(line, min(last, column + times)))
        case .up, .down:
            let target = line + (motion == .down ? times : -times)
            guard buffer.lines.indices.contains(target) else { return nil }
            let wanted = goal ?? column
            goal = wanted
            return ViSpan(
                target: TextPosition(target, min(wanted, lineLength(target))), isLinewise: true)
        case .nextLine, .previousLine:
            let target = line + (motion == .nextLine ? times : -times)
            guard buffer.lines.indices.contains(target) else { return nil }
            return ViSpan(target: firstNonBlank(target), isLinewise: true)
        case .currentLine:
            let target = min(line + times - 1, buffer.lineCount - 1)
            return ViSpan(target: firstNonBlank(target), isLinewise: true)
        case .lineStart: return ViSpan(target: TextPosition(line, 0))
        case .firstNonBlank: return ViSpan(target: firstNonBlank(line))
        case .column:
            return ViSpan(target: TextPosition(line, min(max(0, length - 1), times - 1)))
        case .lineEnd, .lastNonBlank:
            let target = line + times - 1
            guard target < buffer.lineCount else { return nil }
            if motion == .lineEnd {
                return ViSpan(
                    target: TextPosition(target, max(0, lineLength(target) - 1)),
                    isInclusive: true)
            }
            let text = buffer.lines[target]
            let last = text.lastIndex { $0 != " " && $0 != "\t" } ?? 0
            return ViSpan(target: TextPosition(target, last), isInclusive: true)
        case .word(let big): return wordSpan(times, big, operation)
        case .back(let big):
            return wordBack(cursor, count: times, isBig: big).map { ViSpan(target: $0) }
        case .end(let big):
            guard let end = wordEnd(cursor, count: times, isBig: big) else {
                return operation == nil ? nil : ViSpan(target: cursor)
            }
            return ViSpan(target: end, isInclusive: true)
        case .endBack(let big):
            return wordEndBack(cursor, count: times, isBig: big)
                .map { ViSpan(target: $0, isInclusive: true) }
        case .find(let find):
            vi.lastFind = find
            return found(find, times)
        case .repeatFind(let reversed):
            guard var find = vi.lastFind else { return nil }
            if reversed { find.isForward.toggle() }
            return found(find, times, isAgain: true)
        case .firstLine, .lastLine:
            let fallback = motion == .firstLine ? 0 : buffer.lineCount - 1
            let target = count.map { min($0 - 1, buffer.lineCount - 1) } ?? fallback
            return ViSpan(target: firstNonBlank(target), isLinewise: true)
        case .percent:
            if let count {
                guard count <= 100 else { return nil }
                let target = (count * buffer.lineCount + 99) / 100 - 1
                return ViSpan(target: firstNonBlank(max(0, target)), isLinewise: true)
            }
            return matchingBracket().map { ViSpan(target: $0, isInclusive: true) }
        case .paragraph(let forward): return paragraph(forward, times)
        case .screenTop, .screenMiddle, .screenBottom: return screenLine(motion, times)
        case .searchAgain(let reversed):
            guard var search = lastSearch else { return nil }
            if reversed { search.isForward.toggle() }
            return searched(search, times)
        case .searchWord(let forward):
            guard let word = wordUnderCursor else { return nil }
            let isWord = word.first?.wordClass(isBig: false) == 2
            let search = Search(text: word, isForward: forward, isWholeWord: isWord)
            lastSearch = search
            return searched(search, times)
        case .mark(let name, let isLinewise):
            guard let place = vi.marks[name].map({ buffer.clamped($0) }) else { return nil }
            return ViSpan(
                target: isLinewise ? firstNonBlank(place.line) : place, isLinewise: isLinewise)
        }
    }

    private func wordSpan(_ times: Int, _ big: Bool, _ operation: ViOperator?) -> ViSpan? {
        if operation == .change, let under = buffer.character(at: cursor),
            under.wordClass(isBig: big) != 0
        {
            // `cw` on a word is `ce`.
            let end = wordEnd(cursor, count: times, isBig: big, stops: true)
            return end.map { ViSpan(target: $0, isInclusive: true) }
        }
        let target = wordForward(
            cursor, count: times, isBig: big, stopsAtLineEnd: operation != nil)
        // With nowhere to go an operator still does what it can.
        guard var target else { return operation == nil ? nil : ViSpan(target: cursor) }
        if operation == nil, mode == .viNormal {
            target.column = min(target.column, max(0, lineLength(target.line) - 1))
            if target == cursor { return nil }
        }
        return ViSpan(target: target)
    }

    private func found(_ find: ViFind, _ times: Int, isAgain: Bool = false) -> ViSpan? {
        let line = buffer.lines[cursor.line]
        let step = find.isForward ? 1 : -1
        var column = cursor.column
        var left = times
        // `;` after `t` does not stay at the character it is already before.
        if isAgain, find.isTill, times == 1, line.indices.contains(column + step),
            line[column + step] == find.character
        {
            column += step
        }
        while left > 0 {
            column += step
            guard line.indices.contains(column) else { return nil }
            if line[column] == find.character { left -= 1 }
        }
        if find.isTill { column -= step }
        return ViSpan(
            target: TextPosition(cursor.line, column), isInclusive: find.isForward)
    }

    /// The bracket that belongs to the first one at or behind the cursor in its line.
    private func matchingBracket() -> TextPosition? {
        let line = buffer.lines[cursor.line]
        let pairs: [(Character, Character)] = [("(", ")"), ("[", "]"), ("{", "}")]
        for column in cursor.column..<max(cursor.column, line.count) {
            for (open, close) in pairs {
                let place = TextPosition(cursor.line, column)
                if line[column] == open { return matching(place, open, close, forward: true) }
                if line[column] == close { return matching(place, close, open, forward: false) }
            }
        }
        return nil
    }

    func matching(
        _ start: TextPosition, _ same: Character, _ other: Character, forward: Bool
    ) -> TextPosition? {
        var place = start
        var depth = 0
        while true {
            if let character = buffer.character(at: place) {
                if character == same { depth += 1 }
                if character == other { depth -= 1 }
                if depth == 0 { return place }
            }
            guard (forward ? stepForward(&place) : stepBack(&place)) != .none else { return nil }
        }
    }

    /// The next empty line, or the end of the text.
    private func paragraph(_ forward: Bool, _ times: Int) -> ViSpan? {
        let step = forward ? 1 : -1
        var line = cursor.line
        var isLast = false
        for _ in 0..<times {
            guard !isLast else { return nil }
            var wasInside = false
            while true {
                if lineLength(line) > 0 { wasInside = true }
                if lineLength(line) == 0, wasInside { break }
                guard buffer.lines.indices.contains(line + step) else {
                    isLast = true
                    break
                }
                line += step
            }
        }
        if isLast {
            let target = forward ? TextPosition(line, lineLength(line)) : TextPosition(line, 0)
            guard target != cursor else { return nil }
            if forward, lineLength(line) > 0 {
                return ViSpan(
                    target: TextPosition(line, lineLength(line) - 1), isInclusive: true)
            }
            return ViSpan(target: target)
        }
        return ViSpan(target: TextPosition(line, 0))
    }

    private func screenLine(_ motion: ViMotion, _ times: Int) -> ViSpan {
        let last = min(buffer.lineCount - 1, topLine + max(1, pageHeight) - 1)
        let target: Int
        switch motion {
        case .screenTop: target = min(last, topLine + times - 1)
        case .screenBottom: target = max(topLine, last - times + 1)
        default: target = (topLine + last) / 2
        }
        let line = min(max(0, target), buffer.lineCount - 1)
        return ViSpan(target: firstNonBlank(line), isLinewise: true)
    }

    // MARK: Searching

    private var wordUnderCursor: String? {
        let line = buffer.lines[cursor.line]
        var start = cursor.column
        while start < line.count, line[start].wordClass(isBig: false) != 2 { start += 1 }
        var kind = 2
        if start >= line.count {
            // No word in the rest of the line: what is no blank.
            start =
                line[cursor.column...].firstIndex { $0.wordClass(isBig: true) == 1 } ?? line.count
            kind = 1
        }
        guard start < line.count else { return nil }
        while start > 0, line[start - 1].wordClass(isBig: false) == kind { start -= 1 }
        let end = line[start...].firstIndex { $0.wordClass(isBig: false) != kind } ?? line.count
        return String(line[start..<end])
    }

    private func searched(_ search: Search, _ times: Int) -> ViSpan? {
        var place = cursor
        for _ in 0..<times {
            guard let hit = nextHit(of: search, from: place) else { return nil }
            place = hit
        }
        return ViSpan(target: place)
    }

    /// The next place where the text is, around the end if need be; not the one at `start`.
    func nextHit(of search: Search, from start: TextPosition) -> TextPosition? {
        let count = buffer.lineCount
        for offset in 0...count {
            let step = search.isForward ? offset : -offset
            let line = ((start.line + step) % count + count) % count
            let hits = hits(of: search, inLine: line)
            let hit: Int?
            if search.isForward {
                hit =
                    offset == 0
                    ? hits.first { $0 > start.column }
                    : offset == count ? hits.first { $0 <= start.column } : hits.first
            } else {
                hit =
                    offset == 0
                    ? hits.last { $0 < start.column }
                    : offset == count ? hits.last { $0 >= start.column } : hits.last
            }
            if let hit { return TextPosition(line, hit) }
        }
        return nil
    }

    /// Columns at which a line holds the text.
    public func hits(of search: Search, inLine number: Int) -> [Int] {
        let ignoresCase = search.text == search.text.lowercased() && !search.isWholeWord
        let wanted = Array(search.text)
        let line = buffer.lines[number]
        guard !wanted.isEmpty, line.count >= wanted.count else { return [] }
        func isSame(_ left: Character, _ right: Character) -> Bool {
            left == right || (ignoresCase && left.lowercased() == right.lowercased())
        }
        var hits: [Int] = []
        var start = 0
        while start + wanted.count <= line.count {
            let matches = wanted.indices.allSatisfy { isSame(line[start + $0], wanted[$0]) }
            if matches, !search.isWholeWord || isWhole(line, start, start + wanted.count) {
                hits.append(start)
            }
            start += 1
        }
        return hits
    }

    private func isWhole(_ line: TextBuffer.Line, _ start: Int, _ end: Int) -> Bool {
        let before = start > 0 ? line[start - 1].wordClass(isBig: false) : 0
        let after = end < line.count ? line[end].wordClass(isBig: false) : 0
        return before != 2 && after != 2
    }
}

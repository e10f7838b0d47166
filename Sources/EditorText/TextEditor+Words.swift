// Moves by words, as vi defines them: an empty line is a word.
extension TextEditor {
    /// Whether a step stayed in its line, came to the line's end, to the next line, or nowhere.
    enum Step { case inLine, toLineEnd, toOtherLine, none }

    func wordClass(_ place: TextPosition, isBig: Bool) -> Int {
        buffer.character(at: place)?.wordClass(isBig: isBig) ?? 0
    }

    func stepForward(_ place: inout TextPosition) -> Step {
        if place.column < lineLength(place.line) {
            place.column += 1
            return place.column < lineLength(place.line) ? .inLine : .toLineEnd
        }
        guard place.line + 1 < buffer.lineCount else { return .none }
        place = TextPosition(place.line + 1, 0)
        return .toOtherLine
    }

    func stepBack(_ place: inout TextPosition) -> Step {
        if place.column > 0 {
            place.column -= 1
            return .inLine
        }
        guard place.line > 0 else { return .none }
        place = TextPosition(place.line - 1, lineLength(place.line - 1))
        return .toOtherLine
    }

    private func isEmptyLine(_ place: TextPosition) -> Bool {
        place.column == 0 && lineLength(place.line) == 0
    }

    /// The beginning of the next word; `stopsAtLineEnd` for operators, whose last word ends there.
    func wordForward(
        _ start: TextPosition, count: Int, isBig: Bool, stopsAtLineEnd: Bool
    ) -> TextPosition? {
        var place = start
        for left in stride(from: count - 1, through: 0, by: -1) {
            let kind = wordClass(place, isBig: isBig)
            let isLastLine = place.line == buffer.lineCount - 1
            let step = stepForward(&place)
            if step == .none || (step != .inLine && isLastLine) {
                return place == start ? nil : place
            }
            if step != .inLine, stopsAtLineEnd, left == 0 { return place }
            if kind != 0 {
                while wordClass(place, isBig: isBig) == kind {
                    let step = stepForward(&place)
                    if step == .none || (step != .inLine && stopsAtLineEnd && left == 0) {
                        return place
                    }
                }
            }
            while wordClass(place, isBig: isBig) == 0 {
                if isEmptyLine(place) { break }
                let step = stepForward(&place)
                if step == .none || (step != .inLine && isLastLine) { return place }
            }
        }
        return place
    }

    func wordBack(_ start: TextPosition, count: Int, isBig: Bool) -> TextPosition? {
        var place = start
        words: for _ in 0..<count {
            if stepBack(&place) == .none { return place == start ? nil : place }
            while wordClass(place, isBig: isBig) == 0 {
                if isEmptyLine(place) { continue words }
                if stepBack(&place) == .none { return place }
            }
            let kind = wordClass(place, isBig: isBig)
            while wordClass(place, isBig: isBig) == kind {
                if stepBack(&place) == .none { return place }
            }
            _ = stepForward(&place)
        }
        return place
    }

    /// The last character of the word; `stops` for `cw`, which does not leave a word it is at the
    /// end of.
    func wordEnd(
        _ start: TextPosition, count: Int, isBig: Bool, stops: Bool = false
    ) -> TextPosition? {
        var place = start
        var stops = stops
        for _ in 0..<count {
            let kind = wordClass(place, isBig: isBig)
            if stepForward(&place) == .none { return nil }
            if wordClass(place, isBig: isBig) == kind, kind != 0 {
                if !skipForward(&place, kind, isBig) { return lastCharacter }
            } else if !stops || kind == 0 {
                while wordClass(place, isBig: isBig) == 0 {
                    if stepForward(&place) == .none { return lastCharacter }
                }
                if !skipForward(&place, wordClass(place, isBig: isBig), isBig) {
                    return lastCharacter
                }
            }
            _ = stepBack(&place)
            stops = false
        }
        return place
    }

    private var lastCharacter: TextPosition {
        TextPosition(buffer.end.line, max(0, buffer.end.column - 1))
    }

    private func skipForward(_ place: inout TextPosition, _ kind: Int, _ isBig: Bool) -> Bool {
        while wordClass(place, isBig: isBig) == kind {
            if stepForward(&place) == .none { return false }
        }
        return true
    }

    func wordEndBack(_ start: TextPosition, count: Int, isBig: Bool) -> TextPosition? {
        var place = start
        for _ in 0..<count {
            let kind = wordClass(place, isBig: isBig)
            if stepBack(&place) == .none { return place == start ? nil : place }
            if kind != 0 {
                while wordClass(place, isBig: isBig) == kind {
                    if stepBack(&place) == .none { return place }
                }
            }
            while wordClass(place, isBig: isBig) == 0 {
                if isEmptyLine(place) { break }
                if stepBack(&place) == .none { return place }
            }
        }
        return place
    }

    func firstNonBlank(_ line: Int) -> TextPosition {
        let text = buffer.lines[line]
        let column = text.firstIndex { $0 != " " && $0 != "\t" } ?? max(0, text.count - 1)
        return TextPosition(line, column)
    }

    /// How many blanks a line begins with.
    func indentLength(_ line: Int) -> Int {
        buffer.lines[line].prefix { $0 == " " || $0 == "\t" }.count
    }
}

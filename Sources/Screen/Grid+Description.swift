extension Grid {
    /// The text of the grid, a line a row, without blanks at the ends of lines and without empty
    /// lines at the end: for golden screens and plain-text output.
    public var text: String {
        joined { cell in cell.text }
    }

    /// What each character means, one letter a cell (``Role/letter``), laid out like ``text``; a
    /// blank where there is a blank.
    public var roleMap: String {
        joined { cell in
            switch (cell.width, cell.scalar) {
            case (0, _): String(cell.role.letter)
            case (_, " "): " "
            default: String(cell.role.letter)
            }
        }
    }

    /// What each cell stands on, one letter a cell (``Surface/letter``); `base` is a blank.
    public var surfaceMap: String {
        joined { cell in cell.surface == .base ? " " : String(cell.surface.letter) }
    }

    /// The same for weight: `b` bold, `u` underlined, `i` italic, `r` reverse, `*` several.
    public var emphasisMap: String {
        joined { cell in
            switch cell.emphasis {
            case []: " "
            case .bold: "b"
            case .underline: "u"
            case .italic: "i"
            case .reverse: "r"
            default: "*"
            }
        }
    }

    private func joined(_ letter: (Cell) -> String) -> String {
        var lines: [Substring] = []
        for y in 0..<size.height {
            var line = ""
            for x in 0..<size.width { line += letter(cells[y * size.width + x]) }
            let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) }
            lines.append(line[..<(end ?? line.startIndex)])
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}

extension Role {
    /// The letter that stands for this role in ``Grid/roleMap``; no two roles share one.
    public var letter: Character {
        switch self {
        case .plain: "."
        case .dim: "d"
        case .strong: "s"
        case .title: "t"
        case .border: "-"
        case .borderFocused: "="
        case .key: "k"
        case .link: "l"
        case .error: "E"
        case .warning: "W"
        case .info: "I"
        case .stateNone: "o"
        case .stateQueued: "q"
        case .stateRunning: "r"
        case .stateSuccess: "g"
        case .stateFailed: "f"
        case .stateUpstreamFailed: "u"
        case .stateSkipped: "x"
        case .stateRetry: "y"
        case .edge: "e"
        case .edgeActive: "a"
        case .accent1: "1"
        case .accent2: "2"
        case .accent3: "3"
        case .accent4: "4"
        case .accent5: "5"
        case .accent6: "6"
        case .syntaxKeyword: "K"
        case .syntaxString: "S"
        case .syntaxNumber: "N"
        case .syntaxComment: "C"
        case .syntaxFunction: "F"
        case .syntaxType: "T"
        case .ansiBlack: "0"
        case .ansiRed: "R"
        case .ansiGreen: "G"
        case .ansiYellow: "Y"
        case .ansiBlue: "B"
        case .ansiMagenta: "M"
        case .ansiCyan: "A"
        case .ansiWhite: "L"
        case .ansiBrightBlack: "8"
        case .ansiBrightRed: "v"
        case .ansiBrightGreen: "z"
        case .ansiBrightYellow: "h"
        case .ansiBrightBlue: "b"
        case .ansiBrightMagenta: "m"
        case .ansiBrightCyan: "c"
        case .ansiBrightWhite: "w"
        case .replacement: "?"
        }
    }
}

extension Surface {
    /// The letter that stands for this surface in ``Grid/surfaceMap``.
    public var letter: Character {
        switch self {
        case .base: "."
        case .selected: "S"
        case .selectedUnfocused: "U"
        case .marked: "M"
        case .match: "m"
        case .matchCurrent: "c"
        case .bar: "b"
        case .popup: "P"
        }
    }
}

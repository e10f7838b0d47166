extension SourceProblem {
    /// The problem as a compiler prints one: place and problem, the line, a caret, the remedy.
    ///
    /// ```
    /// pipelines/orders.yml:3:5: error: unknown key 'neds'
    ///   3 |     neds: extract
    ///     |     ^
    ///     = help: write 'needs'
    /// ```
    /// Safe for a terminal: what is no printable character is written as an escape. Tabs become
    /// blanks up to the next multiple of four; a long line is cut around the place. The caret
    /// counts one column a scalar. Lines end with a line feed, the last one too.
    public var report: String {
        let number = "\(place.line)"
        let margin = String(repeating: " ", count: number.count)
        let shown = ShownLine(lineText, column: place.column)
        var text = "\(file.printable):\(place.line):\(place.column): \(severity.rawValue): "
        text += problem.printable + "\n"
        if !lineText.isEmpty {
            text += "  \(number) | \(shown.text)\n"
            text += "  \(margin) | " + String(repeating: " ", count: shown.caret) + "^\n"
        }
        if !remedy.isEmpty { text += "  \(margin) = help: \(remedy.printable)\n" }
        return text
    }
}

extension String {
    /// The text with everything that a terminal might obey or hide written as an escape: control
    /// characters as `\x1b`, bidirectional and zero-width controls as `\u{202e}`.
    public var printable: String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return self }
        var text = ""
        for scalar in unicodeScalars { text += scalar.printable }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var printable: String {
        switch value {
        case 0x20..<0x7f: return String(self)
        case 0..<0xa0: return "\\x" + (value < 0x10 ? "0" : "") + String(value, radix: 16)
        case 0xad, 0x61c, 0x180e, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
            0xfff9...0xfffb, 0xe0000...0xe007f:
            return "\\u{" + String(value, radix: 16) + "}"
        default: return String(self)
        }
    }
}

/// A line made safe and cut to a window around a column.
private struct ShownLine {
    private(set) var text = ""
    /// Scalars of `text` before the column.
    private(set) var caret = 0

    private static let before = 60
    private static let length = 100

    init(_ line: String, column: Int) {
        let scalars = line.unicodeScalars
        let first = column > Self.length - 20 ? column - 1 - Self.before : 0
        if first > 0 {
            text = "…"
            caret = 1
        }
        var width = caret
        var index = 0
        for scalar in scalars.dropFirst(first) {
            if index == Self.length {
                text += "…"
                break
            }
            if first + index == column - 1 { caret = width }
            let piece =
                scalar == "\t" ? String(repeating: " ", count: 4 - width % 4) : scalar.printable
            text += piece
            width += piece.unicodeScalars.count
            index += 1
        }
        if first + index <= column - 1 { caret = width }
    }
}

extension String {
    /// The text for use in a message: escapes for what cannot be shown, at most 80 scalars.
    public var short: String {
        let shown = String(unicodeScalars.prefix(80)).printable
        return unicodeScalars.dropFirst(80).isEmpty ? shown : shown + "…"
    }
}

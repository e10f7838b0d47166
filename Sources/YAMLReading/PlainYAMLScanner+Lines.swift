/// Lines and the texts on them.
extension PlainYAMLScanner {
    // MARK: Lines

    /// Goes from the end of a value to the next line that has content.
    ///
    /// - Parameter isAtStart: `from` is the beginning of a line.
    /// - Returns: false where something follows the value on its line, and at a tab or a marker.
    mutating func nextLine(from: Int, isAtStart: Bool = false) -> Bool {
        at = from
        if !isAtStart {
            let end = at
            skipBlanks()
            guard isLineEnd(), at > end || at == bytes.count || bytes[at] == .lineFeed, skipLine()
            else { return false }
        }
        while true {
            lineStart = at
            skipBlanks()
            if at >= bytes.count {
                column = -1
                return true
            }
            guard isLineEnd() else { break }
            guard skipLine() else { return false }
        }
        column = at - lineStart
        // The first marker is the document's; `nodes` holds something at any other.
        return nodes.isEmpty || !isMarker()
    }

    /// Whether nothing or a comment is here.
    func isLineEnd() -> Bool {
        at >= bytes.count || bytes[at] == .lineFeed || bytes[at] == .hash
    }

    /// Steps over a comment and the line feed; false at what libyaml would not skip.
    private mutating func skipLine() -> Bool {
        while at < bytes.count, bytes[at] != .lineFeed {
            guard isText(at) || bytes[at] == .tab else { return false }
            at += 1
        }
        at = min(at + 1, bytes.count)
        return true
    }

    mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == .blank { at += 1 }
    }

    /// Whether a blank, a line feed or the end of the text is at `place`.
    func isBlankOrEnd(_ place: Int) -> Bool {
        place >= bytes.count || bytes[place] == .blank || bytes[place] == .lineFeed
    }

    /// Whether `- ` is at `place`.
    func isEntry(_ place: Int) -> Bool {
        place < bytes.count && bytes[place] == UInt8(ascii: "-") && isBlankOrEnd(place + 1)
    }

    /// Whether this line is `---` or `...`, which begin and end documents.
    func isMarker() -> Bool {
        guard column == 0, at + 2 < bytes.count, isBlankOrEnd(at + 3) else { return false }
        let first = bytes[at]
        return (first == UInt8(ascii: "-") || first == UInt8(ascii: "."))
            && bytes[at + 1] == first && bytes[at + 2] == first
    }

    /// Whether the line goes on with `key:`.
    mutating func isKey() -> Bool {
        let start = at
        let count = nodes.count
        defer {
            at = start
            nodes.removeLast(nodes.count - count)
        }
        return scalarOnLine(isKey: true) && at < bytes.count && bytes[at] == .colon
            && isBlankOrEnd(at + 1)
    }

    // MARK: Texts

    /// A text on this line; behind a key, `at` is at its colon.
    mutating func scalarOnLine(isKey: Bool) -> Bool {
        guard at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "'"):
            guard singleQuoted() else { return false }
            if isKey { skipBlanks() }
            return true
        case UInt8(ascii: "\""):
            guard doubleQuoted() else { return false }
            if isKey { skipBlanks() }
            return true
        default:
            return plain(isInFlow: false)
        }
    }

    /// A text without quotes; ends before `: `, ` #`, the line's end and, in a flow collection,
    /// before what separates its values.
    mutating func plain(isInFlow: Bool) -> Bool {
        let start = at
        guard canStartPlain(isInFlow: isInFlow) else { return false }
        var end = at
        scan: while at < bytes.count {
            switch bytes[at] {
            case .lineFeed: break scan
            case .blank:
                at += 1
                if at < bytes.count, bytes[at] == .hash { break scan }
                continue
            case .colon:
                if isBlankOrEnd(at + 1) { break scan }
                if isInFlow, Self.isFlowIndicator(bytes[at + 1]) { return false }
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
                if isInFlow { break scan }
            case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "?"):
                if isInFlow { return false }
            default:
                guard isText(at) else { return false }
            }
            at += 1
            end = at
        }
        add(.plain, at: start, text(start, end))
        // A comment wants its blank before it, which the caller looks for.
        if at >= bytes.count || bytes[at] != .colon { at = end }
        return true
    }

    private func canStartPlain(isInFlow: Bool) -> Bool {
        switch bytes[at] {
        case UInt8(ascii: "-"):
            !isBlankOrEnd(at + 1) && !(isInFlow && Self.isFlowIndicator(bytes[at + 1]))
        case UInt8(ascii: "?"), .colon, .hash, UInt8(ascii: ","), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "&"),
            UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"),
            UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"),
            UInt8(ascii: "`"):
            false
        default: true
        }
    }

    static func isFlowIndicator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "?"):
            true
        default: false
        }
    }

    mutating func singleQuoted() -> Bool {
        let start = at
        at += 1
        var pieceStart = at
        var text = ""
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "'") {
                if at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "'") {
                    text += self.text(pieceStart, at + 1)
                    at += 2
                    pieceStart = at
                    continue
                }
                text += self.text(pieceStart, at)
                at += 1
                add(.singleQuoted, at: start, text)
                return true
            }
            guard isText(at) else { return false }
            at += 1
        }
        return false
    }

    mutating func doubleQuoted() -> Bool {
        let start = at
        at += 1
        var pieceStart = at
        var text = ""
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                text += self.text(pieceStart, at)
                at += 1
                add(.doubleQuoted, at: start, text)
                return true
            case UInt8(ascii: "\\"):
                guard at + 1 < bytes.count else { return false }
                text += self.text(pieceStart, at)
                switch bytes[at + 1] {
                case UInt8(ascii: "\""): text += "\""
                case UInt8(ascii: "\\"): text += "\\"
                case UInt8(ascii: "n"): text += "\n"
                case UInt8(ascii: "t"): text += "\t"
                default: return false
                }
                at += 2
                pieceStart = at
            default:
                guard isText(at) else { return false }
                at += 1
            }
        }
        return false
    }

    private func text(_ start: Int, _ end: Int) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }

    /// Whether the byte belongs to a character that is on a line as it is: libyaml refuses control
    /// characters and takes U+0085, U+2028 and U+2029 for line ends, U+FEFF for the text's start.
    mutating func isText(_ place: Int) -> Bool {
        let byte = bytes[place]
        if byte < 0x7f { return byte >= .blank }
        if byte < 0x80 { return false }
        sawWide = true
        switch byte {
        case 0xc2: return place + 1 < bytes.count && bytes[place + 1] >= 0xa0
        case 0xe2:
            return place + 2 < bytes.count
                && !(bytes[place + 1] == 0x80 && bytes[place + 2] & 0xfe == 0xa8)
        case 0xef:
            return place + 2 < bytes.count
                && !(bytes[place + 1] == 0xbb && bytes[place + 2] == 0xbf)
                && !(bytes[place + 1] == 0xbf && bytes[place + 2] >= 0xbe)
        default: return true
        }
    }
}

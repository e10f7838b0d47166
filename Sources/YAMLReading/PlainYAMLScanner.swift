/// Reads the blocks of a text; every method answers false where the reader gives up.
///
/// Between two calls `at` stands on the first character of a line that has content, `column` blanks
/// behind the line's beginning; `column` is -1 at the end of the text.
struct PlainYAMLScanner {
    /// How deep collections may lie in each other; deeper ones are libyaml's.
    static let depthLimit = 40
    /// A key must end within so many bytes; libyaml allows 1,024 characters.
    static let keyLimit = 1_000

    let bytes: UnsafeBufferPointer<UInt8>
    var at = 0
    var column = -1
    /// Where the line that `at` is on begins.
    var lineStart = 0
    /// Whether anything but ASCII was seen: then offsets in bytes are not yet offsets in scalars.
    var sawWide = false
    var nodes: [YAMLTree.Node] = []
    private var depth = 0

    /// The nodes of a text; nil if it is damaged or uses more of YAML than is known here.
    static func nodes(of bytes: [UInt8]) -> [YAMLTree.Node]? {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = PlainYAMLScanner(buffer)
            guard scanner.document() else { return nil }
            if scanner.sawWide {
                guard String(validating: buffer, as: UTF8.self) != nil else { return nil }
                scanner.countScalars()
            }
            return scanner.nodes
        }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // A key or a value is seldom shorter than that; what is too much is never touched.
        nodes.reserveCapacity(min(bytes.count / 8 + 1, YAMLTree.nodeLimit))
    }

    /// The whole text.
    mutating func document() -> Bool {
        guard bytes.count < Int(Int32.max), nextLine(from: 0, isAtStart: true) else {
            return false
        }
        // A text of comments alone holds no value.
        if column < 0 { return true }
        if isMarker(), bytes[at] == UInt8(ascii: "-") {
            // One at the beginning says nothing; with nothing behind it there is an empty value.
            guard nextLine(from: at + 3), column >= 0 else { return false }
        }
        if isMarker() { return false }
        return block(inside: -1) && column < 0 && nodes.count < YAMLTree.nodeLimit
    }

    // MARK: Blocks

    /// The value on this line: all that is further right than column `parent`.
    mutating func block(inside parent: Int) -> Bool {
        if isEntry(at) { return sequence(inside: parent) }
        if isKey() { return mapping() }
        return value(inside: parent)
    }

    /// `- value` lines at this column, from here on.
    private mutating func sequence(inside parent: Int) -> Bool {
        let indent = column
        guard let node = open(.sequence) else { return false }
        while column == indent, isEntry(at) {
            let dash = at
            at += 1
            skipBlanks()
            if isLineEnd() {
                guard nextLine(from: at) else { return false }
                if column > indent {
                    guard block(inside: indent) else { return false }
                } else {
                    add(.plain, at: dash + 1, "")
                }
            } else {
                // What follows the dash on its line is indented by where it stands.
                column = at - lineStart
                guard block(inside: indent) else { return false }
            }
        }
        close(node)
        // A sequence may stand at its key's column; then the next key follows at that column, too.
        return column < indent || (column == indent && indent == parent)
    }

    /// `key: value` lines at this column, from here on.
    private mutating func mapping() -> Bool {
        let indent = column
        guard let node = open(.mapping) else { return false }
        while column == indent {
            if isEntry(at) { return false }
            let start = at
            guard scalarOnLine(isKey: true), at - start <= Self.keyLimit else { return false }
            guard at < bytes.count, bytes[at] == .colon else { return false }
            at += 1
            let afterColon = at
            guard isBlankOrEnd(at) else { return false }
            skipBlanks()
            guard isLineEnd() else {
                guard value(inside: indent) else { return false }
                continue
            }
            guard nextLine(from: at) else { return false }
            if column > indent {
                guard block(inside: indent) else { return false }
            } else if column == indent, isEntry(at) {
                guard sequence(inside: indent) else { return false }
            } else {
                add(.plain, at: afterColon, "")
            }
        }
        close(node)
        return column < indent
    }

    /// A scalar or flow collection here, the end of its line, and no line that goes on with it.
    private mutating func value(inside parent: Int) -> Bool {
        switch bytes[at] {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            guard flow() else { return false }
        case UInt8(ascii: "|"):
            return literal(inside: parent)
        default:
            guard scalarOnLine(isKey: false) else { return false }
        }
        guard nextLine(from: at) else { return false }
        // Further right it would belong to this value.
        return column <= parent
    }

    /// `|`, `|-` or `|+` and the lines below it.
    private mutating func literal(inside parent: Int) -> Bool {
        let start = at
        at += 1
        var chomping: UInt8 = 0
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
            chomping = bytes[at]
            at += 1
        }
        guard at < bytes.count, bytes[at] == .lineFeed else { return false }
        at += 1
        // Line feeds above the first line belong to the text.
        var text: [UInt8] = []
        while at < bytes.count, bytes[at] == .lineFeed {
            text.append(.lineFeed)
            at += 1
        }
        let first = at
        skipBlanks()
        let indent = at - first
        // Blanks alone on a line before the first, or no text at all, is left to libyaml.
        guard indent > parent, indent > 0, at < bytes.count, bytes[at] > .blank else {
            return false
        }
        var lineFeeds = 0
        at = first
        while at < bytes.count {
            var blanks = at
            while blanks < bytes.count, blanks - at < indent, bytes[blanks] == .blank {
                blanks += 1
            }
            if blanks == bytes.count { return false }
            if bytes[blanks] == .lineFeed {
                lineFeeds += 1
                at = blanks + 1
                continue
            }
            guard blanks - at == indent else { break }
            text.append(contentsOf: repeatElement(.lineFeed, count: lineFeeds))
            lineFeeds = 0
            var end = blanks
            while end < bytes.count, bytes[end] != .lineFeed {
                guard isText(end) || (bytes[end] == .tab && end > blanks) else { return false }
                end += 1
            }
            text.append(contentsOf: bytes[blanks..<end])
            if end < bytes.count { lineFeeds = 1 }
            at = min(end + 1, bytes.count)
        }
        switch chomping {
        case UInt8(ascii: "-"): break
        case UInt8(ascii: "+"): text.append(contentsOf: repeatElement(.lineFeed, count: lineFeeds))
        default: if lineFeeds > 0 { text.append(.lineFeed) }
        }
        add(.literal, at: start, String(decoding: text, as: UTF8.self))
        guard nextLine(from: at, isAtStart: true) else { return false }
        return column <= parent
    }

    // MARK: The tree

    /// Begins a collection here; nil if it lies too deep or there are too many values.
    mutating func open(_ kind: YAMLTree.Kind) -> Int? {
        depth += 1
        guard depth <= Self.depthLimit, nodes.count < YAMLTree.nodeLimit else { return nil }
        add(kind, at: at, "")
        return nodes.count - 1
    }

    mutating func close(_ node: Int) {
        depth -= 1
        nodes[node].link = Int32(truncatingIfNeeded: nodes.count)
    }

    mutating func add(_ kind: YAMLTree.Kind, at start: Int, _ text: String) {
        nodes.append(
            YAMLTree.Node(
                kind: kind, start: Int32(truncatingIfNeeded: start), link: 0, text: text))
    }

    /// Makes offsets in bytes offsets in scalars; nodes stand in the order of the text.
    mutating func countScalars() {
        var place = 0
        var continuations: Int32 = 0
        for index in nodes.indices {
            let start = Int(nodes[index].start)
            while place < start {
                if bytes[place] & 0xc0 == 0x80 { continuations += 1 }
                place += 1
            }
            nodes[index].start -= continuations
        }
    }
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let blank = UInt8(ascii: " ")
    static let colon = UInt8(ascii: ":")
    static let hash = UInt8(ascii: "#")
    static let tab = UInt8(ascii: "\t")
}

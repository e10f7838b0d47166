public import Screen

/// One line of text with a cursor, edited with the keys of readline.
public struct LineEditor: Hashable, Sendable {
    public private(set) var characters: [Character]
    /// 0…characters.count
    public private(set) var cursor: Int

    public init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    public var text: String { String(characters) }

    /// Applies `key`; false where it is none that edits.
    public mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let character): insert([character])
        case .paste(let text): insert(text.filter { !$0.isNewline })
        case .left, .control("b"): cursor = max(0, cursor - 1)
        case .right, .control("f"): cursor = min(characters.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = characters.count
        case .backspace: if cursor > 0 { remove(from: cursor - 1, to: cursor) }
        case .delete, .control("d"):
            if cursor < characters.count { remove(from: cursor, to: cursor + 1) }
        case .control("u"): remove(from: 0, to: cursor)
        case .control("k"): remove(from: cursor, to: characters.count)
        case .control("w"), .alt("\u{7f}"): remove(from: wordStart, to: cursor)
        case .alt("b"): cursor = wordStart
        case .alt("f"): cursor = wordEnd
        default: return false
        }
        return true
    }

    private mutating func insert(_ new: some Collection<Character>) {
        characters.insert(contentsOf: new, at: cursor)
        cursor += new.count
    }

    private mutating func remove(from start: Int, to end: Int) {
        characters.removeSubrange(start..<end)
        cursor = start
    }

    private var wordStart: Int {
        var index = cursor
        while index > 0, characters[index - 1] == " " { index -= 1 }
        while index > 0, characters[index - 1] != " " { index -= 1 }
        return index
    }

    private var wordEnd: Int {
        var index = cursor
        while index < characters.count, characters[index] == " " { index += 1 }
        while index < characters.count, characters[index] != " " { index += 1 }
        return index
    }
}

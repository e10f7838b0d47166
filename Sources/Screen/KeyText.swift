extension Key {
    /// Reads a key as bindings and key files write it: `j`, `G`, `^d`, `alt-x`, `f1`, `enter`,
    /// `esc`, `tab`, `shift-tab`, `space`, `pgdn`, `shift-up`, …; nil for anything else.
    public init?(text: String) {
        if let named = Self.named.first(where: { $0.text == text }) {
            self = named.key
        } else if text.count == 1, let character = text.first {
            self = .character(character)
        } else if text.hasPrefix("^"), text.count == 2, let character = text.last {
            self = .control(Character(character.lowercased()))
        } else if text.hasPrefix("alt-"), text.count == 5, let character = text.last {
            self = .alt(character)
        } else if text.hasPrefix("f"), let number = Int(text.dropFirst()), (1...12).contains(number)
        {
            self = .function(number)
        } else {
            return nil
        }
    }

    /// The key as ``init(text:)`` reads it; nil for mouse events and pasted text.
    public var text: String? {
        if let named = Self.named.first(where: { $0.key == self }) { return named.text }
        switch self {
        case .character(let character): return String(character)
        case .control(let character): return "^" + character.uppercased()
        case .alt(let character): return "alt-" + String(character)
        case .function(let number): return "f\(number)"
        default: return nil
        }
    }

    private static let named: [(text: String, key: Key)] = [
        ("space", .character(" ")), ("^space", .control("@")), ("enter", .enter),
        ("esc", .escape), ("tab", .tab), ("shift-tab", .backTab), ("backspace", .backspace),
        ("del", .delete), ("ins", .insert), ("up", .up), ("down", .down), ("left", .left),
        ("right", .right), ("home", .home), ("end", .end), ("pgup", .pageUp),
        ("pgdn", .pageDown), ("shift-up", .shiftUp), ("shift-down", .shiftDown),
        ("shift-left", .shiftLeft), ("shift-right", .shiftRight),
    ]
}

/// One or more keys pressed one after the other, as in `g g`.
public struct KeySequence: Hashable, Sendable {
    public let keys: [Key]

    /// Reads keys apart by blanks; nil where one is none, or there is none.
    public init?(text: String) {
        let keys = text.split(separator: " ").map { Key(text: String($0)) }
        guard !keys.isEmpty, !keys.contains(nil) else { return nil }
        self.keys = keys.compactMap { $0 }
    }

    /// As key bar and help show it: `gg`, `^D`, `PgDn`; several named keys apart by blanks.
    public var label: String {
        let texts = keys.map { $0.text ?? "?" }
        return texts.joined(separator: texts.allSatisfy { $0.count == 1 } ? "" : " ")
    }
}

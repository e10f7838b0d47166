import EditorText
import Screen

/// A generator with a seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Keys as a test writes them: characters, and `<esc>`, `<enter>`, `<bs>`, `<^r>`, `<lt>`.
func keys(_ text: String) -> [Key] {
    var keys: [Key] = []
    var rest = text[...]
    while let first = rest.first {
        if first == "<", let end = rest.firstIndex(of: ">"),
            let key = named(String(rest[rest.index(after: rest.startIndex)..<end]))
        {
            keys.append(key)
            rest = rest[rest.index(after: end)...]
        } else {
            keys.append(.character(first))
            rest = rest.dropFirst()
        }
    }
    return keys
}

private func named(_ name: String) -> Key? {
    switch name {
    case "lt": .character("<")
    case "bs": .backspace
    case "cr": .enter
    case let name where name.count > 1: Key(text: name)
    default: nil
    }
}

extension TextEditor {
    mutating func press(_ text: String) {
        for key in keys(text) { _ = handle(key) }
    }

    /// The text with `|` where the cursor is.
    var picture: String {
        var lines = buffer.lines
        lines[cursor.line].insert("|", at: cursor.column)
        return lines.map { String($0) }.joined(separator: "\n")
    }
}

import EditorText
import Screen

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

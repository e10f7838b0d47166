import Jinja

/// Writes values as YAML in blocks, as `toyaml` does.
enum YAMLText {
    static func text(_ value: JinjaValue, indent: Int = 0) -> String {
        let space = String(repeating: " ", count: indent)
        switch value {
        case .dict(let dict):
            let pairs = dict.textPairs
            guard !pairs.isEmpty else { return "{}" }
            return pairs.map { key, inner in
                isNested(inner)
                    ? "\(space)\(scalar(key)):\n"
                        + text(inner, indent: isList(inner) ? indent : indent + 2)
                    : "\(space)\(scalar(key)): \(text(inner))"
            }.joined(separator: "\n")
        case .list(let list): return items(list.items, space, indent)
        case .tuple(let values): return items(values, space, indent)
        case .string(let text): return scalar(text)
        case .bool(let flag): return flag ? "true" : "false"
        case .none, .undefined: return "null"
        default: return (try? value.text()) ?? ""
        }
    }

    private static func items(_ values: [JinjaValue], _ space: String, _ indent: Int) -> String {
        guard !values.isEmpty else { return "[]" }
        return values.map { item in
            let inner = text(item, indent: indent + 2)
            return "\(space)- " + (isNested(item) ? String(inner.dropFirst(indent + 2)) : inner)
        }.joined(separator: "\n")
    }

    private static func isList(_ value: JinjaValue) -> Bool {
        switch value {
        case .list, .tuple: true
        default: false
        }
    }

    private static func isNested(_ value: JinjaValue) -> Bool {
        switch value {
        case .dict(let dict): !dict.textPairs.isEmpty
        case .list(let list): !list.items.isEmpty
        case .tuple(let values): !values.isEmpty
        default: false
        }
    }

    /// A text without quotes where it would be read back as the same text.
    private static func scalar(_ text: String) -> String {
        let isSafe =
            !text.isEmpty
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || [95, 45, 46, 32, 47, 40, 41].contains($0)
            } && text.utf8.first.map { (65...90).contains($0 & ~32) || $0 == 95 } == true
            && text.utf8.last != 32
        if isSafe, case .string = YAMLReader.resolve(text) { return text }
        return "'"
            + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "''") + "'"
    }
}

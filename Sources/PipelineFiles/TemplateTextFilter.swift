internal import Domain

/// A filter of Jinja that works on texts and lists.
enum TemplateTextFilter: String, CaseIterable, Sendable {
    case upper, lower, trim, replace, int, length, count, first, last, join, sqlquote

    /// How many arguments it takes.
    var arguments: ClosedRange<Int> {
        switch self {
        case .replace: 2...2
        case .join: 0...1
        default: 0...0
        }
    }

    func value(
        of value: TemplateValue, _ arguments: [String]
    ) throws(TemplateRefusal) -> TemplateValue {
        switch self {
        case .upper: return .text(value.text.uppercased())
        case .lower: return .text(value.text.lowercased())
        case .trim: return .text(Self.trimmed(value.text))
        case .replace: return .text(Self.replaced(value.text, arguments[0], arguments[1]))
        case .int: return .number(try Self.number(value))
        case .length, .count: return .number(Self.length(of: value))
        // As SQL writes a text, with '' for ' in it.
        case .sqlquote:
            return .text("'" + Self.replaced(value.text, "'", "''") + "'")
        case .first, .last:
            let items = Self.items(of: value)
            guard let item = self == .first ? items.first : items.last else {
                throw TemplateRefusal(
                    problem: "there is no \(rawValue) one of nothing",
                    remedy: "Say what holds then: … | default('').", isMissing: true)
            }
            return .json(item)
        case .join:
            return .text(
                Self.items(of: value).map(\.plainText).joined(separator: arguments.first ?? ""))
        }
    }

    /// Without blanks and line breaks at its ends.
    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Every `part` by another text; an empty one is nowhere.
    private static func replaced(_ text: String, _ part: String, _ other: String) -> String {
        part.isEmpty ? text : text.replacing(part, with: other)
    }

    private static func number(_ value: TemplateValue) throws(TemplateRefusal) -> Int {
        let text = trimmed(value.text)
        if let number = Int(text) { return number }
        if let number = Double(text), let whole = Int(exactly: number.rounded(.towardZero)) {
            return whole
        }
        throw TemplateRefusal(
            problem: "'\(text.short)' is no number for 'int'", remedy: "Give it a number.")
    }

    private static func length(of value: TemplateValue) -> Int {
        switch value {
        case .json(.object(let members)): members.count
        case .json(.list(let items)): items.count
        default: value.text.unicodeScalars.count
        }
    }

    /// The items of a list, the names of an object, the characters of a text.
    private static func items(of value: TemplateValue) -> [OutputValue] {
        switch value {
        case .json(.list(let items)): items
        case .json(.object(let members)): members.map { .text($0.name) }
        default: value.text.map { .text(String($0)) }
        }
    }
}

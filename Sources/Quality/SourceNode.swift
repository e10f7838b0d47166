public import Domain
public import JSONText

/// A value of a YAML or JSON file with its place.
public struct SourceNode: Sendable {
    public indirect enum Content: Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case text(String)
        case list([SourceNode])
        case map([Entry])
    }

    /// A key of a map with its place, and its value.
    public struct Entry: Sendable {
        public var key: String
        public var place: SourcePlace
        public var value: SourceNode
    }

    public var place: SourcePlace
    public var content: Content

    public init(place: SourcePlace, content: Content) {
        self.place = place
        self.content = content
    }

    /// The value of `key`; nil where this is no map or has no such key.
    public subscript(key: String) -> SourceNode? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    public var entries: [Entry]? {
        if case .map(let entries) = content { entries } else { nil }
    }

    public var items: [SourceNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    public var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    public var flag: Bool? {
        if case .bool(let flag) = content { flag } else { nil }
    }

    /// An integer or a number with a fraction.
    public var number: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    public var isNull: Bool {
        if case .null = content { true } else { false }
    }

    /// What kind of value this is, in words.
    var kind: String {
        switch content {
        case .null: "nothing"
        case .bool: "true or false"
        case .integer: "an integer"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// Without the places.
    public var json: JSONValue {
        switch content {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let text): .string(text)
        case .list(let items): .array(items.map(\.json))
        case .map(let entries):
            .object(entries.map { JSONValue.Member($0.key, $0.value.json) })
        }
    }
}

/// A file's text, from which a problem takes its line.
struct SourceFile {
    let name: String
    let lines: [Substring]

    init(name: String, text: String) {
        self.name = name
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    func problem(
        _ problem: String, _ remedy: String, at place: SourcePlace,
        severity: SourceProblem.Severity = .error
    ) -> SourceProblem {
        let index = place.line - 1
        return SourceProblem(
            severity: severity, file: name, place: place,
            lineText: lines.indices.contains(index) ? String(lines[index].prefix(1_000)) : "",
            problem: problem, remedy: remedy)
    }
}

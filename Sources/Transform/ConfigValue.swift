public import Domain
public import Jinja

/// A value in a configuration: what YAML, `--vars` and `config(…)` can hold.
public indirect enum ConfigValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([ConfigValue])
    case map(ConfigMap)

    /// The text, for a string; nil for anything else.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// How Python prints it: `True`, `None`, `1.5`, a string as it is.
    public var text: String { (try? jinja.text()) ?? "" }

    /// A list's items; a single value as a list of one; null as none.
    public var asList: [ConfigValue] {
        switch self {
        case .list(let items): items
        case .null: []
        default: [self]
        }
    }

    public var map: ConfigMap? {
        if case .map(let map) = self { map } else { nil }
    }

    /// A truth; texts such as `true` and `yes` count too. Nil for what is no truth.
    public var bool: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string(let text):
            switch text.lowercased() {
            case "true", "yes", "on": true
            case "false", "no", "off": false
            default: nil
            }
        default: nil
        }
    }

    public var int: Int? {
        switch self {
        case .int(let number): number
        case .string(let text): Int(text)
        default: nil
        }
    }

    /// The same value for a template; lists and dictionaries are new ones.
    public var jinja: JinjaValue {
        switch self {
        case .null: .none
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .list(let items): .array(items.map(\.jinja))
        case .map(let map): .mapping(map.pairs.map { ($0.key, $0.value.jinja) })
        }
    }

    /// A template's value; objects become their text, keys become texts.
    public init(_ value: JinjaValue, depth: Int = 0) {
        guard depth < 50 else {
            self = .null
            return
        }
        switch value {
        case .undefined, .none: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .string(let text): self = .string(text)
        case .list(let list):
            self = .list(list.items.map { ConfigValue($0, depth: depth + 1) })
        case .tuple(let items): self = .list(items.map { ConfigValue($0, depth: depth + 1) })
        case .dict(let dict):
            var map = ConfigMap()
            for (key, value) in zip(dict.keys, dict.values) {
                map[(try? key.text()) ?? ""] = ConfigValue(value, depth: depth + 1)
            }
            self = .map(map)
        case .object(let object): self = .string(object.text)
        }
    }
}

/// Text keys with values, in order; small, so searched one by one.
public struct ConfigMap: Hashable, Sendable {
    public struct Pair: Hashable, Sendable {
        public var key: String
        public var value: ConfigValue
    }

    public private(set) var pairs: [Pair] = []

    public init() {}

    /// Pairs of which no two have the same key.
    init(unique pairs: [Pair]) { self.pairs = pairs }

    public init(_ pairs: [(String, ConfigValue)]) {
        for (key, value) in pairs { self[key] = value }
    }

    public subscript(key: String) -> ConfigValue? {
        get { pairs.first { $0.key == key }?.value }
        set {
            if let index = pairs.firstIndex(where: { $0.key == key }) {
                if let newValue { pairs[index].value = newValue } else { pairs.remove(at: index) }
            } else if let newValue {
                pairs.append(Pair(key: key, value: newValue))
            }
        }
    }

    public var isEmpty: Bool { pairs.isEmpty }

    /// As one line of JSON.
    public var jsonText: String {
        var writer = ArtifactWriter()
        writer.map(nil, self)
        return writer.text
    }
    public var keys: [String] { pairs.map(\.key) }
}

extension ConfigMap {
    /// A mapping written as YAML or JSON, as `--vars` takes one.
    ///
    /// - Throws: The first mistake with its place in `text`.
    public static func reading(_ text: String, file: String) throws(SourceProblem) -> ConfigMap {
        let value = try YAMLReader.read(Array(text.utf8), file: file)
        guard let map = value.plain.map else {
            throw SourceProblem(
                file: file, place: SourcePlace(line: 1, column: 1), lineText: text,
                problem: "this is no mapping of names to values",
                remedy: "Write it as '{name: value}'.")
        }
        return map
    }
}

import Domain
import YAMLReading

/// A value of a YAML file with its place.
struct YAMLValue {
    indirect enum Content {
        case null
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
        case list([YAMLValue])
        case map([Pair])
    }

    struct Pair {
        var key: String
        var place: SourcePlace
        var value: YAMLValue
    }

    var place: SourcePlace
    var content: Content

    subscript(key: String) -> YAMLValue? {
        guard case .map(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    var pairs: [Pair] {
        if case .map(let pairs) = content { pairs } else { [] }
    }

    /// The items of a list; a single value as a list of one.
    var items: [YAMLValue] {
        switch content {
        case .list(let items): items
        case .null: []
        default: [self]
        }
    }

    /// The text of a scalar, numbers and truths as they are printed.
    var text: String? {
        switch content {
        case .string(let text): text
        case .int, .double, .bool: plain.text
        default: nil
        }
    }

    /// Without the places.
    var plain: ConfigValue {
        switch content {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .list(let items): .list(items.map(\.plain))
        case .map(let pairs): .map(ConfigMap(pairs.map { ($0.key, $0.value.plain) }))
        }
    }

    var plainMap: ConfigMap { plain.map ?? ConfigMap() }
}

/// Reads YAML with the meanings of YAML 1.1, as dbt's reader gives them.
enum YAMLReader {
    /// The root of the document; null for an empty file.
    ///
    /// Bytes that are no UTF-8 become U+FFFD.
    static func read(_ bytes: [UInt8], file: String) throws(SourceProblem) -> YAMLValue {
        let bytes =
            String(validating: bytes, as: UTF8.self) == nil
            ? Array(String(decoding: bytes, as: UTF8.self).utf8) : bytes
        let tree: YAMLTree
        do {
            tree = try YAMLTree(bytes)
        } catch {
            throw problem(
                at: error.at, of: bytes, file: file, problem: error.problem, remedy: error.remedy)
        }
        guard let root = tree.root else {
            return YAMLValue(place: SourcePlace(line: 1, column: 1), content: .null)
        }
        let reading = YAMLValues(tree: tree, places: YAMLPlaces(tree.nodes, in: bytes))
        do {
            return try reading.value(of: root)
        } catch {
            let place = reading.places[error.node]
            throw SourceProblem(
                file: file, place: place,
                lineText: SourceText.line(
                    place.line, of: String(decoding: bytes, as: UTF8.self)),
                problem: "the key '\(error.key)' is given twice",
                remedy: "Remove one of the two, or put what they say together.")
        }
    }

    private static func problem(
        at scalar: Int, of bytes: [UInt8], file: String, problem: String, remedy: String
    ) -> SourceProblem {
        let text = String(decoding: bytes, as: UTF8.self)
        var place = SourcePlace(line: 1, column: 1)
        for character in text.unicodeScalars.prefix(scalar) {
            if character == "\n" {
                place = SourcePlace(line: place.line + 1, column: 1)
            } else {
                place.column += 1
            }
        }
        return SourceProblem(
            file: file, place: place, lineText: SourceText.line(place.line, of: text),
            problem: problem, remedy: remedy)
    }

    /// What a plain scalar means in YAML 1.1; a date stays a text.
    static func resolve(_ text: String) -> YAMLValue.Content {
        guard let first = text.utf8.first else { return .null }
        switch text {
        case "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf": return .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
        case ".nan", ".NaN", ".NAN": return .double(.nan)
        default: break
        }
        guard (48...57).contains(first) || first == 43 || first == 45 || first == 46 else {
            return .string(text)
        }
        return number(text).map { $0 } ?? .string(text)
    }

    /// `12:30` is 750 in YAML 1.1.
    private static func sexagesimal(_ body: String) -> Int? {
        let parts = body.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, !first.hasPrefix("0"), let head = Int(first) else {
            return nil
        }
        var value = head
        for part in parts.dropFirst() {
            guard part.count <= 2, let digit = Int(part), (0..<60).contains(digit),
                value < 1 << 50
            else { return nil }
            value = value * 60 + digit
        }
        return value
    }

    private static func number(_ text: String) -> YAMLValue.Content? {
        let isNegative = text.hasPrefix("-")
        let body = (isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...])
            .filter { $0 != "_" }
        func signed(_ value: Int?) -> YAMLValue.Content? {
            value.map { .int(isNegative ? -$0 : $0) }
        }
        if body.contains(":") { return sexagesimal(body).map { .int(isNegative ? -$0 : $0) } }
        if body.hasPrefix("0x") { return signed(Int(body.dropFirst(2), radix: 16)) }
        if body.hasPrefix("0b") { return signed(Int(body.dropFirst(2), radix: 2)) }
        if body.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), !body.isEmpty {
            if body.count > 1, body.hasPrefix("0") { return signed(Int(body, radix: 8)) }
            return signed(Int(body))
        }
        // PyYAML wants a point in a float, and a sign in its exponent.
        let parts = body.split(separator: "e", omittingEmptySubsequences: false)
        guard body.contains("."), parts.count <= 2,
            parts.count == 1 || parts[1].hasPrefix("+") || parts[1].hasPrefix("-"),
            body.utf8.allSatisfy({
                ($0 >= 48 && $0 <= 57) || $0 == 46 || $0 == 101 || $0 == 43 || $0 == 45
            }), let value = Double(body.hasSuffix(".") ? body + "0" : String(body))
        else { return nil }
        return .double(isNegative ? -value : value)
    }
}

/// Lines of a text for problems.
enum SourceText {
    static func line(_ number: Int, of text: String) -> String {
        let lines = text.utf8.split(
            separator: 10, maxSplits: number, omittingEmptySubsequences: false)
        guard number >= 1, number <= lines.count else { return "" }
        return String(decoding: lines[number - 1], as: UTF8.self)
    }
}

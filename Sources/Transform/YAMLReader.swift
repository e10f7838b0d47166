import Domain
import Yams

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
    static let maximumDepth = 60

    /// The root of the first document; null for an empty file.
    static func read(_ bytes: [UInt8], file: String) throws(SourceProblem) -> YAMLValue {
        let text = String(decoding: bytes, as: UTF8.self)
        let start = SourcePlace(line: 1, column: 1)
        do {
            // `.basic` leaves the tags alone: the default resolver tries six regular expressions
            // on every scalar, which costs more than all the rest.
            let node = try Yams.compose(yaml: text, .basic)
            guard let node else { return YAMLValue(place: start, content: .null) }
            return try value(of: node, depth: 0)
        } catch let error as YamlError {
            throw problem(error, text: text, file: file)
        } catch let problem as SourceProblem {
            throw SourceProblem(
                file: file, place: problem.place,
                lineText: SourceText.line(problem.place.line, of: text), problem: problem.problem,
                remedy: problem.remedy)
        } catch {
            throw SourceProblem(
                file: file, place: start, lineText: "", problem: "\(error)",
                remedy: "Correct the file.")
        }
    }

    private static func problem(_ error: YamlError, text: String, file: String) -> SourceProblem {
        var place = SourcePlace(line: 1, column: 1)
        var message = "this is no YAML"
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            place = SourcePlace(line: max(1, mark.line), column: max(1, mark.column))
            message = problem
        case .duplicatedKeysInMapping(let keys, let context):
            place = SourcePlace(
                line: max(1, context.mark.line), column: max(1, context.mark.column))
            message = "the key '\(keys.first ?? "")' is given twice"
        case .reader(let problem, _, _, _): message = problem
        default: message = "this is no YAML: \(error)"
        }
        return SourceProblem(
            file: file, place: place, lineText: SourceText.line(place.line, of: text),
            problem: message, remedy: "Correct the YAML at this place.")
    }

    private static func value(of node: Node, depth: Int) throws -> YAMLValue {
        let mark = node.mark
        let place = SourcePlace(line: mark?.line ?? 1, column: mark?.column ?? 1)
        guard depth < maximumDepth else {
            throw SourceProblem(
                file: "", place: place, lineText: "", problem: "nested too deeply",
                remedy: "Nest less than \(maximumDepth) levels.")
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return YAMLValue(
                place: place, content: isPlain ? resolve(scalar.string) : .string(scalar.string))
        case .sequence(let sequence):
            return YAMLValue(
                place: place,
                content: .list(try sequence.map { try value(of: $0, depth: depth + 1) }))
        case .mapping(let mapping):
            var pairs: [YAMLValue.Pair] = []
            for (key, item) in mapping {
                let name = try value(of: key, depth: depth + 1)
                let inner = try value(of: item, depth: depth + 1)
                if name.text == "<<" {
                    for source in inner.items {
                        for pair in source.pairs
                        where !pairs.contains(where: { $0.key == pair.key }) {
                            pairs.append(pair)
                        }
                    }
                    continue
                }
                let title = name.text ?? name.plain.text
                pairs.removeAll { $0.key == title }
                pairs.append(YAMLValue.Pair(key: title, place: name.place, value: inner))
            }
            return YAMLValue(place: place, content: .map(pairs))
        case .alias:
            return YAMLValue(place: place, content: .null)
        }
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

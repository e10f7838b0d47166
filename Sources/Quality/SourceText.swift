public import Domain
import Yams

/// Reads a YAML or JSON file into nodes with places.
public enum SourceText {
    static let deepest = 60
    /// How many values a file may hold, aliases followed.
    static let mostValues = 1_000_000

    /// The root of the text: JSON where it begins with `{` or `[`, else YAML 1.1.
    ///
    /// JSON that YAML's flow syntax can read but JSON cannot is read as YAML.
    ///
    /// - Throws: a problem with the place where reading stopped.
    public static func read(_ bytes: [UInt8], file: String) throws(SourceProblem) -> SourceNode {
        let text = String(decoding: bytes, as: UTF8.self)
        let source = SourceFile(name: file, text: text)
        let first = bytes.first { ![32, 9, 10, 13, 0xEF, 0xBB, 0xBF].contains($0) }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            do throws(JSONFailure) {
                return try JSONReader.read(bytes)
            } catch {
                throw source.problem(
                    "this is no JSON: \(error.problem)", "Correct the JSON at this place.",
                    at: error.place)
            }
        }
        return try yaml(text, source)
    }

    private static func yaml(_ text: String, _ source: SourceFile) throws(SourceProblem)
        -> SourceNode
    {
        let start = SourcePlace(line: 1, column: 1)
        if let place = tooDeep(text) {
            throw source.problem(
                "this lies more than \(deepest) levels deep", "Flatten the file.", at: place)
        }
        do {
            // `.basic` leaves the tags alone: its regular expressions on every scalar cost most.
            guard let node = try Yams.compose(yaml: text, .basic) else {
                return SourceNode(place: start, content: .null)
            }
            var count = 0
            guard let result = convert(node, depth: 0, count: &count) else {
                throw source.problem(
                    "the file holds more than \(mostValues) values or \(deepest) levels",
                    "Split it, and use fewer aliases.", at: start)
            }
            return result
        } catch let error as YamlError {
            throw problem(error, source)
        } catch let problem as SourceProblem {
            throw problem
        } catch {
            throw source.problem("this is no YAML: \(error)", "Correct the file.", at: start)
        }
    }

    /// Where brackets or indentation nest deeper than the reader's stack allows.
    ///
    /// Counts brackets in texts and comments too: such a file is refused rather than risked.
    private static func tooDeep(_ text: String) -> SourcePlace? {
        var depth = 0
        var line = 1
        var column = 0
        var dashes = 0
        for byte in text.utf8 {
            column += 1
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): dashes += 1
            case 10:
                line += 1
                column = 0
                dashes = 0
            default: break
            }
            if depth > 500 || (dashes > 500 && column < dashes * 3) {
                return SourcePlace(line: line, column: column)
            }
        }
        return nil
    }

    private static func problem(_ error: YamlError, _ source: SourceFile) -> SourceProblem {
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
            message = "a key is given twice: \(keys.map { "\($0)" }.joined(separator: ", "))"
        case .reader(let problem, _, _, _): message = problem
        default: message = "this is no YAML: \(error)"
        }
        return source.problem(message, "Correct the YAML at this place.", at: place)
    }

    private static func convert(_ node: Node, depth: Int, count: inout Int) -> SourceNode? {
        count += 1
        guard depth < deepest, count <= mostValues else { return nil }
        let place = SourcePlace(
            line: max(1, node.mark?.line ?? 1), column: max(1, node.mark?.column ?? 1))
        switch node {
        case .scalar(let scalar):
            return SourceNode(place: place, content: content(of: scalar))
        case .sequence(let sequence):
            var items: [SourceNode] = []
            for item in sequence {
                guard let item = convert(item, depth: depth + 1, count: &count) else { return nil }
                items.append(item)
            }
            return SourceNode(place: place, content: .list(items))
        case .mapping(let mapping):
            var entries: [SourceNode.Entry] = []
            for (key, value) in mapping {
                guard let value = convert(value, depth: depth + 1, count: &count) else {
                    return nil
                }
                let keyPlace = SourcePlace(
                    line: max(1, key.mark?.line ?? 1), column: max(1, key.mark?.column ?? 1))
                entries.append(
                    SourceNode.Entry(key: key.scalar?.string ?? "", place: keyPlace, value: value))
            }
            return SourceNode(place: place, content: .map(entries))
        case .alias:
            return SourceNode(place: place, content: .null)
        }
    }

    private static func content(of scalar: Node.Scalar) -> SourceNode.Content {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any else { return .text(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            (48...57).contains(first) || [43, 45, 46].contains(first)
        else { return .text(text) }
        // `017` is a text to a person, an octal number to YAML 1.1 and 17 to YAML 1.2.
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        if digits.utf8.count > 1, digits.utf8.first == 48, digits.utf8.dropFirst().first != 46 {
            return .text(text)
        }
        if let value = Int64(text) { return .integer(value) }
        let isNumber = text.utf8.allSatisfy {
            (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0)
        }
        if isNumber, let value = Double(text), value.isFinite { return .number(value) }
        return .text(text)
    }
}

/// The methods of a text.
enum TextMethods {
    static func call(_ text: String, _ name: String, _ call: JinjaCall) throws -> JinjaValue {
        switch name {
        case "lower", "upper", "title", "capitalize":
            return .string(Methods.cased(text, name, titleBySpace: false))
        case "casefold": return .string(text.lowercased())
        case "swapcase":
            return .string(
                text.map { $0.isUppercase ? $0.lowercased() : $0.uppercased() }.joined())
        case "strip", "lstrip", "rstrip":
            let set = call.argument(0, "chars").flatMap { $0.isNone ? nil : $0 }
            return .string(
                Methods.strip(
                    text, try set?.text(), left: name != "rstrip", right: name != "lstrip"))
        case "split", "rsplit": return .array(try split(text, name, call).map { .string($0) })
        case "splitlines":
            var lines = TextSearch.split(
                try TextSearch.replace(text, "\r\n", "\n", count: -1, limit: .max), "\n",
                count: -1)
            if lines.last == "" { lines.removeLast() }
            return .array(lines.map { .string($0) })
        case "partition", "rpartition": return try partition(text, name, call)
        case "replace":
            return .string(
                try TextSearch.replace(
                    text, call.text(0, "old"), call.text(1, "new"),
                    count: call.argument(2, "count")?.whole ?? -1,
                    limit: call.renderer.limits.bytes))
        case "format": return .string(try BraceFormat.apply(text, call))
        case "join":
            var result = ""
            for (position, item) in try call.required(0, "iterable").iterated().enumerated() {
                guard case .string(let part) = item else {
                    throw JinjaFault(
                        "sequence item \(position): expected str instance, \(item.typeName) found")
                }
                if position > 0 { result += text }
                result += part
                guard result.utf8.count <= call.renderer.limits.bytes else {
                    throw JinjaFault("a text grew too long")
                }
            }
            return .string(result)
        case "startswith", "endswith":
            let given = try call.required(0, "prefix")
            let options: [JinjaValue] =
                if case .tuple(let items) = given { items } else { [given] }
            let bytes = Array(text.utf8)
            return .bool(
                try options.contains {
                    let part = Array(try $0.text().utf8)
                    return name == "startswith"
                        ? bytes.starts(with: part)
                        : bytes.count >= part.count && Array(bytes.suffix(part.count)) == part
                })
        case "removeprefix":
            let part = try call.text(0, "prefix")
            return .string(text.hasPrefix(part) ? String(text.dropFirst(part.count)) : text)
        case "removesuffix":
            let part = try call.text(0, "suffix")
            return .string(text.hasSuffix(part) ? String(text.dropLast(part.count)) : text)
        case "find", "rfind", "index", "count": return try find(text, name, call)
        case "zfill", "ljust", "rjust", "center": return try pad(text, name, call)
        default: return .bool(isClass(text, name))
        }
    }

    private static func split(
        _ text: String, _ name: String, _ call: JinjaCall
    ) throws -> [String] {
        let count = call.argument(1, "maxsplit")?.whole ?? -1
        guard let given = call.argument(0, "sep"), !given.isNone else {
            var words = text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
            guard count >= 0, words.count > count + 1 else { return words.map { String($0) } }
            if name == "split" {
                let rest = text.unicodeScalars[words[count].startIndex...]
                words.removeLast(words.count - count)
                return words.map { String($0) }
                    + [Methods.strip(String(rest), nil, left: true, right: false)]
            }
            let rest = text.unicodeScalars[..<words[words.count - count - 1].endIndex]
            return [Methods.strip(String(rest), nil, left: false, right: true)]
                + words.suffix(count).map { String($0) }
        }
        let separator = try given.text()
        guard !separator.isEmpty else { throw JinjaFault("empty separator") }
        if name == "split" || count < 0 { return TextSearch.split(text, separator, count: count) }
        let parts = TextSearch.split(text, separator, count: -1)
        guard parts.count > count + 1 else { return parts }
        return [parts.dropLast(count).joined(separator: separator)] + parts.suffix(count)
    }

    private static func partition(
        _ text: String, _ name: String, _ call: JinjaCall
    ) throws -> JinjaValue {
        let separator = try call.text(0, "sep")
        guard !separator.isEmpty else { throw JinjaFault("empty separator") }
        let parts = TextSearch.split(text, separator, count: -1)
        guard parts.count > 1 else {
            let items =
                name == "partition" ? [text, "", ""] : ["", "", text]
            return .tuple(items.map { .string($0) })
        }
        let isFirst = name == "partition"
        let head = isFirst ? parts[0] : parts.dropLast().joined(separator: separator)
        let tail =
            isFirst ? parts.dropFirst().joined(separator: separator) : parts[parts.count - 1]
        return .tuple([.string(head), .string(separator), .string(tail)])
    }

    private static func find(
        _ text: String, _ name: String, _ call: JinjaCall
    ) throws -> JinjaValue {
        let part = try call.text(0, "sub")
        if name == "count" {
            if part.isEmpty { return .int(text.unicodeScalars.count + 1) }
            return .int(TextSearch.split(text, part, count: -1).count - 1)
        }
        let bytes = Array(text.utf8)
        let needle = Array(part.utf8)
        var found = TextSearch.range(of: needle, in: bytes, from: 0)?.lowerBound
        if name == "rfind" {
            while let start = found,
                let next = TextSearch.range(of: needle, in: bytes, from: start + 1)
            {
                found = next.lowerBound
            }
        }
        guard let found else {
            if name == "index" { throw JinjaFault("substring not found") }
            return .int(-1)
        }
        return .int(bytes[..<found].count { $0 & 0xC0 != 0x80 })
    }

    private static func pad(
        _ text: String, _ name: String, _ call: JinjaCall
    ) throws -> JinjaValue {
        guard let width = try call.required(0, "width").whole, width <= FormatSpec.widest else {
            throw JinjaFault("the width must be a whole number up to \(FormatSpec.widest)")
        }
        let fill = try call.argument(1, "fillchar")?.text() ?? " "
        guard fill.unicodeScalars.count == 1 else {
            throw JinjaFault("The fill character must be exactly one character long")
        }
        let missing = max(0, width - text.unicodeScalars.count)
        let filler = String(repeating: fill, count: missing)
        switch name {
        case "ljust": return .string(text + filler)
        case "rjust": return .string(filler + text)
        case "center": return .string(Methods.centered(text, width: width, fill: fill))
        default:
            let zeros = String(repeating: "0", count: missing)
            if let sign = text.first, sign == "-" || sign == "+" {
                return .string(String(sign) + zeros + text.dropFirst())
            }
            return .string(zeros + text)
        }
    }

    private static func isClass(_ text: String, _ name: String) -> Bool {
        guard !text.isEmpty else { return false }
        return switch name {
        case "isdigit", "isnumeric": text.allSatisfy(\.isNumber)
        case "isalpha": text.allSatisfy(\.isLetter)
        case "isalnum": text.allSatisfy { $0.isLetter || $0.isNumber }
        case "isspace": text.allSatisfy(\.isWhitespace)
        case "isupper": text.uppercased() == text && text.contains(where: \.isCased)
        default: text.lowercased() == text && text.contains(where: \.isCased)
        }
    }
}

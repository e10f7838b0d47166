/// Python's `json.dumps`: ASCII, `", "` and `": "` between.
public enum JSONText {
    /// - Parameter isSorted: whether keys are sorted, as the filter `tojson` does.
    public static func text(
        _ value: JinjaValue, indent: Int? = nil, isSorted: Bool = false
    ) throws(JinjaFault) -> String {
        var result = ""
        try write(
            isSorted ? sorted(value, 0) : value, &result, indent.map { max(0, min(16, $0)) }, 0)
        return result
    }

    private static func sorted(_ value: JinjaValue, _ level: Int) throws(JinjaFault) -> JinjaValue {
        guard level < JinjaValue.maximumNesting else { throw JinjaFault("nested too deeply") }
        switch value {
        case .list(let list):
            var items: [JinjaValue] = []
            for item in list.items { items.append(try sorted(item, level + 1)) }
            return .array(items)
        case .tuple(let tuple):
            var items: [JinjaValue] = []
            for item in tuple { items.append(try sorted(item, level + 1)) }
            return .array(items)
        case .dict(let dict):
            var pairs: [(String, JinjaValue)] = []
            for (key, value) in zip(dict.keys, dict.values) {
                pairs.append((try key.isNone ? "null" : key.text(), try sorted(value, level + 1)))
            }
            return .mapping(pairs.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) })
        default: return value
        }
    }

    private static func write(
        _ value: JinjaValue, _ result: inout String, _ indent: Int?, _ level: Int
    ) throws(JinjaFault) {
        guard level < JinjaValue.maximumNesting else { throw JinjaFault("nested too deeply") }
        switch value {
        case .none: result += "null"
        case .bool(let flag): result += flag ? "true" : "false"
        case .int(let number): result += String(number)
        case .double(let number):
            result +=
                number.isFinite
                ? JinjaValue.pythonText(number)
                : number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
        case .string(let text): quote(text, &result)
        case .list(let list): try write(list.items, &result, indent, level)
        case .tuple(let items): try write(items, &result, indent, level)
        case .dict(let dict):
            guard dict.count > 0 else {
                result += "{}"
                return
            }
            result += "{"
            for (position, key) in dict.keys.enumerated() {
                if position > 0 { result += indent == nil ? ", " : "," }
                line(&result, indent, level + 1)
                quote(try key.isNone ? "null" : key.text(), &result)
                result += ": "
                try write(dict.values[position], &result, indent, level + 1)
            }
            line(&result, indent, level)
            result += "}"
        case .undefined, .object:
            throw JinjaFault("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private static func write(
        _ items: [JinjaValue], _ result: inout String, _ indent: Int?, _ level: Int
    ) throws(JinjaFault) {
        guard !items.isEmpty else {
            result += "[]"
            return
        }
        result += "["
        for (position, item) in items.enumerated() {
            if position > 0 { result += indent == nil ? ", " : "," }
            line(&result, indent, level + 1)
            try write(item, &result, indent, level + 1)
        }
        line(&result, indent, level)
        result += "]"
    }

    private static func line(_ result: inout String, _ indent: Int?, _ level: Int) {
        guard let indent else { return }
        result += "\n" + String(repeating: " ", count: indent * level)
    }

    private static func quote(_ text: String, _ result: inout String) {
        result += "\""
        for unit in text.utf16 {
            switch unit {
            case 34: result += "\\\""
            case 92: result += "\\\\"
            case 10: result += "\\n"
            case 13: result += "\\r"
            case 9: result += "\\t"
            case 8: result += "\\b"
            case 12: result += "\\f"
            case 32...126: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default: result += "\\u" + JinjaValue.hex(UInt32(unit), 4)
            }
        }
        result += "\""
    }
}

/// The methods of Python's text, list, dict and tuple that templates call.
enum Methods {
    static let stringNames: Set<String> = [
        "lower", "upper", "title", "capitalize", "swapcase", "casefold", "split", "rsplit",
        "splitlines", "replace", "format", "strip", "lstrip", "rstrip", "startswith", "endswith",
        "join", "find", "rfind", "index", "count", "isdigit", "isnumeric", "isalpha", "isalnum",
        "isspace", "isupper", "islower", "zfill", "ljust", "rjust", "center", "removeprefix",
        "removesuffix", "partition", "rpartition",
    ]
    static let listNames: Set<String> = [
        "append", "extend", "index", "pop", "insert", "remove", "reverse", "sort", "count",
        "clear", "copy",
    ]
    static let dictNames: Set<String> = [
        "get", "items", "keys", "values", "update", "pop", "setdefault", "copy", "clear",
    ]

    static func names(of value: JinjaValue) -> Set<String> {
        switch value {
        case .string: stringNames
        case .list: listNames
        case .tuple: ["index", "count"]
        case .dict: dictNames
        default: []
        }
    }

    /// A method taken without calling it.
    static func bound(_ value: JinjaValue, _ name: String) -> JinjaValue {
        .object(JinjaFunction(name) { try call(value, name, $0) })
    }

    static func call(_ value: JinjaValue, _ name: String, _ call: JinjaCall) throws -> JinjaValue {
        let known = names(of: value)
        guard known.contains(name) else {
            let near = nearest(to: name, among: known)
            throw JinjaFault(
                "'\(value.typeName) object' has no attribute '\(name)'",
                remedy: near.map { "Write '\($0)' instead." }
                    ?? "Use one of: \(known.sorted().joined(separator: ", ")).")
        }
        switch value {
        case .string(let text): return try TextMethods.call(text, name, call)
        case .list(let list): return try self.call(list, name, call)
        case .dict(let dict): return try self.call(dict, name, call)
        case .tuple(let items): return try search(items, name, call)
        default: return .none
        }
    }

    private static func search(
        _ items: [JinjaValue], _ name: String, _ call: JinjaCall
    ) throws -> JinjaValue {
        let wanted = try call.required(0, "value")
        if name == "count" { return .int(items.count { $0.equals(wanted) }) }
        guard let place = items.firstIndex(where: { $0.equals(wanted) }) else {
            throw JinjaFault("\(try wanted.representation()) is not in list")
        }
        return .int(place)
    }

    private static func call(
        _ list: JinjaList, _ name: String, _ call: JinjaCall
    ) throws -> JinjaValue {
        let limit = call.renderer.limits.entries
        func check(_ extra: Int) throws {
            guard list.items.count + extra <= limit else {
                throw JinjaFault("a list grew beyond \(limit) entries")
            }
        }
        switch name {
        case "append":
            try check(1)
            list.items.append(try call.required(0, "object"))
        case "extend":
            let items = try call.required(0, "iterable").iterated()
            try check(items.count)
            list.items += items
        case "insert":
            try check(1)
            let index = try call.required(0, "index").whole ?? 0
            let count = list.items.count
            let place = index < 0 ? max(0, max(index, -count) + count) : min(index, count)
            list.items.insert(try call.required(1, "object"), at: place)
        case "pop":
            let index = call.argument(0, "index")?.whole ?? -1
            let place = index < 0 ? max(index, -list.items.count - 1) + list.items.count : index
            guard list.items.indices.contains(place) else {
                throw JinjaFault(
                    list.items.isEmpty ? "pop from empty list" : "pop index out of range")
            }
            return list.items.remove(at: place)
        case "remove":
            let wanted = try call.required(0, "value")
            guard let place = list.items.firstIndex(where: { $0.equals(wanted) }) else {
                throw JinjaFault("list.remove(x): x not in list")
            }
            list.items.remove(at: place)
        case "reverse": list.items.reverse()
        case "clear": list.items = []
        case "copy": return .array(list.items)
        case "sort":
            let reverse = call.argument(0, "reverse") ?? .bool(false)
            let inner = JinjaCall(
                [], named: [("reverse", reverse), ("case_sensitive", .bool(true))],
                renderer: call.renderer)
            list.items = try SequenceFilters.apply("sort", .list(list), inner).iterated()
        default: return try search(list.items, name, call)
        }
        return .none
    }

    private static func call(
        _ dict: JinjaDict, _ name: String, _ call: JinjaCall
    ) throws -> JinjaValue {
        func key() throws -> (JinjaKey, JinjaValue) {
            let value = try call.required(0, "key")
            return (try JinjaKey(value), value)
        }
        switch name {
        case "items": return .array(zip(dict.keys, dict.values).map { .tuple([$0, $1]) })
        case "keys": return .array(dict.keys)
        case "values": return .array(dict.values)
        case "get":
            return try dict.position(of: key().0).map { dict.values[$0] }
                ?? call.argument(1, "default") ?? .none
        case "update":
            if let other = call.positional.first {
                if case .dict(let source) = other {
                    for (key, value) in zip(source.keys, source.values) {
                        dict.put(try JinjaKey(key), key, value)
                    }
                } else {
                    for pair in try other.iterated() {
                        let parts = try pair.iterated()
                        guard parts.count == 2 else {
                            throw JinjaFault("dictionary update sequence needs pairs")
                        }
                        dict.put(try JinjaKey(parts[0]), parts[0], parts[1])
                    }
                }
            }
            for (name, value) in call.named { dict[name] = value }
            guard dict.count <= call.renderer.limits.entries else {
                throw JinjaFault("a dictionary grew beyond \(call.renderer.limits.entries) entries")
            }
            return .none
        case "pop":
            let (key, original) = try key()
            if let place = dict.position(of: key) {
                let value = dict.values[place]
                dict.put(key, original, nil)
                return value
            }
            guard let fallback = call.argument(1, "default") else {
                throw JinjaFault("KeyError: \(try original.representation())")
            }
            return fallback
        case "setdefault":
            let (key, original) = try key()
            if let place = dict.position(of: key) { return dict.values[place] }
            let value = call.argument(1, "default") ?? .none
            dict.put(key, original, value)
            return value
        case "clear":
            dict.removeAll()
            return .none
        default:
            let copy = JinjaDict()
            for (key, value) in zip(dict.keys, dict.values) {
                copy.put(try JinjaKey(key), key, value)
            }
            return .dict(copy)
        }
    }

    /// Python's strip: of white space, or of any scalar in `set`.
    static func strip(_ text: String, _ set: String?, left: Bool, right: Bool) -> String {
        let chosen = set.map { Set($0.unicodeScalars) }
        func drops(_ scalar: Unicode.Scalar) -> Bool {
            chosen?.contains(scalar)
                ?? (scalar.properties.isWhitespace || (28...31).contains(scalar.value))
        }
        var view = Substring(text).unicodeScalars
        if left { while let first = view.first, drops(first) { view.removeFirst() } }
        if right { while let last = view.last, drops(last) { view.removeLast() } }
        return String(view)
    }

    static func centered(_ text: String, width: Int, fill: String) -> String {
        let missing = min(width, FormatSpec.widest) - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let left = missing / 2 + (missing & width & 1)
        return String(repeating: fill, count: left) + text
            + String(repeating: fill, count: missing - left)
    }

    /// Changes the case; a title begins at every non-letter for Python's method, and after
    /// spaces and brackets for Jinja's filter.
    static func cased(_ text: String, _ name: String, titleBySpace: Bool) -> String {
        switch name {
        case "lower": return text.lowercased()
        case "upper": return text.uppercased()
        case "capitalize":
            return text.prefix(1).uppercased() + text.dropFirst().lowercased()
        default:
            var result = ""
            var isStart = true
            for character in text {
                result += isStart ? character.uppercased() : character.lowercased()
                isStart =
                    titleBySpace
                    ? character.isWhitespace || "-([{<".contains(character) : !character.isLetter
            }
            return result
        }
    }
}

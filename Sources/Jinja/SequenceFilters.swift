/// The filters that look into the items of a sequence.
enum SequenceFilters {
    static func apply(_ name: String, _ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        // As in Jinja2, what is false has no items here, whatever its type.
        if ["map", "select", "reject", "selectattr", "rejectattr"].contains(name), !value.isTrue {
            return .array([])
        }
        switch name {
        case "map": return try map(value, call)
        case "select", "reject": return try select(value, call, keeps: name == "select")
        case "selectattr", "rejectattr":
            return try selectByAttribute(value, call, keeps: name == "selectattr")
        case "sort": return try sort(value, call)
        case "unique": return try unique(value, call)
        case "min", "max": return try extreme(value, call, isMax: name == "max")
        case "groupby": return try group(value, call)
        case "dictsort": return try sortPairs(value, call)
        default: return try parts(name, value, call)
        }
    }

    /// `attribute` of a filter: a dotted path, or an index.
    static func follow(
        _ value: JinjaValue, _ path: JinjaValue, _ call: JinjaCall
    ) throws -> JinjaValue {
        guard case .string(let text) = path else { return try call.renderer.item(value, path) }
        var current = value
        for part in text.split(separator: ".") {
            let key: JinjaValue = Int(part).map { .int($0) } ?? .string(String(part))
            current = try call.renderer.item(current, key)
        }
        return current
    }

    private static func map(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        let items = try value.iterated()
        if call.positional.isEmpty, let path = call.named.first(where: { $0.0 == "attribute" }) {
            let fallback = call.named.first { $0.0 == "default" }?.1
            return .array(
                try items.map { item in
                    let found = try follow(item, path.1, call)
                    return found.isUndefined ? fallback ?? found : found
                })
        }
        let name = try call.text(0, "filter")
        guard Filters.names.contains(name) else { throw JinjaFault("No filter named '\(name)'.") }
        let inner = JinjaCall(
            Array(call.positional.dropFirst()), named: call.named, renderer: call.renderer)
        return .array(
            try items.map { item in
                try call.renderer.step()
                return try Filters.apply(name, item, inner)
            })
    }

    private static func test(_ call: JinjaCall, skipping count: Int) throws -> (
        (JinjaValue) throws -> Bool
    ) {
        guard call.positional.count > count else { return { $0.isTrue } }
        let name = try call.positional[count].text()
        guard Tests.names.contains(name) else { throw JinjaFault("No test named '\(name)'.") }
        let inner = JinjaCall(
            Array(call.positional.dropFirst(count + 1)), named: call.named,
            renderer: call.renderer)
        return { try Tests.apply(name, $0, inner) }
    }

    private static func select(
        _ value: JinjaValue, _ call: JinjaCall, keeps: Bool
    ) throws -> JinjaValue {
        let test = try test(call, skipping: 0)
        return .array(
            try value.iterated().filter {
                try call.renderer.step()
                return try test($0) == keeps
            })
    }

    private static func selectByAttribute(
        _ value: JinjaValue, _ call: JinjaCall, keeps: Bool
    ) throws -> JinjaValue {
        let path = try call.required(0, "attribute")
        let test = try test(call, skipping: 1)
        return .array(
            try value.iterated().filter {
                try call.renderer.step()
                return try test(follow($0, path, call)) == keeps
            })
    }

    /// What values are compared by: texts without their case, unless it matters.
    private static func folded(_ value: JinjaValue, _ isCaseSensitive: Bool) -> JinjaValue {
        guard !isCaseSensitive, case .string(let text) = value else { return value }
        return .string(text.lowercased())
    }

    private static func sorted(
        _ items: [(key: JinjaValue, item: JinjaValue)], isReverse: Bool
    ) throws -> [JinjaValue] {
        var fault: (any Error)?
        let ordered = items.enumerated().sorted { left, right in
            guard fault == nil else { return left.offset < right.offset }
            do {
                let (one, two) = (left.element.key, right.element.key)
                if try isReverse ? two.isLess(than: one) : one.isLess(than: two) { return true }
                if try isReverse ? one.isLess(than: two) : two.isLess(than: one) { return false }
            } catch {
                fault = error
            }
            return left.offset < right.offset
        }
        if let fault { throw fault }
        return ordered.map(\.element.item)
    }

    private static func keys(
        _ item: JinjaValue, _ path: JinjaValue?, _ isCaseSensitive: Bool, _ call: JinjaCall
    ) throws -> JinjaValue {
        guard let path, !path.isNone else { return folded(item, isCaseSensitive) }
        guard case .string(let text) = path, text.contains(",") else {
            return folded(try follow(item, path, call), isCaseSensitive)
        }
        return .tuple(
            try text.split(separator: ",").map {
                folded(try follow(item, .string(String($0)), call), isCaseSensitive)
            })
    }

    private static func sort(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        let isCaseSensitive = call.argument(1, "case_sensitive")?.isTrue ?? false
        let path = call.argument(2, "attribute")
        let items = try value.iterated().map {
            (key: try keys($0, path, isCaseSensitive, call), item: $0)
        }
        return .array(
            try sorted(items, isReverse: call.argument(0, "reverse")?.isTrue ?? false))
    }

    private static func unique(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        let isCaseSensitive = call.argument(0, "case_sensitive")?.isTrue ?? false
        var seen: Set<JinjaKey> = []
        return .array(
            try value.iterated().filter {
                let key = try keys($0, call.argument(1, "attribute"), isCaseSensitive, call)
                return seen.insert(try JinjaKey(key)).inserted
            })
    }

    private static func extreme(
        _ value: JinjaValue, _ call: JinjaCall, isMax: Bool
    ) throws -> JinjaValue {
        let isCaseSensitive = call.argument(0, "case_sensitive")?.isTrue ?? false
        var best: (key: JinjaValue, item: JinjaValue)?
        for item in try value.iterated() {
            let key = try keys(item, call.argument(1, "attribute"), isCaseSensitive, call)
            if let current = best {
                let better =
                    try isMax ? current.key.isLess(than: key) : key.isLess(than: current.key)
                guard better else { continue }
            }
            best = (key, item)
        }
        return best?.item ?? .undefined("No aggregated item, sequence was empty.")
    }

    private static func group(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        let path = try call.required(0, "attribute")
        let fallback = call.argument(1, "default")
        let isCaseSensitive = call.argument(2, "case_sensitive")?.isTrue ?? false
        let items = try value.iterated().map { item in
            var key = try follow(item, path, call)
            if key.isUndefined, let fallback { key = fallback }
            return (key: folded(key, isCaseSensitive), item: JinjaValue.tuple([key, item]))
        }
        var groups: [(key: JinjaValue, shown: JinjaValue, items: JinjaList)] = []
        for pair in try sorted(items, isReverse: false) {
            guard case .tuple(let parts) = pair else { continue }
            let key = folded(parts[0], isCaseSensitive)
            if let last = groups.last, last.key.equals(key) {
                last.items.items.append(parts[1])
            } else {
                groups.append((key, parts[0], JinjaList([parts[1]])))
            }
        }
        return .array(groups.map { .object(GroupObject($0.shown, $0.items)) })
    }

    private static func sortPairs(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        guard case .dict(let dict) = value else {
            throw JinjaFault("dictsort works on a mapping, not on \(value.typeName)")
        }
        let isCaseSensitive = call.argument(0, "case_sensitive")?.isTrue ?? false
        let isByValue = try call.argument(1, "by")?.text() == "value"
        let pairs = zip(dict.keys, dict.values).map { key, value in
            (
                key: folded(isByValue ? value : key, isCaseSensitive),
                item: JinjaValue.tuple([key, value])
            )
        }
        return .array(
            try sorted(pairs, isReverse: call.argument(2, "reverse")?.isTrue ?? false))
    }

    private static func parts(
        _ name: String, _ value: JinjaValue, _ call: JinjaCall
    ) throws -> JinjaValue {
        let items = try value.iterated()
        let fill = call.argument(1, "fill_with").flatMap { $0.isNone ? nil : $0 }
        guard let count = call.argument(0, "linecount")?.whole ?? call.argument(0, "slices")?.whole,
            count > 0, count <= call.renderer.limits.entries
        else { throw JinjaFault("\(name) needs a positive whole number") }
        if name == "batch" {
            return .array(
                stride(from: 0, to: items.count, by: count).map { start in
                    var part = Array(items[start..<min(start + count, items.count)])
                    if let fill { while part.count < count { part.append(fill) } }
                    return .array(part)
                })
        }
        var position = 0
        return .array(
            (0..<count).map { index in
                let size = items.count / count + (index < items.count % count ? 1 : 0)
                var part = Array(items[position..<(position + size)])
                position += size
                if let fill, index >= items.count % count { part.append(fill) }
                return .array(part)
            })
    }
}

/// One group of `groupby`: a pair that also has names.
final class GroupObject: JinjaObject {
    private let key: JinjaValue
    private let list: JinjaList
    init(_ key: JinjaValue, _ list: JinjaList) {
        self.key = key
        self.list = list
    }
    override var typeName: String { "_GroupTuple" }
    override var text: String { (try? JinjaValue.tuple([key, .list(list)]).text()) ?? "" }
    override func iterated() -> [JinjaValue]? { [key, .list(list)] }
    override func attribute(_ name: String) -> JinjaValue? {
        name == "grouper" ? key : name == "list" ? .list(list) : nil
    }
    override func item(_ key: JinjaValue) throws -> JinjaValue? {
        switch key {
        case .int(0): self.key
        case .int(1): .list(list)
        case .string(let name): attribute(name)
        default: nil
        }
    }
}

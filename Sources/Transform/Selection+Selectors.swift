import Domain

/// Selectors by name, as selectors.yml defines them: §4.
extension NodeSelection {
    /// Selectors that name each other would never end.
    func refuseCircle(from name: String, through path: [String]) throws(Mistake) {
        guard !path.contains(name) else {
            throw Mistake(
                problem: "The selector '\(name)' selects itself: "
                    + "\((path + [name]).joined(separator: " → ")).",
                remedy: "Take one of these references out of selectors.yml.")
        }
        guard let found = project.selectors.first(where: { $0.name == name }) else { return }
        for inner in Self.selectorNames(in: found.definition) {
            try refuseCircle(from: inner, through: path + [name])
        }
    }

    private static func selectorNames(in definition: ConfigValue) -> [String] {
        switch definition {
        case .string(let text):
            guard let start = text.firstRange(of: "selector:") else { return [] }
            return [String(text[start.upperBound...].prefix { $0 != "+" && $0 != "," })]
        case .list(let items): return items.flatMap(selectorNames)
        case .map(let map):
            if map["method"]?.string == "selector" { return map["value"].map { [$0.text] } ?? [] }
            return map.pairs.flatMap { pair in
                pair.key == "selector" ? [pair.value.text] : selectorNames(in: pair.value)
            }
        default: return []
        }
    }

    func resolve(
        _ definition: ConfigValue, _ indirect: IndirectSelection, depth: Int
    ) throws(Mistake) -> Found {
        guard depth < 20 else {
            throw Mistake(problem: "The selector nests too deeply.", remedy: "Split it.")
        }
        if case .string(let text) = definition { return try criterion(text, indirect) }
        guard let map = definition.map else {
            throw Mistake(
                problem: "A selector's definition is neither text nor keys.",
                remedy: "Write a text, union, intersection, or method and value.")
        }
        let indirect =
            map["indirect_selection"]?.string.flatMap(IndirectSelection.init(rawValue:))
            ?? indirect
        for key in ["union", "intersection"] {
            guard let list = map[key]?.asList else { continue }
            return try combine(list, isUnion: key == "union", indirect, depth: depth)
        }
        guard let method = map["method"]?.text, let value = map["value"]?.text else {
            guard let pair = map.pairs.first, map.pairs.count == 1 else {
                throw Mistake(
                    problem: "A selector's definition lacks method and value.",
                    remedy: "Add both.")
            }
            return try criterion("\(pair.key):\(pair.value.text)", indirect)
        }
        var parsed = Criterion(method: method, value: value)
        // dbt looks at nothing else beside the name of another selector.
        if method == "selector" { return try expand(parsed, indirect) }
        if map["parents"]?.bool == true { parsed.parents = map["parents_depth"]?.int ?? .max }
        if map["children"]?.bool == true { parsed.children = map["children_depth"]?.int ?? .max }
        parsed.takesChildrensParents = map["childrens_parents"]?.bool ?? false
        let result = try expand(parsed, indirect)
        guard let exclude = map["exclude"]?.asList, !exclude.isEmpty else { return result }
        let without = try combine(exclude, isUnion: true, indirect, depth: depth)
        return settled(
            result.direct.subtracting(without.direct), result.wide.subtracting(without.wide),
            indirect)
    }

    func combine(
        _ list: [ConfigValue], isUnion: Bool, _ indirect: IndirectSelection, depth: Int
    ) throws(Mistake) -> Found {
        var whole: (direct: Set<Int>, wide: Set<Int>)?
        var without = Found([])
        for item in list {
            if let exclude = item.map?["exclude"], item.map?["method"] == nil {
                let found = try combine(exclude.asList, isUnion: true, indirect, depth: depth + 1)
                without = Found(
                    without.direct.union(found.direct),
                    waiting: without.waiting.union(found.waiting))
                continue
            }
            let found = try resolve(item, indirect, depth: depth + 1)
            guard let old = whole else {
                whole = (found.direct, found.wide)
                continue
            }
            whole =
                isUnion
                ? (old.direct.union(found.direct), old.wide.union(found.wide))
                : (old.direct.intersection(found.direct), old.wide.intersection(found.wide))
        }
        return settled(
            (whole?.direct ?? []).subtracting(without.direct),
            (whole?.wide ?? []).subtracting(without.wide), indirect)
    }
}

public import Domain

/// Which nodes `--select`, `--exclude` and `--selector` mean: §4.
public struct NodeSelection: Sendable {
    /// How tests go with the nodes that they test.
    public enum IndirectSelection: String, Hashable, Sendable {
        case eager, cautious, buildable, empty
    }

    /// A selection that cannot be understood.
    public struct Mistake: UserFacingError, Hashable {
        public var problem: String
        public var remedy: String
    }

    private let project: TransformProject
    /// Status by unique id of an earlier run, for `result:`.
    private let earlierResults: [String: String]
    /// The ids of nodes that are new or changed, for `state:`; nil where no state is given.
    private let changed: [String: String]?

    public init(
        _ project: TransformProject, earlierResults: [String: String] = [:],
        changed: [String: String]? = nil
    ) {
        self.project = project
        self.earlierResults = earlierResults
        self.changed = changed
    }

    /// The positions of the selected nodes.
    ///
    /// - Parameters:
    ///   - select: texts with spaces for union and commas for intersection; empty means all.
    ///   - exclude: what is taken away from them.
    public func positions(
        select: [String], exclude: [String] = [], indirect: IndirectSelection = .eager
    ) throws(Mistake) -> Set<Int> {
        var chosen = Set(project.nodes.indices)
        if !select.isEmpty { chosen = try union(select, indirect) }
        if !exclude.isEmpty { chosen.subtract(try union(exclude, indirect)) }
        return chosen
    }

    /// The positions that a selector of `selectors.yml` names.
    public func positions(
        selector name: String, indirect: IndirectSelection = .eager
    ) throws(Mistake) -> Set<Int> {
        guard let found = project.selectors.first(where: { $0.name == name }) else {
            let near = nearestName(to: name, among: project.selectors.map(\.name))
            throw Mistake(
                problem: "Could not find selector named '\(name)'.",
                remedy: near.map { "Write '\($0)' instead." } ?? "Add it to selectors.yml.")
        }
        return try resolve(found.definition, indirect, depth: 0)
    }

    private func union(
        _ texts: [String], _ indirect: IndirectSelection
    ) throws(Mistake) -> Set<Int> {
        var result: Set<Int> = []
        for text in texts {
            for part in text.split(whereSeparator: \.isWhitespace) {
                var common: Set<Int>?
                for piece in part.split(separator: ",") {
                    let found = try criterion(String(piece), indirect)
                    common = common?.intersection(found) ?? found
                }
                result.formUnion(common ?? [])
            }
        }
        return result
    }

    /// The pieces of `2+tag:nightly+1`, `@name`.
    private struct Criterion {
        var method: String
        var value: String
        /// Levels up and down; nil: none.
        var parents: Int?
        var children: Int?
        var takesChildrensParents = false
    }

    private func criterion(
        _ text: String, _ indirect: IndirectSelection
    ) throws(Mistake) -> Set<Int> {
        var body = text[...]
        var parsed = Criterion(method: "fqn", value: "")
        if body.hasPrefix("@") {
            parsed.takesChildrensParents = true
            body = body.dropFirst()
        }
        let digits = body.prefix(while: \.isNumber)
        if body.dropFirst(digits.count).hasPrefix("+") {
            parsed.parents = digits.isEmpty ? .max : Int(digits) ?? .max
            body = body.dropFirst(digits.count + 1)
        }
        let tail = String(body.reversed().prefix(while: \.isNumber).reversed())
        if body.dropLast(tail.count).hasSuffix("+") {
            parsed.children = tail.isEmpty ? .max : Int(tail) ?? .max
            body = body.dropLast(tail.count + 1)
        }
        let parts = body.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            parsed.method = String(parts[0])
            parsed.value = String(parts[1])
        } else {
            parsed.value = String(body)
            if body.hasSuffix(".sql") || body.hasSuffix(".csv") || body.hasSuffix(".yml") {
                parsed.method = body.contains("/") ? "path" : "file"
            } else if body.contains("/") {
                parsed.method = "path"
            }
        }
        guard !parsed.value.isEmpty else {
            throw Mistake(
                problem: "The selection '\(text)' names nothing.",
                remedy: "Write a name, or method:value.")
        }
        return try expand(parsed, indirect)
    }

    private func expand(
        _ criterion: Criterion, _ indirect: IndirectSelection
    ) throws(Mistake) -> Set<Int> {
        let matched = try matches(criterion.method, criterion.value)
        var result = matched
        let graph = project.graph
        if criterion.takesChildrensParents {
            let down = Set(graph.descendants(of: matched)).union(matched)
            result.formUnion(down)
            result.formUnion(graph.ancestors(of: down))
        }
        if let levels = criterion.parents {
            result.formUnion(reach(matched, levels) { graph.parents(of: $0) })
        }
        if let levels = criterion.children {
            result.formUnion(reach(matched, levels) { graph.children(of: $0) })
        }
        return withTests(result, matched: matched, indirect)
    }

    private func reach(
        _ start: Set<Int>, _ levels: Int, _ step: (Int) -> ArraySlice<Int32>
    ) -> Set<Int> {
        var seen = start
        var level = Array(start)
        var left = levels
        while left > 0, !level.isEmpty {
            level = level.flatMap { step($0).map(Int.init) }.filter { seen.insert($0).inserted }
            left -= 1
        }
        return seen
    }

    /// Adds the tests of selected nodes; those that were named themselves stay in any case.
    private func withTests(
        _ chosen: Set<Int>, matched: Set<Int>, _ indirect: IndirectSelection
    ) -> Set<Int> {
        let graph = project.graph
        func isTest(_ position: Int) -> Bool {
            project.nodes[position].kind == .test || project.nodes[position].kind == .unitTest
        }
        var result = chosen.filter { !isTest($0) || matched.contains($0) }
        guard indirect != .empty else { return result }
        let buildable =
            indirect == .buildable ? result.union(graph.ancestors(of: result)) : result
        var tests: Set<Int> = []
        for position in result where !isTest(position) {
            for child in graph.children(of: position).map(Int.init) where isTest(child) {
                if indirect == .eager
                    || graph.parents(of: child).allSatisfy({ parent in
                        buildable.contains(Int(parent))
                    })
                {
                    tests.insert(child)
                }
            }
        }
        result.formUnion(tests)
        return result
    }

    // MARK: Methods

    private static let methods = [
        "fqn", "name", "path", "file", "tag", "source", "exposure", "resource_type", "test_type",
        "test_name", "package", "group", "access", "state", "result", "config", "unit_test",
        "metric", "semantic_model", "saved_query", "selector",
    ]

    private func matches(_ method: String, _ value: String) throws(Mistake) -> Set<Int> {
        if method == "selector" { return try positions(selector: value) }
        if method == "state" {
            guard let changed else {
                throw Mistake(
                    problem: "The method 'state' needs the state of an earlier run.",
                    remedy: "Give it with --state FOLDER.")
            }
            let wanted = value.split(separator: ".").first.map(String.init) ?? value
            return found { node in
                wanted == "new"
                    ? changed[node.uniqueID] == "new"
                    : wanted == "modified" && changed[node.uniqueID] != nil
            }
        }
        let head = method.split(separator: ".").first.map(String.init) ?? method
        guard Self.methods.contains(head) else {
            let near = nearestName(to: head, among: Self.methods)
            throw Mistake(
                problem: "'\(method)' is not a selection method.",
                remedy: near.map { "Write '\($0):\(value)' instead." }
                    ?? "Use one of: \(Self.methods.joined(separator: ", ")).")
        }
        return found { matches($0, method: head, path: method, value: value) }
    }

    private func found(_ test: (TransformNode) -> Bool) -> Set<Int> {
        Set(project.nodes.indices.filter { test(project.nodes[$0]) })
    }

    private func matches(
        _ node: TransformNode, method: String, path: String, value: String
    ) -> Bool {
        switch method {
        case "fqn", "name": return matchesName(node, value)
        case "path":
            let file = node.path
            var wanted = value[...]
            while wanted.hasSuffix("/") { wanted = wanted.dropLast() }
            while wanted.hasPrefix("./") { wanted = wanted.dropFirst(2) }
            return file == wanted || file.hasPrefix(wanted + "/")
                || (wanted.contains("*") && Glob.matches(file, String(wanted)))
        case "file":
            let name = node.path.split(separator: "/").last.map(String.init) ?? ""
            return Glob.matches(name, value)
        case "tag": return node.tags.contains { Glob.matches($0, value) }
        case "package": return Glob.matches(node.package, value)
        case "resource_type": return node.kind.rawValue == value
        case "source":
            guard node.kind == .source else { return false }
            let parts = value.split(separator: ".").map(String.init)
            let own = [node.package, node.sourceName ?? "", node.name]
            switch parts.count {
            case 1: return Glob.matches(own[1], parts[0])
            case 2: return Glob.matches(own[1], parts[0]) && Glob.matches(own[2], parts[1])
            default: return zip(own, parts).allSatisfy { Glob.matches($0, $1) }
            }
        case "exposure": return node.kind == .exposure && Glob.matches(node.name, value)
        case "metric": return node.kind == .metric && Glob.matches(node.name, value)
        case "unit_test": return node.kind == .unitTest && Glob.matches(node.name, value)
        case "semantic_model": return node.kind == .semanticModel && Glob.matches(node.name, value)
        case "saved_query": return node.kind == .savedQuery && Glob.matches(node.name, value)
        case "test_type":
            switch value {
            case "generic", "schema": return node.generic != nil
            case "singular": return node.kind == .test && node.generic == nil
            case "data": return node.kind == .test
            case "unit": return node.kind == .unitTest
            default: return false
            }
        case "test_name": return node.generic.map { Glob.matches($0.name, value) } ?? false
        case "group": return node.config["group"]?.text == value
        case "access":
            return node.kind == .model && (node.config["access"]?.text ?? "protected") == value
        case "result": return earlierResults[node.uniqueID] == value
        case "config":
            var current: ConfigValue? = .map(node.config)
            for key in path.split(separator: ".").dropFirst() {
                current = current?.map?[ConfigRules.canonical(String(key))]
            }
            if path == "config.materialized", node.kind == .model {
                current = .string(node.materialized)
            }
            return (current?.asList ?? []).contains { item in
                item.text == value || item.text.lowercased() == value.lowercased()
            }
        default: return false
        }
    }

    /// A name, a prefix of the fqn (with or without the package), or a pattern.
    private func matchesName(_ node: TransformNode, _ value: String) -> Bool {
        guard node.kind != .source, node.kind != .exposure || node.name == value else {
            return false
        }
        if Glob.matches(node.name, value) { return true }
        let wanted = value.split(separator: ".").map(String.init)
        func starts(_ parts: ArraySlice<String>) -> Bool {
            guard parts.count >= wanted.count else { return false }
            return zip(parts, wanted).allSatisfy { Glob.matches($0, $1) }
        }
        return starts(node.fqn[...]) || starts(node.fqn.dropFirst())
    }

    // MARK: selectors.yml

    private func resolve(
        _ definition: ConfigValue, _ indirect: IndirectSelection, depth: Int
    ) throws(Mistake) -> Set<Int> {
        guard depth < 20 else {
            throw Mistake(problem: "The selector nests too deeply.", remedy: "Split it.")
        }
        if case .string(let text) = definition { return try union([text], indirect) }
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
            var result: Set<Int>?
            var without: Set<Int> = []
            for item in list {
                if let exclude = item.map?["exclude"], item.map?["method"] == nil {
                    for inner in exclude.asList {
                        without.formUnion(try resolve(inner, indirect, depth: depth + 1))
                    }
                    continue
                }
                let found = try resolve(item, indirect, depth: depth + 1)
                if key == "union" {
                    result = (result ?? []).union(found)
                } else {
                    result = result?.intersection(found) ?? found
                }
            }
            return (result ?? []).subtracting(without)
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
        if map["parents"]?.bool == true { parsed.parents = map["parents_depth"]?.int ?? .max }
        if map["children"]?.bool == true { parsed.children = map["children_depth"]?.int ?? .max }
        parsed.takesChildrensParents = map["childrens_parents"]?.bool ?? false
        var result = try expand(parsed, indirect)
        for inner in map["exclude"]?.asList ?? [] {
            result.subtract(try resolve(inner, indirect, depth: depth + 1))
        }
        return result
    }
}

/// Names with `*`, `?` and `[…]` left out: only `*` and `?` have a meaning.
enum Glob {
    static func matches(_ text: String, _ pattern: String) -> Bool {
        guard pattern.contains("*") || pattern.contains("?") else { return text == pattern }
        let (name, wanted) = (Array(text.utf8), Array(pattern.utf8))
        var (index, place) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < wanted.count, wanted[place] == UInt8(ascii: "*") {
                star = (place, index)
                place += 1
            } else if place < wanted.count,
                wanted[place] == name[index] || wanted[place] == UInt8(ascii: "?")
            {
                index += 1
                place += 1
            } else if let last = star {
                place = last.place + 1
                index = last.index + 1
                star = (last.place, last.index + 1)
            } else {
                return false
            }
        }
        return wanted[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

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
    private let earlierResults: [String: String]?
    /// What differs from an earlier state, for `state:`; nil where none is given.
    private let changes: ProjectChanges?

    public init(
        _ project: TransformProject, earlierResults: [String: String]? = nil,
        changes: ProjectChanges? = nil
    ) {
        self.project = project
        self.earlierResults = earlierResults
        self.changes = changes
    }

    /// The positions of the selected nodes.
    ///
    /// - Parameters:
    ///   - select: texts with spaces for union and commas for intersection; empty means all.
    ///   - exclude: what is taken away from them.
    public func positions(
        select: [String], exclude: [String] = [], indirect: IndirectSelection = .eager
    ) throws(Mistake) -> Set<Int> {
        var chosen = Found(Set(project.nodes.indices))
        if !select.isEmpty { chosen = try union(select, indirect) }
        if !exclude.isEmpty {
            let without = try union(exclude, indirect)
            chosen = settled(
                chosen.direct.subtracting(without.direct),
                chosen.wide.subtracting(without.wide), indirect)
        }
        return chosen.direct
    }

    /// The positions that a selector of `selectors.yml` names.
    ///
    /// - Parameter indirect: how tests come along where the selector does not say.
    public func positions(
        selector name: String, indirect: IndirectSelection? = nil
    ) throws(Mistake) -> Set<Int> {
        try refuseCircle(from: name, through: [])
        guard let found = project.selectors.first(where: { $0.name == name }) else {
            let near = nearestName(to: name, among: project.selectors.map(\.name))
            throw Mistake(
                problem: "Could not find selector named '\(name)'.",
                remedy: near.map { "Write '\($0)' instead." } ?? "Add it to selectors.yml.")
        }
        return try resolve(found.definition, indirect ?? .eager, depth: 0).direct
    }

    /// What a criterion takes, and the tests that wait for more of their parents to be taken.
    private struct Found {
        var direct: Set<Int>
        var waiting: Set<Int> = []
        var wide: Set<Int> { direct.union(waiting) }

        init(_ direct: Set<Int>, waiting: Set<Int> = []) {
            self.direct = direct
            self.waiting = waiting
        }
    }

    /// A combination, with the waiting tests whose parents are all there now.
    private func settled(
        _ direct: Set<Int>, _ wide: Set<Int>, _ indirect: IndirectSelection
    ) -> Found {
        var chosen = direct
        let graph = project.graph
        switch indirect {
        case .eager, .empty: break
        case .cautious, .buildable:
            let parents =
                indirect == .buildable ? direct.union(graph.ancestors(of: direct)) : direct
            for position in wide.subtracting(direct)
            where isTest(position)
                && graph.parents(of: position).allSatisfy({ parents.contains(Int($0)) })
            {
                chosen.insert(position)
            }
        }
        return Found(chosen, waiting: wide.subtracting(chosen))
    }

    private func isTest(_ position: Int) -> Bool {
        project.nodes[position].kind == .test || project.nodes[position].kind == .unitTest
    }

    private func union(
        _ texts: [String], _ indirect: IndirectSelection
    ) throws(Mistake) -> Found {
        var direct: Set<Int> = []
        var wide: Set<Int> = []
        for text in texts {
            for part in text.split(whereSeparator: \.isWhitespace) {
                var common: Found?
                for piece in part.split(separator: ",") {
                    let found = try criterion(String(piece), indirect)
                    common =
                        common.map {
                            settled(
                                $0.direct.intersection(found.direct),
                                $0.wide.intersection(found.wide), indirect)
                        } ?? found
                }
                direct.formUnion(common?.direct ?? [])
                wide.formUnion(common?.wide ?? [])
            }
        }
        return settled(direct, wide, indirect)
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
    ) throws(Mistake) -> Found {
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
        guard !parsed.value.isEmpty || parts.count == 2 else {
            throw Mistake(
                problem: "The selection '\(text)' names nothing.",
                remedy: "Write a name, or method:value.")
        }
        return try expand(parsed, indirect)
    }

    private func expand(
        _ criterion: Criterion, _ indirect: IndirectSelection
    ) throws(Mistake) -> Found {
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
        return withTests(result, indirect)
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

    /// Adds the tests that hang on selected nodes, or notes that they wait for other parents.
    private func withTests(_ chosen: Set<Int>, _ indirect: IndirectSelection) -> Found {
        guard indirect != .empty else { return Found(chosen) }
        let graph = project.graph
        var parents = chosen
        if indirect == .buildable {
            parents.formUnion(graph.ancestors(of: chosen))
            parents.formUnion(project.nodes.indices.filter { project.nodes[$0].kind == .source })
        }
        var result = Found(chosen)
        for position in chosen {
            for child in graph.children(of: position).map(Int.init)
            where isTest(child) && !result.direct.contains(child) {
                if indirect == .eager
                    || graph.parents(of: child).allSatisfy({ parents.contains(Int($0)) })
                {
                    result.direct.insert(child)
                } else {
                    result.waiting.insert(child)
                }
            }
        }
        result.waiting.subtract(result.direct)
        return result
    }

    // MARK: Methods

    private static let methods = [
        "fqn", "name", "path", "file", "tag", "source", "exposure", "resource_type", "test_type",
        "test_name", "package", "group", "access", "state", "result", "config", "unit_test",
        "metric", "semantic_model", "saved_query", "selector", "version",
    ]

    private func matches(_ method: String, _ value: String) throws(Mistake) -> Set<Int> {
        if method == "selector" { return try positions(selector: value) }
        if method == "result", earlierResults == nil {
            throw Mistake(
                problem: "The method 'result' needs the results of an earlier run.",
                remedy: "Give a folder with a run_results.json by --state FOLDER.")
        }
        if method == "test_type",
            !["generic", "schema", "data", "singular", "unit"].contains(value)
        {
            throw Mistake(
                problem: "'\(value)' is no type of tests.",
                remedy: "Write generic, singular, unit or data.")
        }
        if method == "resource_type", ResourceKind(rawValue: value) == nil {
            let kinds = ResourceKind.allCases.map(\.rawValue)
            throw Mistake(
                problem: "'\(value)' is no kind of node.",
                remedy: nearestName(to: value, among: kinds).map { "Write '\($0)' instead." }
                    ?? "Use one of: \(kinds.joined(separator: ", ")).")
        }
        if method == "state" {
            guard let changes else {
                throw Mistake(
                    problem: "The method 'state' needs the state of an earlier run.",
                    remedy: "Give a folder with a manifest.json by --state FOLDER.")
            }
            guard ProjectChanges.values.contains(value) else {
                let near = nearestName(to: value, among: ProjectChanges.values)
                throw Mistake(
                    problem: "'\(value)' is no state of a node.",
                    remedy: near.map { "Write 'state:\($0)' instead." }
                        ?? "Use one of: \(ProjectChanges.values.joined(separator: ", ")).")
            }
            return found { changes.takes($0.uniqueID, value) }
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
            var wanted = value[...]
            while wanted.hasSuffix("/") { wanted = wanted.dropLast() }
            while wanted.hasPrefix("./") { wanted = wanted.dropFirst(2) }
            let pattern = wanted.split(separator: "/").map(String.init)
            let parts = node.path.split(separator: "/").map(String.init)
            if (1...parts.count).contains(where: {
                PathGlob.matches(parts.prefix($0), pattern[...])
            }) {
                return true
            }
            guard let patch = node.patchPath else { return false }
            return PathGlob.matches(
                patch.split(separator: "/").map(String.init)[...], pattern[...])
        case "file":
            let name = node.path.split(separator: "/").last.map(String.init) ?? ""
            let stem = name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex)
            return Glob.matches(name, value) || Glob.matches(String(stem), value)
        case "tag": return node.tags.contains { Glob.matches($0, value) }
        case "package":
            return Glob.matches(node.package, value == "this" ? project.name : value)
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
        case "version":
            guard node.kind == .model else { return false }
            guard let version = node.version else { return value == "none" }
            guard let latest = latestVersion(of: node) else { return false }
            switch value {
            case "latest": return node.isLatestVersion
            case "prerelease": return ModelVersions.isEarlier(latest, version)
            case "old": return ModelVersions.isEarlier(version, latest)
            default: return false
            }
        case "group": return node.config["group"]?.text == value
        case "access":
            return node.kind == .model && (node.config["access"]?.text ?? "protected") == value
        case "result": return earlierResults?[node.uniqueID] == value
        case "config":
            switch node.kind {
            case .exposure, .metric, .semanticModel, .savedQuery, .group: return false
            default: break
            }
            let keys = path.split(separator: ".").dropFirst().map(String.init)
            var current: ConfigValue? = .map(node.fullConfig)
            for key in keys { current = current?.map?[key] }
            let lower = value.lowercased()
            return (current?.asList ?? []).contains { item in
                switch item {
                case .string(let text):
                    text == value || (keys == ["severity"] && text.lowercased() == lower)
                case .bool(let flag): lower == (flag ? "true" : "false")
                default: false
                }
            }
        default: return false
        }
    }

    private func latestVersion(of node: TransformNode) -> String? {
        project.nodes.first {
            $0.kind == .model && $0.name == node.name && $0.package == node.package
                && $0.isLatestVersion
        }?.version
    }

    /// A name, a prefix of the fqn (with or without the package), or a pattern of the rest of it.
    private func matchesName(_ node: TransformNode, _ value: String) -> Bool {
        switch node.kind {
        case .source, .group: return false
        default: break
        }
        let wanted = value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isVersioned = node.version != nil
        func fits(_ fqn: ArraySlice<String>) -> Bool {
            if isVersioned {
                let tail = fqn.suffix(2)
                if tail.first == value { return true }
                if tail.joined(separator: "_") == wanted.suffix(2).joined(separator: "_") {
                    return true
                }
            } else if fqn.last == value {
                return true
            }
            let flat = fqn.flatMap { $0.split(separator: ".").map(String.init) }
            guard flat.count >= wanted.count else { return false }
            for (index, part) in wanted.enumerated() {
                if part.contains(where: { "*?[]".contains($0) }) {
                    // A pattern takes all that is left, dots too.
                    if Glob.matches(
                        flat[index...].joined(separator: "."),
                        wanted[index...].joined(separator: "."))
                    {
                        return true
                    }
                    // One without dots also takes the name alone, however deep it lies.
                    guard wanted.count == 1 else { return false }
                    let leaf = isVersioned ? fqn.dropLast().last : fqn.last
                    return Glob.matches(leaf ?? "", value)
                }
                if flat[index] != part { return false }
            }
            return true
        }
        return fits(node.fqn[...]) || fits(node.fqn.dropFirst())
    }

    // MARK: selectors.yml

    /// Selectors that name each other would never end.
    private func refuseCircle(from name: String, through path: [String]) throws(Mistake) {
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

    private func resolve(
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

    private func combine(
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

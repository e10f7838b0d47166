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

    let project: TransformProject
    /// Status by unique id of an earlier run, for `result:`.
    let earlierResults: [String: String]?
    /// What differs from an earlier state, for `state:`; nil where none is given.
    let changes: ProjectChanges?

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
    struct Found {
        var direct: Set<Int>
        var waiting: Set<Int> = []
        var wide: Set<Int> { direct.union(waiting) }

        init(_ direct: Set<Int>, waiting: Set<Int> = []) {
            self.direct = direct
            self.waiting = waiting
        }
    }

    /// A combination, with the waiting tests whose parents are all there now.
    func settled(
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

    func isTest(_ position: Int) -> Bool {
        project.nodes[position].kind == .test || project.nodes[position].kind == .unitTest
    }

    func union(
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
    struct Criterion {
        var method: String
        var value: String
        /// Levels up and down; nil: none.
        var parents: Int?
        var children: Int?
        var takesChildrensParents = false
    }

    func criterion(
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

    func expand(
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

    func reach(
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
    func withTests(_ chosen: Set<Int>, _ indirect: IndirectSelection) -> Found {
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
}

import Domain
public import Transform

/// Which nodes a command runs, in which order, and who waits for whom.
public struct RunPlan {
    /// Positions of the project's nodes in an order that respects every edge.
    public let order: [Int]
    let parents: [[Int]]
    public let selected: Set<Int>

    public init(_ project: TransformProject, _ command: RunCommand, _ selected: Set<Int>) {
        var edges = project.graph.edges.map { ($0.from, $0.to) }
        if command == .build {
            edges = Self.withTests(project, edges, selected)
        }
        var parents = [[Int]](repeating: [], count: project.nodes.count)
        for (from, to) in edges { parents[to].append(from) }
        self.parents = parents
        self.selected = selected
        let queued = selected.union(
            project.nodes.indices.filter {
                project.nodes[$0].isEphemeral && command.runs(project.nodes[$0].kind)
            })
        order =
            Self.order(project.nodes, edges, parents, queued)
            ?? project.graph.topologicalOrder()
    }

    /// The order in which dbt starts nodes on one thread: first come, first served; of those that may
    /// start at the same moment the one nearest to the roots, then by its id. Seeds go before others,
    /// which dbt does not do: sources often read their tables, and a first build is to find them.
    ///
    /// It decides what `--fail-fast` leaves out. Nodes that are not `queued` take no turn. Nil where
    /// the edges close a circle.
    private static func order(
        _ nodes: [TransformNode], _ edges: [(Int, Int)], _ parents: [[Int]], _ queued: Set<Int>
    ) -> [Int]? {
        var children = [[Int]](repeating: [], count: nodes.count)
        for (from, to) in edges { children[from].append(to) }
        var waits = parents.map(\.count)
        // How many queued nodes lie one above the other up to and with each node.
        var depth = [Int](repeating: 0, count: nodes.count)
        var result: [Int] = []
        func settle(_ position: Int) -> [Int] {
            result.append(position)
            if queued.contains(position) { depth[position] += 1 }
            var ready: [Int] = []
            for child in children[position] {
                depth[child] = max(depth[child], depth[position])
                waits[child] -= 1
                if waits[child] == 0 { ready.append(child) }
            }
            return ready
        }
        var turns: [Int] = []
        func admit(_ ready: [Int]) {
            var (free, starting) = (ready, [Int]())
            while let next = free.popLast() {
                if queued.contains(next) { starting.append(next) } else { free += settle(next) }
            }
            func rank(_ position: Int) -> (Int, Int, String) {
                let node = nodes[position]
                return (depth[position], node.kind == .seed ? 0 : 1, node.uniqueID)
            }
            turns += starting.sorted { rank($0) < rank($1) }
        }
        admit(nodes.indices.filter { waits[$0] == 0 })
        var turn = 0
        while turn < turns.count {
            admit(settle(turns[turn]))
            turn += 1
        }
        return result.count == nodes.count ? result : nil
    }

    /// The selected nodes that a node waits for, directly or across nodes that are not selected, in
    /// order.
    public func nearestSelected(before position: Int) -> [Int] {
        var found: Set<Int> = []
        var seen: Set<Int> = []
        var waiting = parents[position]
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted else { continue }
            if selected.contains(next) {
                found.insert(next)
            } else {
                waiting += parents[next]
            }
        }
        return found.sorted()
    }

    /// For `build`: what follows a tested node waits for the test, and a model for its unit tests.
    /// Exposures wait for what they use only: a failed test of it does not skip them.
    private static func withTests(
        _ project: TransformProject, _ edges: [(Int, Int)], _ selected: Set<Int>
    ) -> [(Int, Int)] {
        let nodes = project.nodes
        var result = edges.filter { nodes[$0.1].kind != .unitTest }
        for (position, node) in nodes.enumerated() where selected.contains(position) {
            if node.kind == .unitTest {
                for model in project.graph.parents(of: position) {
                    result.append((position, Int(model)))
                    for parent in project.graph.parents(of: Int(model)) {
                        result.append((Int(parent), position))
                    }
                }
            } else if node.kind == .test {
                let tested = project.graph.parents(of: position).map(Int.init)
                for follower in followers(of: tested, project.graph)
                where ![.test, .unitTest, .exposure, .savedQuery].contains(nodes[follower].kind) {
                    result.append((position, follower))
                    // A model's unit tests run just before it: they wait for what it waits for.
                    for child in project.graph.children(of: follower)
                    where nodes[Int(child)].kind == .unitTest {
                        result.append((position, Int(child)))
                    }
                }
            }
        }
        return result
    }

    /// The nodes that come after all of `tested`: children of one, descendants of each of many.
    private static func followers(of tested: [Int], _ graph: DAG) -> [Int] {
        guard let first = tested.first else { return [] }
        if tested.count == 1 { return graph.children(of: first).map(Int.init) }
        var common = Set(graph.descendants(of: [first]))
        for other in tested.dropFirst() {
            common.formIntersection(graph.descendants(of: [other]))
        }
        return common.sorted()
    }
}

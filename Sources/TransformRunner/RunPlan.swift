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
        let graph = try? DAG(
            nodeCount: project.nodes.count, edges: edges.map { DAG.Edge(from: $0.0, to: $0.1) })
        order = (graph ?? project.graph).topologicalOrder()
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

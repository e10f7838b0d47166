import Domain

/// The weights by which ready tasks are put in order.
enum Priorities {
    /// Airflow's weights; of a plan too large for them in which no task says anything of its weight,
    /// the longest path below each.
    static func of(_ plan: RunPlan) -> [Int32] {
        let isWeighted = plan.flows.values.contains { $0.priority != 1 || $0.weightRule != nil }
        let isExact = isWeighted || cost(of: plan) <= affordable
        return isExact ? weights(of: plan) : paths(of: plan.graph)
    }

    /// A few milliseconds; that of some ten thousand tasks.
    private static let affordable = 4_000_000

    private static func cost(of plan: RunPlan) -> Int {
        (plan.tasks.count + plan.graph.edgeCount) * (plan.tasks.count / 64 + 1)
    }

    /// The number of tasks on the longest path that begins with each.
    static func paths(of graph: DAG) -> [Int32] {
        var priorities = [Int32](repeating: 1, count: graph.nodeCount)
        for node in graph.topologicalOrder().reversed() {
            for child in graph.children(of: node) {
                priorities[node] = max(priorities[node], priorities[Int(child)] + 1)
            }
        }
        return priorities
    }

    /// A task's own weight and those of its distinct descendants or ancestors, by its rule.
    ///
    /// Sets of 64 tasks at a time go through the graph: O((tasks + edges) · tasks / 64).
    static func weights(of plan: RunPlan) -> [Int32] {
        let count = plan.tasks.count
        let order = plan.graph.topologicalOrder()
        let own = (0..<count).map { plan.flow(of: $0).priority }
        var sums = own
        let rules = (0..<count).map { plan.flow(of: $0).weightRule ?? .downstream }
        for rule in [WeightRule.downstream, .upstream] where rules.contains(rule) {
            let nodes = rule == .downstream ? order.reversed() : order
            var reached = [UInt64](repeating: 0, count: count)
            for first in stride(from: 0, to: count, by: 64) {
                for node in nodes {
                    let neighbours =
                        rule == .downstream
                        ? plan.graph.children(of: node) : plan.graph.parents(of: node)
                    var set: UInt64 = 0
                    for neighbour in neighbours {
                        let other = Int(neighbour)
                        set |= reached[other]
                        if other >= first, other < first + 64 { set |= 1 << UInt64(other - first) }
                    }
                    reached[node] = set
                    guard rules[node] == rule else { continue }
                    var rest = set
                    while rest != 0 {
                        sums[node] += own[first + rest.trailingZeroBitCount]
                        rest &= rest - 1
                    }
                }
            }
        }
        return sums.map { Int32(clamping: $0) }
    }
}

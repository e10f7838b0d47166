import SparkLog

/// The shape of a plan: who stands below whom, and which stages ran what.
///
/// In a few flat lists, shared by all who look at a node: applications may have 100,000 nodes, and
/// an object with lists of its own for each would cost more than all rules do.
final class PlanTree: Sendable {
    let plan: SparkPlan
    let values: SparkMetricValues
    let traits: [PlanNodeTraits]
    /// The positions of the children of a node are those in `childList` from the end of the node
    /// before on to its own.
    let childList: [Int32]
    private let childEnds: [Int32]
    /// Which of `stageLists` each node ran in: neighbours mostly run together.
    private let stageListOf: [Int32]
    private let stageLists: [[Int]]
    private let nodesWithValues: [Bool]

    init(_ plan: SparkPlan, _ values: SparkMetricValues, _ names: inout PlanNodeTraits.Names) {
        self.plan = plan
        self.values = values
        traits = plan.nodes.indices.map { names.traits(of: plan.nodes[$0].name) }
        let parents = Self.parents(plan)
        (childList, childEnds) = Self.children(parents)
        var lists: [[Int]] = [[]]
        var listOf = [Int32](repeating: 0, count: plan.nodes.count)
        var haveValues = [Bool](repeating: false, count: plan.nodes.count)
        for position in plan.nodes.indices {
            let ids = plan.metrics[
                plan.nodes[position].metricRange.clamped(to: plan.metrics.indices)]
            haveValues[position] = ids.contains { values.hasValue($0) }
            let own =
                haveValues[position] ? Self.ownStages(traits[position], ids, values) : []
            let parent = parents[position]
            if !own.isEmpty {
                if parent >= 0, lists[Int(listOf[Int(parent)])] == own {
                    listOf[position] = listOf[Int(parent)]
                } else {
                    listOf[position] = Int32(lists.count)
                    lists.append(own)
                }
            } else if parent >= 0, !traits[position].contains(.exchange) {
                // What stands below an exchange runs in the stage that writes it.
                listOf[position] = listOf[Int(parent)]
            }
        }
        stageListOf = listOf
        stageLists = lists
        nodesWithValues = haveValues
    }

    func childCount(of position: Int) -> Int { places(ofChildrenOf: position).count }

    func children(of position: Int) -> [Int] {
        childList[places(ofChildrenOf: position)].map { Int($0) }
    }

    /// Where in `childList` the children of a node stand.
    func places(ofChildrenOf position: Int) -> Range<Int> {
        (position == 0 ? 0 : Int(childEnds[position - 1]))..<Int(childEnds[position])
    }

    /// Ascending positions in ``SparkApplication/stages``.
    func stages(of position: Int) -> [Int] { stageLists[Int(stageListOf[position])] }

    /// Whether any metric of a node ever got a value.
    func hasValues(_ position: Int) -> Bool { nodesWithValues[position] }

    func metrics(of position: Int) -> ArraySlice<Int64> {
        plan.metrics[plan.nodes[position].metricRange.clamped(to: plan.metrics.indices)]
    }

    /// The parent of each node by position; -1 for the root.
    private static func parents(_ plan: SparkPlan) -> [Int32] {
        var parents: [Int32] = []
        parents.reserveCapacity(plan.nodes.count)
        var path: [Int32] = []
        for position in plan.nodes.indices {
            let depth = plan.nodes[position].depth
            if path.count > depth { path.removeLast(path.count - max(0, depth)) }
            while path.count < depth, let last = path.last { path.append(last) }
            parents.append(path.last ?? -1)
            path.append(Int32(position))
        }
        return parents
    }

    private static func children(_ parents: [Int32]) -> (list: [Int32], ends: [Int32]) {
        var ends = [Int32](repeating: 0, count: parents.count)
        for parent in parents where parent >= 0 { ends[Int(parent)] += 1 }
        var sum: Int32 = 0
        var next: [Int32] = []
        next.reserveCapacity(parents.count)
        for position in ends.indices {
            next.append(sum)
            sum += ends[position]
            ends[position] = sum
        }
        var list = [Int32](repeating: 0, count: Int(sum))
        for (position, parent) in parents.enumerated() where parent >= 0 {
            list[Int(next[Int(parent)])] = Int32(position)
            next[Int(parent)] += 1
        }
        return (list, ends)
    }

    private static func ownStages(
        _ traits: PlanNodeTraits, _ ids: ArraySlice<Int64>, _ values: SparkMetricValues
    ) -> [Int] {
        var stages: [Int] = []
        for id in ids {
            let own = values.stages(id)
            if own.isEmpty { continue }
            if traits.contains(.namedExchange) {
                // What reads an exchange updates its metrics too.
                let name = values.name(id) ?? ""
                guard writerMetrics.contains(name) else { continue }
            }
            for stage in own where !stages.contains(Int(stage)) { stages.append(Int(stage)) }
        }
        return stages.sorted()
    }

    private static let writerMetrics = [
        "shuffle bytes written", "shuffle records written", "data size",
    ]
}

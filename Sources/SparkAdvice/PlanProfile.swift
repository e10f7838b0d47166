import Processors
import SparkLog

/// The newest plan of an SQL execution, its nodes tied to the stages that ran them.
///
/// Shared, not copied, as ``StageProfile`` is.
final class PlanProfile: Sendable {
    /// A place in a plan: what stands there is looked up when it is asked for.
    struct Node: Sendable {
        private let tree: PlanTree
        private let position: Int

        fileprivate init(_ tree: PlanTree, _ position: Int) {
            self.tree = tree
            self.position = position
        }

        private var node: SparkPlan.Node { tree.plan.nodes[position] }
        var name: String { node.name.trimmed }
        var detail: String { node.detail }
        var metadata: [SparkSetting] { node.metadata }
        var traits: PlanNodeTraits { tree.traits[position] }
        var children: [Int] { tree.children(of: position) }
        /// Positions in ``SparkApplication/stages``; of an exchange, those that wrote it.
        var stages: [Int] { tree.stages(of: position) }

        func metric(_ names: String...) -> SparkMetric? {
            for id in tree.metrics(of: position) where tree.values.hasValue(id) {
                guard let metric = tree.values.metric(id), names.contains(metric.name),
                    metric.total != nil || metric.tasks != nil
                else { continue }
                return metric
            }
            return nil
        }
        func total(_ names: String...) -> Int64? {
            for id in tree.metrics(of: position) where tree.values.hasValue(id) {
                guard let name = tree.values.name(id), names.contains(name),
                    let total = tree.values.total(id)
                else { continue }
                return total.plausibleTotal
            }
            return nil
        }
        /// Whether tasks of a stage updated one of the metrics with these names.
        func isUpdated(inStage stage: Int, _ names: Set<String>) -> Bool {
            tree.metrics(of: position).contains { id in
                tree.values.hasValue(id)
                    && tree.values.stages(id).contains(Int32(truncatingIfNeeded: stage))
                    && names.contains(tree.values.name(id) ?? "")
            }
        }
        var rows: Int64? { total("number of output rows") }
        var filesRead: Int64? { total("number of files read", "number of files") }
        var filesWritten: Int64? { total("number of written files") }
        /// Milliseconds that tasks waited for Python to begin; nil where Spark does not say (before
        /// 4.0).
        ///
        /// The time to initialize a worker that ran tasks before counts from its start: it holds
        /// those tasks too, and is no time that anybody waited.
        var pythonStart: Int64? {
            let run = total("time to run Python workers")
            if let run, let execution = total("time to execute Python code") {
                return max(0, run - execution)
            }
            guard let start = total("time to start Python workers") else { return nil }
            return start + min(start * 2 / 3, total("time to initialize Python workers") ?? 0)
        }

        var isExchange: Bool { traits.contains(.exchange) }
        var isBroadcastExchange: Bool { traits.contains(.broadcastExchange) }
        /// Nodes that only say how others run.
        var isWrapper: Bool { traits.contains(.wrapper) }
    }

    /// Position in ``SparkApplication/sqlExecutions``.
    let execution: Int
    let id: Int64
    let tree: PlanTree
    let nodes: [Node]
    /// Positions of nodes that rules ask for, found once while each node is at hand: applications
    /// may have 100,000 nodes, and each look at one costs a cache line.
    let places: Places

    struct Places: Sendable {
        /// With two inputs: joins and products.
        var joins: [Int] = []
        var broadcasts: [Int] = []
        /// Run by Python's workers.
        var python: [Int] = []
        /// Scans that count the files they read.
        var readers: [Int] = []
        /// Commands that count the files they write.
        var writers: [Int] = []

        fileprivate init(_ tree: PlanTree, _ nodes: [Node]) {
            for position in nodes.indices {
                if tree.childCount(of: position) == 2 { joins.append(position) }
                let traits = tree.traits[position]
                if traits.contains(.broadcastExchange) { broadcasts.append(position) }
                if traits.contains(.python) { python.append(position) }
                guard tree.hasValues(position) else { continue }
                if nodes[position].filesRead != nil { readers.append(position) }
                if nodes[position].filesWritten != nil { writers.append(position) }
            }
        }
    }

    /// The profiles of all executions that have a plan, in their order; made on all processors.
    static func all(of application: SparkApplication) -> [PlanProfile] {
        let values = application.metricValues
        return Processors.parts(of: application.sqlExecutions.indices, least: 16) { range in
            var names = PlanNodeTraits.Names()
            return range.compactMap { PlanProfile($0, of: application, values, &names) }
        }.flatMap { $0 }
    }

    /// Nil for an execution without a plan.
    private init?(
        _ index: Int, of application: SparkApplication, _ values: SparkMetricValues,
        _ names: inout PlanNodeTraits.Names
    ) {
        guard
            let plan = application.sqlExecutions[index].plans.last(where: { !$0.nodes.isEmpty })
        else { return nil }
        execution = index
        id = application.sqlExecutions[index].id
        let tree = PlanTree(plan, values, &names)
        self.tree = tree
        nodes = plan.nodes.indices.map { Node(tree, $0) }
        places = Places(tree, nodes)
    }

    /// Nodes of one stage, wrappers left out.
    func nodes(inStage stage: Int) -> [Node] {
        nodes.filter { !$0.isWrapper && !$0.isExchange && $0.stages.contains(stage) }
    }

    /// The exchanges that the tasks of a stage read.
    func exchanges(readBy stage: Int) -> [Int] {
        nodes.indices.filter { position in
            nodes[position].isExchange
                && nodes[position].isUpdated(
                    inStage: stage, ["records read", "local bytes read", "remote bytes read"])
        }
    }

    /// Everything below a node, itself included, in printed order.
    func subtree(_ root: Int) -> [Int] {
        var found: [Int] = []
        var open = [root]
        while let next = open.popLast() {
            found.append(next)
            open.append(contentsOf: nodes[next].children.reversed())
        }
        return found
    }

    /// The first node below `root` for which `matches` holds, `root` included, depth first; the
    /// search does not go below nodes where `stops` holds.
    func first(
        below root: Int, where matches: (Node) -> Bool, stops: (Node) -> Bool = { _ in false }
    ) -> Int? {
        var open = [root]
        while let next = open.popLast() {
            if matches(nodes[next]) { return next }
            if next != root, stops(nodes[next]) { continue }
            open.append(contentsOf: nodes[next].children.reversed())
        }
        return nil
    }

    /// Rows that a subtree gives: those of its uppermost node that counts them.
    func rows(of root: Int) -> Int64? {
        var next: Int? = root
        while let node = next {
            if let rows = nodes[node].rows { return rows }
            if nodes[node].isExchange {
                if let rows = nodes[node].total("shuffle records written") { return rows }
            }
            next = nodes[node].children.count == 1 ? nodes[node].children.first : nil
        }
        return nil
    }
}

extension String {
    var trimmed: String {
        guard utf8.first == 32 || utf8.last == 32 else { return self }
        var text = self[...]
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}

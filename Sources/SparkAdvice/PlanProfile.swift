import SparkLog

/// The newest plan of an SQL execution, its nodes tied to the stages that ran them.
struct PlanProfile: Sendable {
    struct Node: Sendable {
        var name: String
        var detail: String
        var parent: Int?
        var children: [Int]
        var metrics: [SparkMetric]
        var metadata: [SparkSetting]
        /// Positions in ``SparkApplication/stages``; of an exchange, those that wrote it.
        var stages: [Int]

        func metric(_ names: String...) -> SparkMetric? {
            metrics.first { metric in
                names.contains(metric.name) && (metric.total != nil || metric.tasks != nil)
            }
        }
        func total(_ names: String...) -> Int64? {
            metrics.first { names.contains($0.name) && $0.total != nil }?.total
        }
        var rows: Int64? { total("number of output rows") }

        var isExchange: Bool {
            name == "Exchange" || name == "ShuffleExchange" || name.hasSuffix("ColumnarExchange")
        }
        var isBroadcastExchange: Bool { name.hasSuffix("BroadcastExchange") }
        /// Nodes that only say how others run.
        var isWrapper: Bool {
            name.hasPrefix("WholeStageCodegen") || name.hasSuffix("QueryStage")
                || Self.wrappers.contains(name)
        }
        private static let wrappers: Set = [
            "InputAdapter", "AdaptiveSparkPlan", "AQEShuffleRead", "CustomShuffleReader",
            "ColumnarToRow", "RowToColumnar", "ResultQueryStage",
        ]
    }

    /// Position in ``SparkApplication/sqlExecutions``.
    let execution: Int
    let id: Int64
    let nodes: [Node]

    /// Nil for an execution without a plan.
    init?(_ index: Int, of application: SparkApplication) {
        let execution = application.sqlExecutions[index]
        guard let plan = execution.plans.last(where: { !$0.nodes.isEmpty }) else { return nil }
        self.execution = index
        id = execution.id
        var nodes: [Node] = []
        nodes.reserveCapacity(plan.nodes.count)
        var path: [Int] = []
        for (position, node) in plan.nodes.enumerated() {
            while path.count > node.depth { path.removeLast() }
            while path.count < node.depth, let last = path.last { path.append(last) }
            let parent = path.last
            let range = node.metricRange.clamped(to: plan.metrics.indices)
            let metrics = plan.metrics[range].compactMap { application.metric($0) }
            nodes.append(
                Node(
                    name: node.name.trimmed, detail: node.detail, parent: parent, children: [],
                    metrics: metrics, metadata: node.metadata,
                    stages: Self.ownStages(of: node.name.trimmed, metrics)))
            if let parent { nodes[parent].children.append(position) }
            path.append(position)
        }
        for position in nodes.indices where nodes[position].stages.isEmpty {
            guard let parent = nodes[position].parent else { continue }
            // What stands below an exchange runs in the stage that writes it.
            if !nodes[position].isExchange { nodes[position].stages = nodes[parent].stages }
        }
        self.nodes = nodes
    }

    private static func ownStages(of name: String, _ metrics: [SparkMetric]) -> [Int] {
        var writers = metrics
        if name.hasSuffix("Exchange") {
            writers = metrics.filter {
                ["shuffle bytes written", "shuffle records written", "data size"].contains($0.name)
            }
        }
        return Array(Set(writers.flatMap(\.stages))).sorted()
    }

    /// Nodes of one stage, wrappers left out.
    func nodes(inStage stage: Int) -> [Node] {
        nodes.filter { !$0.isWrapper && !$0.isExchange && $0.stages.contains(stage) }
    }

    /// The exchanges that the tasks of a stage read.
    func exchanges(readBy stage: Int) -> [Int] {
        nodes.indices.filter { position in
            nodes[position].isExchange
                && nodes[position].metrics.contains {
                    ["records read", "local bytes read", "remote bytes read"].contains($0.name)
                        && $0.stages.contains(stage)
                }
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
        var text = self[...]
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}

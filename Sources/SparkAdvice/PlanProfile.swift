import SparkLog

/// The newest plan of an SQL execution, its nodes tied to the stages that ran them.
struct PlanProfile: Sendable {
    /// Shared, not copied, as ``StageProfile`` is.
    final class Node: Sendable {
        let name: String
        let detail: String
        let parent: Int?
        let children: [Int]
        let metrics: [SparkMetric]
        let metadata: [SparkSetting]
        /// Positions in ``SparkApplication/stages``; of an exchange, those that wrote it.
        let stages: [Int]

        init(
            _ node: SparkPlan.Node, name: String, metrics: [SparkMetric], parent: Int?,
            children: [Int], stages: [Int]
        ) {
            self.name = name
            detail = node.detail
            metadata = node.metadata
            self.metrics = metrics
            self.parent = parent
            self.children = children
            self.stages = stages
        }

        func metric(_ names: String...) -> SparkMetric? {
            metrics.first { metric in
                names.contains(metric.name) && (metric.total != nil || metric.tasks != nil)
            }
        }
        func total(_ names: String...) -> Int64? {
            metrics.first { names.contains($0.name) && $0.total != nil }?.total?.plausibleTotal
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

        var isExchange: Bool { Self.isExchange(name) }
        static func isExchange(_ name: String) -> Bool {
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

        fileprivate mutating func add(_ node: Node, at position: Int) {
            if node.children.count == 2 { joins.append(position) }
            if node.isBroadcastExchange { broadcasts.append(position) }
            if PythonUDFRule.names.contains(node.name) { python.append(position) }
            if node.filesRead != nil { readers.append(position) }
            if node.filesWritten != nil { writers.append(position) }
        }
    }

    /// Nil for an execution without a plan.
    init?(_ index: Int, of application: SparkApplication) {
        let execution = application.sqlExecutions[index]
        guard let plan = execution.plans.last(where: { !$0.nodes.isEmpty }) else { return nil }
        self.execution = index
        id = execution.id
        var parents: [Int?] = []
        var children = [[Int]](repeating: [], count: plan.nodes.count)
        var path: [Int] = []
        for position in plan.nodes.indices {
            let depth = plan.nodes[position].depth
            while path.count > depth { path.removeLast() }
            while path.count < depth, let last = path.last { path.append(last) }
            parents.append(path.last)
            if let parent = path.last { children[parent].append(position) }
            path.append(position)
        }
        var nodes: [Node] = []
        nodes.reserveCapacity(plan.nodes.count)
        for (position, node) in plan.nodes.enumerated() {
            let range = node.metricRange.clamped(to: plan.metrics.indices)
            let metrics = plan.metrics[range].compactMap { application.metric($0) }
            let name = node.name.trimmed
            var stages = Self.ownStages(of: name, metrics)
            // What stands below an exchange runs in the stage that writes it.
            if stages.isEmpty, !Node.isExchange(name), let parent = parents[position] {
                stages = nodes[parent].stages
            }
            nodes.append(
                Node(
                    node, name: name, metrics: metrics, parent: parents[position],
                    children: children[position], stages: stages))
        }
        self.nodes = nodes
        var places = Places()
        for (position, node) in nodes.enumerated() { places.add(node, at: position) }
        self.places = places
    }

    private static func ownStages(of name: String, _ metrics: [SparkMetric]) -> [Int] {
        var writers = metrics
        if name.hasSuffix("Exchange") {
            writers = metrics.filter {
                ["shuffle bytes written", "shuffle records written", "data size"].contains($0.name)
            }
        }
        var stages: [Int] = []
        for writer in writers {
            for stage in writer.stages where !stages.contains(stage) { stages.append(stage) }
        }
        return stages.sorted()
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
        guard utf8.first == 32 || utf8.last == 32 else { return self }
        var text = self[...]
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}

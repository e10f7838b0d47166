extension EventDecoder {
    mutating func sqlEvent(_ cursor: inout JSONCursor, offset: Int64) -> SQLRecord {
        var record = SQLRecord()
        while let key = cursor.nextKey() {
            if key.equals("executionId") {
                record.id = cursor.int()
            } else if key.equals("rootExecutionId") {
                record.root = cursor.int()
            } else if key.equals("description") {
                record.description = text(&cursor)
            } else if key.equals("details") {
                record.details = text(&cursor)
            } else if key.equals("time") {
                record.time = cursor.int()
            } else if key.equals("modifiedConfigs") {
                record.settings = settings(&cursor)
            } else if key.equals("sparkPlanInfo") {
                var metrics: [MetricRecord] = []
                swap(&metrics, &metricsRead)
                metrics.removeAll(keepingCapacity: true)
                record.plan = plan(&cursor, offset: offset, metrics: &metrics)
                record.metrics = metrics.copied()
                swap(&metrics, &metricsRead)
            } else {
                cursor.skipValue()
            }
        }
        return record
    }

    /// Reads a tree of nodes without recursion: plans of hostile depth cost memory, not stack.
    private mutating func plan(
        _ cursor: inout JSONCursor, offset: Int64, metrics: inout [MetricRecord]
    ) -> SparkPlan? {
        var plan = SparkPlan(nodes: [], metrics: [], logOffset: offset)
        // Plans of one program are mostly alike: room for as many nodes as the one before had.
        plan.nodes.reserveCapacity(nodesBefore)
        var open: [(node: Int, lastKey: Int)] = []
        guard enterNode(&cursor, &plan, &open) else { return nil }
        while let (node, lastKey) = open.last {
            var last = lastKey
            let key = cursor.nextKey(&keys.planNode, after: &last)
            open[open.count - 1].lastKey = last
            switch key {
            case -1:
                open.removeLast()
                guard !open.isEmpty else {
                    return end(&plan, metrics)
                }
                nextChild(&cursor, &plan, &open)
            case 0: plan.nodes[node].name = text(&cursor)
            case 1: plan.nodes[node].detail = text(&cursor)
            case 2: if cursor.enterArray() { nextChild(&cursor, &plan, &open) }
            case 3: plan.nodes[node].metadata = settings(&cursor)
            case 4:
                let first = metrics.count
                planMetrics(&cursor, into: &metrics)
                plan.nodes[node].metricRange = first..<metrics.count
            default: cursor.skipValue()
            }
        }
        return end(&plan, metrics)
    }

    private mutating func end(_ plan: inout SparkPlan, _ metrics: [MetricRecord]) -> SparkPlan {
        plan.metrics = metrics.map(\.id)
        nodesBefore = min(plan.nodes.count, 1_000)
        if plan.nodes.capacity > plan.nodes.count * 5 / 4 + 1 { plan.nodes = plan.nodes.copied() }
        return plan
    }

    /// Opens the next child of the array of children that the cursor is in, if there is one.
    private func nextChild(
        _ cursor: inout JSONCursor, _ plan: inout SparkPlan,
        _ open: inout [(node: Int, lastKey: Int)]
    ) {
        while cursor.nextElement() {
            if enterNode(&cursor, &plan, &open) { return }
        }
    }

    private func enterNode(
        _ cursor: inout JSONCursor, _ plan: inout SparkPlan,
        _ open: inout [(node: Int, lastKey: Int)]
    ) -> Bool {
        guard cursor.enterObject() else { return false }
        plan.nodes.append(
            SparkPlan.Node(
                name: "", detail: "", depth: open.count, metadata: [], metricRange: 0..<0))
        open.append((plan.nodes.count - 1, -1))
        return true
    }

    private mutating func planMetrics(
        _ cursor: inout JSONCursor, into metrics: inout [MetricRecord]
    ) {
        guard cursor.enterArray() else { return }
        while cursor.nextElement() {
            if let (name, id, kind) = cursor.planMetric() {
                metrics.append(MetricRecord(id: id, name: strings.number(of: name), kind: kind))
                continue
            }
            guard cursor.enterObject() else { continue }
            var id: Int64?
            var name: Int32 = -1
            var kind = SparkMetricKind.other
            var last = -1
            loop: while true {
                switch cursor.nextKey(&keys.planMetric, after: &last) {
                case -1: break loop
                case 0: name = cursor.stringIfAny().map { strings.number(of: $0) } ?? -1
                case 1: id = cursor.int()
                case 2: kind = cursor.stringIfAny().map { SparkMetricKind($0) } ?? .other
                default: cursor.skipValue()
                }
            }
            if let id { metrics.append(MetricRecord(id: id, name: name, kind: kind)) }
        }
    }

    mutating func adaptiveMetrics(_ cursor: inout JSONCursor) -> EventRecord {
        var execution: Int64?
        var metrics: [MetricRecord] = []
        while let key = cursor.nextKey() {
            if key.equals("executionId") {
                execution = cursor.int()
            } else if key.equals("sqlPlanMetrics") {
                planMetrics(&cursor, into: &metrics)
            } else {
                cursor.skipValue()
            }
        }
        return execution.map { .adaptiveMetrics(execution: $0, metrics) } ?? .ignored
    }

    mutating func sqlEnd(_ cursor: inout JSONCursor) -> EventRecord {
        var id: Int64?
        var time: Int64?
        var message: String?
        while let key = cursor.nextKey() {
            if key.equals("executionId") {
                id = cursor.int()
            } else if key.equals("time") {
                time = cursor.int()
            } else if key.equals("errorMessage") {
                message = optionalText(&cursor)
            } else {
                cursor.skipValue()
            }
        }
        return id.map { .sqlEnd(id: $0, time: time, message: message) } ?? .ignored
    }

    func driverAccumulators(_ cursor: inout JSONCursor) -> EventRecord {
        var updates: [(id: Int64, value: Int64)] = []
        while let key = cursor.nextKey() {
            guard key.equals("accumUpdates") else {
                cursor.skipValue()
                continue
            }
            guard cursor.enterArray() else { continue }
            while cursor.nextElement() {
                guard cursor.enterArray() else { continue }
                var pair: [Int64] = []
                while cursor.nextElement() {
                    if let number = cursor.int(), pair.count < 2 { pair.append(number) }
                }
                if pair.count == 2 { updates.append((pair[0], pair[1])) }
            }
        }
        return .driverAccumulators(updates)
    }
}

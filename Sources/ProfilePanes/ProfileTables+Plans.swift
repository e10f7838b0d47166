import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    func plan(_ index: Int, version: Int) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("OPERATOR", .fixed(max(16, width / 2))),
            TableColumn("ROWS", .fixed(12), .right), TableColumn("STAGE", .fixed(6), .right),
            TableColumn("METRICS", .flexible(least: 16, weight: 3)),
        ]
        guard application.sqlExecutions.indices.contains(index) else { return table }
        let query = application.sqlExecutions[index]
        let plans = Array(query.plans.reversed())
        guard !plans.isEmpty else {
            table.header = [[TextRun("The log holds no plan of this query.", .dim)]]
            return table
        }
        let place = min(version, plans.count - 1)
        let plan = plans[place]
        let which = place == 0 ? "newest" : place == plans.count - 1 ? "as it started" : "adapted"
        table.header = [
            pair("query", "\(query.id): \(query.description)", .strong),
            pair("plan", "\(plans.count - place) of \(plans.count) (\(which)); { and } step"),
            pair("metrics", "in all, or min/median/max of tasks"),
        ]
        let known = place + 1 < plans.count ? Set(plans[place + 1].nodes.map(\.name)) : nil
        let nodes = shownNodes(index, version: version)
        let branches = PlanBranches(depths: nodes.map(\.depth), charset)
        table.rows = zip(nodes, branches.prefixes).map { node, branch in
            let range = node.metricRange.clamped(to: plan.metrics.indices)
            let metrics = plan.metrics[range].compactMap { application.metric($0) }
            let rows = metrics.first { $0.name == "number of output rows" }?.total
            let stage = metrics.compactMap(\.stages.first).first
            let isNew = known.map { !$0.contains(node.name) } ?? false
            return ProfileTable.Row(
                cells: [
                    .text(branch + node.name, isNew ? .accent2 : .plain),
                    rows.map { count($0) } ?? .text("", .dim),
                    stage.map { .number(Double($0), "\(application.stages[$0].id)", .link) }
                        ?? .text("", .dim),
                    .text(told(metrics).joined(separator: ", "), .dim),
                ], target: stage.map { .stage($0) }, copy: node.detail)
        }
        return table
    }

    /// What the metrics of a node say beside its rows, what was spilled or moved most first; nothing
    /// of those that stayed at nothing.
    private func told(_ metrics: [SparkMetric]) -> [String] {
        func weight(_ metric: SparkMetric) -> Int64 {
            let most = max(0, metric.total ?? metric.tasks?.largest ?? 0)
            return switch metric.kind {
            // A spill is trouble at any size; elsewhere a millisecond weighs like 100 kB.
            case .size: metric.name.hasPrefix("spill") ? .max : most
            case .timing: most.timesSaturated(100_000)
            case .nanoTiming: most / 10
            case .average, .sum, .other: -1
            }
        }
        return metrics.filter { $0.name != "number of output rows" && !isNothing($0) }
            .map { (weight: weight($0), metric: $0) }
            .sorted { $0.weight > $1.weight }.compactMap { metric($0.metric) }
    }

    private func isNothing(_ metric: SparkMetric) -> Bool {
        (metric.total ?? 0) == 0 && (metric.tasks?.largest ?? 0) == 0
    }

    private func metric(_ metric: SparkMetric) -> String? {
        func text(_ value: Int64) -> String { metric.text(value) }
        if metric.kind != .sum, let tasks = metric.tasks, tasks.count > 1, let median = tasks.median
        {
            let range = [tasks.smallest, median, tasks.largest].map(text)
            return Set(range).count == 1
                ? "\(metric.name) \(range[0]) each"
                : "\(metric.name) \(range.joined(separator: "/"))"
        }
        guard let total = metric.total ?? metric.tasks?.median, total > 0 else { return nil }
        return "\(metric.name) \(text(total))"
    }

    /// The nodes of a plan that stand in its table, by their places in it.
    func shownNodes(_ index: Int, version: Int) -> [SparkPlan.Node] {
        guard let plan = planVersion(index, version) else { return [] }
        return plan.nodes.filter {
            !$0.name.hasPrefix("WholeStageCodegen") && $0.name != "InputAdapter"
        }
    }

    private func planVersion(_ index: Int, _ version: Int) -> SparkPlan? {
        guard application.sqlExecutions.indices.contains(index) else { return nil }
        let plans = application.sqlExecutions[index].plans
        return plans.isEmpty ? nil : plans[max(0, plans.count - 1 - version)]
    }

    /// All that the log holds of a node: each metric exactly, its arguments and facts.
    func details(
        of node: SparkPlan.Node, inPlan index: Int, version: Int
    ) -> [(name: String, value: String)] {
        guard let plan = planVersion(index, version) else { return [] }
        let metrics = plan.metrics[node.metricRange.clamped(to: plan.metrics.indices)]
            .compactMap { application.metric($0) }
        let figures = metrics.filter { !isNothing($0) }.map { metric in
            var words: [String] = []
            if let total = metric.total { words.append("\(metric.text(total)) in all") }
            if let tasks = metric.tasks, tasks.count > 1, let median = tasks.median {
                words.append(
                    "of tasks \(metric.text(tasks.smallest)), \(metric.text(median)), "
                        + "\(metric.text(tasks.largest)) (least, middle, most of \(tasks.count))")
            }
            return (name: metric.name, value: words.joined(separator: "; "))
        }
        return figures + [("node", node.detail)] + node.metadata.map { ($0.key, $0.value) }
    }
}

extension SparkMetric {
    func text(_ value: Int64) -> String {
        switch kind {
        case .size: AdviceText.size(value)
        case .timing: AdviceText.time(value)
        case .nanoTiming: AdviceText.time(value / 1_000_000)
        case .average: "\(value / 10).\(value % 10)"
        case .sum, .other: "\(value)"
        }
    }
}

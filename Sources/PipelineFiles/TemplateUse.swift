public import Domain

/// What a template asks of its run that not every task has; its place counts inside the template.
struct TemplateUse: Hashable, Sendable {
    enum What: Hashable, Sendable {
        /// What a task wrote.
        case output(TaskID)
        /// What an instance of a mapped task is made for.
        case item
    }

    var place: SourcePlace
    var what: What
}

/// Which outputs and items the templates of a pipeline's tasks can show: those of tasks upstream,
/// and items where there is a mapping.
public struct TemplateReach {
    /// Something wrong with a template, which may still come right where it is a warning.
    public struct Finding: Hashable, Sendable {
        public var severity: SourceProblem.Severity
        public var error: TemplateError
    }

    private let pipeline: Pipeline
    private let index: [String: Int]
    /// Nil where tasks wait for each other.
    private let graph: DAG?
    private var nearby = NearbyAncestors()

    /// Costs a graph of the pipeline.
    public init(_ pipeline: Pipeline) {
        var index: [String: Int] = [:]
        index.reserveCapacity(pipeline.tasks.count)
        for (position, task) in pipeline.tasks.enumerated() { index[task.id.name] = position }
        self.init(pipeline, index: index, graph: try? pipeline.graph())
    }

    init(_ pipeline: Pipeline, index: [String: Int], graph: DAG?) {
        (self.pipeline, self.index, self.graph) = (pipeline, index, graph)
    }

    /// What is wrong with a text that is rendered for `task`, in its order.
    public mutating func findings(in text: String, for task: TaskID) -> [Finding] {
        let (errors, uses) = Template.check(text, params: Set(pipeline.params.map(\.name)))
        let position = index[task.name]
        let unmet = uses.compactMap { use in
            finding(for: use, in: position, isMapped: isMapped(position), isAfterwards: false)
        }
        return (errors.map { Finding(severity: .error, error: $0) } + unmet)
            .sorted { $0.error.place < $1.error.place }
    }

    private func isMapped(_ position: Int?) -> Bool {
        position.map { pipeline.tasks[$0].options.mapping != nil } ?? false
    }

    /// Why a use has no value, or may have none; nil where it has.
    ///
    /// - Parameters:
    ///   - task: the task's position; nil for what is said for all tasks, or for the run.
    ///   - isAfterwards: the text is rendered once the task has ended, as those of hooks are.
    mutating func finding(
        for use: TemplateUse, in task: Int?, isMapped: Bool, isAfterwards: Bool
    ) -> Finding? {
        guard case .output(let source) = use.what else {
            guard let task, !isMapped else { return nil }
            let name = pipeline.tasks[task].id.name.short
            return finding(
                .error, use, "task '\(name)' is made for no item: it has no 'map'",
                "Add 'map' to it, or remove 'item'.")
        }
        let name = source.name.short
        guard let position = index[source.name] else {
            let nearest = nearestName(
                to: source.name, among: pipeline.tasks.lazy.prefix(5_000).map(\.id.name))
            return finding(
                .error, use, "this shows an output of '\(name)', which is no task",
                nearest.map { "Write \(Self.spelling($0))." }
                    ?? "Name a task of this file: outputs.TASK.KEY.")
        }
        guard let task, let graph else { return nil }
        if position == task {
            if isAfterwards { return nil }
            return finding(
                .error, use, "task '\(name)' shows an output of its own before it is written",
                "Take it from a task that it needs.")
        }
        if nearby.isAncestor(position, of: task, in: graph) ?? true { return nil }
        let own = pipeline.tasks[task].id.name.short
        return finding(
            .warning, use, "task '\(own)' may run before '\(name)' has written its outputs",
            "Add '\(name)' to the needs of '\(own)'.")
    }

    private func finding(
        _ severity: SourceProblem.Severity, _ use: TemplateUse, _ problem: String,
        _ remedy: String
    ) -> Finding {
        Finding(
            severity: severity,
            error: TemplateError(place: use.place, problem: problem, remedy: remedy))
    }

    /// How an output of the task is written: `outputs.load`, `outputs['load-eu']`.
    private static func spelling(_ task: String) -> String {
        let isWord = task.utf8.allSatisfy {
            switch $0 {
            case 48...57, 65...90, 97...122, 95: true
            default: false
            }
        }
        return isWord ? "outputs.\(task.short)" : "outputs['\(task.short)']"
    }
}

/// Answers which tasks lie above others, one task after the other, and not for ever: a file of
/// 100,000 tasks that each show something from far above is not looked at in full.
private struct NearbyAncestors {
    private var task = -1
    /// Ascending.
    private var above: [Int] = []
    /// Nodes that may still be visited.
    private var budget = 5_000_000

    /// Nil where it would take too long to tell.
    mutating func isAncestor(_ node: Int, of task: Int, in graph: DAG) -> Bool? {
        if graph.parents(of: task).contains(Int32(node)) { return true }
        if self.task != task {
            guard budget >= graph.nodeCount else { return nil }
            budget -= graph.nodeCount
            self.task = task
            above = graph.ancestors(of: [task])
        }
        var (low, high) = (0, above.count)
        while low < high {
            let middle = (low + high) / 2
            if above[middle] < node { low = middle + 1 } else { high = middle }
        }
        return low < above.count && above[low] == node
    }
}

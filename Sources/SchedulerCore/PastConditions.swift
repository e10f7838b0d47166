public import Domain

/// What the tasks of a run wait for in the run before it (`depends_on_past`,
/// `wait_for_downstream`).
public struct PastConditions: Hashable, Sendable {
    private let dependencies: [PastDependency]
    private let plan: RunPlan
    private let numbers: [TaskID: Int]

    /// Nil where no task waits for anything.
    public init?(_ dependencies: [PastDependency], plan: RunPlan) {
        guard dependencies.contains(where: { $0 != .none }),
            dependencies.count == plan.tasks.count
        else { return nil }
        self.dependencies = dependencies
        self.plan = plan
        numbers = Dictionary(
            plan.tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tasks that have to wait, in plan order.
    ///
    /// - Parameter state: where a task stands in the run before; nil: that run does not have it.
    ///   Such a task waits for nothing there: it is new.
    public func unmet(_ state: (TaskID) -> TaskState?) -> [TaskID] {
        plan.tasks.indices.filter { !isMet($0, state) }.map { plan.tasks[$0].id }
    }

    /// Which of `held` need wait no longer, now that `changed` has another state there.
    ///
    /// O(tasks that need `changed` or that it needs).
    public func met(
        of held: Set<TaskID>, after changed: TaskID, _ state: (TaskID) -> TaskState?
    ) -> [TaskID] {
        guard let number = numbers[changed] else { return [] }
        let touched = [number] + plan.graph.parents(of: number).map { Int($0) }
        return touched.filter { held.contains(plan.tasks[$0].id) && isMet($0, state) }
            .map { plan.tasks[$0].id }
    }

    private func isMet(_ task: Int, _ state: (TaskID) -> TaskState?) -> Bool {
        func isDone(_ number: Int) -> Bool {
            state(plan.tasks[number].id).map { $0 == .success || $0 == .skipped } ?? true
        }
        switch dependencies[task] {
        case .none: return true
        case .sameTask: return isDone(task)
        case .sameTaskAndDownstream:
            return isDone(task) && plan.graph.children(of: task).allSatisfy { isDone(Int($0)) }
        }
    }
}

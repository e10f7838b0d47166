public import Domain

/// A newer plan of a run, for the same tasks in the same order.
public struct RunRevision: Hashable, Sendable {
    /// Parameter values as templates show them; every declared parameter is there.
    public var params: [String: String]
    public var plan: RunPlan

    public init(params: [String: String], plan: RunPlan) {
        self.params = params
        self.plan = plan
    }
}

extension RunCreation {
    /// The run goes on by `revision`.
    public mutating func revise(by revision: RunRevision) {
        (params, plan) = (revision.params, revision.plan)
    }
}

/// Why a run cannot go on by a newer plan.
public enum RevisionObstacle: Hashable, Sendable {
    /// Tasks that one of both plans alone has.
    case otherTasks([TaskID])
    /// The task is another kind of task now: a wait, a branch, mapped, a setup.
    case otherKind(TaskID)
    /// The task waits for others, or for another slot, than before, while the run goes on.
    case otherPlace(TaskID)
}

extension Scheduler {
    /// What keeps an active or restored run from going on by `plan`; nil where nothing does.
    ///
    /// A run that goes on keeps its edges, rules and slots; one that has ended takes all that is said
    /// of its tasks, and edges where nothing of it is mapped or left out. O(tasks + edges).
    public func obstacle(to plan: RunPlan, of run: RunID) -> RevisionObstacle? {
        runNumbers[run].flatMap { runs[$0].obstacle(to: plan) }
    }
}

extension RunMachine {
    func obstacle(to newer: RunPlan) -> RevisionObstacle? {
        guard plan.tasks.map(\.id) == newer.tasks.map(\.id) else {
            let (old, new) = (Set(plan.tasks.map(\.id)), Set(newer.tasks.map(\.id)))
            return .otherTasks(old.symmetricDifference(new).sorted { $0.name < $1.name })
        }
        for (number, task) in plan.tasks.enumerated()
        where !plan.flow(of: number).isSameKind(as: newer.flow(of: number)) {
            return .otherKind(task.id)
        }
        let isFixed = !lanes.isEmpty || hasLiveTasks
        let keepsEdges = isFixed || !flow.mapped.isEmpty || !flow.leftOut.isEmpty
        if keepsEdges, let task = plan.firstRewired(in: newer) { return .otherPlace(task) }
        return isFixed ? plan.firstMoved(in: newer).map { .otherPlace($0) } : nil
    }

    private var hasLiveTasks: Bool { !live.isEmpty || !retryAt.isEmpty }

    /// Goes on by `newer`, to which there is no obstacle.
    mutating func revise(by newer: RunPlan) {
        let isRewired = plan.firstRewired(in: newer) != nil
        replacePlan(by: newer)
        guard isRewired else { return }
        for number in tasks.indices {
            tasks[number].upstream = UpstreamCounts()
            tasks[number].upstream.unfinished = Int32(newer.graph.parents(of: number).count)
        }
        for number in tasks.indices where tasks[number].state.isSettled {
            for child in children(of: number) {
                tasks[Int(child)].upstream.settle(tasks[number].state)
            }
        }
    }
}

extension RunPlan {
    /// The first task that waits for others than in `newer`.
    fileprivate func firstRewired(in newer: RunPlan) -> TaskID? {
        guard graph != newer.graph else { return nil }
        return tasks.indices.first { number in
            graph.parents(of: number).sorted() != newer.graph.parents(of: number).sorted()
        }.map { tasks[$0].id }
    }

    /// The first task that has another rule, or another place among those that wait for slots.
    fileprivate func firstMoved(in newer: RunPlan) -> TaskID? {
        let (old, new) = (LaneLayout(self), LaneLayout(newer))
        let moved = tasks.indices.first { number in
            let (left, right) = (flow(of: number), newer.flow(of: number))
            return tasks[number].triggerRule != newer.tasks[number].triggerRule
                || tasks[number].pool != newer.tasks[number].pool || left.slots != right.slots
                || left.connection != right.connection
                || left.mapping?.maxActive != right.mapping?.maxActive
                || old.priorities[number] != new.priorities[number]
        }
        return moved.map { tasks[$0].id }
    }
}

extension TaskFlow {
    /// Whether both are run alike, however long they wait or how often they are repeated.
    fileprivate func isSameKind(as other: TaskFlow) -> Bool {
        guard mapping?.source == other.mapping?.source, role == other.role else { return false }
        return switch (conduct, other.conduct) {
        case (.wait, .wait), (.shortCircuit, .shortCircuit): true
        default: conduct == other.conduct
        }
    }
}

import Domain

/// Which tasks wait for setups that do not stand right above them.
///
/// Whatever its trigger rule says, a task runs only once the setups that are for it have succeeded. For
/// it are those above it that have no teardown, or have one below it; of those right above it the
/// rule alone decides. As Airflow 3 does (`get_upstreams_only_setups` of its operators, and the setup
/// constraint of its trigger rules).
struct SetupScopes: Sendable {
    /// By the numbers of tasks, ascending.
    private let setups: [Int32: [Int32]]
    /// By the numbers of setups, ascending.
    private let dependants: [Int32: [Int32]]

    /// O(setups · edges); nothing of a plan without setups.
    init(_ plan: RunPlan) {
        var setups: [Int32: [Int32]] = [:]
        var dependants: [Int32: [Int32]] = [:]
        let all = plan.flows.keys.filter { plan.flow(of: $0).role == .setup }.sorted()
        for setup in all {
            let children = plan.graph.children(of: setup).map { Int($0) }
            let teardowns = children.filter { plan.isTeardown($0) }
            let scope = teardowns.isEmpty ? nil : Set(plan.graph.ancestors(of: teardowns))
            let direct = Set(children)
            for task in plan.graph.descendants(of: [setup])
            where !direct.contains(task) && scope?.contains(task) != false {
                setups[Int32(task), default: []].append(Int32(setup))
                dependants[Int32(setup), default: []].append(Int32(task))
            }
        }
        (self.setups, self.dependants) = (setups, dependants)
    }

    /// The setups that a task waits for beside what its rule says.
    func setups(for task: Int) -> [Int32] {
        setups.isEmpty ? [] : setups[Int32(task)] ?? []
    }

    /// The tasks that wait for a setup beside what their rules say.
    func dependants(of setup: Int) -> [Int32] {
        dependants.isEmpty ? [] : dependants[Int32(setup)] ?? []
    }
}

extension RunMachine {
    /// What setups that do not stand right above a task make of it, and why; nil where they have
    /// succeeded. As soon as one has not, the others are not waited for.
    func scopeDecision(of task: Int) -> (decision: TriggerDecision, note: String?)? {
        let setups = setupScopes.setups(for: task)
        guard !setups.isEmpty else { return nil }
        func first(where isWanted: (TaskState) -> Bool) -> TaskID? {
            setups.first { isWanted(tasks[Int($0)].state) }.map { plan.tasks[Int($0)].id }
        }
        if let failed = first(where: \.isFailure) {
            return (.upstreamFailed, "its setup '\(failed)' failed")
        }
        if let skipped = first(where: { $0 == .skipped }) {
            return (.skip, "its setup '\(skipped)' was skipped")
        }
        return first { !$0.isSettled } == nil ? nil : (.wait, nil)
    }
}

public import Domain

/// States that people give to tasks.
extension RunMachine {
    /// Gives each task its state; a live attempt is ended first. Where one counts as done now, what
    /// failed below it for want of it (`failed`, `upstream_failed`) is cleared, as in Airflow. The
    /// owner sees to the run where this changes a settled one.
    ///
    /// Returns whether it changed anything; unknown names and states they have already do not.
    mutating func mark(
        _ marks: [TaskMark], by person: String, at now: Instant, _ effects: inout RunEffects
    ) -> Bool {
        var touched: [Int] = []
        for mark in marks {
            guard mark.state.canBeMarked, let task = number(of: mark.task) else { continue }
            if set(task, to: mark.state, by: person, at: now, &effects) { touched.append(task) }
        }
        guard !touched.isEmpty else { return false }
        withdrawChildren(of: touched, at: now, &effects)
        for task in touched {
            let below = children(of: task) + setupScopes.dependants(of: base(of: task))
            for child in below where tasks[Int(child)].state == .none {
                evaluate(Int(child), at: now, &effects)
            }
        }
        propagate(at: now, &effects)
        let done = touched.filter { tasks[$0].state == .success || tasks[$0].state == .skipped }
        let marked = Set(touched)
        let failed = plan.graph.descendants(of: done.map { base(of: $0) }).filter {
            tasks[$0].state.isFailure && !marked.contains($0)
        }
        if !failed.isEmpty { _ = clear(failed.map { plan.tasks[$0].id }, at: now, &effects) }
        return true
    }

    static func note(_ state: TaskState, by person: String) -> String {
        "marked \(state.rawValue) by \(person)"
    }

    private mutating func set(
        _ task: Int, to state: TaskState, by person: String, at now: Instant,
        _ effects: inout RunEffects
    ) -> Bool {
        if isExpanded(task) {
            // Its state is that of its instances.
            var hasChanged = false
            for instance in flow.mapped[Int32(task)]?.instances ?? []
            where tasks[Int(instance)].state != .removed {
                hasChanged =
                    set(Int(instance), to: state, by: person, at: now, &effects) || hasChanged
            }
            return hasChanged
        }
        let old = tasks[task].state
        guard old != state, old != .removed else { return false }
        if live[Int32(task)] != nil {
            end(task, because: .marked(state, by: person), &effects)
            return true
        }
        let note = Self.note(state, by: person)
        guard old.isSettled else {
            leaveWaiting(task, &effects)
            settle(task, as: state, note: note, at: now, &effects)
            return true
        }
        tasks[task].state = state
        for child in children(of: task) {
            tasks[Int(child)].upstream.reopen(old)
            tasks[Int(child)].upstream.settle(state)
        }
        record(task, at: now, note: note, &effects)
        if task >= plan.tasks.count { instanceMarked(task, at: now, &effects) }
        return true
    }
}

extension TaskState {
    /// Whether a person may give it to a task.
    public var canBeMarked: Bool { self == .success || self == .failed || self == .skipped }
}

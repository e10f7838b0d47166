import Domain

/// Branches, short-circuits, waits, outputs, setups and teardowns, and the time of the whole run.
extension RunMachine {
    // MARK: Outputs

    mutating func outputsWritten(_ attempt: AttemptID, _ outputs: [TaskOutput]) {
        guard let task = number(of: attempt.task), live[Int32(task)] != nil,
            attempt.number == Int(tasks[task].attempts)
        else { return }
        flow.outputs[Int32(task)] = outputs.isEmpty ? nil : outputs
    }

    mutating func forgetOutputs(of task: Int) {
        if !flow.outputs.isEmpty { flow.outputs[Int32(task)] = nil }
    }

    // MARK: Branches and short-circuits

    /// An attempt succeeded.
    mutating func succeed(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        if case .branch = taskFlow(task).conduct {
            switch choice(of: task) {
            case .success(let left): flow.leftOut[Int32(task)] = left
            case .failure(let refusal):
                return fail(task, note: refusal.reason, at: now, &effects)
            }
        }
        settle(task, as: .success, note: nil, at: now, &effects)
    }

    /// A short-circuit's condition does not hold.
    mutating func closeCircuit(
        _ task: Int, leavesOutAll: Bool, at now: Instant, _ effects: inout RunEffects
    ) {
        flow.outputs[Int32(task)] = [
            TaskOutput(key: TaskOutput.bareKey, value: .boolean(false))
        ]
        flow.leftOut[Int32(task)] = cutOff(by: task, leavesOutAll: leavesOutAll)
        settle(task, as: .success, note: "leaves out what follows", at: now, &effects)
    }

    private func cutOff(by task: Int, leavesOutAll: Bool) -> Set<Int32> {
        let left =
            leavesOutAll
            ? plan.graph.descendants(of: [task]).map { Int32($0) }
            : Array(plan.graph.children(of: task))
        return Set(left.filter { !plan.isTeardown(Int($0)) })
    }

    /// What a branch leaves out: its direct children that it did not name and that cannot be
    /// reached from one that it named. Teardowns are never left out.
    private func choice(of task: Int) -> Result<Set<Int32>, MapRefusal> {
        let written = flow.outputs[Int32(task)] ?? []
        let value =
            written.last { $0.key == "branch" }?.value
            ?? written.last { $0.key == TaskOutput.bareKey }?.value
        var names: [String] = []
        switch value {
        case .list(let items): names = items.map(\.plainText)
        case .text(let text): names = [text]
        case .null, nil: break
        default:
            let words = SecretSeal.shown(value?.json ?? "")
            return .failure(MapRefusal(reason: "a branch names tasks, not \(words)"))
        }
        let children = plan.graph.children(of: task)
        var chosen: Set<Int32> = []
        for name in names.map({ Self.trimmed($0) }) where !name.isEmpty {
            let meant = children.filter {
                plan.tasks[Int($0)].id.name == name || plan.flow(of: Int($0)).group?.name == name
            }
            if meant.isEmpty {
                let words = SecretSeal.shown(name)
                return .failure(
                    MapRefusal(reason: "the branch names '\(words)', which does not need it"))
            }
            chosen.formUnion(meant)
        }
        let reached = plan.graph.descendants(of: chosen.map { Int($0) })
        let kept = chosen.union(reached.map { Int32($0) })
        return .success(
            Set(children.filter { !kept.contains($0) && !plan.isTeardown(Int($0)) }))
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Remembers what a task of a settled run left out.
    mutating func restoreChoice(of task: Int) {
        switch plan.flow(of: task).conduct {
        case .branch:
            if case .success(let left) = choice(of: task) { flow.leftOut[Int32(task)] = left }
        case .shortCircuit(let leavesOutAll):
            let isClosed = flow.outputs[Int32(task)]?.contains {
                $0.key == TaskOutput.bareKey && $0.value == .boolean(false)
            }
            if isClosed == true {
                flow.leftOut[Int32(task)] = cutOff(by: task, leavesOutAll: leavesOutAll)
            }
        default: break
        }
    }

    /// Skips what a task that has just settled leaves out, as far as it has not begun.
    mutating func leaveOut(by task: Int, at now: Instant, _ effects: inout RunEffects) {
        guard let left = flow.leftOut[Int32(task)], tasks[task].state == .success else { return }
        let note = leftOutNote(by: task)
        for number in left.sorted() {
            let other = Int(number)
            guard tasks[other].state == .none || tasks[other].state == .scheduled,
                !hasLiveInstances(other)
            else { continue }
            leaveWaiting(other, &effects)
            settle(other, as: .skipped, note: note, at: now, &effects)
        }
    }

    func whyLeftOut(_ task: Int) -> String? {
        for (other, left) in flow.leftOut.sorted(by: { $0.key < $1.key })
        where left.contains(Int32(task)) && tasks[Int(other)].state == .success {
            return leftOutNote(by: Int(other))
        }
        return nil
    }

    private func leftOutNote(by task: Int) -> String { "left out by '\(plan.tasks[task].id)'" }

    // MARK: Waits

    /// Begins an attempt that takes no slot.
    mutating func beginWaiting(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        forgetOutputs(of: task)
        tasks[task].state = .deferred
        tasks[task].attempts &+= 1
        live[Int32(task)] = LiveAttempt(takesSlot: false)
        record(task, at: now, &effects)
        effects.step.commands.append(.launch(attemptID(task)))
        guard case .wait(let sensor) = taskFlow(task).conduct, let timeout = sensor.timeout,
            flow.waitDeadlines[Int32(task)] == nil
        else { return }
        let due = now.advanced(by: timeout)
        flow.waitDeadlines[Int32(task)] = due
        effects.step.commands.append(.setTimer(.wait(id, taskID(task)), at: due))
    }

    mutating func waitDue(_ name: TaskID, at now: Instant, _ effects: inout RunEffects) {
        guard let task = number(of: name), let due = flow.waitDeadlines[Int32(task)] else { return }
        guard now >= due else {
            effects.step.commands.append(.setTimer(.wait(id, name), at: due))
            return
        }
        flow.waitDeadlines[Int32(task)] = nil
        if let alive = live[Int32(task)] {
            if alive.ending == nil { end(task, because: .waitedInVain, &effects) }
        } else {
            leaveWaiting(task, &effects)
            settleWaitedInVain(task, at: now, &effects)
            propagate(at: now, &effects)
        }
    }

    mutating func settleWaitedInVain(
        _ task: Int, at now: Instant, _ effects: inout RunEffects
    ) {
        guard case .wait(let sensor) = taskFlow(task).conduct else { return }
        let note = "waited \(sensor.timeout?.durationText ?? "") in vain"
        settle(task, as: sensor.isSoft ? .skipped : .failed, note: note, at: now, &effects)
    }

    mutating func dropWaitDeadline(of task: Int, _ effects: inout RunEffects) {
        guard flow.waitDeadlines.removeValue(forKey: Int32(task)) != nil else { return }
        effects.step.commands.append(.cancelTimer(.wait(id, taskID(task))))
    }

    /// No retry is left, or none would help.
    mutating func failForGood(
        _ task: Int, note: String?, at now: Instant, _ effects: inout RunEffects
    ) {
        if case .wait(let sensor) = taskFlow(task).conduct, sensor.isSoft {
            return settle(task, as: .skipped, note: note, at: now, &effects)
        }
        settle(task, as: .failed, note: note, at: now, &effects)
    }

    // MARK: Setups and teardowns

    /// What the setups right above a task decide; nil where there are none.
    func setupDecision(of task: Int) -> TriggerDecision? {
        let setups = plan.graph.parents(of: task).filter { plan.flow(of: Int($0)).role == .setup }
        guard !setups.isEmpty else { return nil }
        guard tasks[task].upstream.unfinished == 0 else { return .wait }
        let states = setups.map { tasks[Int($0)].state }
        if states.contains(.success) { return .run }
        if states.contains(where: \.isFailure) { return .upstreamFailed }
        return states.allSatisfy { $0 == .removed } ? .run : .skip
    }

    /// These tasks, and for those of them that do work what brings up and takes down around them.
    func withRoles(_ numbers: [Int]) -> [Int] {
        guard plan.hasRoles else { return numbers }
        var found = Set(numbers)
        var all = numbers
        for work in numbers.map({ base(of: $0) }) where plan.flow(of: work).role == .work {
            for task in plan.relevantRoles(of: work) where found.insert(task).inserted {
                all.append(task)
            }
        }
        return all
    }
}

extension RunPlan {
    /// The setups above a task that are for it, and the teardowns that belong to them: a setup without
    /// a teardown is for all below it, another for what stands between it and a teardown of it. And the
    /// teardowns below that belong to no setup.
    ///
    /// As Airflow 3 does (`get_upstreams_only_setups_and_teardowns` of its operators).
    func relevantRoles(of task: Int) -> [Int] {
        let below = graph.descendants(of: [task]).filter { isTeardown($0) }
        var found: [Int] = []
        for setup in graph.ancestors(of: [task]) where flow(of: setup).role == .setup {
            let own = graph.children(of: setup).map { Int($0) }.filter { isTeardown($0) }
            guard own.isEmpty || own.contains(where: below.contains) else { continue }
            found.append(setup)
            found += own.filter { $0 != task }
        }
        return found
            + below.filter { teardown in
                !graph.parents(of: teardown).contains { flow(of: Int($0)).role == .setup }
            }
    }
}

extension RunPlan {
    /// The tasks whose states decide the run's: those that nothing waits for. In place of a
    /// teardown that may fail stand the tasks it waits for.
    var leaves: [Int] {
        var leaves: Set<Int> = []
        var seen: Set<Int> = []
        var stack = tasks.indices.filter { graph.children(of: $0).isEmpty }
        while let task = stack.popLast() {
            guard seen.insert(task).inserted else { continue }
            if isTransparentTeardown(task) {
                stack += graph.parents(of: task).map { Int($0) }
            } else {
                leaves.insert(task)
            }
        }
        return leaves.sorted()
    }

    var hasTeardowns: Bool { !flows.isEmpty && tasks.indices.contains { isTeardown($0) } }
}

public import Domain

// The children of a mapped task count its instances, each an upstream of its own; before there are
// any, and where there are none, they count the task itself. It is `running` while instances are
// open and settles behind the last of them.

extension RunMachine {
    /// Whether the children of this task of the plan count its instances.
    func isExpanded(_ task: Int) -> Bool {
        guard !flow.mapped.isEmpty, let mapped = flow.mapped[Int32(task)] else { return false }
        return !mapped.isWhole
    }

    /// Makes the task once an item: its rule lets it run.
    mutating func expand(
        _ task: Int, by mapping: MappingPlan, at now: Instant, _ effects: inout RunEffects
    ) {
        let count: Int
        switch itemCount(of: mapping) {
        case .success(let items): count = items
        case .failure(let refusal):
            return settle(task, as: .failed, note: refusal.reason, at: now, &effects)
        }
        guard count > 0 else {
            return settle(task, as: .skipped, note: "no items to map over", at: now, &effects)
        }
        var mapped = flow.mapped[Int32(task)] ?? MappedTask()
        let known = mapped.instances.count
        for index in known..<max(known, count) {
            mapped.instances.append(addInstance(of: task, index))
        }
        let added = Int32(mapped.instances.count - known)
        for child in plan.graph.children(of: task) {
            tasks[Int(child)].upstream.unfinished += added - (mapped.isWhole ? 1 : 0)
        }
        (mapped.isWhole, mapped.count) = (false, count)
        flow.mapped[Int32(task)] = mapped
        for number in mapped.instances.prefix(count) where tasks[Int(number)].state == .removed {
            reopen(removed: Int(number))
        }
        let open = mapped.instances.count { !tasks[Int($0)].state.isSettled }
        flow.mapped[Int32(task)]?.open = open
        tasks[task].state = .running
        record(task, at: now, &effects)
        if added > 0 {
            effects.step.changes.append(
                .instancesAdded(
                    id, of: plan.tasks[task].id, indices: known..<mapped.instances.count))
        }
        effects.claims.append(.expanded(task))
        for number in mapped.instances where tasks[Int(number)].state == .none {
            evaluateInstance(Int(number), at: now, &effects)
        }
    }

    private mutating func addInstance(of task: Int, _ index: Int) -> Int32 {
        let number = Int32(tasks.count)
        tasks.append(TaskSlot())
        flow.origins.append(InstanceOrigin(task: Int32(task), index: Int32(index)))
        taskNumbers[taskID(Int(number))] = number
        openCount += 1
        return number
    }

    private mutating func reopen(removed number: Int) {
        tasks[number].state = .none
        openCount += 1
        for child in children(of: number) { tasks[Int(child)].upstream.reopen(.removed) }
    }

    struct MapRefusal: Error {
        var reason: String
    }

    private func itemCount(of mapping: MappingPlan) -> Result<Int, MapRefusal> {
        switch mapping.source {
        case .count(let count): return .success(count)
        case .output(let source, let key):
            guard let items = OutputList.items(of: outputs(of: source, key), key) else {
                let name = plan.tasks[source].id
                return .failure(
                    MapRefusal(
                        reason: outputs(of: source, key).isEmpty
                            ? "nothing to map over: '\(name)' wrote no '\(key)'"
                            : "nothing to map over: '\(key)' of '\(name)' is no list"))
            }
            guard items.count <= TaskMapping.limit else {
                return .failure(
                    MapRefusal(
                        reason: "\(items.count) items are more than can be mapped over "
                            + "(\(TaskMapping.limit))"))
            }
            return .success(items.count)
        }
    }

    /// The values that a task wrote under `key`: one, or one an instance in the order of the items.
    func outputs(of task: Int, _ key: String) -> [OutputValue] {
        let numbers =
            isExpanded(task)
            ? (flow.mapped[Int32(task)]?.instances ?? []) : [Int32(task)]
        return numbers.compactMap { number in
            flow.outputs[number]?.last { $0.key == key }?.value
        }
    }

    mutating func evaluateInstance(
        _ task: Int, at now: Instant, _ effects: inout RunEffects
    ) {
        let origin = flow.origins[task - plan.tasks.count]
        guard let mapped = flow.mapped[origin.task] else { return }
        if mapped.isWhole || Int(origin.index) >= mapped.count {
            settle(task, as: .removed, note: nil, at: now, &effects)
        } else if tasks[Int(origin.task)].state == .running {
            makeReady(task, at: now, &effects)
        }
    }

    /// An instance has settled; the last one settles its task.
    mutating func instanceSettled(
        _ instance: Int, at now: Instant, _ effects: inout RunEffects
    ) {
        let task = base(of: instance)
        flow.mapped[Int32(task)]?.open -= 1
        guard let mapped = flow.mapped[Int32(task)], !mapped.isWhole, mapped.open == 0,
            tasks[task].state == .running
        else { return }
        openCount -= 1
        recordAggregate(of: task, mapped, at: now, &effects)
    }

    /// Whether attempts of a mapped task are being ended that was cleared: until they have, it must
    /// not settle, as its children would begin beside them.
    func hasLiveInstances(_ task: Int) -> Bool {
        guard !live.isEmpty, isExpanded(task) else { return false }
        return flow.mapped[Int32(task)]?.instances.contains { live[$0] != nil } ?? false
    }

    /// An attempt of an instance has ended: its task may have waited for that to be decided.
    mutating func instanceEnded(
        _ instance: Int, at now: Instant, _ effects: inout RunEffects
    ) {
        let task = base(of: instance)
        guard tasks[task].state == .none, !hasLiveInstances(task) else { return }
        evaluate(task, at: now, &effects)
    }

    /// Lets a cleared task end with its instances, as one that is running does, where some of them
    /// are still being ended.
    mutating func joinInstances(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        guard tasks[task].state == .none, hasLiveInstances(task) else { return }
        tasks[task].state = .running
        record(task, at: now, &effects)
    }

    /// A settled instance was given another state; a settled task follows.
    mutating func instanceMarked(
        _ instance: Int, at now: Instant, _ effects: inout RunEffects
    ) {
        let task = base(of: instance)
        guard let mapped = flow.mapped[Int32(task)], !mapped.isWhole,
            tasks[task].state.isSettled
        else { return }
        recordAggregate(of: task, mapped, at: now, &effects)
    }

    private mutating func recordAggregate(
        of task: Int, _ mapped: MappedTask, at now: Instant, _ effects: inout RunEffects
    ) {
        var (failed, succeeded) = (0, 0)
        for number in mapped.instances {
            switch tasks[Int(number)].state {
            case .failed, .upstreamFailed: failed += 1
            case .success: succeeded += 1
            default: break
            }
        }
        tasks[task].state = failed > 0 ? .failed : succeeded > 0 ? .success : .skipped
        let note = failed > 0 ? "\(failed) of \(mapped.count) items failed" : nil
        record(task, at: now, note: note, &effects)
    }

    /// A settled instance was cleared; its task is open again.
    mutating func instanceReopened(
        _ instance: Int, at now: Instant, _ effects: inout RunEffects
    ) {
        let task = base(of: instance)
        flow.mapped[Int32(task)]?.open += 1
        guard tasks[task].state.isSettled else { return }
        tasks[task].state = .running
        openCount += 1
        record(task, at: now, &effects)
    }

    /// Whether a clear of this task can mean anything: not for an instance that is no more.
    func mayClearInstance(_ task: Int) -> Bool {
        guard task >= plan.tasks.count else { return true }
        let origin = flow.origins[task - plan.tasks.count]
        guard let mapped = flow.mapped[origin.task] else { return false }
        return !mapped.isWhole && Int(origin.index) < mapped.count
    }

    /// Clears an expanded task: all its instances, and which there are is found out anew.
    mutating func clearMapped(
        _ task: Int, at now: Instant, _ effects: inout RunEffects
    ) -> Bool {
        guard let mapped = flow.mapped[Int32(task)], tasks[task].state != .none else {
            return false
        }
        let wasSettled = tasks[task].state.isSettled
        if !wasSettled { openCount -= 1 }
        // Settled for the moment, so that the instances do not speak of it.
        tasks[task].state = .none
        openCount += 1
        for number in mapped.instances where tasks[Int(number)].state != .removed {
            if tasks[Int(number)].state == .scheduled {
                withdraw(Int(number), &effects)
                record(Int(number), at: now, &effects)
            }
            _ = clear(Int(number), at: now, &effects)
        }
        record(task, at: now, &effects)
        return true
    }

    /// An expanded task settles without running: its children count it, not its instances.
    mutating func makeWhole(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        guard let mapped = flow.mapped[Int32(task)], !mapped.isWhole else { return }
        flow.mapped[Int32(task)]?.isWhole = true
        for child in plan.graph.children(of: task) { tasks[Int(child)].upstream.unfinished += 1 }
        for number in mapped.instances where tasks[Int(number)].state == .none {
            settle(Int(number), as: .removed, note: nil, at: now, &effects)
        }
    }

    /// Takes back an instance of a settled run.
    mutating func restore(_ instance: SettledInstance) -> Bool {
        guard let parts = instance.id.instanceParts, let task = taskNumbers[parts.task],
            plan.flow(of: Int(task)).mapping != nil
        else { return false }
        var mapped = flow.mapped[task] ?? MappedTask()
        guard mapped.instances.count == parts.index else { return false }
        let number = addInstance(of: Int(task), parts.index)
        openCount -= 1
        tasks[Int(number)].state = instance.task.state
        tasks[Int(number)].attempts = Int32(instance.task.attemptCount)
        mapped.instances.append(number)
        // Each counts for itself; the first that is no removed one, in place of the whole task.
        let replacesWhole = mapped.isWhole && instance.task.state != .removed
        if !replacesWhole {
            for child in plan.graph.children(of: Int(task)) {
                tasks[Int(child)].upstream.unfinished += 1
            }
        }
        if instance.task.state != .removed {
            (mapped.isWhole, mapped.count) = (false, parts.index + 1)
        }
        flow.mapped[task] = mapped
        return true
    }
}

/// The list that an output stands for.
public enum OutputList {
    /// The items of a list, the members of an object as `{"key", "value"}`, one item for each of
    /// several values (those of a mapped task); nil for a lone value that is neither.
    ///
    /// Bare lines are a list however many there are: one line is a list of one, none is an empty one.
    public static func items(of values: [OutputValue], _ key: String) -> [OutputValue]? {
        let isBare = key == TaskOutput.bareKey
        guard values.count == 1 else { return values.isEmpty && !isBare ? nil : values }
        switch values[0] {
        case .list(let items): return items
        case .object(let members):
            return members.map {
                .object([.init("key", .text($0.name)), .init("value", $0.value)])
            }
        default: return isBare ? values : nil
        }
    }
}

public import Domain

/// Where a task waits for a slot, and holds it.
public struct SlotPlace: Hashable, Sendable {
    /// Tasks of one lane take slots of the same kinds, as many of each: an attempt of one may follow
    /// in the place of another's.
    public var lane: UInt64
    /// Among ready tasks of a lane the least comes first.
    public var rank: Int

    public init(lane: UInt64, rank: Int) { (self.lane, self.rank) = (lane, rank) }
}

/// An attempt that comes next, as far as that can be told.
public struct UpcomingAttempt: Hashable, Sendable {
    public var id: AttemptID
    public var place: SlotPlace
    /// It may begin once these have succeeded: live attempts, and others that are upcoming. Empty for
    /// one that waits for a slot alone.
    public var after: [AttemptID] = []
}

extension Scheduler {
    /// The attempts of a run that would be launched next, were slots free, and those that become ready
    /// by the success of live ones and of these; at most `count` of each of its lanes and `count` of
    /// those that become ready. Empty for a run that is not active.
    ///
    /// Of tasks that become ready only those are told whose beginning nothing but success decides:
    /// rule `all_success`, no item, branch, wait, set-up or the like around them.
    public func upcoming(of run: RunID, _ count: Int) -> [UpcomingAttempt] {
        guard let machine = machine(run), count > 0 else { return [] }
        let waiting = machine.lanes.flatMap { queue.upcoming(of: $0, count) }
        var found = waiting.compactMap { machine.upcoming($0, after: []) }
        found += machine.successors(of: waiting, count)
        return found
    }

    /// Whether tasks of any other run wait for a slot.
    public func hasReadyTasks(besides run: RunID) -> Bool {
        runNumbers.values.contains { runs[$0].readyCount > 0 && runs[$0].id != run }
    }
}

extension RunMachine {
    /// Looking at more children than that would cost more than it brings.
    private static let mostChildren = 64

    func slotPlace(of task: Int) -> SlotPlace? {
        guard places.indices.contains(task), lanes.indices.contains(Int(places[task].lane)) else {
            return nil
        }
        // Sequences are never used again, numbers of lanes are.
        let lane = UInt64(sequence) << 24 | UInt64(places[task].lane)
        return SlotPlace(lane: lane, rank: Int(places[task].rank))
    }

    func upcoming(_ task: Int, after parents: [Int]) -> UpcomingAttempt? {
        guard let place = slotPlace(of: task) else { return nil }
        let id = AttemptID(run: id, task: taskID(task), number: Int(tasks[task].attempts) + 1)
        let after = parents.map { parent in
            let isLive = live[Int32(parent)] != nil
            return AttemptID(
                run: self.id, task: taskID(parent),
                number: Int(tasks[parent].attempts) + (isLive ? 0 : 1))
        }
        return UpcomingAttempt(id: id, place: place, after: after)
    }

    /// What becomes ready by the success of the live attempts, of `waiting`, and of what they make
    /// ready; nearest first.
    func successors(of waiting: [Int], _ count: Int) -> [UpcomingAttempt] {
        guard state == .running, cancelledBy == nil, flow.leftOut.isEmpty else { return [] }
        var found: [UpcomingAttempt] = []
        /// Of tasks with a parent among those that are taken to succeed: these parents.
        var hopes: [Int: [Int]] = [:]
        var queue =
            live.compactMap { $0.value.ending == nil ? Int($0.key) : nil }.sorted() + waiting
        var next = 0
        while next < queue.count, found.count < count {
            let parent = queue[next]
            next += 1
            guard parent < plan.tasks.count, plan.flow(of: parent).isPlain else { continue }
            for child in plan.graph.children(of: parent).prefix(Self.mostChildren) {
                let child = Int(child)
                guard mayFollow(child) else { continue }
                hopes[child, default: []].append(parent)
                let parents = hopes[child] ?? []
                guard parents.count == Int(tasks[child].upstream.unfinished), found.count < count
                else { continue }
                var upstream = tasks[child].upstream
                for _ in parents { upstream.settle(.success) }
                guard plan.tasks[child].triggerRule.decision(for: upstream) == .run,
                    let attempt = upcoming(child, after: parents)
                else { continue }
                found.append(attempt)
                queue.append(child)
            }
        }
        return found
    }

    /// Whether nothing but the success of its parents decides when the task begins.
    private func mayFollow(_ task: Int) -> Bool {
        tasks[task].state == .none && plan.flow(of: task).isPlain && retryAt[Int32(task)] == nil
            && !held.contains(Int32(task)) && plan.tasks[task].triggerRule == .allSuccess
    }
}

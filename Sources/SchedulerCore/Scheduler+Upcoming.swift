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
    /// by the success of live ones and of these; at most `count` of each of its lanes and as many of
    /// those that become ready. Empty for a run that is not active.
    ///
    /// Of tasks that become ready only those are told whose beginning nothing but success decides:
    /// rule `all_success`, no item, branch, wait, set-up or the like around them. And of all that could
    /// begin, only those before which no other could come that is not told, or that waits for slots of
    /// another kind: who begins them in their order begins what the scheduler would.
    public func upcoming(of run: RunID, _ count: Int) -> [UpcomingAttempt] {
        guard let machine = machine(run), count > 0 else { return [] }
        let waiting = machine.lanes.flatMap { queue.upcoming(of: $0, count) }
        return machine.upcoming(waiting, count)
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

    /// What stands where in the order of slots: the greater weight first, then the earlier task.
    private struct Turn: Comparable {
        var priority: Int32
        var task: Int

        static func < (left: Turn, right: Turn) -> Bool {
            (right.priority, left.task) < (left.priority, right.task)
        }
    }

    private func turn(of task: Int) -> Turn {
        let base = base(of: task)
        return Turn(
            priority: priorities.indices.contains(base) ? priorities[base] : .max, task: task)
    }

    /// `waiting`, and what becomes ready by the success of the live attempts, of these, and of what they
    /// make ready, as ``Scheduler/upcoming(of:_:)`` says it.
    func upcoming(_ waiting: [Int], _ count: Int) -> [UpcomingAttempt] {
        guard state == .running, cancelledBy == nil, flow.leftOut.isEmpty else { return [] }
        var found: [(task: Int, after: [Int])] = waiting.map { ($0, []) }
        /// The first of those that may become ready and are not told.
        var first: Turn?
        func bar(_ task: Int) {
            let turn = turn(of: task)
            if first.map({ turn < $0 }) ?? true { first = turn }
        }
        /// Of tasks with a parent among those that are taken to succeed: these parents.
        var hopes: [Int: [Int]] = [:]
        var parents = live.keys.map { Int($0) }.sorted() + waiting
        // These may be ready again as soon as they end.
        for task in live.keys where live[task]?.ending == .cleared || retriesAtOnce(Int(task)) {
            bar(Int(task))
        }
        var next = 0
        while next < parents.count {
            let parent = parents[next]
            next += 1
            let isPlain =
                parent < plan.tasks.count && plan.flow(of: parent).isPlain
                && live[Int32(parent)]?.ending == nil
            let below = plan.graph.children(of: base(of: parent))
            for child in below.prefix(Self.mostChildren).map({ Int($0) })
            where tasks[child].state == .none {
                guard isPlain, mayFollow(child) else {
                    bar(child)
                    continue
                }
                hopes[child, default: []].append(parent)
                let hoped = hopes[child] ?? []
                guard hoped.count == Int(tasks[child].upstream.unfinished) else { continue }
                var upstream = tasks[child].upstream
                for _ in hoped { upstream.settle(.success) }
                guard plan.tasks[child].triggerRule.decision(for: upstream) == .run else {
                    continue
                }
                guard found.count < waiting.count + count else {
                    bar(child)
                    continue
                }
                found.append((child, hoped))
                parents.append(child)
            }
            for other in setupScopes.dependants(of: base(of: parent))
            where tasks[Int(other)].state == .none {
                bar(Int(other))
            }
            // Those behind are not looked at; the first of them may be anywhere.
            if below.count > Self.mostChildren {
                below.dropFirst(Self.mostChildren).prefix(1_024).forEach { bar(Int($0)) }
            }
        }
        let lanes = Set(found.compactMap { slotPlace(of: $0.task)?.lane })
        return found.compactMap { task, after in
            guard let attempt = upcoming(task, after: after) else { return nil }
            let turn = turn(of: task)
            if let first, first < turn { return nil }
            if lanes.count > 1,
                found.contains(where: {
                    self.turn(of: $0.task) < turn
                        && slotPlace(of: $0.task)?.lane != attempt.place.lane
                })
            {
                return nil
            }
            return attempt
        }
    }

    private func retriesAtOnce(_ task: Int) -> Bool {
        let plan = taskPlan(task)
        return plan.retries > 0 && plan.retryDelay.microseconds <= 0
    }

    /// Whether nothing but the success of its parents decides when the task begins.
    private func mayFollow(_ task: Int) -> Bool {
        plan.flow(of: task).isPlain && retryAt[Int32(task)] == nil
            && !held.contains(Int32(task)) && plan.tasks[task].triggerRule == .allSuccess
            && scopeDecision(of: task) == nil
    }
}

/// Plays a recorded schedule again.
///
/// Cost: the tasks times the logarithm of the slots.
struct ScheduleReplay {
    private enum Event {
        case jobReady(Int)
        case stageReady(Int)
        case taskFinished(stage: Int)
        case slotFree
        case capacity(Int)
    }

    private let schedule: RecordedSchedule
    private let change: ScheduleChange
    private var events = EventHeap<Event>()
    private var capacity = 0
    private var busy = 0
    /// Stages with tasks to start, by job and position.
    private var runnable: [Int] = []
    private var nextTask: [Int]
    private var unfinishedTasks: [Int]
    private var unfinishedParents: [Int]
    private var unfinishedStages: [Int]
    private var unfinishedJobs: [Int]
    private var children: [[Int]]
    private var laterJobs: [[Int]]
    private var endOfJobs: Double
    /// When each stage's last task ended, by position; for the critical path.
    private(set) var stageEnds: [Double]

    init(_ schedule: RecordedSchedule, _ change: ScheduleChange) {
        self.schedule = schedule
        self.change = change
        let stages = schedule.stages
        nextTask = [Int](repeating: 0, count: stages.count)
        unfinishedTasks = nextTask
        unfinishedParents = stages.map(\.parents.count)
        unfinishedStages = schedule.jobs.map(\.stages.count)
        unfinishedJobs = schedule.jobs.map(\.after.count)
        children = [[Int]](repeating: [], count: stages.count)
        laterJobs = [[Int]](repeating: [], count: schedule.jobs.count)
        stageEnds = [Double](repeating: 0, count: stages.count)
        endOfJobs = Double(schedule.start)
        for (position, stage) in stages.enumerated() {
            unfinishedTasks[position] = durations(position).count
            for parent in stage.parents { children[parent].append(position) }
        }
        for (position, job) in schedule.jobs.enumerated() {
            for earlier in job.after { laterJobs[earlier].append(position) }
        }
    }

    private func durations(_ stage: Int) -> [Int64] {
        change.durations[schedule.stages[stage].index] ?? schedule.stages[stage].durations
    }

    private func isRemoved(_ stage: Int) -> Bool {
        change.durations[schedule.stages[stage].index]?.isEmpty ?? false
    }

    private func isRemoved(job: Int) -> Bool {
        let stages = schedule.jobs[job].stages
        return !stages.isEmpty && stages.allSatisfy { isRemoved($0) }
    }

    /// The wall time of the whole application, in milliseconds.
    mutating func wall() -> Int64 {
        addSlots()
        for job in schedule.jobs.indices where unfinishedJobs[job] == 0 {
            ready(job: job, at: Double(schedule.start))
        }
        var now = Double(schedule.start)
        while let (time, event) = events.pop() {
            now = max(now, time)
            handle(event, now)
            startTasks(now)
            if events.isEmpty, !runnable.isEmpty {
                // Every executor is gone: one slot goes on, or the replay would never end.
                capacity = busy + 1
                startTasks(now)
            }
        }
        let tail = Double(change.tail ?? schedule.tail)
        return Int64(max(endOfJobs, Double(schedule.start)) + tail) - schedule.start
    }

    private mutating func addSlots() {
        if let executors = change.executors {
            let from = schedule.executors.map(\.from).min() ?? schedule.start
            for slots in executors { events.push(.capacity(slots), at: Double(from)) }
            return
        }
        for executor in schedule.executors {
            events.push(.capacity(executor.slots), at: Double(executor.from))
            if let to = executor.to, !change.executorsStay {
                events.push(.capacity(-executor.slots), at: Double(to))
            }
        }
        if schedule.executors.isEmpty { capacity = 1 }
    }

    private mutating func ready(job: Int, at time: Double) {
        let factor = isRemoved(job: job) ? 0 : change.jobGaps[job] ?? 1
        events.push(.jobReady(job), at: time + Double(schedule.jobs[job].gap) * factor)
    }

    private mutating func ready(stage: Int, at time: Double) {
        let gap = isRemoved(stage) ? 0 : Double(schedule.stages[stage].gap)
        events.push(.stageReady(stage), at: time + gap)
    }

    private mutating func handle(_ event: Event, _ now: Double) {
        switch event {
        case .capacity(let slots): capacity += slots
        case .slotFree: busy -= 1
        case .jobReady(let job):
            if schedule.jobs[job].stages.isEmpty { return finish(job: job, at: now) }
            for stage in schedule.jobs[job].stages where unfinishedParents[stage] == 0 {
                ready(stage: stage, at: now)
            }
        case .stageReady(let stage):
            if unfinishedTasks[stage] == 0 { return finish(stage: stage, at: now) }
            let key = (schedule.stages[stage].job, stage)
            let place = runnable.firstIndex { (schedule.stages[$0].job, $0) > key }
            runnable.insert(stage, at: place ?? runnable.endIndex)
        case .taskFinished(let stage):
            unfinishedTasks[stage] -= 1
            if unfinishedTasks[stage] == 0 { finish(stage: stage, at: now) }
        }
    }

    private mutating func startTasks(_ now: Double) {
        while busy < capacity, let stage = runnable.first {
            let durations = durations(stage)
            // Other slots do not change what starting a task takes; other tasks do.
            let isChanged =
                change.executors == nil && change.durations[schedule.stages[stage].index] != nil
            let dispatch =
                isChanged
                ? min(schedule.stages[stage].dispatch, 2) : schedule.stages[stage].dispatch
            while busy < capacity, nextTask[stage] < durations.count {
                let finish = now + Double(durations[nextTask[stage]])
                nextTask[stage] += 1
                busy += 1
                events.push(.taskFinished(stage: stage), at: finish)
                events.push(.slotFree, at: finish + dispatch)
            }
            if nextTask[stage] >= durations.count { runnable.removeFirst() }
        }
    }

    private mutating func finish(stage: Int, at now: Double) {
        stageEnds[stage] = now
        for child in children[stage] {
            unfinishedParents[child] -= 1
            if unfinishedParents[child] == 0 { ready(stage: child, at: now) }
        }
        let job = schedule.stages[stage].job
        unfinishedStages[job] -= 1
        if unfinishedStages[job] == 0 { finish(job: job, at: now) }
    }

    private mutating func finish(job: Int, at now: Double) {
        let tail = isRemoved(job: job) ? 0 : Double(schedule.jobs[job].tail)
        let end = now + tail
        endOfJobs = max(endOfJobs, end)
        for later in laterJobs[job] {
            unfinishedJobs[later] -= 1
            if unfinishedJobs[later] == 0 { ready(job: later, at: end) }
        }
    }
}

extension RecordedSchedule {
    /// The wall time in milliseconds with a change; with none, the recorded one as replayed.
    func wall(_ change: ScheduleChange = ScheduleChange()) -> Int64 {
        var replay = ScheduleReplay(self, change)
        return replay.wall()
    }
}

/// A binary heap of things to happen, earliest first; equal times in the order of their entry.
struct EventHeap<Element> {
    private var entries: [(time: Double, order: Int, element: Element)] = []
    private var count = 0

    var isEmpty: Bool { entries.isEmpty }

    mutating func push(_ element: Element, at time: Double) {
        entries.append((time, count, element))
        count += 1
        var place = entries.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard isBefore(place, parent) else { break }
            entries.swapAt(place, parent)
            place = parent
        }
    }

    mutating func pop() -> (time: Double, element: Element)? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            var place = 0
            while true {
                let left = 2 * place + 1
                guard left < entries.count else { break }
                let right = left + 1
                let child = right < entries.count && isBefore(right, left) ? right : left
                guard isBefore(child, place) else { break }
                entries.swapAt(place, child)
                place = child
            }
        }
        return (first.time, first.element)
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (entries[left].time, entries[left].order) < (entries[right].time, entries[right].order)
    }
}

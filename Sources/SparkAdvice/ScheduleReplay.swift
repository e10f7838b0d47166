/// Plays a recorded schedule again.
///
/// Cost: the tasks times the logarithm of the slots.
struct ScheduleReplay {
    private enum Event {
        case jobReady(Int)
        case stageReady(Int)
        /// Its slot is free once the next task can be sent to it.
        case taskFinished(stage: Int, freesSlot: Bool)
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
    private var endOfJobs: Double

    init(_ schedule: RecordedSchedule, _ change: ScheduleChange) {
        self.schedule = schedule
        self.change = change
        nextTask = [Int](repeating: 0, count: schedule.stages.count)
        unfinishedTasks = schedule.counts.tasks
        unfinishedParents = schedule.counts.parents
        unfinishedStages = schedule.counts.stages
        unfinishedJobs = schedule.counts.predecessors
        endOfJobs = Double(schedule.start)
        guard !change.durations.isEmpty else { return }
        for position in schedule.stages.indices {
            unfinishedTasks[position] = durations(position).count
        }
    }

    private func durations(_ stage: Int) -> [Int64] {
        guard !change.durations.isEmpty else { return schedule.stages[stage].durations }
        return change.durations[schedule.stages[stage].index] ?? schedule.stages[stage].durations
    }

    private func isRemoved(_ stage: Int) -> Bool {
        !change.durations.isEmpty
            && change.durations[schedule.stages[stage].index]?.isEmpty ?? false
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
        // Longer than a log can tell of, where all of its times are absurd.
        let end = min(9e15, max(endOfJobs, Double(schedule.start)) + tail)
        return Int64(end) - schedule.start
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
        case .taskFinished(let stage, let freesSlot):
            if freesSlot { busy -= 1 }
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
                events.push(.taskFinished(stage: stage, freesSlot: dispatch <= 0), at: finish)
                if dispatch > 0 { events.push(.slotFree, at: finish + dispatch) }
            }
            if nextTask[stage] >= durations.count { runnable.removeFirst() }
        }
    }

    private mutating func finish(stage: Int, at now: Double) {
        for child in schedule.children[stage] {
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
        for later in schedule.laterJobs[job] {
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
    private struct Entry {
        var time: Double
        var order: Int
        var element: Element

        func isBefore(_ other: Entry) -> Bool {
            time < other.time || time == other.time && order < other.order
        }
    }

    private var entries: [Entry] = []
    private var count = 0

    var isEmpty: Bool { entries.isEmpty }

    mutating func push(_ element: Element, at time: Double) {
        let entry = Entry(time: time, order: count, element: element)
        entries.append(entry)
        count += 1
        // A hole moves up to where the entry belongs.
        var place = entries.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.isBefore(entries[parent]) else { break }
            entries[place] = entries[parent]
            place = parent
        }
        entries[place] = entry
    }

    mutating func pop() -> (time: Double, element: Element)? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries.withUnsafeMutableBufferPointer { Self.sink(last, in: $0) }
        }
        return (first.time, first.element)
    }

    private static func sink(_ entry: Entry, in entries: UnsafeMutableBufferPointer<Entry>) {
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].isBefore(entries[child]) { child += 1 }
            guard entries[child].isBefore(entry) else { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = entry
    }
}

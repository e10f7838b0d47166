public import JSONText
import SparkLog

/// Where an application's wall time went: every millisecond is in exactly one part.
///
/// Cost: sorting the moments at which tasks begin and end.
public struct WallTime: Sendable {
    /// Before the first task: starting the session, planning, asking for executors.
    public private(set) var starting: Int64 = 0
    /// No task ran after the first: the program, planning, waiting for executors.
    public private(set) var noTask: Int64 = 0
    /// Some slots had a task, failed ones too, and others none.
    public private(set) var someSlots: Int64 = 0
    /// Every slot had a task.
    public private(set) var allSlots: Int64 = 0

    public init(_ profile: ApplicationProfile) {
        let (start, end) = (profile.start, profile.end)
        let tasks = profile.application.tasks
        var begins: [Int64] = []
        var ends: [Int64] = []
        for row in 0..<tasks.count {
            let launch = tasks.value(.launchTime, row: row).plausibleMoment
            begins.append(launch)
            ends.append(launch + tasks.value(.duration, row: row).plausibleLength)
        }
        begins.sort()
        ends.sort()
        guard let first = begins.first, first < end else {
            starting = max(0, end - start)
            return
        }
        starting = max(0, first - start)
        let comings = profile.slots.executors.map { ($0.from, $0.slots) }.sorted { $0.0 < $1.0 }
        let goings = profile.slots.executors.compactMap { executor in
            executor.to.map { ($0, executor.slots) }
        }.sorted { $0.0 < $1.0 }
        var (begun, ended, came, went) = (0, 0, 0, 0)
        var slots = 0
        var now = max(start, first)
        while now < end {
            while begun < begins.count, begins[begun] <= now { begun += 1 }
            while ended < ends.count, ends[ended] <= now { ended += 1 }
            while came < comings.count, comings[came].0 <= now {
                slots += comings[came].1
                came += 1
            }
            while went < goings.count, goings[went].0 <= now {
                slots -= goings[went].1
                went += 1
            }
            var next = end
            if begun < begins.count { next = min(next, begins[begun]) }
            if ended < ends.count { next = min(next, ends[ended]) }
            if came < comings.count { next = min(next, comings[came].0) }
            if went < goings.count { next = min(next, goings[went].0) }
            let running = begun - ended
            if running <= 0 {
                noTask += next - now
            } else if running < slots {
                someSlots += next - now
            } else {
                allSlots += next - now
            }
            now = next
        }
    }

    public var total: Int64 { starting + noTask + someSlots + allSlots }

    /// `{"starting_ms","no_task_ms","some_slots_ms","all_slots_ms"}`.
    public var json: JSONValue {
        .object([
            "starting_ms": .integer(starting), "no_task_ms": .integer(noTask),
            "some_slots_ms": .integer(someSlots), "all_slots_ms": .integer(allSlots),
        ])
    }
}

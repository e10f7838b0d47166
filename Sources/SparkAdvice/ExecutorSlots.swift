import Domain
import SparkLog

/// How many tasks each executor could run at once, and from when to when.
struct ExecutorSlots: Sendable {
    struct Executor: Sendable {
        /// Position in ``SparkApplication/executors``.
        var index: Int
        var slots: Int
        /// Milliseconds since 1970.
        var from: Int64
        /// Nil while it lives.
        var to: Int64?
    }

    /// Those that ran tasks, or could have; in the order of the log.
    let executors: [Executor]
    /// Executors by their first and by their last moment, each with the slots up to it.
    private let arrivals: [Turn]
    private let departures: [Turn]

    private struct Turn: Sendable {
        var time: Int64
        /// Slots of all that came, or went, until then.
        var slots: Int
    }

    /// No machine has more: a larger number in a log is none.
    private static let mostSlots = 1 << 12

    init(_ application: SparkApplication, end: Int64) {
        let cpus = application.sparkProperties.first { $0.key == "spark.task.cpus" }
            .flatMap { Int($0.value) }
        let hasResources = application.sparkProperties.contains {
            $0.key.hasPrefix("spark.task.resource.") && $0.key.hasSuffix(".amount")
        }
        let start = (application.startedAt ?? application.firstMoment)?.milliseconds ?? 0
        var executors: [Executor] = application.executors.indices.compactMap { index in
            let executor = application.executors[index]
            // On a cluster the driver is listed and runs nothing.
            guard executor.isAnnounced || executor.endedTasks > 0 else { return nil }
            let profile = application.resourceProfiles.first { $0.id == executor.resourceProfile }
            let perTask = max(1, cpus ?? Int(min(max(1, profile?.taskCPUs ?? 1), 1e6)))
            return Executor(
                index: index, slots: min(Self.mostSlots, executor.cores / perTask),
                from: executor.addedAt?.milliseconds ?? start,
                to: executor.removedAt?.milliseconds)
        }
        // GPUs and the like allow fewer tasks than cores do: what ran at once is what could.
        if hasResources || executors.contains(where: { $0.slots < 1 }) {
            let peaks = Self.peaks(application)
            for place in executors.indices where hasResources || executors[place].slots < 1 {
                executors[place].slots = max(1, peaks[executors[place].index])
            }
        }
        self.executors = executors
        arrivals = Self.turns(executors.map { ($0.from, $0.slots) })
        departures = Self.turns(
            executors.compactMap { executor in
                executor.to.map { (max($0, executor.from), executor.slots) }
            })
    }

    private static func turns(_ list: [(time: Int64, slots: Int)]) -> [Turn] {
        var sum = 0
        return list.sorted { $0.time < $1.time }.map {
            sum += $0.slots
            return Turn(time: $0.time, slots: sum)
        }
    }

    /// Slots of all turns before `time`.
    private static func slots(_ turns: [Turn], before time: Int64) -> Int {
        var low = 0
        var high = turns.count
        while low < high {
            let middle = (low + high) / 2
            if turns[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : turns[low - 1].slots
    }

    /// Slots of the largest executor, at least 1.
    var most: Int { max(1, executors.map(\.slots).max() ?? 1) }

    /// Slots of the executors that live at some moment of a span; by bisection.
    func slots(from: Int64, to: Int64) -> Int {
        let came = Self.slots(arrivals, before: to == .max ? to : to + 1)
        return max(0, came - Self.slots(departures, before: from))
    }

    /// Slots times the milliseconds that they lived from `start` until `end`.
    func lifetime(from start: Int64, until end: Int64) -> Int64 {
        executors.reduce(0) { sum, executor in
            let to = min(executor.to ?? end, end)
            return sum &+ max(0, to - max(start, executor.from)) * Int64(executor.slots)
        }
    }

    /// Most tasks at once, by executor.
    private static func peaks(_ application: SparkApplication) -> [Int] {
        var moments = [[(time: Int64, change: Int)]](
            repeating: [], count: application.executors.count)
        let tasks = application.tasks
        for row in 0..<tasks.count {
            let launch = tasks.value(.launchTime, row: row).plausibleMoment
            let finish = launch + tasks.value(.duration, row: row).plausibleLength
            let executor = tasks.executorIndex(row: row)
            moments[executor].append((launch, 1))
            moments[executor].append((finish, -1))
        }
        return moments.map { list in
            var (now, peak) = (0, 0)
            for moment in list.sorted(by: { ($0.time, $0.change) < ($1.time, $1.change) }) {
                now += moment.change
                peak = max(peak, now)
            }
            return peak
        }
    }
}

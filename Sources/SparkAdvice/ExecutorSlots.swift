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

    init(_ application: SparkApplication, end: Int64) {
        let peaks = Self.peaks(application)
        let cpus = application.sparkProperties.first { $0.key == "spark.task.cpus" }
            .flatMap { Int($0.value) }
        let hasResources = application.sparkProperties.contains {
            $0.key.hasPrefix("spark.task.resource.") && $0.key.hasSuffix(".amount")
        }
        let start = (application.startedAt ?? application.firstMoment)?.milliseconds ?? 0
        executors = application.executors.indices.compactMap { index in
            let executor = application.executors[index]
            let peak = peaks[index] ?? 0
            // On a cluster the driver is listed and runs nothing.
            guard executor.isAnnounced || peak > 0 else { return nil }
            let profile = application.resourceProfiles.first { $0.id == executor.resourceProfile }
            let perTask = max(1, cpus ?? Int(profile?.taskCPUs ?? 1))
            var slots = executor.cores / perTask
            // GPUs and the like allow fewer tasks than cores do: what ran at once is what could.
            if slots == 0 || hasResources { slots = max(1, peak) }
            return Executor(
                index: index, slots: slots,
                from: executor.addedAt?.milliseconds ?? start,
                to: executor.removedAt?.milliseconds)
        }
    }

    /// Slots of the executors that live at some moment of a span.
    func slots(from: Int64, to: Int64) -> Int {
        executors.reduce(0) { sum, executor in
            executor.from <= to && (executor.to ?? .max) >= from ? sum + executor.slots : sum
        }
    }

    /// Slots times the milliseconds that they lived from `start` until `end`.
    func lifetime(from start: Int64, until end: Int64) -> Int64 {
        executors.reduce(0) { sum, executor in
            let to = min(executor.to ?? end, end)
            return sum + max(0, to - max(start, executor.from)) * Int64(executor.slots)
        }
    }

    /// Most tasks at once, by executor.
    private static func peaks(_ application: SparkApplication) -> [Int: Int] {
        var moments: [Int: [(time: Int64, change: Int)]] = [:]
        let tasks = application.tasks
        for row in 0..<tasks.count {
            let launch = tasks.value(.launchTime, row: row)
            let finish = launch.addingReportingOverflow(tasks.value(.duration, row: row))
                .partialValue
            let executor = tasks.executorIndex(row: row)
            moments[executor, default: []].append((launch, 1))
            moments[executor, default: []].append((finish, -1))
        }
        return moments.mapValues { list in
            var (now, peak) = (0, 0)
            for moment in list.sorted(by: { ($0.time, $0.change) < ($1.time, $1.change) }) {
                now += moment.change
                peak = max(peak, now)
            }
            return peak
        }
    }
}

extension Instant {
    /// Milliseconds since 1970, rounded towards zero.
    var milliseconds: Int64 { microseconds / 1_000 }
}

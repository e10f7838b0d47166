import SparkLog

/// How much longer tasks run because slots outnumber processors, from the tasks' processor time.
///
/// A log does not tell how many processors a host has. Where tasks that only compute were not on a
/// processor for a good part of their run time, and no collection, fetching or writing explains it,
/// they waited for one: fewer slots would not have waited, more would wait longer. Stages with
/// Python, files or spills wait for other things and stay as they are.
struct ProcessorShare {
    /// Run time off the processor that nothing explains; below this share it is no queue.
    private static let leastWaiting = 0.15

    private struct Task {
        var duration: Double
        var processor: Double
        /// Milliseconds ready to run, without a processor.
        var waiting: Double
    }

    private let tasks: [Task]
    /// Processors that the tasks had between them.
    private let processors: Double

    /// Nil where the stage's tasks did not wait for processors, or other reasons cannot be told.
    ///
    /// - Parameters:
    ///   - slots: slots of one host.
    ///   - processors: those of one host; nil where not known.
    init?(
        _ stage: StageProfile, slots: Int, processors known: Int?, in profile: ApplicationProfile
    ) {
        guard stage[.inputBytes] == 0, stage[.outputBytes] == 0, stage[.diskSpillBytes] == 0,
            stage.run.sum > 0, !Self.usesPython(stage, profile)
        else { return nil }
        let columns = profile.application.tasks
        let rows = columns.launches(ofRows: profile.application.taskRows(ofStage: stage.index))
        tasks = rows.map { row, _ in
            let run = Double(columns.value(.runMilliseconds, row: row).plausibleLength)
            let processor = min(run, Double(columns.value(.cpuNanoseconds, row: row)) / 1e6)
            let explained = Double(
                columns.value(.gcMilliseconds, row: row).plausibleLength
                    + columns.value(.fetchWaitMilliseconds, row: row).plausibleLength
                    + columns.value(.shuffleWriteNanoseconds, row: row) / 1_000_000)
            return Task(
                duration: Double(columns.value(.duration, row: row).plausibleLength),
                processor: processor,
                waiting: max(0, run - processor - explained))
        }
        let computing = tasks.reduce(0) { $0 + $1.processor }
        let waiting = tasks.reduce(0) { $0 + $1.waiting }
        let share = waiting / Double(stage.run.sum)
        guard computing >= 0.25 * Double(stage.run.sum) else { return nil }
        let atOnce = Double(min(slots, tasks.count))
        if let known {
            processors = Double(known)
        } else if share >= Self.leastWaiting {
            processors = max(1, atOnce * computing / (computing + waiting))
        } else {
            return nil
        }
    }

    /// The durations with other slots on the host.
    ///
    /// Running tasks share the processors evenly. A task's work is done when a clock that runs at
    /// the speed of one task's share has moved on by it, so a heap of such moments tells who ends
    /// next: the tasks times the logarithm of the slots.
    func durations(slots: Int) -> [Int64] {
        var ends = EventHeap<Int>()
        var starts = [Double](repeating: 0, count: tasks.count)
        var durations = [Int64](repeating: 1, count: tasks.count)
        var (now, shared) = (0.0, 0.0)
        var (next, running) = (0, 0)
        while true {
            while running < max(1, slots), next < tasks.count {
                starts[next] = now
                ends.push(next, at: shared + tasks[next].processor)
                next += 1
                running += 1
            }
            guard let (end, index) = ends.pop() else { return durations }
            now += max(0, end - shared) / min(1, processors / Double(running))
            shared = max(shared, end)
            running -= 1
            let task = tasks[index]
            let apart = task.duration - task.waiting - task.processor
            durations[index] = Int64(max(1, apart + now - starts[index]))
        }
    }

    private static func usesPython(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        let nodes = profile.plan(of: stage)?.nodes.filter { $0.stages.contains(stage.index) } ?? []
        if nodes.contains(where: { $0.name.contains("Python") || $0.name.contains("Pandas") }) {
            return true
        }
        return profile.scopes(of: stage).contains { $0.contains("Python") }
    }
}

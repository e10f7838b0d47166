import Domain
import SparkLog

/// What waited for what in a recorded run: enough to play it again with other tasks or slots.
///
/// A stage waits for its parents within its job and for an earlier attempt of itself; a job waits
/// for the jobs that had ended when it was submitted, and for the program, whose recorded time in
/// between is kept. Tasks take slots first come, first served, as Spark's FIFO scheduler gives them,
/// in the order of their launches. Data locality and fair pools are left out.
struct RecordedSchedule: Sendable {
    struct Stage: Sendable {
        /// Position in ``SparkApplication/stages``.
        var index: Int
        var job: Int
        /// Positions in ``RecordedSchedule/stages``.
        var parents: [Int]
        /// From its parents' end (or the job's start) to its submission.
        var gap: Int64
        var durations: [Int64]
        /// Time a slot lies idle between two of its tasks.
        var dispatch: Double
    }

    struct Job: Sendable {
        /// Positions in ``RecordedSchedule/jobs``.
        var after: [Int]
        /// From the end of those (or of the application's start) to its submission.
        var gap: Int64
        var stages: [Int]
        /// From its last task to its end.
        var tail: Int64
    }

    var stages: [Stage] = []
    var jobs: [Job] = []
    var executors: [ExecutorSlots.Executor] = []
    let start: Int64
    /// From the last job's end to the application's.
    let tail: Int64

    init(
        _ application: SparkApplication, stages profiles: [StageProfile], jobOfStage: [Int: Int],
        slots: ExecutorSlots, start: Int64, end: Int64
    ) {
        self.start = start
        executors = slots.executors
        let order = application.jobs.indices.map { position in
            (
                position: position,
                from: application.jobs[position].submittedAt?.milliseconds,
                to: application.jobs[position].endedAt?.milliseconds
            )
        }
        var stageLists: [Int: [StageProfile]] = [:]
        var orphans: [StageProfile] = []
        for stage in profiles {
            if let job = jobOfStage[stage.index] {
                stageLists[job, default: []].append(stage)
            } else {
                orphans.append(stage)
            }
        }
        var spans: [(from: Int64, to: Int64)] = []
        for entry in order {
            let own = stageLists[entry.position] ?? []
            let from = entry.from ?? own.map(\.firstLaunch).min() ?? start
            let finish = own.map(\.lastFinish).max() ?? from
            spans.append((from, max(from, entry.to ?? finish)))
        }
        let predecessors = Self.predecessors(spans)
        for position in order.indices {
            let after = predecessors[position]
            let ready = after.map { spans[$0].to }.max() ?? start
            jobs.append(
                Job(after: after, gap: max(0, spans[position].from - ready), stages: [], tail: 0))
        }
        if !orphans.isEmpty {
            let from = orphans.map(\.firstLaunch).min() ?? start
            jobs.append(Job(after: [], gap: max(0, from - start), stages: [], tail: 0))
            spans.append((from, orphans.map(\.lastFinish).max() ?? from))
            stageLists[jobs.count - 1] = orphans
        }
        tail = max(0, end - (spans.map(\.to).max() ?? end))
        for job in jobs.indices {
            add(stageLists[job] ?? [], toJob: job, span: spans[job], of: application)
        }
    }

    /// For every job those that had ended when it began, without the ones that others imply.
    private static func predecessors(_ spans: [(from: Int64, to: Int64)]) -> [[Int]] {
        let byEnd = spans.indices.sorted { spans[$0].to < spans[$1].to }
        return spans.indices.map { position in
            var low = 0
            var high = byEnd.count
            while low < high {
                let middle = (low + high) / 2
                if spans[byEnd[middle]].to <= spans[position].from {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            var found: [Int] = []
            var place = low - 1
            var latestStart = Int64.min
            while place >= 0, found.count < 64 {
                let candidate = byEnd[place]
                place -= 1
                guard candidate != position else { continue }
                if spans[candidate].to <= latestStart { break }
                latestStart = max(latestStart, spans[candidate].from)
                found.append(candidate)
            }
            return found
        }
    }

    private mutating func add(
        _ profiles: [StageProfile], toJob job: Int, span: (from: Int64, to: Int64),
        of application: SparkApplication
    ) {
        var positions: [Int: [Int]] = [:]
        for profile in profiles.sorted(by: { ($0.id, $0.attempt) < ($1.id, $1.attempt) }) {
            let stage = application.stages[profile.index]
            let parents =
                stage.parents.flatMap { positions[$0] ?? [] } + (positions[profile.id] ?? [])
            let ready =
                parents.compactMap { parent in
                    profiles.first { $0.index == stages[parent].index }?.lastFinish
                }.max() ?? span.from
            let submitted = stage.submittedAt?.milliseconds ?? profile.firstLaunch
            let count = profile.allDurations.count
            let busy = profile.allDurations.reduce(0, +)
            var dispatch = 0.0
            if count >= 8 * profile.slots {
                let idle = Double(profile.wall) * Double(profile.slots) - Double(busy)
                dispatch = min(20, max(0, idle / Double(count)))
            }
            stages.append(
                Stage(
                    index: profile.index, job: job, parents: parents,
                    gap: max(0, min(submitted, profile.firstLaunch) - ready),
                    durations: profile.allDurations, dispatch: dispatch))
            positions[profile.id, default: []].append(stages.count - 1)
            jobs[job].stages.append(stages.count - 1)
        }
        let last = profiles.map(\.lastFinish).max() ?? span.from
        jobs[job].tail = max(0, span.to - last)
    }
}

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

    private(set) var stages: [Stage] = []
    private(set) var jobs: [Job] = []
    let executors: [ExecutorSlots.Executor]
    /// Positions of the stages that wait for each stage, and of the jobs that wait for each job.
    private(set) var children: [[Int]] = []
    private(set) var laterJobs: [[Int]] = []
    /// What a replay counts down: tasks and parents of stages, stages and predecessors of jobs.
    private(set) var counts = Counts()

    struct Counts: Sendable {
        var tasks: [Int] = []
        var parents: [Int] = []
        var stages: [Int] = []
        var predecessors: [Int] = []
    }
    let start: Int64
    /// From the last job's end to the application's.
    let tail: Int64

    init(
        _ application: SparkApplication, stages profiles: [StageProfile], jobOfStage: [Int: Int],
        slots: ExecutorSlots, start: Int64, end: Int64
    ) {
        self.start = start
        executors = slots.executors
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
        for position in application.jobs.indices {
            let own = stageLists[position] ?? []
            let from =
                application.jobs[position].submittedAt?.milliseconds
                ?? own.map(\.firstLaunch).min() ?? start
            let to =
                application.jobs[position].endedAt?.milliseconds
                ?? own.map(\.lastFinish).max() ?? from
            spans.append((from, max(from, to)))
        }
        let predecessors = Self.predecessors(spans)
        for position in spans.indices {
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
        children = [[Int]](repeating: [], count: stages.count)
        laterJobs = [[Int]](repeating: [], count: jobs.count)
        for position in stages.indices {
            for parent in stages[position].parents { children[parent].append(position) }
        }
        for position in jobs.indices {
            for earlier in jobs[position].after { laterJobs[earlier].append(position) }
        }
        counts = Counts(
            tasks: stages.indices.map { stages[$0].durations.count },
            parents: stages.indices.map { stages[$0].parents.count },
            stages: jobs.indices.map { jobs[$0].stages.count },
            predecessors: jobs.indices.map { jobs[$0].after.count })
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
        // Most jobs have one stage: for that one there is nothing to look up.
        let isAlone = profiles.count == 1
        var positions: [Int: [Int]] = [:]
        var finishes: [Int: Int64] = [:]
        for profile in profiles.sorted(by: { ($0.id, $0.attempt) < ($1.id, $1.attempt) }) {
            let parents =
                isAlone
                ? []
                : application.stages[profile.index].parents.flatMap { positions[$0] ?? [] }
                    + (positions[profile.id] ?? [])
            let ready = parents.compactMap { finishes[$0] }.max() ?? span.from
            let submitted =
                application.stages[profile.index].submittedAt?.milliseconds ?? profile.firstLaunch
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
            jobs[job].stages.append(stages.count - 1)
            if isAlone { continue }
            positions[profile.id, default: []].append(stages.count - 1)
            finishes[stages.count - 1] = profile.lastFinish
        }
        let last = profiles.map(\.lastFinish).max() ?? span.from
        jobs[job].tail = max(0, span.to - last)
    }
}

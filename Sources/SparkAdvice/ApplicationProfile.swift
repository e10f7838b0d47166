import Domain
import Processors
public import SparkLog

/// What all rules share: the stages' figures, the plans, the slots, and the recorded schedule.
///
/// Building it costs one pass over the tasks and one over the plans. Moments are milliseconds
/// since 1970, lengths milliseconds.
public struct ApplicationProfile: Sendable {
    public let application: SparkApplication
    public let start: Int64
    public let end: Int64
    let slots: ExecutorSlots
    /// Attempts with ended tasks, in the order of the log.
    public let stages: [StageProfile]
    /// Those whose wall time matters: no change of another one alone can save enough to be said.
    let longStages: [StageProfile]
    /// By position in ``SparkApplication/stages``.
    public let stageByIndex: [Int: StageProfile]
    let plans: [PlanProfile]
    /// Positions in `plans` and in ``SparkApplication/sqlExecutions`` by execution id.
    private let planByID: [Int64: Int]
    private let executionByID: [Int64: Int]
    let settings: SparkSettings
    let lineage: RDDLineage
    /// Whether any job ran for a streaming query.
    let hasStreams: Bool
    /// What tasks that failed had worked, by kinds of reasons.
    let lost: [LostWork]
    let schedule: RecordedSchedule
    /// Positions in ``SparkApplication/jobs`` by stage position.
    public let jobOfStage: [Int: Int]
    /// What scans of files read, in the order of the plans.
    private(set) var inputScans: [InputScan] = []
    /// Wall time of the recorded schedule when it is replayed unchanged.
    public let replayedWall: Int64

    /// The application's wall time; of a log without an end, until its last event.
    public var wall: Int64 { max(1, end - start) }

    public init(_ application: SparkApplication) {
        self.application = application
        let first = application.startedAt ?? application.firstMoment
        start = first?.milliseconds ?? 0
        let last = application.endedAt ?? Self.lastWork(application) ?? application.lastMoment
        end = max(start, last?.milliseconds ?? start)
        slots = ExecutorSlots(application, end: end)
        var firstLaunches = [Int64](repeating: .max, count: application.executors.count)
        for row in 0..<application.tasks.count {
            let executor = application.tasks.executorIndex(row: row)
            let launch = application.tasks.value(.launchTime, row: row).plausibleMoment
            if launch < firstLaunches[executor] { firstLaunches[executor] = launch }
        }
        let stages = Self.stages(of: application, slots, firstLaunches)
        self.stages = stages
        let wall = max(1, end - start)
        longStages = stages.filter { Self.matters($0.wall, share: 0.03, of: wall) }
        stageByIndex = Dictionary(uniqueKeysWithValues: stages.map { ($0.index, $0) })
        let (start, end, slots) = (start, end, slots)
        let (plans, rest) = Processors.both(
            { PlanProfile.all(of: application) },
            {
                let jobOfStage = Self.jobs(of: stages, in: application)
                let schedule = RecordedSchedule(
                    application, stages: stages, jobOfStage: jobOfStage, slots: slots,
                    start: start, end: end)
                return (
                    lineage: RDDLineage(application, stages: stages), jobOfStage: jobOfStage,
                    schedule: schedule, wall: schedule.wall()
                )
            })
        self.plans = plans
        planByID = Dictionary(
            plans.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        executionByID = Dictionary(
            application.sqlExecutions.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first })
        settings = SparkSettings(application)
        lineage = rest.lineage
        hasStreams = application.jobs.indices.contains {
            application.jobs[$0].streamingRun != nil
        }
        lost = LostWork.all(stages, of: application)
        jobOfStage = rest.jobOfStage
        schedule = rest.schedule
        replayedWall = rest.wall
        inputScans = InputScan.all(in: self)
    }

    /// Attempts with ended tasks, in the order of the log; made on all processors.
    private static func stages(
        of application: SparkApplication, _ slots: ExecutorSlots, _ firstLaunches: [Int64]
    ) -> [StageProfile] {
        Processors.parts(of: application.stages.indices, least: 64) { range in
            range.compactMap { index -> StageProfile? in
                guard let from = application.stages[index].firstLaunchAt,
                    let to = application.stages[index].lastFinishAt
                else { return nil }
                let count = slots.slots(from: from.milliseconds, to: to.milliseconds)
                return StageProfile(
                    index, of: application, slots: count, firstLaunches: firstLaunches)
            }
        }.flatMap { $0 }
    }

    /// The settings of the execution that a stage belongs to.
    func settings(of stage: StageProfile) -> SparkSettings {
        guard let execution = execution(of: stage) else { return settings }
        return SparkSettings(settings, execution: execution)
    }

    public func job(of stage: StageProfile) -> SparkJob? {
        jobOfStage[stage.index].map { application.jobs[$0] }
    }

    func execution(of stage: StageProfile) -> SparkSQLExecution? {
        guard let id = sqlExecution(of: stage) else { return nil }
        return executionByID[id].map { application.sqlExecutions[$0] }
    }

    /// The plan whose nodes a stage ran.
    func plan(of stage: StageProfile) -> PlanProfile? {
        guard let id = sqlExecution(of: stage) else { return nil }
        return planByID[id].map { plans[$0] }
    }

    /// Milliseconds that the tasks of a stage waited for Python to begin; nil where that is not known.
    func pythonStart(of stage: StageProfile) -> Int64? {
        guard let nodes = plan(of: stage)?.nodes(inStage: stage.index) else { return nil }
        let starts = nodes.compactMap { node in
            node.pythonStart.map { $0 / Int64(max(1, node.stages.count)) }
        }
        return starts.isEmpty ? nil : starts.reduce(0, +)
    }

    public func isStreaming(_ stage: StageProfile) -> Bool {
        guard hasStreams else { return false }
        return jobOfStage[stage.index].map { application.jobs[$0].streamingRun != nil } ?? false
    }

    /// Whether the stage's tasks are of SQL; in RDD code SQL settings do nothing.
    func isSQL(_ stage: StageProfile) -> Bool { sqlExecution(of: stage) != nil }

    private func sqlExecution(of stage: StageProfile) -> Int64? {
        jobOfStage[stage.index].flatMap { application.jobs[$0].sqlExecution }
    }

    /// What a setting is in the application's version where nobody sets it; nil where not known here.
    public func defaultValue(of key: String) -> String? { settings.known(key) }

    /// Milliseconds that a changed schedule saves against the unchanged one.
    func saved(by change: ScheduleChange) -> Int64 {
        max(0, replayedWall - schedule.wall(change))
    }

    /// The wall time, in milliseconds, of the application with a change, as it would be measured.
    ///
    /// A replay of the recorded schedule lacks what no task tells, as the first executors' start: that
    /// stays. One that takes longer than what was measured does so all along.
    func wall(_ change: ScheduleChange) -> Int64 {
        let replayed = schedule.wall(change)
        guard replayedWall > wall else { return max(1, replayed + wall - replayedWall) }
        let share = Double(wall) / Double(replayedWall)
        return max(1, Int64((Double(replayed) * share).rounded()))
    }

    /// Slots times the milliseconds for which they were there. Of cores that a task takes several of
    /// (`spark.task.cpus`) all together are a slot; where a log names none, there are as many slots
    /// as tasks ran at once.
    public var slotTime: Int64 { slots.lifetime(from: start, until: end) }

    /// Whether a length is worth looking at: a share of the wall time, and never a blink.
    func matters(_ length: Int64, share: Double = 0.03) -> Bool {
        Self.matters(length, share: share, of: wall)
    }

    private static func matters(_ length: Int64, share: Double, of wall: Int64) -> Bool {
        length >= 150 && Double(length) >= share * Double(wall)
    }

    /// The last moment of any job, stage or query: executors may be removed years later.
    private static func lastWork(_ application: SparkApplication) -> Instant? {
        var last: Instant?
        func note(_ moment: Instant?) {
            if let moment { last = max(last ?? moment, moment) }
        }
        for job in application.jobs.indices {
            note(application.jobs[job].submittedAt)
            note(application.jobs[job].endedAt)
        }
        for stage in application.stages.indices { note(application.stages[stage].lastFinishAt) }
        for query in application.sqlExecutions.indices {
            note(application.sqlExecutions[query].endedAt)
        }
        return last
    }

    /// Whether a person typed the program line by line: its pauses are theirs.
    var isInteractive: Bool {
        let name = (application.name ?? "").lowercased()
        return name.contains("shell") || name.contains("zeppelin") || name.contains("thrift")
            || name.contains("livy") || name.contains("notebook") || name.contains("databricks")
            || settings.value("spark.repl.class.uri") != nil
            || settings.value("spark.repl.class.outputDir") != nil
    }

    private static func jobs(
        of stages: [StageProfile], in application: SparkApplication
    ) -> [Int: Int] {
        var listing: [Int: [Int]] = [:]
        for position in application.jobs.indices {
            for id in application.jobs[position].stages {
                listing[id, default: []].append(position)
            }
        }
        var found: [Int: Int] = [:]
        for stage in stages {
            let candidates = listing[stage.id] ?? []
            // Later jobs list the stage too and skip it; it runs in the last one begun before it.
            let ran = candidates.last { position in
                (application.jobs[position].submittedAt?.milliseconds ?? .max) <= stage.firstLaunch
            }
            found[stage.index] = ran ?? candidates.first
        }
        return found
    }
}

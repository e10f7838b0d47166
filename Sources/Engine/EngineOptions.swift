public import Domain
public import Runners
public import SchedulerCore
public import Store

/// How an engine works on its workspace.
public struct EngineOptions: Sendable {
    public var folder: StateFolder
    public var limits: SchedulerLimits
    /// How long a process that is to end has between TERM and KILL.
    public var grace: Span
    /// The program that keeps the tasks running whatever becomes of this process; nil: this process
    /// runs them itself, and what ends while nobody is there is lost.
    public var runner: RunnerProgram?
    /// Turns a task's templates into what is to be done; called once an attempt, on the engine's
    /// thread. What it throws ends the attempt as `notStarted`.
    public var render: @Sendable (RenderRequest) throws -> RenderedTask
    /// When the runs of a pipeline come, for backfills; nil for one without a schedule.
    public var timetable: @Sendable (Pipeline) throws -> Timetable? = { _ in nil }
    /// When tasks count as short, so that those that come next are recorded ahead.
    public var foresight = Foresight()
    /// Whether attempts are started. Without, requests are carried out and recorded, and what they
    /// make ready waits for the next engine.
    public var launches = true
    /// The right to schedule on the folder, where the caller holds it already.
    public var lock: StateLock?
    /// The text of a hook's template.
    public var renderText: @Sendable (RenderRequest, String) throws -> String = { $1 }
    /// The pipeline of that name as it is now, for tasks that run one and assets that start one.
    /// Throws a `UserFacingError` where there is none or its file has problems.
    public var pipeline: @Sendable (PipelineName) throws -> Pipeline = { name in
        throw EngineError.unknownPipeline(name)
    }

    /// Whether the workspace has a pipeline with a schedule beside the one of that name.
    public var hasSchedule: @Sendable (_ besides: PipelineName) -> Bool = { _ in false }
    /// The secrets that tasks of a pipeline have, as far as they are there.
    public var secrets: @Sendable (Pipeline) -> [EnvironmentEntry] = { _ in [] }
    /// The program that runs SQL scripts, started as ``SQLScriptProcess`` says; nil: no task is one.
    public var scripts: RunnerProgram?

    public init(
        folder: StateFolder, limits: SchedulerLimits, grace: Span = .seconds(10),
        runner: RunnerProgram? = nil,
        render: @escaping @Sendable (RenderRequest) throws -> RenderedTask
    ) {
        self.folder = folder
        self.limits = limits
        self.grace = grace
        self.runner = runner
        self.render = render
    }
}

/// The task of one attempt, to be rendered.
public struct RenderRequest: Sendable {
    public var run: RunCreation
    /// The pipeline as it was when the run was made.
    public var pipeline: Pipeline
    public var task: TaskDefinition
    /// 1…
    public var attempt: Int
    /// Absolute path of the attempt's log file.
    public var log: String
    /// What a task of the run wrote under a key; of a mapped one the list of what its instances
    /// wrote. Not to be kept longer than the rendering takes.
    public var output: @Sendable (TaskID, _ key: String) -> OutputValue? = { _, _ in nil }
    /// For an instance of a mapped task: which, and what the item is where another task wrote it.
    public var mapIndex: Int?
    public var item: OutputValue?

    public init(
        run: RunCreation, pipeline: Pipeline, task: TaskDefinition, attempt: Int, log: String
    ) {
        self.log = log
        self.run = run
        self.pipeline = pipeline
        self.task = task
        self.attempt = attempt
    }
}

/// What an attempt does: a task without templates, ready to be started.
public struct RenderedTask: Sendable {
    public enum Work: Sendable {
        /// A command for `/bin/sh -c`.
        case shell(String)
        /// Statements for the SQLite database at an absolute path, in one transaction unless they
        /// say BEGIN themselves; `name` is what the log calls the script.
        case sql(script: String, database: String, name: String)
        /// Something to be waited for, looked at once an interval.
        case wait(SensorLaunch.Condition, interval: Span)
        /// A run of another pipeline.
        case pipeline(PipelineName, params: [String: String])
    }

    public var work: Work
    /// What a command finds in the ``ScriptFile`` of its attempt.
    public var script: String?
    /// Set on top of the environment of this process, the last of a name counts.
    public var environment: [EnvironmentEntry]
    /// Absolute path.
    public var workingDirectory: String
    /// Variables of `environment` whose values no log may show.
    public var secrets: [String] = []
    /// Stands for all that the work depends on; nil: it always has to be done. Where it is that of
    /// the last success and every one of `products` is there, it is left out.
    public var fingerprint: String?
    /// Absolute paths of what it makes; `*` and `?` in their last parts stand for any characters.
    public var products: [String] = []

    public init(work: Work, environment: [EnvironmentEntry] = [], workingDirectory: String) {
        self.work = work
        self.environment = environment
        self.workingDirectory = workingDirectory
    }
}

/// A run that somebody wants.
public struct RunRequest: Sendable {
    public var pipeline: Pipeline
    /// Values for the pipeline's parameters; those not named take their default.
    public var params: [String: String]
    /// Nil: the moment the run is made, to the second.
    public var logicalDate: Instant?
    public var trigger: RunTrigger
    /// Who asks.
    public var person: String
    /// The stretch of data that it is for; nil: the moment of its logical date.
    public var dataInterval: DataStretch?
    /// The backfill that it belongs to.
    public var backfill: BackfillID?
    /// Whether `depends_on_past` holds; not for the first run of a backfill.
    public var waitsForPast = true
    /// Nil: an id by the trigger and the date. Else the run is to have this one.
    public var id: RunID?

    public init(
        pipeline: Pipeline, params: [String: String] = [:], logicalDate: Instant? = nil,
        trigger: RunTrigger = .manual, by person: String
    ) {
        self.pipeline = pipeline
        self.params = params
        self.logicalDate = logicalDate
        self.trigger = trigger
        self.person = person
    }
}

/// A stretch of data, from its start to just before its end.
public struct DataStretch: Hashable, Sendable {
    public var start: Instant
    public var end: Instant

    public init(start: Instant, end: Instant) {
        self.start = start
        self.end = end
    }
}

/// A pipeline whose schedule the engine follows.
public struct ScheduledPipeline: Sendable {
    public var pipeline: Pipeline
    public var timetable: Timetable

    public init(pipeline: Pipeline, timetable: Timetable) {
        self.pipeline = pipeline
        self.timetable = timetable
    }
}

/// What those who watch an engine are told, after it is on the disk.
public enum EngineUpdate: Equatable, Sendable {
    /// The store has a new revision, through these changes.
    case advanced(revision: Int64, changes: [SchedulerChange])
    /// Nothing new is started until the state can be written again; nothing is lost.
    case stalled(StoreError)
    /// The state can be written again.
    case resumed
    /// A schedule was due, but its run could not be made.
    case refusedSchedule(PipelineName, Instant, reason: String)
    /// Something is missing in an attempt's log; the work goes on.
    case logIncomplete(AttemptID, reason: String)
    /// A hook asks for the terminal's attention; nil: the bell alone.
    case attention(text: String?)
}

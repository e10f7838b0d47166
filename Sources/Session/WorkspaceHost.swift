import Dispatch
public import Domain
public import Engine
import Glibc
import PipelineFiles
import Runners
import SchedulerCore
public import Store
import Synchronization
public import Workspace

/// A workspace with its state: what headless commands and the workbench work on.
///
/// One process owns the state and runs the engine. Others attach as viewers: they read the same
/// store, ask the owner to do what people want done, and one of them follows when the owner goes.
public final class WorkspaceHost: Sendable {
    /// What an owner does with its engine.
    public enum Purpose: Hashable, Sendable {
        /// Runs what is asked for, and what schedules bring.
        case scheduling
        /// Runs what is asked for.
        case running
        /// Records what is asked for; it starts when another process schedules.
        case recording
    }

    /// The folder and its settings; of its pipelines those that were read before the opening.
    public var outline: Workspace { pipelines.outline }
    /// The folder with the pipelines that have been read so far.
    public var workspace: Workspace { pipelines.soFar.workspace }
    public let reader: StoreReader
    /// Where the state of the workspace lies; an absolute path.
    public let stateFolder: String
    /// Who acts, as the audit trail names them.
    public let person: String
    /// The process that owned the state when this one attached to it, where it could be told.
    public let owner: Int32?
    let folder: StateFolder
    let purpose: Purpose
    let pipelines: PipelineDesk
    let ownership = Mutex(Ownership())

    struct Ownership: Sendable {
        /// Nil while another process owns the state.
        var engine: Engine?
        var desk: RequestDesk?
        var isClosed = false
        /// Those who wait for this process to become the owner.
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// What was recorded when the engine began to be opened beside what goes on.
        var revisionBefore: Int64?
        /// Why the engine could not be opened beside what goes on.
        var failure: (any Error)?
    }

    /// Left when the engine has been opened beside what goes on, or could not be.
    let opening = DispatchGroup()

    /// The engine, once it is open; nil for a viewer.
    public var engine: Engine? {
        opening.wait()
        return ownership.withLock { $0.engine }
    }

    /// The folder with all its pipelines, once they are read and their schedules followed.
    public func wholeWorkspace() async -> Workspace {
        let whole = await pipelines.all()
        followSchedules()
        return whole
    }

    /// Opens the state and recovers what an earlier process left; where another process owns it,
    /// attaches as a viewer if `attaches` says so.
    ///
    /// - Parameter stateFolder: nil is the workspace's own.
    /// - Throws: A `UserFacingError`: the state cannot be opened, or another process owns it.
    public convenience init(
        _ workspace: Workspace, stateFolder: String? = nil, purpose: Purpose,
        attaches: Bool = false
    ) throws {
        try self.init(
            PipelineDesk(workspace), stateFolder: stateFolder, purpose: purpose,
            attaches: attaches)
    }

    /// The same for a folder whose pipelines are read behind what the store knows of them; one that
    /// schedules, or would, reads them again when their files change.
    ///
    /// - Parameter isPainting: whether a screen waits for what the store knows: then the engine is
    ///   opened beside that, and ``whenOpen()`` tells whether it could be.
    public convenience init(
        reading folder: PipelineFolder, stateFolder: String? = nil, purpose: Purpose,
        attaches: Bool = false, isPainting: Bool = false
    ) throws {
        try self.init(
            PipelineDesk(folder, follows: purpose == .scheduling), stateFolder: stateFolder,
            purpose: purpose, attaches: attaches, isPainting: isPainting)
    }

    private init(
        _ pipelines: PipelineDesk, stateFolder: String?, purpose: Purpose, attaches: Bool,
        isPainting: Bool = false
    ) throws {
        self.pipelines = pipelines
        self.purpose = purpose
        person = Self.userName()
        self.stateFolder = stateFolder ?? pipelines.outline.stateFolder
        folder = StateFolder(path: self.stateFolder)
        var (opened, owner): (Engine?, Int32?) = (nil, nil)
        var lock: StateLock?
        do {
            if isPainting {
                try folder.prepare()
                lock = try StateLock(folder)
                try StoreWriter.makeIfMissing(folder)
            }
            if lock == nil || !StoreReader.canRead(folder) {
                opened = try Self.engine(on: folder, pipelines, purpose, lock: lock)
                lock = nil
            }
        } catch let error as StoreError {
            guard attaches, case .owned(_, let process) = error else { throw error }
            owner = process
        }
        self.owner = owner
        reader = try StoreReader(folder, isLookedAt: opened != nil || lock != nil)
        if let lock {
            openBeside(holding: lock)
        } else if let opened {
            try own(opened)
        } else {
            waitForOwnership()
        }
        if !pipelines.isWhole {
            pipelines.whenFilesAreRead { [weak self] in self?.followSchedules() }
            pipelines.whenRead { [weak self] in self?.followSchedules() }
        }
        pipelines.follow { [weak self] news in
            if !news.isEmpty { self?.followSchedules() }
        }
    }

    /// Calls `tell` for each pipeline file that has changed and was read again.
    public func onFileNews(_ tell: @escaping @Sendable (PipelineNews) -> Void) {
        pipelines.follow { $0.forEach(tell) }
    }

    static func engine(
        on folder: StateFolder, _ pipelines: PipelineDesk, _ purpose: Purpose,
        lock: StateLock? = nil
    ) throws -> Engine {
        let settings = pipelines.outline.settings
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let limits = SchedulerLimits(
            parallelism: settings.parallelism ?? cores, pools: settings.pools,
            policies: settings.policies)
        let history = RunHistory(folder)
        var options = EngineOptions(
            folder: folder, limits: limits,
            runner: .thisProgram(arguments: [Self.runnerWord]),
            render: { try TaskRendering.render($0, history) })
        options.timetable = { try Schedules.timetable(of: $0) }
        options.secrets = { Secrets.known(in: $0) }
        options.scripts = RunnerProgram(path: Program.path, arguments: [Self.scriptWord])
        options.renderText = { try TaskRendering.renderText($0, $1, history) }
        options.pipeline = { try Self.pipeline(named: $0, in: pipelines.waitForAll()) }
        options.hasSchedule = { pipelines.hasSchedule(besides: $0) }
        options.launches = purpose != .recording
        options.lock = lock
        return try Engine.open(options)
    }

    /// The first argument of this program where it is to be a runner; the state folder follows.
    public static let runnerWord = "--runner-process"

    /// Is the runner of a state folder until nobody needs it; returns the exit code.
    public static func serveAsRunner(folder: String) -> Int32 {
        RunnerServer.main(folder: folder)
    }

    /// The first argument of this program where it is to run a SQL script; see `SQLScriptProcess`.
    public static let scriptWord = "--sql-script"

    /// Runs the script that the arguments behind the word name; returns the exit code.
    public static func runScript(_ arguments: [String]) -> Int32 {
        SQLScriptProcess.main(arguments)
    }

    /// The pipelines with their newest runs, as the list of runs shows them.
    public func pipelineRows(runsEach: Int = 20) throws -> [PipelineRow] {
        try pipelineList(runsEach: runsEach).rows
    }

    /// The list of runs, and what is known about its making.
    struct PipelineList: Sendable {
        /// By name.
        var rows: [PipelineRow]
        /// How many files are still to be read.
        var unread = 0
        /// The pipeline to look at first, where somebody has looked for it.
        var liveliest: PipelineName?
    }

    /// The same, and how many files are still to be read. While any is, a pipeline that the store
    /// alone knows is among the rows as it last was; before the files are read no row has more runs
    /// than its marks show.
    ///
    /// - Parameter isFirst: whether the first screen waits for this: then pipelines that are not
    ///   read and are not in its sight have no runs yet.
    func pipelineList(runsEach: Int = 20, isFirst: Bool = false) throws -> PipelineList {
        let (workspace, unread) = pipelines.soFar
        let runsEach = pipelines.areFilesRead ? runsEach : min(runsEach, Self.marksEach)
        let paused = try reader.pausedPipelines()
        let now = Clock.now()
        var glance = StoreGlance()
        if isFirst, !pipelines.areFilesRead {
            glance = try reader.glance(each: runsEach, around: Self.firstSight)
        } else {
            glance.recentRuns = try reader.recentRuns(each: runsEach)
            glance.pipelines = Array(glance.recentRuns.keys)
        }
        let recent = glance.recentRuns
        let last = try reader.lastTicks()
        var rows = workspace.entries.map { entry in
            let isPaused = paused.contains(entry.name)
            let known = entry.known
            let next = isPaused ? nil : Self.nextRun(known, last[entry.name], now)
            return PipelineRow(
                name: entry.name, description: known?.description, schedule: known?.schedule,
                isPaused: isPaused, taskCount: known?.tasks.count ?? 0,
                params: known?.params ?? [],
                nextRunAt: next, recentRuns: recent[entry.name] ?? [],
                problems: entry.problems.filter { $0.severity == .error })
        }
        if unread > 0 {
            let read = Set(workspace.entries.map(\.name))
            rows += glance.pipelines.filter { !read.contains($0) }.map { name in
                let runs = recent[name] ?? []
                return PipelineRow(
                    name: name, isPaused: paused.contains(name),
                    taskCount: runs.first?.taskCount ?? 0, recentRuns: runs, isRead: false)
            }
            rows.sort { $0.name < $1.name }
        }
        return PipelineList(rows: rows, unread: unread, liveliest: glance.liveliest)
    }

    /// As many runs as a row of the list has marks.
    private static let marksEach = 5
    /// As many rows as the highest screen can have above or below the first row looked at.
    private static let firstSight = 120

    /// The tasks of a pipeline as they would be in a new run.
    public func structure(of name: PipelineName) -> [TaskRow] {
        (workspace.entry(named: name)?.known?.tasks ?? []).map { task in
            TaskRow(
                id: task.id, triggerRule: task.triggerRule, group: task.group, needs: task.needs)
        }
    }

    /// A pipeline of the workspace; where one file alone was opened, of the project it lies in.
    private static func pipeline(
        named name: PipelineName, in workspace: Workspace
    ) throws -> Pipeline {
        let entry =
            try workspace.entry(named: name)
            ?? Workspace.read(root: workspace.root).entry(named: name)
        guard let entry else {
            let known = workspace.entries.map(\.name.name)
            throw WorkspaceError.unknownPipeline(
                name.name, nearest: nearestName(to: name.name, among: known), known: known)
        }
        guard let pipeline = entry.pipeline else { throw entry.refusal }
        // Asked for by a task of another one, or by itself in the end.
        if let cycle = workspace.cycle(from: pipeline) { throw cycle }
        return pipeline
    }

    private static func nextRun(
        _ pipeline: Pipeline?, _ last: Instant?, _ now: Instant
    ) -> Instant? {
        scheduled(pipeline)?.timetable.nextRun(after: last, now: now)?.runAfter
    }

    static func scheduled(_ pipeline: Pipeline?) -> ScheduledPipeline? {
        guard let pipeline, let timetable = try? Schedules.timetable(of: pipeline) else {
            return nil
        }
        return ScheduledPipeline(pipeline: pipeline, timetable: timetable)
    }

    private static func userName() -> String {
        guard let entry = getpwuid(getuid()) else { return "uid \(getuid())" }
        return String(cString: entry.pointee.pw_name)
    }
}

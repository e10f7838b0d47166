public import Domain
public import Engine
import Glibc
import PipelineFiles
import Runners
import SchedulerCore
public import Store
public import Workspace

/// A workspace with its engine running: what headless commands and the workbench work on.
public final class WorkspaceHost: Sendable {
    public let workspace: Workspace
    public let engine: Engine
    public let reader: StoreReader
    /// Where the state of the workspace lies; an absolute path.
    public let stateFolder: String
    /// Who acts, as the audit trail names them.
    public let person: String

    /// Opens the state and recovers what an earlier process left.
    ///
    /// - Parameters:
    ///   - stateFolder: nil is the workspace's own.
    ///   - honoursSchedules: whether runs are made when their time has come.
    /// - Throws: A `UserFacingError`: the state cannot be opened, or another process owns it.
    public init(
        _ workspace: Workspace, stateFolder: String? = nil, honoursSchedules: Bool
    ) throws {
        self.workspace = workspace
        person = Self.userName()
        self.stateFolder = stateFolder ?? workspace.stateFolder
        let folder = StateFolder(path: self.stateFolder)
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let limits = SchedulerLimits(
            parallelism: workspace.settings.parallelism ?? cores, pools: workspace.settings.pools)
        engine = try Engine.open(
            EngineOptions(
                folder: folder, limits: limits,
                runner: .thisProgram(arguments: [Self.runnerWord]), render: TaskRendering.render))
        reader = try StoreReader(folder)
        if honoursSchedules {
            engine.setPipelines(workspace.entries.compactMap { Self.scheduled($0.pipeline) })
        }
    }

    /// The first argument of this program where it is to be a runner; the state folder follows.
    public static let runnerWord = "--runner-process"

    /// Is the runner of a state folder until nobody needs it; returns the exit code.
    public static func serveAsRunner(folder: String) -> Int32 {
        RunnerServer.main(folder: folder)
    }

    /// The pipelines with their newest runs, as the list of runs shows them.
    public func pipelineRows(runsEach: Int = 20) throws -> [PipelineRow] {
        let paused = try reader.pausedPipelines()
        let now = Clock.now()
        let recent = try reader.recentRuns(each: runsEach)
        let last = try reader.lastTicks()
        return workspace.entries.map { entry in
            let isPaused = paused.contains(entry.name)
            let next = isPaused ? nil : Self.nextRun(entry.pipeline, last[entry.name], now)
            return PipelineRow(
                name: entry.name, description: entry.pipeline?.description,
                schedule: entry.pipeline?.schedule, isPaused: isPaused,
                taskCount: entry.pipeline?.tasks.count ?? 0, params: entry.pipeline?.params ?? [],
                nextRunAt: next, recentRuns: recent[entry.name] ?? [],
                problems: entry.problems.filter { $0.severity == .error })
        }
    }

    /// The tasks of a pipeline as they would be in a new run.
    public func structure(of name: PipelineName) -> [TaskRow] {
        (workspace.entry(named: name)?.pipeline?.tasks ?? []).map { task in
            TaskRow(
                id: task.id, triggerRule: task.triggerRule, group: task.group, needs: task.needs)
        }
    }

    private static func nextRun(
        _ pipeline: Pipeline?, _ last: Instant?, _ now: Instant
    ) -> Instant? {
        scheduled(pipeline)?.timetable.nextRun(after: last, now: now)?.runAfter
    }

    private static func scheduled(_ pipeline: Pipeline?) -> ScheduledPipeline? {
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

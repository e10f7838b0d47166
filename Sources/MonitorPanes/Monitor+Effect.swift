public import Domain
import PaneKit

typealias Effect = Monitor.Effect

extension Monitor {
    /// What the panes want done in the world; each answer carries the request it belongs to.
    public enum Effect: Hashable, Sendable {
        case loadPipelines
        case loadRun(RunID)
        /// The tasks of a pipeline that has no run to show.
        case loadStructure(PipelineName)
        /// The names of all pipelines' tasks and groups.
        case loadOutlines
        case layOut(GraphRequest)
        case loadAttempts(RunID, TaskID)
        /// All attempts of these tasks.
        case loadAllAttempts(RunID, [TaskID])
        /// The states of a pipeline's tasks in these runs, newest first.
        case loadGrid(PipelineName, [RunID])
        case loadLog(LogRequest)
        /// Where the logs of a run's tasks are.
        case loadLogSources(RunID)
        case loadMergedLog(MergedLogRequest)
        case searchLog(LogSearch)
        case searchMergedLog(MergedLogSearch)
        /// Count the matches in the background; ends any count before it.
        case countHits(path: String, pattern: String)
        /// Where in a log the first line of that time or a later one is.
        case findTime(path: String, Instant)
        /// Tell of growth of these log files, and of no others.
        case watchLogs(paths: [String])
        case trigger(PipelineName, params: [String: String])
        case cancelRun(RunID)
        case cancelTask(RunID, TaskID)
        case rerunFailed(RunID)
        case clear(RunID, [TaskID])
        /// The state is `success`, `failed` or `skipped`.
        case mark(RunID, TaskID, TaskState)
        /// Both ends are ticks that count.
        case backfill(PipelineName, from: Instant, to: Instant)
        case setPaused(PipelineName, Bool)
        /// Look what the person did last.
        case findLastAct
        /// Take that back.
        case undo
    }

    /// What becomes of effects, and what happens by itself.
    public enum Answer: Sendable {
        /// How many files are still to be read: what the rows lack comes with them. Liveliest is the
        /// pipeline to look at first; nil: the rows tell.
        case pipelinesLoaded(
            [PipelineRow], unreadFiles: Int = 0, liveliest: PipelineName? = nil)
        case runLoaded(RunDetail)
        case structureLoaded(PipelineName, [TaskRow])
        case outlinesLoaded([PipelineOutline])
        case graphLaidOut(GraphRequest, GraphDrawing)
        case attemptsLoaded(RunID, TaskID, [AttemptRow])
        /// In the order of the tasks.
        case allAttemptsLoaded(RunID, [TaskID], [[AttemptRow]])
        case gridLoaded(RunGrid, runs: [RunID])
        case logLoaded(LogRequest, LogSlice)
        case logSourcesLoaded(RunID, [LogSource])
        case mergedLogLoaded(MergedLogRequest, MergedLogSlice)
        case logSearched(LogSearch, LogSearchResult)
        case mergedLogSearched(MergedLogSearch, LogSearchResult)
        case hitsCounted(path: String, pattern: String, HitCount)
        /// Nil: no line states that time or a later one.
        case timeFound(path: String, Instant, offset: Int64?)
        case logGrew(path: String)
        case runTriggered(RunID)
        case pauseSet(PipelineName, isPaused: Bool)
        /// Nil: the person has done nothing.
        case lastActFound(LastAct?)
        /// Something was done, in words.
        case operated(String)
    }
}

/// What can be found of a pipeline by its name.
public struct PipelineOutline: Hashable, Sendable {
    public struct Task: Hashable, Sendable {
        public var id: TaskID
        public var group: GroupID?

        public init(id: TaskID, group: GroupID? = nil) {
            self.id = id
            self.group = group
        }
    }

    public var pipeline: PipelineName
    /// In file order.
    public var tasks: [Task]

    public init(pipeline: PipelineName, tasks: [Task]) {
        self.pipeline = pipeline
        self.tasks = tasks
    }
}

/// A run with its tasks, as one answer.
public struct RunDetail: Hashable, Sendable {
    public var run: RunRow
    /// In file order.
    public var tasks: [TaskRow]

    public init(run: RunRow, tasks: [TaskRow]) {
        self.run = run
        self.tasks = tasks
    }
}

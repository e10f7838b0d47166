import Domain
import Engine
import MonitorPanes
import Store
import Synchronization
import Workspace

/// Performs the effects of the monitor's panes.
final class MonitorPerformer: Sendable {
    private let host: WorkspaceHost
    private let logs: LogDesk
    private let isFirstList = Atomic(true)
    private let firstLook: PipelineName?

    /// - Parameter firstLook: the pipeline to look at first, where nobody has looked for another.
    init(host: WorkspaceHost, mailbox: Mailbox, firstLook: PipelineName?) throws {
        (self.host, self.firstLook) = (host, firstLook)
        logs = try LogDesk(mailbox: mailbox)
    }

    /// Of all pipelines whose files have been read.
    private var outlines: [PipelineOutline] {
        host.workspace.entries.compactMap { entry in
            guard let pipeline = entry.known else { return nil }
            return PipelineOutline(
                pipeline: pipeline.name,
                tasks: pipeline.tasks.map { PipelineOutline.Task(id: $0.id, group: $0.group) })
        }
    }

    /// The answer, if the effect has one. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: Monitor.Effect) async throws -> Monitor.Answer? {
        switch effect {
        case .loadPipelines:
            await host.pipelines.settle(atMost: 20)
            let isFirst = isFirstList.exchange(false, ordering: .relaxed)
            let list = try host.pipelineList(isFirst: isFirst)
            return .pipelinesLoaded(
                list.rows, unreadFiles: list.unread, liveliest: list.liveliest ?? firstLook)
        case .loadRun(let id):
            guard let run = try host.reader.run(id) else { throw EngineError.unknownRun(id) }
            return .runLoaded(RunDetail(run: run, tasks: try host.reader.tasks(of: id).summaries))
        case .loadStructure(let name): return .structureLoaded(name, host.structure(of: name))
        case .loadOutlines: return .outlinesLoaded(outlines)
        case .layOut(let request): return .graphLaidOut(request, GraphDrawing(request))
        case .loadAttempts(let run, let task):
            var attempts = try host.reader.attempts(of: run, task)
            // A mapped task has none of its own: those of its instances are gone through instead.
            if attempts.isEmpty {
                attempts = try host.reader.instanceAttempts(of: run, task, limit: 1_000)
            }
            return .attemptsLoaded(run, task, attempts)
        case .loadAllAttempts(let run, let tasks):
            return .allAttemptsLoaded(
                run, tasks, try tasks.map { try host.reader.attempts(of: run, $0) })
        case .loadGrid(let pipeline, let runs):
            return .gridLoaded(try grid(pipeline, runs), runs: runs)
        case .loadLog(let request): return .logLoaded(request, try await logs.slice(request))
        case .loadLogSources(let run): return .logSourcesLoaded(run, try logSources(run))
        case .loadMergedLog(let request):
            return .mergedLogLoaded(request, try await logs.slice(request))
        case .searchLog(let search): return .logSearched(search, try await logs.find(search))
        case .searchMergedLog(let search):
            return .mergedLogSearched(search, try await logs.find(search))
        case .countHits(let path, let pattern): try logs.countHits(of: pattern, in: path)
        case .findTime(let path, let time):
            let offset = try await logs.firstLine(at: time, in: path)
            return .timeFound(path: path, time, offset: offset)
        case .watchLogs(let paths): try logs.watch(paths)
        case .trigger(let name, let params):
            return .runTriggered(try await host.trigger(name, params: params))
        case .cancelRun(let run): _ = try await host.perform(.cancel(run, []))
        case .cancelTask(let run, let task):
            _ = try await host.perform(.cancel(run, [task]))
        case .rerunFailed(let run):
            let scope = ClearScope(onlyFailed: true)
            return .operated(try await host.perform(.clear(run, scope)).summary)
        case .clear(let run, let tasks):
            return .operated(try await host.perform(.clear(run, ClearScope(tasks: tasks))).summary)
        case .mark(let run, let task, let state):
            let result = try await host.perform(.mark(run, [task], state))
            return .operated(result.summary)
        case .backfill(let name, let from, let to):
            let backfill = Backfill(id: "", pipeline: name, from: from, to: to, person: "")
            return .operated(try await host.perform(.backfill(backfill, file: nil)).summary)
        case .findLastAct: return .lastActFound(try host.lastAct())
        case .undo: return .operated(try await host.perform(.undo).summary)
        case .setPaused(let name, let isPaused):
            _ = try await host.perform(.setPaused(name, isPaused))
            return .pauseSet(name, isPaused: isPaused)
        }
        return nil
    }

    private func grid(_ pipeline: PipelineName, _ runs: [RunID]) throws -> RunGrid {
        var columns: [RunGrid.Column] = []
        for id in runs.reversed() {
            guard let run = try host.reader.run(id) else { continue }
            var states: [TaskID: TaskState] = [:]
            for task in try host.reader.tasks(of: id) { states[task.id] = task.state }
            columns.append(RunGrid.Column(run: run, states: states))
        }
        return RunGrid(pipeline: pipeline, columns: columns)
    }

    /// The logs of the newest attempts, those that began last where there are too many.
    private func logSources(_ run: RunID) throws -> [LogSource] {
        let paths = try host.reader.newestLogs(of: run)
        let begun = try host.reader.tasks(of: run).filter { paths[$0.id] != nil }
        let newest = begun.enumerated().sorted { left, right in
            guard let one = left.element.startedAt, let other = right.element.startedAt,
                one != other
            else { return left.offset > right.offset }
            return other < one
        }
        let shown = newest.prefix(LogDesk.mergeLimit).sorted { $0.offset < $1.offset }
        return shown.compactMap { entry in
            paths[entry.element.id].map { path in
                LogSource(
                    task: entry.element.id, path: path, startedAt: entry.element.startedAt)
            }
        }
    }
}

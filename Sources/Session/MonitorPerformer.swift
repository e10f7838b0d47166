import Domain
import Engine
import MonitorPanes
import Store

/// Performs the effects of the monitor's panes.
final class MonitorPerformer: Sendable {
    private let host: WorkspaceHost
    private let logs: LogDesk

    init(host: WorkspaceHost, mailbox: Mailbox) throws {
        self.host = host
        logs = try LogDesk(mailbox: mailbox)
    }

    /// The answer, if the effect has one. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: Monitor.Effect) async throws -> Monitor.Answer? {
        switch effect {
        case .loadPipelines: return .pipelinesLoaded(try host.pipelineRows())
        case .loadRun(let id):
            guard let run = try host.reader.run(id) else { throw EngineError.unknownRun(id) }
            return .runLoaded(RunDetail(run: run, tasks: try host.reader.tasks(of: id)))
        case .loadStructure(let name): return .structureLoaded(name, host.structure(of: name))
        case .layOut(let request): return .graphLaidOut(request, GraphDrawing(request))
        case .loadAttempts(let run, let task):
            return .attemptsLoaded(run, task, try host.reader.attempts(of: run, task))
        case .loadLog(let request): return .logLoaded(request, try await logs.slice(request))
        case .searchLog(let search): return .logSearched(search, try await logs.find(search))
        case .watchLog(let path):
            try logs.watch(path)
            return nil
        case .trigger(let name, let params):
            return .runTriggered(try await host.trigger(name, params: params))
        case .cancelRun(let run): try await host.engine.cancel(run, by: host.person)
        case .cancelTask(let run, let task):
            try await host.engine.cancel(run, task, by: host.person)
        case .rerunFailed(let run): try await host.engine.rerunFailed(run, by: host.person)
        case .clear(let run, let tasks):
            try await host.engine.clear(run, tasks, by: host.person)
        case .setPaused(let name, let isPaused):
            try await host.engine.setPaused(name, isPaused, by: host.person)
            return .pauseSet(name, isPaused: isPaused)
        }
        return nil
    }
}

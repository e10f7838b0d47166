import Domain
import Engine
import LogFiles
import Screen
import Store
import Synchronization
import Workbench

/// Performs the workbench's effects off its loop; each answer goes into the mailbox.
final class EffectRunner: Sendable {
    private let host: WorkspaceHost
    private let mailbox: Mailbox
    private let logs: LogDesk
    private let themes: [String: Theme]
    private let outstanding = Mutex(0)

    init(host: WorkspaceHost, mailbox: Mailbox, themes: [String: Theme]) throws {
        self.host = host
        self.mailbox = mailbox
        self.themes = themes
        logs = try LogDesk(mailbox: mailbox)
    }

    /// Effects begun and not yet answered.
    var outstandingCount: Int { outstanding.withLock { $0 } }

    /// The theme of that name; tells the user where there is none.
    func theme(named name: String) -> Theme? {
        if let theme = themes[name] { return theme }
        let near = nearestName(to: name, among: themes.keys.sorted())
        mailbox.post(
            .failed(
                problem: "There is no theme '\(name)'.",
                remedy: near.map { "Did you mean '\($0)'?" }
                    ?? "There are: \(themes.keys.sorted().joined(separator: ", "))."))
        return nil
    }

    func perform(_ effect: Effect) {
        outstanding.withLock { $0 += 1 }
        Task.detached { [self] in
            do {
                if let answer = try await answer(to: effect) { mailbox.post(answer) }
            } catch let error as any UserFacingError {
                mailbox.post(.failed(problem: error.problem, remedy: error.remedy))
            } catch {
                mailbox.post(.failed(problem: "\(error)", remedy: ""))
            }
            outstanding.withLock { $0 -= 1 }
            // Wakes the loop, so that it learns that nothing is under way any more.
            mailbox.wake()
        }
    }

    private func answer(to effect: Effect) async throws -> Message? {
        switch effect {
        case .loadPipelines: return .pipelinesLoaded(try host.pipelineRows())
        case .loadRun(let id):
            guard let run = try host.reader.run(id) else { return nil }
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
        default: return try await operate(effect)
        }
    }

    private func operate(_ effect: Effect) async throws -> Message? {
        let (engine, person) = (host.engine, host.person)
        switch effect {
        case .trigger(let name, let params):
            return .runTriggered(try await host.trigger(name, params: params))
        case .cancelRun(let run): try await engine.cancel(run, by: person)
        case .cancelTask(let run, let task): try await engine.cancel(run, task, by: person)
        case .rerunFailed(let run): try await engine.rerunFailed(run, by: person)
        case .clear(let run, let tasks): try await engine.clear(run, tasks, by: person)
        case .setPaused(let name, let isPaused):
            try await engine.setPaused(name, isPaused, by: person)
            let words = isPaused ? "paused: no new tasks start" : "resumed"
            return .notice(Notice(.info, "\(name) \(words)."))
        default: preconditionFailure("\(effect) belongs to the loop")
        }
        return nil
    }
}

import Domain
import MonitorPanes
import QueryPanes
import Synchronization
import Workbench
import Workspace

/// Performs the workbench's effects off its loop, each by the performer of its module; each answer
/// goes into the mailbox.
final class EffectRunner: Sendable {
    private let mailbox: Mailbox
    private let monitor: MonitorPerformer
    private let profile: ProfilePerformer
    private let query: QueryPerformer
    private let plans: PlanPerformer
    private let quality: QualityPerformer
    private let transform: TransformPerformer
    private let outstanding = Mutex(0)
    private let host: WorkspaceHost
    private let firstRun: FirstRun?

    init(
        host: WorkspaceHost, mailbox: Mailbox, opening: QueryOpening?, firstRun: FirstRun?
    ) throws {
        (self.mailbox, self.host, self.firstRun) = (mailbox, host, firstRun)
        monitor = try MonitorPerformer(
            host: host, mailbox: mailbox, firstLook: firstRun?.pipeline)
        profile = ProfilePerformer(host: host, mailbox: mailbox)
        let connections = ConnectionDesk(host: host, mailbox: mailbox, opening: opening)
        query = QueryPerformer(
            host: host, mailbox: mailbox, connections: connections, chosen: opening?.name)
        plans = PlanPerformer(host: host, connections: connections)
        quality = QualityPerformer(host: host)
        transform = TransformPerformer(host: host)
    }

    /// Why there is no engine, where there should be one.
    var failure: (any Error)? { host.ownership.withLock { $0.failure } }

    /// Effects begun and not yet answered.
    var outstandingCount: Int { outstanding.withLock { $0 } }

    /// Keeps what was typed last, at the end of the session; what cannot be kept is lost.
    func keep(_ buffers: [KeptBuffer]?) {
        if let buffers { try? query.keeping.keep(buffers) }
    }

    /// Ends what nobody will see the end of.
    func endUnseen() { profile.endProof() }

    /// Opens the user's editor on a text; the terminal must be the editor's meanwhile.
    func editOutside(_ text: String) throws -> String? {
        try ExternalEditor.edit(text, keeping: query.keeping)
    }

    func perform(_ effect: Effect) {
        work(for: effect) { [self] in try await answer(to: effect) }
    }

    /// Begins what was to be run first, where there is such a thing.
    func beginFirstRun() {
        guard let firstRun else { return }
        work(for: nil) { [host] in
            try await firstRun.prepare()
            let run = try await host.trigger(firstRun.pipeline, params: [:])
            return .monitor(.runTriggered(run))
        }
    }

    private func work(
        for effect: Effect?, _ body: @escaping @Sendable () async throws -> Message?
    ) {
        outstanding.withLock { $0 += 1 }
        Task.detached(executorPreference: ElasticExecutor.shared) { [self] in
            do {
                if let answer = try await body() { mailbox.post(answer) }
            } catch let error as any UserFacingError {
                mailbox.post(
                    .failed(problem: error.problem, remedy: error.remedy, effect: effect))
            } catch {
                mailbox.post(.failed(problem: "\(error)", remedy: "", effect: effect))
            }
            outstanding.withLock { $0 -= 1 }
            // Wakes the loop, so that it learns that nothing is under way any more.
            mailbox.wake()
        }
    }

    private func answer(to effect: Effect) async throws -> Message? {
        switch effect {
        case .monitor(let effect): return try await monitor.answer(to: effect).map(Message.monitor)
        case .profile(let effect): return try profile.answer(to: effect).map(Message.profile)
        case .query(let effect): return try await query.answer(to: effect).map(Message.query)
        case .plan(let effect): return try await plans.answer(to: effect).map(Message.plan)
        case .quality(let effect): return .quality(try await quality.answer(to: effect))
        case .transform(let effect): return .transform(try await transform.answer(to: effect))
        case .copy, .ring, .showTheme, .setTicking, .repaint, .suspend, .quit,
            .quitKeepingRuns:
            preconditionFailure("\(effect) belongs to the loop")
        }
    }
}

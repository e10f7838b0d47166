import Connections
import Domain
import PaneKit
import PlanPanes
import PlanRunner
import QueryPlans
import Synchronization
import Workspace

/// Performs the effects of the plan explorer, on the sessions that it shares with the editor.
final class PlanPerformer: Sendable {
    private struct State {
        var running: [Int: Cancellation] = [:]
        /// Cancelled before they began.
        var cancelled: Set<Int> = []
    }

    private let connections: ConnectionDesk
    private let stateFolder: String
    private let state = Mutex(State())

    init(host: WorkspaceHost, connections: ConnectionDesk) {
        self.connections = connections
        stateFolder = host.stateFolder
    }

    func answer(to effect: PlanDesk.Effect) async throws -> PlanDesk.Answer? {
        switch effect {
        case .cancel(let request):
            state.withLock { state in
                if let running = state.running[request.id] {
                    running.cancel()
                } else {
                    state.cancelled.insert(request.id)
                }
            }
            return .cancelled(request)
        case .explain(let request):
            return try await working(on: request) { cancellation in
                try await self.explain(request, cancellation)
            }
        case .advise(let request):
            return try await working(on: request) { cancellation in
                .advised(request, try await self.advise(request, cancellation))
            }
        }
    }

    /// Does what a request asks for, so that it can be cancelled by its number.
    private func working(
        on request: PlanDesk.Request,
        _ body: @Sendable (Cancellation) async throws -> PlanDesk.Answer
    ) async throws -> PlanDesk.Answer {
        let cancellation = Cancellation()
        let isCancelled = state.withLock { state in
            state.running[request.id] = cancellation
            return state.cancelled.remove(request.id) != nil
        }
        if isCancelled { cancellation.cancel() }
        defer { state.withLock { $0.running[request.id] = nil } }
        do {
            return try await body(cancellation)
        } catch let error as DatabaseError where error.kind == .cancelled {
            return .cancelled(request)
        }
    }

    private func explain(
        _ request: PlanDesk.Request, _ cancellation: Cancellation
    ) async throws -> PlanDesk.Answer {
        let address = try await connections.address(request.connection)
        let values = QueryValues.parameters(request.parameters)
        let plan = try await connections.perform(on: request.connection, cancellation) {
            try PlanRun.plan(
                of: request.sql, on: $0, parameters: values, isAnalyzing: request.isAnalyzing,
                cancellation: cancellation)
        }
        // A history that cannot be written is no reason to show nothing.
        let before = try? PlanHistory(stateFolder: stateFolder).add(
            plan, connection: address.text, at: Clock.now())
        var note: String?
        if let before, before.plan.shape != plan.shape {
            let time = Clock.local().civilTime(before.at)
            note = "since \(time.isoDate) \(time.clockText)"
        }
        return .explained(request, plan, changeNote: note)
    }

    private func advise(
        _ request: PlanDesk.Request, _ cancellation: Cancellation
    ) async throws -> [PlanDesk.Advice] {
        let values = QueryValues.parameters(request.parameters)
        let advise: @Sendable (any DatabaseConnection) throws -> [PlanDesk.Advice] = {
            try PlanAdvisor.advice(
                for: request.sql, on: $0, parameters: values, cancellation: cancellation
            ).map(PlanDesk.Advice.init)
        }
        let address = try await connections.address(request.connection)
        guard address.engine == .postgresql else {
            return try await connections.perform(on: request.connection, cancellation, advise)
        }
        // Trials are rolled back, which must not reach a transaction of the editor's session.
        let thread = ConnectionThread(address)
        defer { thread.close() }
        let result: Result<[PlanDesk.Advice], any Error> = await withCheckedContinuation {
            waiting in
            thread.submit(cancellation) { opened in
                waiting.resume(returning: Result { try advise(try opened.get()) })
            }
        }
        return try result.get()
    }
}

extension PlanDesk.Advice {
    init(_ advice: PlanAdvice) {
        self.init(
            kind: advice.kind.rawValue, action: advice.action, reason: advice.reason,
            before: advice.before, after: advice.after)
    }
}

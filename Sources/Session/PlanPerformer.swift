import Connections
import Domain
import Foundation
import PipelineFiles
import PlanPanes
import PlanRunner
import QueryPlans
import Synchronization
import Workspace

/// Performs the effects of the plan explorer, each on a thread and a connection of its own.
final class PlanPerformer: Sendable {
    private struct State {
        var running: [Int: Cancellation] = [:]
        /// Cancelled before they began.
        var cancelled: Set<Int> = []
    }

    private let root: String
    private let stateFolder: String
    private let connections: [String: String]
    private let state = Mutex(State())

    init(host: WorkspaceHost) {
        root = host.workspace.root
        stateFolder = host.stateFolder
        let known =
            host.workspace.settings.connections
            + host.workspace.entries.flatMap { $0.pipeline?.connections ?? [] }
        connections = Dictionary(
            known.map { ($0.name.name, $0.url) }, uniquingKeysWith: { first, _ in first })
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
            let cancellation = Cancellation()
            let isCancelled = state.withLock { state in
                state.running[request.id] = cancellation
                return state.cancelled.remove(request.id) != nil
            }
            if isCancelled { cancellation.cancel() }
            defer { state.withLock { $0.running[request.id] = nil } }
            do {
                // A database may block for long, which the tasks' threads must not.
                return try await withCheckedThrowingContinuation { continuation in
                    Thread.detachNewThread { [self] in
                        continuation.resume(
                            with: Result { try explain(request, cancellation) })
                    }
                }
            } catch let error as DatabaseError where error.kind == .cancelled {
                return .cancelled(request)
            }
        }
    }

    private func explain(
        _ request: PlanDesk.Request, _ cancellation: Cancellation
    ) throws -> PlanDesk.Answer {
        let text = connections[request.connection] ?? request.connection
        let address = try ConnectionAddress(text, folder: root)
        let database = try address.open(cancellation: cancellation)
        defer { database.close() }
        let plan = try PlanRun.plan(
            of: request.sql, on: database, isAnalyzing: request.isAnalyzing,
            cancellation: cancellation)
        // A history that cannot be written is no reason to show nothing.
        let before = try? PlanHistory(stateFolder: stateFolder).add(
            plan, connection: address.text, at: Clock.now())
        var note: String?
        if let before, PlanComparison(before.plan, plan).isChanged {
            note = "since " + before.at.iso8601
        }
        return .explained(request, plan, changeNote: note)
    }
}

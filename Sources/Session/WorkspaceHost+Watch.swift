public import Domain
import Engine
import SchedulerCore
import Store

extension WorkspaceHost {
    /// A change of a run, for those who read rather than look.
    public enum RunNews: Hashable, Sendable {
        case task(TaskID, TaskState, note: String?)
        case ended(RunState)
    }

    /// Tells of each change of a run until it has ended, or `tell` says false; at once where it has
    /// ended already.
    public func watch(_ run: RunID, _ tell: (RunNews) -> Bool) async throws {
        guard let engine else { throw StoreError.owned(path: folder.path, pid: nil) }
        let updates = engine.subscribe(keeping: 4_096)
        guard let row = try reader.run(run), !row.state.isSettled else {
            if let state = try reader.run(run)?.state { _ = tell(.ended(state)) }
            return
        }
        for await update in updates {
            guard case .advanced(_, let changes) = update else { continue }
            for change in changes {
                switch change {
                case .taskState(run, let task, let state, let detail):
                    guard tell(.task(task, state, note: detail.note)) else { return }
                case .runState(run, let state, _) where state.isSettled:
                    _ = tell(.ended(state))
                    return
                default: continue
                }
            }
        }
    }
}

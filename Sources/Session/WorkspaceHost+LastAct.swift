public import Domain
import SchedulerCore
public import Store

extension WorkspaceHost {
    /// The newest thing that this person did and has not taken back, as the audit trail has it; nil
    /// where there is none among the last few thousand of all people.
    ///
    /// Whether it can be undone is as of now: the owner has the last word when it is asked to.
    public func lastAct() throws(StoreError) -> LastAct? {
        let events = try reader.operations(limit: UndoTrail.limit).map(\.event)
        guard let newest = UndoTrail.newestAct(of: person, in: events) else { return nil }
        return try lastAct(newest)
    }

    private func lastAct(_ event: SchedulerEvent) throws(StoreError) -> LastAct? {
        switch event {
        case .pipelinePaused(let name, let isPaused, _, _):
            let stands = try reader.pausedPipelines().contains(name) == isPaused
            return LastAct(isPaused ? .paused(name) : .resumed(name), canBeUndone: stands)
        case .tasksMarked(let run, let marks, _, _):
            guard let state = marks.first?.state else { return nil }
            let tasks = marks.map(\.task)
            let rows = try reader.tasks(of: run)
            let stands = rows.contains { $0.state == state && tasks.contains($0.id) }
            return LastAct(.marked(run, tasks, state), canBeUndone: stands)
        case .runCreated(let creation, _):
            let isOpen = try reader.run(creation.id).map { !$0.state.isSettled } ?? false
            return LastAct(
                .triggered(creation.id), canBeUndone: isOpen && creation.trigger == .manual)
        case .backfillCreated(let backfill, _):
            let state = try reader.backfill(backfill.id)?.state
            return LastAct(
                .startedBackfill(backfill.id), canBeUndone: state == .running || state == .paused)
        case .tasksCleared(let run, let tasks, _, _):
            return LastAct(.cleared(run, tasks), canBeUndone: false)
        case .runCancelRequested(let run, _, _):
            let hasEnded = try reader.run(run).map { $0.state.isSettled } ?? false
            let wasCutOff = try reader.tasks(of: run).contains {
                CutOff.isCancel(by: person, note: $0.note)
            }
            return LastAct(.cancelled(run, []), canBeUndone: hasEnded && wasCutOff)
        case .taskCancelRequested(let run, let task, _, _):
            return LastAct(.cancelled(run, [task]), canBeUndone: false)
        case .backfillChanged(let id, let state, _, _):
            let stands = try reader.backfill(id)?.state == state
            return LastAct(
                .changedBackfill(id, state),
                canBeUndone: stands && (state == .paused || state == .running))
        default: return nil
        }
    }
}

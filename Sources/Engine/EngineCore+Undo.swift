import Domain
import Runners
import SchedulerCore
import Store

/// Taking back what a person did.
extension EngineCore {
    /// Takes back the newest thing that the person did, where that has a way back: a pause or its end,
    /// marks whose tasks still have them, a triggered run or a backfill that goes on, the cancel of a
    /// run that has ended by it.
    func takeBack(by person: String) throws -> OperatorResult {
        commit()
        let events = try reader.operations(limit: UndoTrail.limit).map(\.event)
        let undo = UndoTrail.name(of: person)
        switch UndoTrail.newestAct(of: person, in: events) {
        case .pipelinePaused(let name, let isPaused, _, _)?
        where scheduler.isPaused(name) == isPaused:
            handle(.pipelinePaused(name, isPaused: !isPaused, by: undo, at: SystemClock.now()))
            let word = isPaused ? "Resumed" : "Paused"
            return OperatorResult(pipeline: name, summary: "\(word) pipeline \(name) again.")
        case .tasksMarked(let run, let marks, _, _)?:
            return try unmark(run, marks, by: undo)
        case .runCreated(let creation, _)?
        where creation.trigger == .manual && scheduler.isActive(creation.id):
            try cancel(creation.id, nil, undo)
            return OperatorResult(
                pipeline: creation.pipeline, run: creation.id,
                summary: "Cancelled run \(creation.id), which was triggered.")
        case .backfillCreated(let backfill, _)? where backfills[backfill.id] != nil:
            return try change(backfill.id, to: .cancelled, by: undo)
        case .backfillChanged(let id, .paused, _, _)?
        where backfills[id]?.planner.state == .paused:
            return try change(id, to: .running, by: undo)
        case .backfillChanged(let id, .running, _, _)?
        where backfills[id]?.planner.state == .running:
            return try change(id, to: .paused, by: undo)
        case .runCancelRequested(let run, _, _)? where !scheduler.isActive(run):
            let cutOff = try reader.tasks(of: run).filter {
                CutOff.isCancel(by: person, note: $0.note)
            }.map(\.id)
            guard !cutOff.isEmpty else { throw EngineError.nothingToUndo(person) }
            var scope = ClearScope(tasks: cutOff, includesDownstream: true)
            // It goes on as the run that it was.
            scope.asItWas = true
            return try clear(run, scope, by: undo)
        default: throw EngineError.nothingToUndo(person)
        }
    }

    /// Gives marked tasks the state they had; one that had not settled runs again.
    private func unmark(
        _ run: RunID, _ marks: [TaskMark], by person: String
    ) throws -> OperatorResult {
        let (active, _, states) = try open(run)
        let still = marks.filter { mark in
            active.number(of: mark.task).map { states[$0] == mark.state } ?? false
        }
        guard !still.isEmpty else { throw EngineError.nothingToUndo(person) }
        runs[run] = active
        let now = SystemClock.now()
        let cleared = still.filter { !$0.previous.canBeMarked }.map(\.task)
        let back = still.filter { $0.previous.canBeMarked }.map {
            TaskMark(task: $0.task, state: $0.previous, previous: $0.state)
        }
        if !back.isEmpty { handle(.tasksMarked(run, back, by: person, at: now)) }
        if !cleared.isEmpty {
            if !scheduler.isActive(run) {
                _ = try open(run)
                runs[run] = active
            }
            handle(.tasksCleared(run, cleared, by: person, at: now))
        }
        if !scheduler.isActive(run) { runs[run] = nil }
        return OperatorResult(
            pipeline: active.pipeline.name, run: run, tasks: still.map(\.task),
            summary: "Took back the marks of \(Self.count(still.map(\.task))) of \(run).")
    }
}

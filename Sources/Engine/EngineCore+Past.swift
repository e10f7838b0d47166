import Domain
import Runners
import SchedulerCore
import Store

/// A run that others wait for, task by task.
struct PastWatch {
    /// Where its tasks stand.
    var states: [TaskID: TaskState]
    /// The runs that wait, with what each waits for.
    var waiting: [RunID: PastConditions] = [:]
}

/// `depends_on_past` and `wait_for_downstream`: telling tasks when the run before has done its part.
extension EngineCore {
    /// Completes a run that is being made with what it waits for in the run before.
    func hold(_ creation: inout RunCreation, of pipeline: Pipeline) throws {
        guard
            let conditions = PastConditions(pipeline.tasks.map(\.past), plan: creation.plan),
            let previous = try previousRun(of: creation, pipeline)
        else { return }
        let states = try pastWatches[previous]?.states ?? self.states(of: previous)
        let held = conditions.unmet { states[$0] }
        guard !held.isEmpty else { return }
        creation.previousRun = previous
        creation.heldTasks = held
        pastWatches[previous, default: PastWatch(states: states)].waiting[creation.id] = conditions
    }

    /// Lets tasks go on whose turn has come in the run before.
    func noteForPast(_ changes: [SchedulerChange]) {
        guard !pastWatches.isEmpty else { return }
        for change in changes {
            switch change {
            case .taskState(let run, let task, let state, _):
                guard pastWatches[run] != nil else { continue }
                pastWatches[run]?.states[task] = state
                if state == .success || state == .skipped { release(after: task, of: run) }
            case .runState(let run, let state, _) where state.isSettled:
                for previous in pastWatches.keys { forget(run, in: previous) }
            case .runState, .deadlineMissed, .instancesAdded, .assetMade, .circuit: break
            }
        }
    }

    func recoverPast() throws {
        for run in scheduler.activeRuns {
            let held = Set(scheduler.heldTasks(run))
            guard !held.isEmpty, let active = runs[run],
                let previous = active.creation.previousRun,
                let conditions = PastConditions(
                    active.pipeline.tasks.map(\.past), plan: active.creation.plan)
            else { continue }
            let states = try pastWatches[previous]?.states ?? self.states(of: previous)
            let unmet = Set(conditions.unmet { states[$0] })
            pastWatches[previous, default: PastWatch(states: states)].waiting[run] = conditions
            let met = held.subtracting(unmet).sorted()
            if !met.isEmpty { handle(.pastMet(run, met, at: SystemClock.now())) }
            if unmet.isEmpty { forget(run, in: previous) }
        }
    }

    private func release(after task: TaskID, of previous: RunID) {
        guard let watch = pastWatches[previous] else { return }
        for (run, conditions) in watch.waiting.sorted(by: { $0.key < $1.key }) {
            let held = Set(scheduler.heldTasks(run))
            let met = conditions.met(of: held, after: task) { watch.states[$0] }
            if met.isEmpty { continue }
            if held.count == met.count { forget(run, in: previous) }
            handle(.pastMet(run, met, at: SystemClock.now()))
        }
    }

    private func forget(_ run: RunID, in previous: RunID) {
        pastWatches[previous]?.waiting[run] = nil
        if pastWatches[previous]?.waiting.isEmpty ?? false { pastWatches[previous] = nil }
    }

    /// With catch-up the run that the schedule (or a backfill) made before, otherwise the one before
    /// of whatever kind; by logical date.
    private func previousRun(of creation: RunCreation, _ pipeline: Pipeline) throws -> RunID? {
        let stored = try reader.run(
            of: pipeline.name, before: creation.logicalDate, scheduledOnly: pipeline.catchup)
        let active = runs.values.map(\.creation).filter { other in
            other.pipeline == pipeline.name && other.logicalDate < creation.logicalDate
                && (!pipeline.catchup || other.trigger == .scheduled || other.trigger == .backfill)
        }.max { ($0.logicalDate, $0.id) < ($1.logicalDate, $1.id) }
        if let active, active.logicalDate >= stored?.logicalDate ?? active.logicalDate {
            return active.id
        }
        return stored?.id
    }

    private func states(of run: RunID) throws -> [TaskID: TaskState] {
        if scheduler.isActive(run), let tasks = runs[run]?.creation.plan.tasks {
            return Dictionary(
                tasks.map { ($0.id, scheduler.taskState(run, $0.id) ?? .none) },
                uniquingKeysWith: { $1 })
        }
        return Dictionary(
            try reader.tasks(of: run).map { ($0.id, $0.state) }, uniquingKeysWith: { $1 })
    }
}

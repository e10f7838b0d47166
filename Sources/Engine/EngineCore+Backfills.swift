import Domain
import Runners
import SchedulerCore
import Store

/// A backfill that has not ended, with the pipeline it was made of.
struct OpenBackfill {
    var planner: BackfillPlanner
    let pipeline: Pipeline
}

/// Making the runs of backfills.
extension EngineCore {
    /// Ticks a backfill may have.
    private static let tickLimit = 100_000
    /// Of more ticks nobody looks up beforehand what there is.
    private static let mostCounted = 1_000
    /// Ticks seen to before other work gets its turn.
    private static let stepsAtOnce = 100

    func createBackfill(
        _ wanted: Backfill, of pipeline: Pipeline, by person: String
    ) throws -> OperatorResult {
        commit()
        var backfill = wanted
        backfill.id = BackfillID("backfill-\(try reader.backfillCount() + 1)")
        backfill.person = person
        _ = try runParameters(of: pipeline, given: backfill.params)
        guard !pipeline.tasks.isEmpty else { throw EngineError.noTasks(pipeline.name) }
        let runs = try plannedRuns(of: backfill, pipeline)
        guard !runs.isEmpty else {
            throw EngineError.noTicks(pipeline.name, from: backfill.from, to: backfill.to)
        }
        guard runs.count <= Self.tickLimit else {
            throw EngineError.tooManyTicks(pipeline.name, limit: Self.tickLimit)
        }
        let words = try words(for: runs, of: backfill)
        handle(.backfillCreated(backfill, at: SystemClock.now()), definition: pipeline)
        backfills[backfill.id] = OpenBackfill(
            planner: BackfillPlanner(backfill, runs: runs), pipeline: pipeline)
        backfillsWantLook = true
        return OperatorResult(
            pipeline: pipeline.name, backfill: backfill.id,
            summary: "Made \(backfill.id) of \(pipeline.name): \(words).")
    }

    /// How many runs it is about, and what becomes of those that are there already.
    private func words(for runs: [PlannedRun], of backfill: Backfill) throws -> String {
        let all = runs.count == 1 ? "one run" : "\(runs.count) runs"
        guard runs.count <= Self.mostCounted else { return all }
        let planner = BackfillPlanner(backfill, runs: runs)
        var (made, repeated, left) = (0, 0, 0)
        for run in runs {
            let existing = try existingRun(of: backfill.pipeline, for: run.logicalDate)
            switch planner.decision(existing: existing?.state) {
            case .create: made += 1
            case .repeatFailed, .repeatAll: repeated += 1
            case .leave: left += 1
            }
        }
        guard repeated + left > 0 else { return all }
        return [(made, "to make"), (repeated, "to repeat"), (left, "left alone")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    func change(
        _ id: BackfillID, to state: BackfillState, by person: String
    ) throws -> OperatorResult {
        guard let known = backfills[id] else {
            commit()
            throw try reader.backfill(id) == nil
                ? EngineError.unknownBackfill(id) : EngineError.backfillEnded(id)
        }
        backfills[id]?.planner.set(state)
        handle(.backfillChanged(id, state, by: person, at: SystemClock.now()))
        if state == .cancelled {
            for run in known.planner.activeRuns where scheduler.isActive(run) {
                try cancel(run, nil, id.name)
            }
            backfills[id] = nil
        }
        backfillsWantLook = true
        let word =
            switch state {
            case .running: "Resumed"
            case .paused: "Paused"
            case .cancelled, .completed: "Cancelled"
            }
        return OperatorResult(
            pipeline: known.pipeline.name, backfill: id, summary: "\(word) \(id).")
    }

    /// Lets each backfill go on as far as it may.
    func advanceBackfills() {
        backfillsWantLook = false
        guard closing == nil, stall == nil else { return }
        for id in backfills.keys.sorted() {
            for _ in 0..<Self.stepsAtOnce {
                guard let open = backfills[id], let step = open.planner.step else { break }
                switch step {
                case .look(let run): see(to: run, of: id, open)
                case .complete:
                    backfills[id] = nil
                    let now = SystemClock.now()
                    handle(.backfillChanged(id, .completed, by: "spillway", at: now))
                }
            }
            if backfills[id]?.planner.step != nil { backfillsWantLook = true }
        }
    }

    /// A run has ended: whose turn it was may go on.
    func noteForBackfills(settled run: RunID) {
        for id in backfills.keys where backfills[id]?.planner.settled(run) ?? false {
            backfillsWantLook = true
        }
    }

    func recoverBackfills() throws {
        for (row, pipeline) in try reader.openBackfills() {
            let id = row.backfill.id
            do {
                let active = try reader.runs(of: id).filter { !$0.state.isSettled }.map(\.id)
                let planner = BackfillPlanner(
                    row.backfill, runs: try plannedRuns(of: row.backfill, pipeline),
                    state: row.state, lastTick: row.lastTick, active: Set(active))
                backfills[id] = OpenBackfill(planner: planner, pipeline: pipeline)
                backfillsWantLook = true
            } catch let error as any UserFacingError {
                updates.send(
                    .refusedSchedule(
                        pipeline.name, row.backfill.from, reason: "\(id): \(error.problem)"))
            }
        }
    }

    private func plannedRuns(of backfill: Backfill, _ pipeline: Pipeline) throws -> [PlannedRun] {
        guard let bounded = try options.timetable(pipeline) else {
            throw EngineError.noSchedule(pipeline.name)
        }
        // What is asked for counts, not from when on the schedule does by itself.
        let timetable = Timetable(bounded.ticks, interval: bounded.interval, catchesUp: true)
        return timetable.ticks(
            from: backfill.from, through: backfill.to, limit: Self.tickLimit + 1
        ).compactMap { timetable.run(at: $0) }
    }

    private func see(to run: PlannedRun, of id: BackfillID, _ open: OpenBackfill) {
        let backfill = open.planner.backfill
        var made: RunID?
        do {
            let existing = try existingRun(of: backfill.pipeline, for: run.logicalDate)
            switch open.planner.decision(existing: existing?.state) {
            case .leave: break
            case .create:
                var request = RunRequest(
                    pipeline: open.pipeline, params: backfill.params,
                    logicalDate: run.logicalDate, trigger: .backfill, by: id.name)
                request.dataInterval = DataStretch(
                    start: run.dataIntervalStart, end: run.dataIntervalEnd)
                request.backfill = id
                request.waitsForPast = !open.planner.isAtStart
                made = try makeRun(request)
            case .repeatFailed: made = try again(existing, ClearScope(onlyFailed: true), open)
            case .repeatAll: made = try again(existing, ClearScope(), open)
            }
        } catch {
            let reason = (error as? any UserFacingError)?.problem ?? "\(error)"
            updates.send(.refusedSchedule(backfill.pipeline, run.logicalDate, reason: reason))
            if stall == nil {
                backfills[id]?.planner.set(.paused)
                handle(.backfillChanged(id, .paused, by: "spillway", at: SystemClock.now()))
            }
            return
        }
        backfills[id]?.planner.advanced(made: made)
        handle(.backfillAdvanced(id, tick: run.logicalDate, run: made, at: SystemClock.now()))
    }

    private func again(
        _ run: (id: RunID, state: RunState)?, _ scope: ClearScope, _ backfill: OpenBackfill
    ) throws -> RunID? {
        guard let run else { return nil }
        do {
            let person = backfill.planner.backfill.id.name
            return try clear(run.id, scope, by: person, file: backfill.pipeline).run
        } catch EngineError.nothingToRerun, EngineError.nothingToClear {
            return nil
        }
    }

    /// The newest run of whatever kind for a date, those that are not yet on the disk included.
    private func existingRun(
        of pipeline: PipelineName, for date: Instant
    ) throws -> (id: RunID, state: RunState)? {
        for (id, run) in runs
        where run.creation.pipeline == pipeline && run.creation.logicalDate == date {
            if let state = scheduler.runState(id) { return (id, state) }
        }
        return try reader.runs(of: pipeline, for: date).first.map { ($0.id, $0.state) }
    }
}

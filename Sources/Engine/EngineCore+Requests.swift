import Domain
import Runners
import SchedulerCore
import Store

/// What people and schedules ask for.
extension EngineCore {
    func receive(_ message: Inbox.Message) {
        switch message {
        case .trigger(let request, let answer):
            settle(answer) { try makeRun(request) }
        case .cancel(let run, let task, let person, let answer):
            settle(answer) { try cancel(run, task, person) }
        case .clear(let run, let scope, let person, let answer):
            settle(answer) { try clear(run, scope, person) }
        case .setPaused(let pipeline, let isPaused, let person, let answer):
            settle(answer) {
                try checkWritable()
                handle(
                    .pipelinePaused(
                        pipeline, isPaused: isPaused, by: person, at: SystemClock.now()))
            }
        case .setPipelines(let pipelines, let consumers):
            follow(pipelines)
            setConsumers(consumers)
        case .nextTicks(let answer):
            answer(.success(ticker.nextTicks))
        case .waitUntilSettled(let run, let answer):
            wait(for: run, answer)
        case .operate(let order, let answer): operate(order, answer)
        case .refuseRequest(let id, let problem, let remedy, let answer):
            settle(answer) { note(.refused(problem: problem, remedy: remedy), to: id) }
        case .shutDown(let manner, let answer):
            standDown()
            let answers = (closing?.answers ?? []) + [answer]
            closing = Closing(
                manner: closing?.manner == .terminating ? .terminating : manner, answers: answers)
            if manner == .terminating {
                // Waits have nothing to be ended; the next engine goes on with them.
                for id in shell.active { terminate(id) }
                for id in heldLaunches { terminate(id) }
            }
        }
    }

    /// Tells whoever asks that nobody is here any more.
    func refuse(_ message: Inbox.Message) {
        switch message {
        case .trigger(_, let answer): answer(.failure(EngineError.closed))
        case .cancel(_, _, _, let answer), .clear(_, _, _, let answer),
            .setPaused(_, _, _, let answer):
            answer(.failure(EngineError.closed))
        case .nextTicks(let answer): answer(.failure(EngineError.closed))
        case .waitUntilSettled(_, let answer): answer(.failure(EngineError.closed))
        case .shutDown(_, let answer): answer(.success(()))
        case .operate(_, let answer): answer(.failure(EngineError.closed))
        case .refuseRequest(_, _, _, let answer): answer(.failure(EngineError.closed))
        case .setPipelines: break
        }
    }

    /// Calls `body`; its answer waits until what it brought about is on the disk.
    private func settle<Value: Sendable>(
        _ answer: @escaping Inbox.Answer<Value>, _ body: () throws -> Value
    ) {
        guard closing == nil else { return answer(.failure(EngineError.closed)) }
        do {
            let value = try body()
            pending.answers.append { answer(.success(value)) }
            pending.write(by: SystemClock.monotonic())
        } catch {
            answer(.failure(error))
        }
    }

    func checkWritable() throws(StoreError) {
        if let stall { throw stall.reason }
    }

    func makeRun(_ request: RunRequest) throws -> RunID {
        try checkWritable()
        let pipeline = request.pipeline
        guard !pipeline.tasks.isEmpty else { throw EngineError.noTasks(pipeline.name) }
        let params = try runParameters(of: pipeline, given: request.params)
        let plan: RunPlan
        do {
            plan = try RunPlan(pipeline: pipeline)
        } catch {
            throw EngineError.cycle(error.path.map { pipeline.tasks[$0].id })
        }
        let now = SystemClock.now()
        let date = request.logicalDate ?? Instant(seconds: now.seconds)
        let id = try request.id ?? freeID(for: request, date: date)
        var creation = RunCreation(
            id: id, pipeline: pipeline.name, trigger: request.trigger, logicalDate: date,
            dataIntervalStart: request.dataInterval?.start ?? date,
            dataIntervalEnd: request.dataInterval?.end ?? date, params: params, plan: plan)
        creation.person = request.person
        creation.backfill = request.backfill
        if request.waitsForPast { try hold(&creation, of: pipeline) }
        runs[id] = ActiveRun(creation: creation, pipeline: pipeline)
        if pipeline.tasks.contains(where: \.isProcess) { shell.prepare() }
        handle(.runCreated(creation, at: now), definition: pipeline)
        if busiestRun.map({ !scheduler.isActive($0) }) ?? true {
            busiestRun = id
            reservations.noteBeginning(at: SystemClock.monotonic())
        }
        return id
    }

    /// `scheduled__2026-01-02T03:04:05+00:00`, as in Airflow. Ids are those of the whole workspace:
    /// where another pipeline has a schedule as well the pipeline's name stands behind it, be there
    /// another such run or not, so that it does not depend on which of them comes first. Behind a
    /// manual run's it stands where another run has that id. Where both are taken comes a number.
    private func freeID(for request: RunRequest, date: Instant) throws -> RunID {
        if request.logicalDate != nil {
            let same = try reader.runs(of: request.pipeline.name, for: date, request.trigger)
            if let first = same.first { throw EngineError.runExists(first.id) }
        }
        let base = request.trigger.runID(logicalDate: date)
        let name = request.pipeline.name
        let isShared = request.trigger != .manual && options.hasSchedule(name)
        if try !isShared && !isTaken(base) { return base }
        let named = base.name + "__" + name.name
        guard try isTaken(RunID(named)) else { return RunID(named) }
        var number = 2
        while try isTaken(RunID(named + "_\(number)")) { number += 1 }
        return RunID(named + "_\(number)")
    }

    private func isTaken(_ id: RunID) throws -> Bool {
        if runs[id] != nil { return true }
        return try reader.run(id) != nil
    }

    func cancel(_ run: RunID, _ task: TaskID?, _ person: String) throws {
        guard scheduler.isActive(run), let active = runs[run] else {
            throw try reader.run(run) == nil
                ? EngineError.unknownRun(run) : EngineError.runEnded(run)
        }
        let now = SystemClock.now()
        guard let task else { return handle(.runCancelRequested(run, by: person, at: now)) }
        try check([task], of: active)
        handle(.taskCancelRequested(run, task, by: person, at: now))
    }

    private func clear(_ run: RunID, _ tasks: Inbox.TasksToClear, _ person: String) throws {
        try checkWritable()
        switch tasks {
        case .tasks(let named): _ = try clear(run, ClearScope(tasks: named), by: person)
        case .failed: _ = try clear(run, ClearScope(onlyFailed: true), by: person)
        }
    }

    func check(_ tasks: [TaskID], of run: ActiveRun) throws(EngineError) {
        for task in tasks where run.definition(of: task) == nil {
            let names = run.pipeline.tasks.map(\.id.name)
            throw .unknownTask(
                task, in: run.creation.id,
                nearest: nearestName(to: task.name, among: names).map { TaskID($0) })
        }
    }

    private func wait(for run: RunID, _ answer: @escaping Inbox.Answer<RunState>) {
        do {
            if !scheduler.isActive(run) {
                guard let row = try reader.run(run) else { throw EngineError.unknownRun(run) }
                if row.state.isSettled { return answer(.success(row.state)) }
            }
            waiting[run, default: []].append(answer)
        } catch {
            answer(.failure(error))
        }
    }
}

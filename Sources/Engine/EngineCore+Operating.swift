import Domain
import Runners
import SchedulerCore
import Store

/// What people ask for, with its answer in the same commit.
extension EngineCore {
    func operate(_ order: OperatorOrder, _ answer: @escaping Inbox.Answer<OperatorResult>) {
        guard closing == nil else { return answer(.failure(EngineError.closed)) }
        do {
            if let id = order.request, let known = try answers[id] ?? reader.answer(to: id) {
                return repeatAnswer(known, to: answer)
            }
            try checkWritable()
            let result = try carryOut(order)
            note(.done(result), to: order.request)
            pending.answers.append { answer(.success(result)) }
            pending.write(by: SystemClock.monotonic())
        } catch let error as any UserFacingError {
            if error as? StoreError == nil {
                note(.refused(problem: error.problem, remedy: error.remedy), to: order.request)
            }
            answer(.failure(error))
        } catch {
            answer(.failure(error))
        }
    }

    /// Puts the answer to a request beside what was done for it.
    func note(_ answer: RequestAnswer, to request: RequestID?) {
        guard let request else { return }
        answers[request] = answer
        let now = SystemClock.now()
        var entry = StoreEntry(event: nil)
        entry.answer = AnsweredRequest(id: request, at: now, answer: answer)
        pending.entries.append(entry)
        pending.write(by: SystemClock.monotonic())
    }

    /// The same again, once it is certain that the first answer is on the disk.
    private func repeatAnswer(
        _ known: RequestAnswer, to answer: @escaping Inbox.Answer<OperatorResult>
    ) {
        pending.answers.append {
            switch known {
            case .done(let result): answer(.success(result))
            case .refused(let problem, let remedy):
                answer(.failure(RefusedRequest(problem: problem, remedy: remedy)))
            }
        }
        pending.write(by: SystemClock.monotonic())
    }

    private func carryOut(_ order: OperatorOrder) throws -> OperatorResult {
        let person = order.person
        switch order.action {
        case .trigger(let name, _, _, _):
            guard let request = order.run else { throw EngineError.noTasks(name) }
            let run = try makeRun(request)
            return OperatorResult(pipeline: name, run: run, summary: "Made run \(run).")
        case .clear(let run, let scope):
            return try clear(
                run, scope, by: person, file: order.pipeline, hindrance: order.hindrance)
        case .mark(let run, let tasks, let state):
            return try mark(run, tasks, state, by: person)
        case .setPaused(let name, let isPaused):
            handle(.pipelinePaused(name, isPaused: isPaused, by: person, at: SystemClock.now()))
            let word = isPaused ? "Paused" : "Resumed"
            return OperatorResult(pipeline: name, summary: "\(word) pipeline \(name).")
        case .cancel(let run, let tasks):
            if tasks.isEmpty { try cancel(run, nil, person) }
            for task in tasks { try cancel(run, task, person) }
            let what = tasks.isEmpty ? "run" : Self.count(tasks) + " of"
            return OperatorResult(run: run, tasks: tasks, summary: "Cancelled \(what) \(run).")
        case .backfill(let wanted, _):
            guard let pipeline = order.pipeline else { throw EngineError.noTasks(wanted.pipeline) }
            return try createBackfill(wanted, of: pipeline, by: person)
        case .changeBackfill(let id, let state): return try change(id, to: state, by: person)
        case .undo: return try takeBack(by: person)
        }
    }

    static func count(_ tasks: [TaskID]) -> String {
        tasks.count == 1 ? "task \(tasks[0])" : "\(tasks.count) tasks"
    }

    // MARK: Tasks

    /// A run with its tasks' states, ready for events: a settled one is taken back.
    func open(_ run: RunID) throws -> (active: ActiveRun, state: RunState, tasks: [TaskState]) {
        if scheduler.isActive(run), let known = runs[run] {
            return (
                known, scheduler.runState(run) ?? .running,
                known.creation.plan.tasks.map { scheduler.taskState(run, $0.id) ?? .none }
            )
        }
        // The rows must be what the scheduler left.
        commit()
        try checkWritable()
        guard let settled = try reader.settledRun(run),
            let pipeline = try reader.definition(of: run)
        else { throw EngineError.unknownRun(run) }
        scheduler.restore(settled)
        return (
            ActiveRun(creation: settled.creation, pipeline: pipeline), settled.state,
            settled.tasks.map(\.state)
        )
    }

    /// Has tasks of a run begin again: as `file` has them, where it is given and they fit.
    func clear(
        _ run: RunID, _ scope: ClearScope, by person: String, file: Pipeline? = nil,
        hindrance: String? = nil
    ) throws -> OperatorResult {
        let (known, _, states) = try open(run)
        let renewal = scope.asItWas ? .none : renewal(of: known, by: file, hindrance)
        var active = known
        if case .renewed(let newer) = renewal { active = newer }
        let plan = active.creation.plan
        try check(scope.tasks, of: active)
        let cutOff = scope.onlyFailed ? try tasksCutOff(in: run) : []
        var chosen: [TaskID]
        if scope.tasks.isEmpty, scope.onlyFailed {
            chosen = scheduler.tasksToRerun(run, cutOff: cutOff)
        } else {
            var numbers = Set(
                scope.tasks.isEmpty
                    ? Array(plan.tasks.indices) : scope.tasks.compactMap(active.number))
            // Instances of mapped tasks are named alone; what follows them follows their task.
            let instances = scope.tasks.filter { $0.instanceParts != nil }
            if scope.includesDownstream {
                let mapped = instances.compactMap { $0.instanceParts?.task }
                let first = numbers.union(mapped.compactMap(active.number))
                numbers.formUnion(plan.graph.descendants(of: first))
            }
            if scope.onlyFailed {
                numbers = numbers.filter {
                    states[$0].isFailure || cutOff.contains(plan.tasks[$0].id)
                }
            }
            chosen = numbers.sorted().map { plan.tasks[$0].id } + instances
        }
        // What has not begun cannot begin again.
        let begun = Set(zip(plan.tasks, states).filter { $1 != .none }.map { $0.0.id })
        chosen = chosen.filter { begun.contains($0) || $0.instanceParts != nil }
        guard !chosen.isEmpty else {
            throw scope.onlyFailed
                ? EngineError.nothingToRerun(run) : EngineError.nothingToClear(run)
        }
        runs[run] = active
        let now = SystemClock.now()
        if case .renewed(let newer) = renewal {
            let revision = RunRevision(params: newer.creation.params, plan: plan)
            handle(
                .runRevised(run, revision, by: person, at: now), definition: newer.pipeline)
        }
        chosen = scheduler.tasksCleared(with: chosen, in: run)
        handle(.tasksCleared(run, chosen, by: person, at: now))
        return OperatorResult(
            pipeline: active.pipeline.name, run: run, tasks: chosen,
            summary: "Cleared \(Self.count(chosen)) of \(run)." + renewal.words)
    }

    /// What a cancel or the run's time-out kept from its work, instances among them.
    private func tasksCutOff(in run: RunID) throws -> Set<TaskID> {
        commit()
        try checkWritable()
        let rows = try reader.tasks(of: run)
        return Set(rows.filter { CutOff.holds($0.state, note: $0.note) }.map(\.id))
    }

    func mark(
        _ run: RunID, _ tasks: [TaskID], _ state: TaskState, by person: String
    ) throws -> OperatorResult {
        let (active, _, states) = try open(run)
        try check(tasks, of: active)
        let marks = tasks.compactMap { task in
            active.number(of: task).map { TaskMark(task: task, state: state, previous: states[$0]) }
        }.filter { $0.previous != state }
        guard !marks.isEmpty, state.canBeMarked else {
            throw EngineError.nothingToMark(run, state)
        }
        runs[run] = active
        handle(.tasksMarked(run, marks, by: person, at: SystemClock.now()))
        if !scheduler.isActive(run) { runs[run] = nil }
        let changed = marks.map(\.task)
        return OperatorResult(
            pipeline: active.pipeline.name, run: run, tasks: changed,
            summary: "Marked \(Self.count(changed)) of \(run) \(state.rawValue).")
    }
}

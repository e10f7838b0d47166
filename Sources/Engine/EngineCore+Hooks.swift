import Domain
import Foundation
import Runners
import SchedulerCore
import Store

/// What is done beside the work once a change is on the disk: hooks, and news of circuits.
///
/// That a hook is to be carried out is recorded together with what it tells of, and forgotten when it
/// was: one that was under way when this process was killed is carried out again. A hook's failure
/// changes no state; it is told in the run's `hooks.log`.
extension EngineCore {
    /// The hooks that a step calls for.
    func hookCalls(of step: SchedulerStep, by event: SchedulerEvent) -> [HookCall] {
        step.changes.compactMap { change in
            switch change {
            case .taskState(let run, let task, let state, let detail):
                taskCall(run, task, state, detail, by: event)
            case .runState(let run, let state, let at) where state.isSettled:
                runCall(run, state == .success ? .success : .failure, state.rawValue, nil, at)
            case .deadlineMissed(let run, let deadline, let at):
                runCall(
                    run, .deadline, scheduler.runState(run)?.rawValue ?? "running",
                    "not done by \(deadline.iso8601)", at)
            default: nil
            }
        }
    }

    private func taskCall(
        _ run: RunID, _ task: TaskID, _ state: TaskState, _ detail: TaskDetail,
        by event: SchedulerEvent
    ) -> HookCall? {
        guard let active = runs[run], active.hasHooks, let definition = active.definition(of: task),
            !definition.options.hooks.isEmpty
        else { return nil }
        let occasion: Hook.Occasion
        switch state {
        case .success: occasion = .success
        case .failed: occasion = .failure
        case .upForRetry: occasion = .retry
        case .skipped:
            // Only those that skipped themselves.
            guard case .attemptEnded(let id, _, _, _) = event, id.task == task else { return nil }
            occasion = .skipped
        default: return nil
        }
        if definition.options.mapping != nil, task.instanceParts == nil,
            case .attemptEnded(let id, _, _, _) = event, id.task.instanceParts?.task == task
        {
            // Its instances have told it, one by one.
            return nil
        }
        guard definition.options.hooks.contains(where: { $0.occasion == occasion }) else {
            return nil
        }
        return HookCall(
            id: newHookID(), run: run, task: task, attempt: detail.attemptCount,
            occasion: occasion, state: state.rawValue, note: detail.note, at: detail.at)
    }

    private func runCall(
        _ run: RunID, _ occasion: Hook.Occasion, _ state: String, _ note: String?, _ at: Instant
    ) -> HookCall? {
        guard runs[run]?.pipeline.hooks.contains(where: { $0.occasion == occasion }) == true else {
            return nil
        }
        return HookCall(
            id: newHookID(), run: run, task: nil, attempt: 0, occasion: occasion, state: state,
            note: note, at: at)
    }

    private func newHookID() -> Int64 { Int64.random(in: 1 ... .max) }

    func lookAtChanges(_ entries: [StoreEntry]) {
        let hasCircuits = !options.limits.policies.isEmpty
        for entry in entries {
            if case .timerFired(.deadline, _)? = entry.event { tellOfDeadlines(entry.changes) }
            for call in entry.hookCalls { if let run = runs[call.run] { perform(call, of: run) } }
            guard hasCircuits else { continue }
            for case .circuit(let pool, let state, _) in entry.changes {
                tellHolds(at: SystemClock.now())
                updates.send(.attention(text: "\(pool.title): circuit \(state.rawValue)"))
            }
        }
    }

    /// Tells those who look at tasks what holds their pools; what is over in a moment is left out.
    func tellHolds(at now: Instant) {
        let soon = now.advanced(by: .milliseconds(100))
        var holds = scheduler.poolHolds(at: now)
        for case (let pool, .rate(let until)) in holds where until < soon { holds[pool] = nil }
        guard holds != beside.holds else { return }
        beside.holds = holds
        HoldFile(options.folder).write(holds)
    }

    /// Those who look on do not see the changes themselves.
    private func tellOfDeadlines(_ changes: [SchedulerChange]) {
        for case .deadlineMissed(let run, _, _) in changes {
            updates.board.post(.warning("Run \(run) missed its deadline."))
        }
    }

    /// Carries out what an earlier engine was to and did not, or not to its end.
    func recoverHooks() throws {
        guard options.launches else { return }
        for call in try reader.hookCalls() {
            guard let creation = try reader.creation(of: call.run),
                let pipeline = try reader.definition(of: call.run)
            else {
                beside.calledHooks.add(call.id)
                continue
            }
            perform(call, of: ActiveRun(creation: creation, pipeline: pipeline))
        }
    }

    /// Records that hooks have ended.
    func noteCalledHooks() {
        guard let entry = calledHooksEntry() else { return }
        pending.entries.append(entry)
        pending.write(by: SystemClock.monotonic() + .milliseconds(10))
    }

    func calledHooksEntry() -> StoreEntry? {
        let ids = beside.calledHooks.takeAll()
        guard !ids.isEmpty else { return nil }
        var entry = StoreEntry(event: nil)
        entry.calledHooks = ids
        return entry
    }

    private func perform(_ call: HookCall, of run: ActiveRun) {
        let definition = call.task.flatMap { run.definition(of: $0) }
        let subject = HookSubject(
            run: run, task: definition, id: call.task, state: call.state, attempt: call.attempt,
            note: call.note, at: call.at)
        let hooks = call.task == nil ? run.pipeline.hooks : definition?.options.hooks ?? []
        let work = hooks.filter { $0.occasion == call.occasion }.compactMap {
            prepare($0, subject)
        }
        // Also where there is nothing to be done: behind what is being done still.
        let (called, id) = (beside.calledHooks, call.id)
        beside.hooks.add(call.run, call.task) {
            for errand in work { errand() }
            called.add(id)
        }
    }

    /// What is to be done for a hook away from this thread; nil where that is nothing more.
    private func prepare(_ hook: Hook, _ subject: HookSubject) -> (@Sendable () -> Void)? {
        let pipeline = subject.run.pipeline
        let errand = HookErrand(
            title: hook.occasion.rawValue + (subject.id.map { " of task \($0)" } ?? ""),
            log: hookLog(of: subject.run),
            secrets: subject.run.hasSecrets ? options.secrets(pipeline) : [])
        guard let text = rendered(hook, subject, errand) else { return nil }
        switch hook.action {
        case .bell: updates.send(.attention(text: nil))
        case .toast: updates.send(.attention(text: errand.seal.masked(text)))
        case .command:
            let environment = subject.environment(hook.occasion)
            return { errand.run(text, environment: environment, in: pipeline.folder) }
        case .webhook:
            let body = subject.json(hook.occasion)
            return { errand.call(text, body: body) }
        }
        return nil
    }

    /// The text of a hook without templates; nil where it cannot be had, which is noted.
    private func rendered(
        _ hook: Hook, _ subject: HookSubject, _ errand: HookErrand
    ) -> String? {
        guard let text = hook.action.text else { return "" }
        do {
            var request = RenderRequest(
                run: subject.run.creation, pipeline: subject.run.pipeline,
                task: subject.task ?? TaskDefinition(id: "-", action: .shell("")),
                attempt: subject.attempt, log: errand.log)
            request.output = outputs(of: subject.run.creation.id)
            let run = subject.run.creation.id
            request.mapIndex = subject.id?.instanceParts?.index
            if let id = subject.id { request.item = scheduler.item(of: id, in: run) }
            return try options.renderText(request, text)
        } catch let error as any UserFacingError {
            errand.note(": " + error.problem)
        } catch {
            errand.note(": \(error)")
        }
        return nil
    }

    /// What the tasks of a run wrote; of one that has ended as it is kept.
    private func outputs(of run: RunID) -> @Sendable (TaskID, String) -> OutputValue? {
        if scheduler.isActive(run) {
            return { [scheduler] task, key in scheduler.output(of: task, key, in: run) }
        }
        let kept = (try? reader.outputs(of: run)) ?? [:]
        return { task, key in
            func value(_ id: TaskID) -> OutputValue? { kept[id]?.last { $0.key == key }?.value }
            if let own = value(task) { return own }
            let instances = kept.keys.filter { $0.instanceParts?.task == task }
            let values = instances.sorted {
                ($0.instanceParts?.index ?? 0) < ($1.instanceParts?.index ?? 0)
            }.compactMap(value)
            return values.isEmpty ? nil : .list(values)
        }
    }

    /// `hooks.log` in the run's folder of logs.
    private func hookLog(of run: ActiveRun) -> String {
        let any = options.folder.logPath(
            of: AttemptID(run: run.creation.id, task: "hooks", number: 1),
            in: run.creation.pipeline)
        return any[..<(any.lastIndex(of: "/") ?? any.endIndex)] + "/hooks.log"
    }
}

/// What a hook tells of.
struct HookSubject {
    var run: ActiveRun
    /// Nil: the run itself.
    var task: TaskDefinition?
    var id: TaskID?
    var state: String
    var attempt: Int
    var note: String?
    var at: Instant

    /// Tells repeats from news.
    private func key(_ occasion: Hook.Occasion) -> String {
        [run.creation.id.name, id?.name ?? "", String(attempt), occasion.rawValue]
            .joined(separator: "/")
    }

    func environment(_ occasion: Hook.Occasion) -> [EnvironmentEntry] {
        let pairs = [
            ("SPILLWAY_PIPELINE", run.creation.pipeline.name),
            ("SPILLWAY_RUN_ID", run.creation.id.name), ("SPILLWAY_TASK", id?.name ?? ""),
            ("SPILLWAY_ATTEMPT", String(attempt)), ("SPILLWAY_STATE", state),
            ("SPILLWAY_NOTE", note ?? ""), ("SPILLWAY_HOOK", occasion.rawValue),
            ("SPILLWAY_HOOK_KEY", key(occasion)),
        ]
        return pairs.map { EnvironmentEntry(name: $0.0, value: $0.1) }
    }

    /// `{"event","key","pipeline","run_id","logical_date","task","attempt","state","note","at"}`
    func json(_ occasion: Hook.Occasion) -> String {
        OutputValue.object([
            .init("event", .text(occasion.rawValue)), .init("key", .text(key(occasion))),
            .init("pipeline", .text(run.creation.pipeline.name)),
            .init("run_id", .text(run.creation.id.name)),
            .init("logical_date", .text(run.creation.logicalDate.iso8601)),
            .init("task", id.map { .text($0.name) } ?? .null),
            .init("attempt", .number(String(attempt))), .init("state", .text(state)),
            .init("note", note.map { .text($0) } ?? .null), .init("at", .text(at.iso8601)),
        ]).json
    }
}

import Domain
import Foundation
import Glibc
import Runners
import SchedulerCore
import Store

/// What is done beside the work once a change is on the disk: hooks, and news of circuits.
///
/// A hook's failure changes no state; it is told in the run's `hooks.log`.
extension EngineCore {
    func lookAtChanges(_ entries: [StoreEntry]) {
        let hasCircuits = !options.limits.policies.isEmpty
        guard hasCircuits || runs.values.contains(where: \.hasHooks) else { return }
        for entry in entries {
            for change in entry.changes {
                switch change {
                case .taskState(let run, let task, let state, let detail):
                    taskChanged(run, task, state, detail, by: entry.event)
                case .runState(let run, let state, let at): runChanged(run, state, at)
                case .circuit(let pool, let state, _):
                    updates.send(.attention(text: "pool \(pool): circuit \(state.rawValue)"))
                default: break
                }
            }
        }
    }

    private func taskChanged(
        _ run: RunID, _ task: TaskID, _ state: TaskState, _ detail: TaskDetail,
        by event: SchedulerEvent?
    ) {
        guard let active = runs[run], active.hasHooks, let definition = active.definition(of: task),
            !definition.options.hooks.isEmpty
        else { return }
        let occasion: Hook.Occasion
        switch state {
        case .success: occasion = .success
        case .failed: occasion = .failure
        case .upForRetry: occasion = .retry
        case .skipped:
            // Only those that skipped themselves.
            guard case .attemptEnded(let id, _, _)? = event, id.task == task else { return }
            occasion = .skipped
        default: return
        }
        if definition.options.mapping != nil, task.instanceParts == nil,
            case .attemptEnded(let id, _, _)? = event, id.task.instanceParts?.task == task
        {
            // Its instances have told it, one by one.
            return
        }
        let subject = HookSubject(
            run: active, task: definition, id: task, state: state.rawValue,
            attempt: detail.attemptCount, note: detail.note, at: detail.at)
        for hook in definition.options.hooks where hook.occasion == occasion {
            perform(hook, subject)
        }
    }

    private func runChanged(_ run: RunID, _ state: RunState, _ at: Instant) {
        guard state.isSettled, let active = runs[run], !active.pipeline.hooks.isEmpty else {
            return
        }
        let occasion = state == .success ? Hook.Occasion.success : .failure
        let subject = HookSubject(
            run: active, task: nil, id: nil, state: state.rawValue, attempt: 0, note: nil, at: at)
        for hook in active.pipeline.hooks where hook.occasion == occasion {
            perform(hook, subject)
        }
    }

    private func perform(_ hook: Hook, _ subject: HookSubject) {
        let log = hookLog(of: subject.run)
        func rendered(_ text: String) -> String? {
            do {
                var request = RenderRequest(
                    run: subject.run.creation, pipeline: subject.run.pipeline,
                    task: subject.task ?? TaskDefinition(id: "-", action: .shell("")),
                    attempt: subject.attempt, log: log)
                let (run, scheduler) = (subject.run.creation.id, scheduler)
                request.output = { task, key in scheduler.output(of: task, key, in: run) }
                request.mapIndex = subject.id?.instanceParts?.index
                if let id = subject.id { request.item = scheduler.item(of: id, in: run) }
                return try options.renderText(request, text)
            } catch let error as any UserFacingError {
                AttemptLog.note("\(hook.occasion.rawValue): \(error.problem)", in: log)
            } catch {
                AttemptLog.note("\(hook.occasion.rawValue): \(error)", in: log)
            }
            return nil
        }
        switch hook.action {
        case .bell: updates.send(.attention(text: nil))
        case .toast(let text):
            if let text = rendered(text) { updates.send(.attention(text: text)) }
        case .command(let text):
            guard let command = rendered(text) else { return }
            let brief = BriefCommand(
                command: command, environment: subject.environment(hook.occasion),
                directory: subject.run.pipeline.folder, log: log)
            beside.hooks.addOperation {
                let outcome = brief.run(limit: .seconds(60))
                if outcome != .exited(code: 0) {
                    AttemptLog.note("\(hook.occasion.rawValue) ended as \(outcome)", in: log)
                }
            }
        case .webhook(let text):
            guard let url = rendered(text) else { return }
            let exchange = HTTPExchange(url: url, body: subject.json(hook.occasion))
            beside.hooks.addOperation {
                // A receiver that has a bad moment gets it again: it knows repeats by their key.
                for pause in [0, 1, 4] as [UInt32] {
                    if pause > 0 { sleep(pause) }
                    switch exchange.status(limit: .seconds(10)) {
                    case .success(200..<300): return
                    case .success(let status):
                        AttemptLog.note(
                            "\(hook.occasion.rawValue): the webhook answered \(status)", in: log)
                        if (400..<500).contains(status) { return }
                    case .failure(let failure):
                        AttemptLog.note(
                            "\(hook.occasion.rawValue): the webhook failed: \(failure.reason)",
                            in: log)
                    }
                }
            }
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

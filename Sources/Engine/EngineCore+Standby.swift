import Domain
import Runners
import SchedulerCore
import Store
import Synchronization

/// What the runner may begin by itself, in the place of what ends.
///
/// The intents of these attempts are on the disk, with what has to succeed before; and the runner
/// notes an end before it begins what comes next. So every start follows from records that are there,
/// as it would if the engine decided on it; only the record of the end in the database comes later.
extension EngineCore {
    /// Allows the runner to begin these, nearest first. Nothing stands by while another run waits for
    /// slots, as who comes first then is the scheduler's to say.
    func standBy(_ attempts: [Reservations.Settled]) {
        guard closing == nil, stall == nil, let run = attempts.first?.intent.id.run,
            !scheduler.hasReadyTasks(besides: run)
        else { return }
        if standbyRun != run { standDown() }
        let launches = attempts.compactMap { launch($0.intent, $0.attempt) }
        guard !launches.isEmpty else { return }
        standbyRun = run
        shell.standBy(launches)
    }

    /// Nothing begins any more but what is asked for.
    func standDown() {
        guard standbyRun != nil else { return }
        standbyRun = nil
        shell.standDown()
    }

    /// What people and clocks do, and what goes on in other runs, may change what comes next.
    func standDown(after event: SchedulerEvent, _ step: SchedulerStep) {
        guard let standbyRun else { return }
        switch event {
        case .attemptStarted, .outputsWritten: return
        case .attemptEnded(let id, _, _, _):
            if id.run == standbyRun { return }
            let isWaiting = step.changes.contains { change in
                if case .taskState(_, _, .scheduled, _) = change { true } else { false }
            }
            if isWaiting { standDown() }
        default: standDown()
        }
    }

    private func launch(_ intent: AttemptIntent, _ attempt: UpcomingAttempt) -> ShellLaunch? {
        guard reservations.contains(intent.id), strays[intent.id] == nil,
            let run = runs[intent.id.run], let task = run.definition(of: intent.id.task),
            task.isShell, hasOpenPool(task),
            let after = after(attempt)
        else { return nil }
        var request = RenderRequest(
            run: run.creation, pipeline: run.pipeline, task: task, attempt: intent.id.number,
            log: intent.log)
        addFlow(to: &request, intent.id)
        let asksForOutputs = Flag()
        if !after.isEmpty {
            // They are not there yet.
            request.output = { _, _ in
                asksForOutputs.raise()
                return nil
            }
        }
        guard let rendered = try? options.render(request), !asksForOutputs.isRaised,
            rendered.fingerprint == nil, case .shell(let command) = rendered.work
        else { return nil }
        var launch = shellLaunch(command, rendered, intent)
        launch.after = after
        return launch
    }

    /// Whether nothing but slots decides when such a task begins.
    private func hasOpenPool(_ task: TaskDefinition) -> Bool {
        let policies = options.limits.policies
        if policies.isEmpty { return true }
        guard policies[task.pool] == nil else { return false }
        guard case .check(let check) = task.action, let connection = check.connection else {
            return true
        }
        return policies[.guarding(connection)] == nil
    }

    /// What has not succeeded yet of what it comes after; nil where the runner does not see it all.
    private func after(_ attempt: UpcomingAttempt) -> [AttemptID]? {
        var after: [AttemptID] = []
        for id in attempt.after {
            if scheduler.taskState(id.run, id.task) == .success { continue }
            guard intents[id] != nil || reservations.contains(id),
                let task = runs[id.run]?.definition(of: id.task), task.isProcess
            else { return nil }
            after.append(id)
        }
        return after
    }

    // MARK: What the runner tells

    /// One that stood by was begun.
    func takeSuccessor(_ id: AttemptID, token: String, at: Instant) {
        guard let run = runs[id.run] else { return }
        let reserved = reservations.take(id) ?? intents[id]
        if let reserved, reserved.token == token {
            intents[id] = reserved
            return
        }
        // It stood by under an intent that was replaced since.
        let intent = AttemptIntent(
            id: id, at: at, log: options.folder.logPath(of: id, in: run.creation.pipeline),
            token: token)
        intents[id] = intent
        pending.entries.append(StoreEntry(event: nil, intents: [intent]))
    }

    /// Ends one that was begun when the scheduler had other plans with it.
    func lookAfter(_ id: AttemptID, token: String) {
        if scheduler.isLive(id) {
            if closing?.manner == .terminating { shell.terminate(id) }
            return
        }
        intents[id] = nil
        strays[id] = Stray(token: token)
        shell.terminate(id)
    }

    /// True where the end is that of a stray, which concerns nobody.
    func takeStray(_ id: AttemptID) -> Bool {
        guard let stray = strays.removeValue(forKey: id) else { return false }
        pending.endedTokens.append(stray.token)
        pending.write(by: SystemClock.monotonic())
        if stray.isWanted { perform(.launch(id)) }
        return true
    }
}

/// Says whether something has happened.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}

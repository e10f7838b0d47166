import Domain
import Runners
import SchedulerCore
import Store

/// Carrying out what the scheduler decided.
extension EngineCore {
    func perform(_ command: SchedulerCommand) {
        switch command {
        case .launch(let id): launch(id)
        case .terminate(let id): terminate(id)
        case .setTimer(let timer, let at):
            let now = SystemClock.now()
            setTimer(timer, at: at, after: at.since(now))
            if case .pool = timer { tellHolds(at: now) }
        case .cancelTimer(.timeout(let attempt)): timers.cancel(.timeout(attempt))
        case .cancelTimer(let timer): sleepTimers.cancel(timer)
        }
    }

    /// An attempt's time stands still while the machine sleeps, as its process does; retries and the
    /// times of whole runs go on.
    func setTimer(_ timer: SchedulerTimer, at: Instant, after delay: Span) {
        if case .timeout = timer {
            timers.set(timer, at: at, deadline: SystemClock.monotonic() + max(.zero, delay))
        } else {
            sleepTimers.set(timer, at: at, deadline: SystemClock.sinceBoot() + max(.zero, delay))
        }
    }

    /// Ends an attempt, wherever it is; one that has ended is left alone.
    func terminate(_ id: AttemptID) {
        if let index = heldLaunches.firstIndex(of: id) {
            heldLaunches.remove(at: index)
            return refuse(id, "ended before it was started")
        }
        shell.terminate(id)
        beside.sensors.terminate(id)
        endChild(of: id)
        collect()
    }

    private func launch(_ id: AttemptID) {
        guard closing == nil, let intent = intents[id], let run = runs[id.run],
            let task = run.definition(of: id.task)
        else { return }
        if strays[id] != nil {
            strays[id]?.isWanted = true
            return
        }
        do {
            var request = RenderRequest(
                run: run.creation, pipeline: run.pipeline, task: task, attempt: id.number,
                log: intent.log)
            addFlow(to: &request, id)
            let rendered = try options.render(request)
            if isUnchanged(rendered, id, intent) { return }
            try start(rendered, intent)
        } catch let error as LogError where error.isDiskFull {
            heldLaunches.append(id)
            fall(into: .diskFull(path: error.path))
        } catch let error as LogError {
            refuse(id, error.reason)
        } catch let error as any UserFacingError {
            refuse(id, error.sentences)
        } catch {
            refuse(id, "\(error)")
        }
    }

    /// What the runner is to do.
    func shellLaunch(
        _ command: String, _ task: RenderedTask, _ intent: AttemptIntent
    ) -> ShellLaunch {
        ShellLaunch(
            id: intent.id, command: command,
            environment: task.environment + [outputVariable(for: intent)],
            directory: task.workingDirectory, log: intent.log, token: intent.token,
            limits: runs[intent.id.run]?.definition(of: intent.id.task)?.options.limits ?? .none,
            place: scheduler.place(of: intent.id))
    }

    private func start(_ task: RenderedTask, _ intent: AttemptIntent) throws(LogError) {
        switch task.work {
        case .shell(let command):
            if let script = task.script { try ScriptFile.write(script, for: intent.log) }
            shell.launch(shellLaunch(command, task, intent))
        case .sql(let script, let database, let name):
            guard let program = options.scripts else {
                return refuse(intent.id, "nothing here runs SQL scripts")
            }
            let process = try SQLScriptProcess(
                SQLiteScript(text: script, name: name, database: database), for: intent.log,
                hiding: task.secrets)
            shell.launch(shellLaunch(process.command(of: program), task, intent))
        case .wait(let condition, let interval):
            try beside.sensors.launch(
                SensorLaunch(
                    id: intent.id, condition: condition, interval: interval, log: intent.log,
                    secrets: task.hiddenValues))
        case .pipeline(let name, let params):
            startChild(of: intent, name, params)
        }
    }

    func refuse(_ id: AttemptID, _ reason: String) {
        let reason = seal(of: id.run).masked(reason)
        if let intent = intents[id] { AttemptLog.note("not started: " + reason, in: intent.log) }
        receive(.ended(id, .notStarted(reason: reason), at: SystemClock.now()))
    }
}

extension RenderedTask {
    /// The values that no log may show.
    fileprivate var hiddenValues: [String] {
        environment.filter { secrets.contains($0.name) }.map(\.value)
    }
}

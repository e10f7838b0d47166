import Domain
import Runners
import SchedulerCore
import Store

/// Attempts without a process of their own: waits, and runs of other pipelines.
extension EngineCore {
    /// What a template of this attempt may show beside its run.
    func addFlow(to request: inout RenderRequest, _ id: AttemptID) {
        let (run, scheduler) = (id.run, scheduler)
        request.output = { task, key in scheduler.output(of: task, key, in: run) }
        if let parts = id.task.instanceParts {
            request.mapIndex = parts.index
            request.item = scheduler.item(of: id.task, in: run)
        }
    }

    /// Where an attempt writes its outputs.
    func outputVariable(for intent: AttemptIntent) -> EnvironmentEntry {
        // A silent task's folder would not be there yet; where it cannot be made, the log's says why.
        outputFolders.prepare(for: intent)
        return EnvironmentEntry(
            name: "SPILLWAY_OUTPUT", value: OutputPath.of(log: intent.log))
    }

    func isWithoutProcess(_ id: AttemptID) -> Bool {
        switch runs[id.run]?.definition(of: id.task)?.action {
        case .wait, .pipeline: true
        default: false
        }
    }

    /// Starts a run of another pipeline, or goes on waiting for one that was started before.
    func startChild(of intent: AttemptIntent, _ name: PipelineName, _ params: [String: String]) {
        guard let parent = runs[intent.id.run] else { return }
        // The token tells this attempt from all others, and is known again after a restart.
        let date = parent.creation.logicalDate
        let trigger = RunTrigger.pipelineTriggered
        let id = RunID(trigger.runID(logicalDate: date).name + "__" + intent.token)
        receive(.started(intent.id, process: nil, at: SystemClock.now()))
        do {
            if runs[id] == nil {
                if let known = try reader.run(id) {
                    if known.state.isSettled {
                        return finishChild(intent.id, id, known.state)
                    }
                } else {
                    var request = RunRequest(
                        pipeline: try options.pipeline(name), params: params, logicalDate: date,
                        trigger: trigger, by: "\(intent.id.run)/\(intent.id.task)")
                    request.id = id
                    _ = try makeRun(request)
                }
            }
            AttemptLog.note("runs pipeline \(name): \(id)", in: intent.log)
            beside.children[id] = intent.id
            beside.childOf[intent.id] = id
        } catch let error as any UserFacingError {
            refuse(intent.id, error.sentences)
        } catch {
            refuse(intent.id, "\(error)")
        }
    }

    /// A run has ended; the task that waited for it ends as well.
    func childEnded(_ run: RunID, _ state: RunState) {
        beside.sensors.lookAtRuns()
        guard let id = beside.children.removeValue(forKey: run) else { return }
        beside.childOf[id] = nil
        finishChild(id, run, state)
    }

    private func finishChild(_ id: AttemptID, _ run: RunID, _ state: RunState) {
        if let intent = intents[id] {
            AttemptLog.note("ended as \(state.rawValue)", in: intent.log)
        }
        let outcome: AttemptOutcome =
            switch state {
            case .success: .exited(code: 0)
            case .cancelled: .failed(reason: "run \(run) was cancelled")
            default: .failed(reason: "run \(run) failed")
            }
        receive(.ended(id, outcome, at: SystemClock.now()))
    }

    /// Ends the run that an attempt waits for; its own end follows.
    func endChild(of id: AttemptID) {
        guard let run = beside.childOf[id], scheduler.isActive(run) else { return }
        handle(
            .runCancelRequested(run, by: "\(id.run)/\(id.task)", at: SystemClock.now()))
    }
}

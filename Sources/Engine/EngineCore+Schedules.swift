import Domain
import Runners
import SchedulerCore
import Store

/// Making the runs that schedules bring.
extension EngineCore {
    func follow(_ pipelines: [ScheduledPipeline]) {
        do {
            let last = try reader.lastTicks()
            let paused = Set(pipelines.map(\.pipeline.name).filter { scheduler.isPaused($0) })
            var active: [PipelineName: Int] = [:]
            for id in scheduler.activeRuns {
                guard let creation = runs[id]?.creation, creation.trigger != .backfill else {
                    continue
                }
                active[creation.pipeline, default: 0] += 1
            }
            ticker.set(pipelines, now: SystemClock.now()) { name in
                SchedulePlanner.Past(
                    last: last[name], activeRuns: active[name] ?? 0, isPaused: paused.contains(name)
                )
            }
        } catch {
            for scheduled in pipelines {
                updates.send(
                    .refusedSchedule(
                        scheduled.pipeline.name, SystemClock.now(), reason: "\(error)"))
            }
        }
    }

    /// Makes the runs whose time has come; later, where the state cannot be written now.
    func tick() {
        guard closing == nil, stall == nil else { return }
        for (pipeline, run) in ticker.takeDue(at: SystemClock.now()) {
            do {
                let known = try reader.runs(of: pipeline.name, for: run.logicalDate, .scheduled)
                guard known.isEmpty else {
                    ticker.settled(pipeline.name)
                    continue
                }
                var request = RunRequest(
                    pipeline: pipeline, logicalDate: run.logicalDate, trigger: .scheduled,
                    by: "schedule")
                request.dataInterval = DataStretch(
                    start: run.dataIntervalStart, end: run.dataIntervalEnd)
                _ = try makeRun(request)
            } catch {
                ticker.settled(pipeline.name)
                let reason = (error as? any UserFacingError)?.problem ?? "\(error)"
                updates.send(.refusedSchedule(pipeline.name, run.logicalDate, reason: reason))
            }
        }
    }

    /// Lets the planner know how many runs of each pipeline are active.
    func noteForSchedules(_ event: SchedulerEvent, _ changes: [SchedulerChange]) {
        if case .pipelinePaused(let name, let isPaused, _, _) = event {
            ticker.setPaused(name, isPaused)
        }
        for case .runState(let id, let state, _) in changes {
            if state.isSettled { noteForBackfills(settled: id) }
            guard let creation = runs[id]?.creation, creation.trigger != .backfill else { continue }
            switch state {
            case .queued:
                // A scheduled run was counted when it was taken from the planner.
                if case .runCreated = event, creation.trigger == .scheduled { continue }
                ticker.began(creation.pipeline)
            case .running: break
            case .success, .failed, .cancelled: ticker.settled(creation.pipeline)
            }
        }
    }
}

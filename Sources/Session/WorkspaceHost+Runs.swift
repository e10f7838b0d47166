public import Domain
public import Engine
public import SchedulerCore
public import Store
import Synchronization
import Workspace

extension WorkspaceHost {
    /// Makes a run of a pipeline of the workspace.
    ///
    /// - Throws: A `UserFacingError`: no such pipeline, problems in its file, or what the engine
    ///   refuses.
    public func trigger(_ name: PipelineName, params: [String: String]) async throws -> RunID {
        let result = try await perform(
            .trigger(name, file: nil, params: params, logicalDate: nil))
        guard let run = result.run else { throw EngineError.closed }
        return run
    }

    /// What a person asks for: a run of `pipeline` for the data of its time.
    public func request(
        for pipeline: Pipeline, params: [String: String], logicalDate: Instant? = nil
    ) -> RunRequest {
        var request = RunRequest(
            pipeline: pipeline, params: params, logicalDate: logicalDate, by: person)
        if pipeline.timing.dataInterval != .point,
            let timetable = try? Schedules.timetable(of: pipeline)
        {
            let interval = timetable.manualInterval(at: logicalDate ?? Clock.now())
            request.dataInterval = DataStretch(start: interval.start, end: interval.end)
        }
        return request
    }

    /// Cancels every active run, and waits until their tasks have ended.
    public func cancelActiveRuns() async {
        // A viewer leaves the owner's runs alone.
        guard let engine else { return }
        for run in (try? reader.openRuns()) ?? [] {
            try? await engine.cancel(run.id, by: person)
        }
        await finishActiveRuns()
    }

    /// Waits until no run is active any more; with nobody watching that is how the work ends.
    public func finishActiveRuns() async {
        while let run = try? reader.openRuns().first {
            guard let engine, (try? await engine.waitUntilSettled(run.id)) != nil else { return }
        }
    }
}

/// Hears how a run goes on.
public protocol RunObserver: Sendable {
    mutating func began(_ run: RunID)
    mutating func changed(_ task: TaskID, to state: TaskState, _ detail: TaskDetail)
    mutating func ended(_ run: RunRow)
    /// Nothing new starts until ``resumed()``: the state cannot be written.
    mutating func stalled(_ error: StoreError)
    mutating func resumed()
    /// What a person asked for was done.
    mutating func did(_ summary: String)
    /// A hook asks for attention; nil: the bell alone.
    mutating func attention(_ text: String?)
    /// The log of an attempt lacks something.
    mutating func logIncomplete(_ attempt: AttemptID, reason: String)
}

extension WorkspaceHost {
    /// Makes a run and returns when it has ended; an interrupt (SIGINT, SIGTERM) cancels it.
    ///
    /// - Throws: A `UserFacingError` where the run could not be made.
    public func run(_ request: RunRequest, observer: some RunObserver) async throws -> RunRow {
        if let cycle = workspace.cycle(from: request.pipeline) { throw cycle }
        return try await follow(observer) { try await $0.trigger(request) }
    }

    /// Runs tasks of a run again and returns when it has ended; an interrupt cancels it.
    ///
    /// - Throws: A `UserFacingError` where there is nothing to run again.
    public func clear(
        _ run: RunID, _ scope: ClearScope, observer: some RunObserver
    ) async throws -> RunRow {
        var observer = observer
        return try await follow(observer) { [self] _ in
            observer.did(try await perform(.clear(run, scope)).summary)
            return run
        }
    }

    /// Follows the run that `begin` begins to its end.
    private func follow(
        _ observer: some RunObserver, begin: (Engine) async throws -> RunID
    ) async throws -> RunRow {
        guard let engine else { throw EngineError.closed }
        let updates = engine.subscribe(keeping: .max)
        // Watched before anything runs: else a signal could end this process and leave the tasks.
        let interruption = Interruption()
        let interrupts = Interrupts { [person] in
            guard let id = interruption.note() else { return }
            Task { try? await engine.cancel(id, by: person) }
        }
        defer { interrupts.stop() }
        let id = try await begin(engine)
        if interruption.isNoted(once: id) { try? await engine.cancel(id, by: person) }
        var observer = observer
        for finding in engine.findings { observer.attention(finding) }
        observer.began(id)
        for await update in updates {
            switch update {
            case .advanced(_, let changes): report(changes, of: id, to: &observer)
            case .stalled(let error): observer.stalled(error)
            case .resumed: observer.resumed()
            case .logIncomplete(let attempt, let reason) where attempt.run == id:
                observer.logIncomplete(attempt, reason: reason)
            case .attention(let text): observer.attention(text)
            case .logIncomplete, .refusedSchedule: break
            }
            if update.settles(id) { break }
        }
        guard let row = try reader.run(id) else { throw EngineError.unknownRun(id) }
        observer.ended(row)
        return row
    }

    private func report(
        _ changes: [SchedulerChange], of run: RunID, to observer: inout some RunObserver
    ) {
        for change in changes {
            if case .taskState(run, let task, let state, let detail) = change {
                observer.changed(task, to: state, detail)
            }
        }
    }
}

extension EngineUpdate {
    /// Whether `run` has come to its end with this.
    fileprivate func settles(_ run: RunID) -> Bool {
        guard case .advanced(_, let changes) = self else { return false }
        return changes.contains { change in
            if case .runState(run, let state, _) = change { state.isSettled } else { false }
        }
    }
}

/// An interrupt may come before there is a run to be cancelled.
private final class Interruption: Sendable {
    private let state = Mutex<(run: RunID?, wasNoted: Bool)>((nil, false))

    /// The run to cancel; nil while there is none.
    func note() -> RunID? {
        state.withLock { state in
            state.wasNoted = true
            return state.run
        }
    }

    /// Whether an interrupt came before `run` was there; later ones are told of it.
    func isNoted(once run: RunID) -> Bool {
        state.withLock { state in
            state.run = run
            return state.wasNoted
        }
    }
}

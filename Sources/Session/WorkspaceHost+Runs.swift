public import Domain
public import Engine
public import SchedulerCore
import Store
import Workspace

extension WorkspaceHost {
    /// Makes a run of a pipeline of the workspace.
    ///
    /// - Throws: A `UserFacingError`: no such pipeline, problems in its file, or what the engine
    ///   refuses.
    public func trigger(_ name: PipelineName, params: [String: String]) async throws -> RunID {
        guard let entry = workspace.entry(named: name) else {
            throw WorkspaceError.unknownPipeline(
                name.name,
                nearest: nearestName(to: name.name, among: workspace.entries.map(\.name.name)),
                known: workspace.entries.map(\.name.name))
        }
        guard let pipeline = entry.pipeline else {
            if let problem = entry.problems.first { throw problem }
            throw WorkspaceError.notAFile(entry.file)
        }
        return try await engine.trigger(
            RunRequest(pipeline: pipeline, params: params, by: person))
    }

    /// Waits until no run is active any more; with nobody watching that is how the work ends.
    public func finishActiveRuns() async {
        while let run = try? reader.openRuns().first {
            guard (try? await engine.waitUntilSettled(run.id)) != nil else { return }
        }
    }
}

/// Hears how a run goes on.
public protocol RunObserver: Sendable {
    mutating func began(_ run: RunID)
    mutating func changed(_ task: TaskID, to state: TaskState, _ detail: TaskDetail)
    mutating func ended(_ run: RunRow)
}

extension WorkspaceHost {
    /// Makes a run and returns when it has ended; an interrupt (SIGINT, SIGTERM) cancels it.
    ///
    /// - Throws: A `UserFacingError` where the run could not be made.
    public func run(_ request: RunRequest, observer: some RunObserver) async throws -> RunRow {
        let updates = engine.subscribe(keeping: .max)
        let id = try await engine.trigger(request)
        let interrupts = Interrupts { [engine, person] in
            Task { try? await engine.cancel(id, by: person) }
        }
        defer { interrupts.stop() }
        var observer = observer
        observer.began(id)
        for await update in updates {
            guard case .advanced(_, let changes) = update else { continue }
            var hasEnded = false
            for change in changes {
                switch change {
                case .taskState(id, let task, let state, let detail):
                    observer.changed(task, to: state, detail)
                case .runState(id, let state, _): hasEnded = hasEnded || state.isSettled
                default: break
                }
            }
            if hasEnded { break }
        }
        guard let row = try reader.run(id) else { throw EngineError.unknownRun(id) }
        observer.ended(row)
        return row
    }
}

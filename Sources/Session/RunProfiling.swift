public import Domain
import Glibc
import PipelineFiles
public import RunProfiles
import SchedulerCore
public import Store
public import Workspace

/// Profiles of runs, from what the store holds of them.
public enum RunProfiling {
    /// Where the time of a run went, beside the last `past` ones of its pipeline that succeeded. Reads
    /// the events of the run and a row for each task of those before.
    ///
    /// - Throws: `StoreError`, also where a part of the run is damaged; ``RunProfilingError``.
    public static func profile(
        _ run: RunRow, from reader: StoreReader, past count: Int = 10, capacity: Int?
    ) throws -> RunProfile {
        guard let creation = try reader.creation(of: run.id) else {
            throw RunProfilingError.noPlan(run.id)
        }
        let record = RunRecord(
            run: run, plan: creation.plan, tasks: try reader.tasks(of: run.id),
            attempts: try reader.attempts(of: run.id),
            events: try reader.events(of: run.id).map(\.event))
        let past = try reader.runs(before: run.id, limit: count).compactMap { row -> PastRun? in
            guard let start = row.startedAt, let end = row.endedAt else { return nil }
            return PastRun(
                run: row.id, elapsed: end.since(start), tasks: try reader.lengths(of: row.id))
        }
        return RunProfile(record, past: past, capacity: capacity, at: Clock.now())
    }

    /// The slots that the tasks of a workspace share.
    public static func capacity(of workspace: Workspace?) -> Int {
        workspace?.settings.parallelism ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}

/// Why a run cannot be profiled.
public enum RunProfilingError: UserFacingError {
    case noPlan(RunID)

    public var problem: String {
        switch self {
        case .noPlan(let run): "What run \(run) was made of is not in the state any more."
        }
    }

    public var remedy: String { "'spillway doctor' says whether the state is damaged." }
}

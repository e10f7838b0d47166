/// Where a task stands in one run; the words and their meaning are Airflow's.
public enum TaskState: String, Sendable, CaseIterable {
    /// Created; what it needs has not settled.
    case none
    /// May run; waits for a slot.
    case scheduled
    /// Has a slot; its process is being started.
    case queued
    case running
    /// Cleared while running: is being ended, then becomes runnable again.
    case restarting
    /// The last attempt failed; another follows after a delay.
    case upForRetry = "up_for_retry"
    case upForReschedule = "up_for_reschedule"
    case deferred
    case success
    case skipped
    case failed
    /// Never ran because an ancestor failed.
    case upstreamFailed = "upstream_failed"
    case removed

    /// Whether nothing more happens to the task by itself.
    public var isSettled: Bool {
        switch self {
        case .success, .skipped, .failed, .upstreamFailed, .removed: true
        default: false
        }
    }

    /// Whether the state counts as a failure for those that need the task.
    public var isFailure: Bool { self == .failed || self == .upstreamFailed }

    /// Whether the task holds a slot of its pool.
    public var holdsSlot: Bool { self == .queued || self == .running || self == .restarting }
}

/// Where a run stands.
public enum RunState: String, Sendable, CaseIterable {
    /// Created; waits for an earlier run of its pipeline to end, or for the pipeline to be resumed.
    case queued
    case running
    case success
    case failed
    /// Ended by a person before it was done; its open tasks are skipped.
    case cancelled

    /// Whether the run has ended.
    public var isSettled: Bool { self != .queued && self != .running }
}

/// Why a run was made; also the first word of its id, as in Airflow.
public enum RunTrigger: String, Sendable, CaseIterable {
    case manual, scheduled, backfill
    case assetTriggered = "asset_triggered"
    /// By a task of another pipeline.
    case pipelineTriggered = "pipeline_triggered"

    /// The id of a run of this kind for `logicalDate`: `manual__2026-01-02T03:04:05+00:00`.
    public func runID(logicalDate: Instant) -> RunID {
        RunID(rawValue + "__" + logicalDate.airflowTimestamp)
    }
}

/// When a task may run, judged on the states of the tasks it needs directly (Airflow's words).
public enum TriggerRule: String, Sendable, CaseIterable {
    case allSuccess = "all_success"
    case allFailed = "all_failed"
    case allDone = "all_done"
    case allDoneMinOneSuccess = "all_done_min_one_success"
    case allDoneSetupSuccess = "all_done_setup_success"
    case allSkipped = "all_skipped"
    case oneSuccess = "one_success"
    case oneFailed = "one_failed"
    case oneDone = "one_done"
    case noneFailed = "none_failed"
    case noneFailedMinOneSuccess = "none_failed_min_one_success"
    case noneSkipped = "none_skipped"
    case always
}

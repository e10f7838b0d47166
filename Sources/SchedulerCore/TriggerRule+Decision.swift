import Domain

/// How many of a task's direct upstreams stand where.
struct UpstreamCounts: Hashable, Sendable {
    var success: Int32 = 0
    var failed: Int32 = 0
    var upstreamFailed: Int32 = 0
    var skipped: Int32 = 0
    var unfinished: Int32 = 0

    /// Counts an upstream that has settled as `state`; `removed` ones are finished, nothing more.
    mutating func settle(_ state: TaskState) { shift(state, by: 1) }

    /// Undoes ``settle(_:)``: the upstream was cleared.
    mutating func reopen(_ state: TaskState) { shift(state, by: -1) }

    private mutating func shift(_ state: TaskState, by step: Int32) {
        switch state {
        case .success: success += step
        case .failed: failed += step
        case .upstreamFailed: upstreamFailed += step
        case .skipped: skipped += step
        case .removed: break
        default: return
        }
        unfinished -= step
    }
}

/// What a trigger rule makes of a task.
enum TriggerDecision: Hashable, Sendable {
    case wait, run, skip, upstreamFailed
}

extension TriggerRule {
    /// What becomes of a task whose direct upstreams stand at `counts`.
    ///
    /// Airflow 3.3's rules with their order of precedence and early decisions; never `wait` once
    /// nothing is unfinished. ``allDoneSetupSuccess`` equals ``allDone``, as there are no setups.
    func decision(for counts: UpstreamCounts) -> TriggerDecision {
        let failures = counts.failed + counts.upstreamFailed
        let finished = counts.success + failures + counts.skipped
        let isDone = counts.unfinished == 0
        // A task without upstreams (or with removed ones only) always passes.
        if finished == 0, isDone { return .run }
        switch self {
        case .allSuccess:
            if failures > 0 { return .upstreamFailed }
            if counts.skipped > 0 { return .skip }
            return isDone ? .run : .wait
        case .allFailed:
            if counts.success > 0 || counts.skipped > 0 { return .skip }
            return isDone ? .run : .wait
        case .allDone, .allDoneSetupSuccess:
            return isDone ? .run : .wait
        case .allDoneMinOneSuccess:
            if counts.skipped > 0 { return .skip }
            guard isDone else { return .wait }
            return counts.success > 0 ? .run : .upstreamFailed
        case .allSkipped:
            if counts.success > 0 || failures > 0 { return .skip }
            return isDone ? .run : .wait
        case .oneSuccess:
            if counts.success > 0 { return .run }
            guard isDone else { return .wait }
            return failures > 0 ? .upstreamFailed : .skip
        case .oneFailed:
            if failures > 0 { return .run }
            return isDone ? .skip : .wait
        case .oneDone:
            if counts.success > 0 || counts.failed > 0 { return .run }
            return isDone ? .skip : .wait
        case .noneFailed:
            if failures > 0 { return .upstreamFailed }
            return isDone ? .run : .wait
        case .noneFailedMinOneSuccess:
            if failures > 0 { return .upstreamFailed }
            guard isDone else { return .wait }
            return counts.success > 0 ? .run : .skip
        case .noneSkipped:
            if counts.skipped > 0 { return .skip }
            return isDone ? .run : .wait
        case .always:
            return .run
        }
    }

    /// The note of a task that the rule skipped. Literals, so that long cascades allocate nothing.
    var skipNote: String {
        switch self {
        case .allSuccess: "skipped by trigger rule all_success"
        case .allFailed: "skipped by trigger rule all_failed"
        case .allDone: "skipped by trigger rule all_done"
        case .allDoneMinOneSuccess: "skipped by trigger rule all_done_min_one_success"
        case .allDoneSetupSuccess: "skipped by trigger rule all_done_setup_success"
        case .allSkipped: "skipped by trigger rule all_skipped"
        case .oneSuccess: "skipped by trigger rule one_success"
        case .oneFailed: "skipped by trigger rule one_failed"
        case .oneDone: "skipped by trigger rule one_done"
        case .noneFailed: "skipped by trigger rule none_failed"
        case .noneFailedMinOneSuccess: "skipped by trigger rule none_failed_min_one_success"
        case .noneSkipped: "skipped by trigger rule none_skipped"
        case .always: "skipped by trigger rule always"
        }
    }
}

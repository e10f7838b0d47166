import Domain

extension SchedulerEvent {
    /// When it happened.
    var instant: Instant {
        switch self {
        case .runCreated(_, let at), .attemptStarted(_, _, let at), .attemptEnded(_, _, let at, _),
            .outputsWritten(_, _, let at), .timerFired(_, let at),
            .runCancelRequested(_, _, let at),
            .taskCancelRequested(_, _, _, let at), .tasksCleared(_, _, _, let at),
            .pipelinePaused(_, _, _, let at), .tasksMarked(_, _, _, let at),
            .pastMet(_, _, let at), .backfillCreated(_, let at),
            .backfillAdvanced(_, _, _, let at), .backfillChanged(_, _, _, let at),
            .admission(_, let at), .runRevised(_, _, _, let at):
            at
        }
    }

    /// The run it is about; nil where it is about a pipeline.
    var run: RunID? {
        switch self {
        case .runCreated(let creation, _): creation.id
        case .attemptStarted(let attempt, _, _), .attemptEnded(let attempt, _, _, _): attempt.run
        case .timerFired(.retry(let run, _), _): run
        case .timerFired(.timeout(let attempt), _), .outputsWritten(let attempt, _, _): attempt.run
        case .timerFired(.runTimeout(let run), _), .timerFired(.deadline(let run), _),
            .timerFired(.wait(let run, _), _):
            run
        case .runCancelRequested(let run, _, _), .taskCancelRequested(let run, _, _, _),
            .tasksCleared(let run, _, _, _), .tasksMarked(let run, _, _, _),
            .pastMet(let run, _, _), .runRevised(let run, _, _, _):
            run
        case .pipelinePaused, .timerFired(.pool, _), .backfillCreated, .backfillAdvanced,
            .backfillChanged, .admission:
            nil
        }
    }
}

extension SchedulerEvent {
    /// Who brought it about; nil for what happened by itself.
    public var person: String? {
        switch self {
        case .runCreated(let creation, _): creation.person.isEmpty ? nil : creation.person
        case .runCancelRequested(_, let person, _), .taskCancelRequested(_, _, let person, _),
            .tasksCleared(_, _, let person, _), .tasksMarked(_, _, let person, _),
            .pipelinePaused(_, _, let person, _), .backfillChanged(_, _, let person, _),
            .runRevised(_, _, let person, _):
            person
        case .backfillCreated(let backfill, _): backfill.person
        case .attemptStarted, .attemptEnded, .outputsWritten, .timerFired, .pastMet,
            .backfillAdvanced, .admission:
            nil
        }
    }
}

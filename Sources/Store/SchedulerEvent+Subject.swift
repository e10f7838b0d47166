public import Domain
public import SchedulerCore

extension SchedulerEvent {
    /// The run that the event belongs to; nil for those of a pipeline.
    public var run: RunID? {
        switch self {
        case .runCreated(let creation, _): creation.id
        case .attemptStarted(let id, _, _), .attemptEnded(let id, _, _, _): id.run
        case .timerFired(.retry(let run, _), _): run
        case .timerFired(.timeout(let id), _), .outputsWritten(let id, _, _): id.run
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

    /// When it happened.
    public var at: Instant {
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
}

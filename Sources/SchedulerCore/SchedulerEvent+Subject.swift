import Domain

extension SchedulerEvent {
    /// When it happened.
    var instant: Instant {
        switch self {
        case .runCreated(_, let at), .attemptStarted(_, _, let at), .attemptEnded(_, _, let at),
            .timerFired(_, let at), .runCancelRequested(_, _, let at),
            .taskCancelRequested(_, _, _, let at), .tasksCleared(_, _, _, let at),
            .pipelinePaused(_, _, _, let at):
            at
        }
    }

    /// The run it is about; nil where it is about a pipeline.
    var run: RunID? {
        switch self {
        case .runCreated(let creation, _): creation.id
        case .attemptStarted(let attempt, _, _), .attemptEnded(let attempt, _, _): attempt.run
        case .timerFired(.retry(let run, _), _): run
        case .timerFired(.timeout(let attempt), _): attempt.run
        case .runCancelRequested(let run, _, _), .taskCancelRequested(let run, _, _, _),
            .tasksCleared(let run, _, _, _):
            run
        case .pipelinePaused: nil
        }
    }
}

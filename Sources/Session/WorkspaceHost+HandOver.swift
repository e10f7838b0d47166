public import Domain
import Engine
import SchedulerCore
import Store
import Synchronization

/// Runs that another process works on, because it owns the state.
extension WorkspaceHost {
    /// Asks the owner for a run of a pipeline, or for tasks of one to be run again, and follows that
    /// run by what is written of it until it has ended. Where the owner goes, this process takes its
    /// place and goes on with the run.
    ///
    /// An interrupt (SIGINT, SIGTERM) asks the owner to cancel the run; a second one leaves it alone.
    ///
    /// - Parameter cleared: the run whose tasks are run again.
    /// - Returns: the run as it ended, or as it stands where it was left alone.
    /// - Throws: A `UserFacingError` where there is nothing to run; `CancellationError` where an
    ///   interrupt came before there was a run.
    public func handOver(
        _ action: OperatorAction, clearing cleared: RunID? = nil, observer: some RunObserver
    ) async throws -> RunRow {
        let (bell, ring) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        var follower = RunFollower(observer: observer)
        if let cleared { follower.pass(over: try rows(of: cleared)) }
        // Before anything is done: what a hook says of a quick task comes at once.
        let notices = try NoticeWatch(folder) { ring.yield() }
        defer { notices.stop() }
        let asking = Task { try await perform(action) }
        let wish = Interruption()
        let interrupts = Interrupts { [self] in
            switch wish.note() {
            case .beforeRun: asking.cancel()
            case .first(let run): Task { try? await perform(.cancel(run, [])) }
            case .again: ring.finish()
            }
        }
        defer { interrupts.stop() }
        let result: OperatorResult
        do {
            result = try await asking.value
        } catch {
            throw asking.isCancelled ? CancellationError() : error
        }
        guard let run = result.run ?? cleared else { throw EngineError.closed }
        if wish.isNoted(once: run) { Task { try? await perform(.cancel(run, [])) } }
        follower.observer.began(run)
        let watch = try StoreWatch(folder, reader) { ring.yield() }
        defer { watch.stop() }
        for await _ in bell {
            let row = try reader.run(run)
            follower.look(at: try rows(of: run))
            for notice in notices.news() { follower.observer.attention(notice.text) }
            if let row, row.state.isSettled {
                follower.observer.ended(row)
                return row
            }
            // A crowd of commits is looked at together. A cancelled wait only looks early.
            try? await Task.sleep(for: .milliseconds(ChangeBell.interval))
        }
        guard let row = try reader.run(run) else { throw EngineError.unknownRun(run) }
        return row
    }

    private func rows(of run: RunID) throws -> [TaskID: TaskRow] {
        Dictionary(try reader.tasks(of: run).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }
}

/// Tells an observer what has changed between two looks at the tasks of a run.
private struct RunFollower<Observer: RunObserver> {
    var observer: Observer
    /// As they were at the last look.
    private var seen: [TaskID: TaskRow] = [:]
    /// The newest attempt of each task whose beginning was told.
    private var told: [TaskID: Int] = [:]

    init(observer: Observer) { self.observer = observer }

    /// Takes what was there before for known.
    mutating func pass(over rows: [TaskID: TaskRow]) {
        seen = rows
        told = rows.mapValues(\.attemptCount)
    }

    mutating func look(at rows: [TaskID: TaskRow]) {
        let changed = rows.values.filter { row in
            let before = seen[row.id]
            return before?.state != row.state || before?.attemptCount != row.attemptCount
        }
        for row in changed.sorted(by: { ($0.moment, $0.id.name) < ($1.moment, $1.id.name) }) {
            if row.attemptCount > told[row.id] ?? 0, row.hasBegun, let begun = row.startedAt {
                told[row.id] = row.attemptCount
                if row.state != .running {
                    observer.changed(row.id, to: .running, row.detail(at: begun, note: nil))
                }
            }
            observer.changed(row.id, to: row.state, row.detail(at: row.moment, note: row.note))
        }
        seen = rows
    }
}

extension TaskRow {
    /// When it came to its state, as far as that is told.
    fileprivate var moment: Instant { endedAt ?? startedAt ?? Clock.now() }

    /// Whether its newest attempt has, where it has any: queued is only meant to.
    fileprivate var hasBegun: Bool {
        switch state {
        case .none, .scheduled, .queued: false
        default: attemptCount > 0
        }
    }

    fileprivate func detail(at: Instant, note: String?) -> TaskDetail {
        TaskDetail(at: at, attemptCount: attemptCount, note: note, retryAt: retryAt)
    }
}

/// What interrupts meant so far.
private final class Interruption: Sendable {
    enum Meaning {
        case beforeRun
        case first(RunID)
        case again
    }

    private let state = Mutex<(run: RunID?, count: Int)>((nil, 0))

    func note() -> Meaning {
        state.withLock { state in
            state.count += 1
            guard let run = state.run else { return .beforeRun }
            return state.count == 1 ? .first(run) : .again
        }
    }

    /// Whether an interrupt came before `run` was there; later ones are told of it.
    func isNoted(once run: RunID) -> Bool {
        state.withLock { state in
            state.run = run
            return state.count > 0
        }
    }
}

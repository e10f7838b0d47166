import Dispatch
public import Domain
import Foundation
import Store
import Synchronization

/// Runs the pipelines of one workspace: the only owner of its state, on a thread of its own.
///
/// Every call returns when what it brought about is on the disk. While the disk is full nothing new
/// is started, new requests are refused, and what happens is kept until it can be written.
public final class Engine: Sendable {
    private let inbox: Inbox
    private let updates: Updates
    /// What people should know of the state as it was found: that it lost its end, or that something
    /// else changed it. In words; what is found later is an ``EngineUpdate/attention(text:)``.
    public let findings: [String]

    private let hooks: HookQueue

    private init(inbox: Inbox, updates: Updates, findings: [String], hooks: HookQueue) {
        self.inbox = inbox
        self.updates = updates
        self.findings = findings
        self.hooks = hooks
    }

    /// How many occasions' hooks are to be carried out still, or just being; ``shutDown(_:)`` waits
    /// for them.
    public var openHooks: Int { hooks.count }

    /// Ends the thread of an engine that nobody uses any more, as `shutDown(terminating: false)`.
    deinit { _ = inbox.send(.shutDown(.leaving) { _ in }) }

    /// Opens the state folder, takes up the runs left open in it, and starts the thread.
    ///
    /// - Throws: ``StoreError`` (another owner, unusable folder …) or `RunnerError`.
    public static func open(_ options: EngineOptions) throws -> Engine {
        let opened = Mutex<Result<(Inbox, [String], HookQueue), any Error>?>(nil)
        let isOpened = DispatchSemaphore(value: 0)
        let updates = Updates(board: NoticeBoard(options.folder))
        @Sendable func serve() -> EngineCore.Ending? {
            do {
                let core = try EngineCore(options, updates: updates)
                opened.withLock { $0 = .success((core.inbox, core.findings, core.beside.hooks)) }
                isOpened.signal()
                return core.run()
            } catch {
                opened.withLock { $0 = .failure(error) }
                isOpened.signal()
                return nil
            }
        }
        let thread = Thread {
            // The core is gone by then, and with it the journal of its runner: the next engine may
            // open both.
            var ending = serve()
            ending?.lock = nil
            for answer in ending?.answers ?? [] { answer(.success(())) }
            updates.finish()
        }
        thread.name = "engine"
        thread.start()
        isOpened.wait()
        guard let result = opened.withLock({ $0 }) else { throw EngineError.closed }
        let (inbox, findings, hooks) = try result.get()
        return Engine(inbox: inbox, updates: updates, findings: findings, hooks: hooks)
    }

    /// What happens from now on, each after it is on the disk. Someone who does not keep up misses
    /// the oldest of more than `limit`; the stream ends when the engine is shut down.
    public func subscribe(keeping limit: Int = 1_024) -> AsyncStream<EngineUpdate> {
        updates.subscribe(keeping: limit)
    }

    /// Makes a run; it starts at once where the limits allow.
    ///
    /// - Throws: ``EngineError``, or ``StoreError`` while the state cannot be written.
    public func trigger(_ request: RunRequest) async throws -> RunID {
        try await ask { .trigger(request, $0) }
    }

    /// Ends a run: running tasks are ended, open ones skipped.
    public func cancel(_ run: RunID, by person: String) async throws {
        try await ask { .cancel(run, nil, person: person, $0) }
    }

    /// Ends one task of a run; it settles as failed without a retry.
    public func cancel(_ run: RunID, _ task: TaskID, by person: String) async throws {
        try await ask { .cancel(run, task, person: person, $0) }
    }

    /// Runs the failed tasks of a run again, and everything downstream of them; with the
    /// definition that the run was made of.
    public func rerunFailed(_ run: RunID, by person: String) async throws {
        try await ask { .clear(run, .failed, person: person, $0) }
    }

    /// Runs these tasks of a run again; a settled run opens again.
    public func clear(_ run: RunID, _ tasks: [TaskID], by person: String) async throws {
        try await ask { .clear(run, .tasks(tasks), person: person, $0) }
    }

    /// Stops a pipeline from getting slots and scheduled runs, or lets it go on.
    public func setPaused(
        _ pipeline: PipelineName, _ isPaused: Bool, by person: String
    ) async throws {
        try await ask { .setPaused(pipeline, isPaused, person: person, $0) }
    }

    /// Follows these schedules from now on, and no others.
    ///
    /// - Parameter consumers: pipelines that start when their assets were made anew.
    public func setPipelines(_ pipelines: [ScheduledPipeline], consumers: [Pipeline] = []) {
        _ = inbox.send(.setPipelines(pipelines, consumers: consumers))
    }

    /// When each pipeline that has a schedule is due next.
    public func nextTicks() async throws -> [PipelineName: Instant] {
        try await ask { .nextTicks($0) }
    }

    /// Waits until a run has ended.
    ///
    /// - Throws: ``EngineError/unknownRun(_:)``, or `closed` when the engine is shut down before.
    public func waitUntilSettled(_ run: RunID) async throws -> RunState {
        try await ask { .waitUntilSettled(run, $0) }
    }

    /// Ends the engine's thread; afterwards every call throws ``EngineError/closed``.
    ///
    /// - Parameter isTerminating: first ends every task that runs and records how it ended, which
    ///   takes the grace at most. Otherwise they go on without an owner; the next engine on this
    ///   state folder waits for them.
    public func shutDown(terminating isTerminating: Bool) async {
        await shutDown(isTerminating ? .terminating : .leaving)
    }

    /// The same, with one more way.
    public func shutDown(_ manner: ShutDown) async {
        _ = try? await ask { (answer: @escaping Inbox.Answer<Void>) in
            .shutDown(manner, answer)
        }
    }

    /// What becomes of what runs when the engine ends.
    public enum ShutDown: Hashable, Sendable {
        /// It is ended first.
        case terminating
        /// It goes on; the next engine takes it up.
        case leaving
    }

    func send(_ message: Inbox.Message) { _ = inbox.send(message) }

    func ask<Value: Sendable>(
        _ message: (@escaping Inbox.Answer<Value>) -> Inbox.Message
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isSent = inbox.send(message { continuation.resume(with: $0) })
            if !isSent { continuation.resume(throwing: EngineError.closed) }
        }
    }
}

import Dispatch
import Foundation
import Runners
import Store
import Synchronization

/// Appends to the store, on a thread of its own or at once: while the disk works, the engine goes
/// on starting and reaping what was decided before. One batch at a time, in order.
final class CommitThread: Sendable {
    typealias Outcome = Result<Int64, StoreError>

    private enum Job: Sendable {
        case append([StoreEntry])
        case stop
    }

    private let writer: Mutex<StoreWriter>
    /// What people should know of the state file as it was found; in words.
    let findings: [String]
    private let job = Mutex<Job?>(nil)
    private let outcome = Mutex<Outcome?>(nil)
    private let hasAppended = Mutex(false)
    private let isWanted = DispatchSemaphore(value: 0)
    private let isDone = DispatchSemaphore(value: 0)

    /// `wake` is signalled when a batch is done.
    init(_ folder: StateFolder, wake: WakeSignal) throws {
        let opened = try StoreWriter(folder)
        findings = opened.findings
        writer = Mutex(opened)
        let thread = Thread { [self] in
            while true {
                isWanted.wait()
                switch job.withLock({ $0.take() }) {
                case .append(let entries):
                    let result = appendNow(entries)
                    outcome.withLock { $0 = result }
                    isDone.signal()
                    wake.signal()
                case .stop: return
                // Wanted by the first append.
                case nil: writer.withLock { $0.prepareLog() }
                }
            }
        }
        thread.start()
    }

    /// See ``StoreWriter/lookLater(_:)``.
    func lookLater(_ tell: @escaping @Sendable (String) -> Void) {
        writer.withLock { $0.lookLater(tell) }
    }

    /// Appends on the caller's thread.
    ///
    /// - Precondition: no batch is under way.
    func appendNow(_ entries: [StoreEntry]) -> Outcome {
        writer.withLock { writer in
            if entries.isEmpty { return .success(writer.revision) }
            do throws(StoreError) {
                let revision = try writer.append(entries)
                prepareLogOnce()
                return .success(revision)
            } catch {
                return .failure(error)
            }
        }
    }

    /// Has the log given its space by the thread. That takes as long as many commits: neither who opens
    /// the state waits for it, nor the first commit.
    private func prepareLogOnce() {
        let isFirst = hasAppended.withLock { has in
            defer { has = true }
            return !has
        }
        if isFirst { isWanted.signal() }
    }

    /// Begins to append; the outcome is to be taken before the next batch.
    func append(_ entries: [StoreEntry]) {
        job.withLock { $0 = .append(entries) }
        isWanted.signal()
    }

    /// How the batch ended; nil while it is under way.
    func takeOutcome() -> Outcome? {
        guard isDone.wait(timeout: .now()) == .success else { return nil }
        return outcome.withLock { $0.take() }
    }

    /// Waits until the batch has ended.
    func waitForOutcome() -> Outcome? {
        isDone.wait()
        return outcome.withLock { $0.take() }
    }

    /// Ends the thread.
    ///
    /// - Precondition: no batch is under way.
    func stop() {
        job.withLock { $0 = .stop }
        isWanted.signal()
    }
}

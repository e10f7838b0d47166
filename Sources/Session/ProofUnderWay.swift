import Dispatch
import Synchronization

/// Whether a task is being run again to prove a finding; one at a time.
final class ProofUnderWay: Sendable {
    private enum State { case none, running, cancelled }

    /// A job is told to end and killed two seconds later; its end is noticed within a tenth of one.
    private static let patience = DispatchTimeInterval.seconds(3)

    private let state = Mutex(State.none)
    private let running = DispatchGroup()

    /// False where another one is under way.
    func begin() -> Bool {
        state.withLock { state in
            guard state == .none else { return false }
            state = .running
            running.enter()
            return true
        }
    }

    func end() {
        state.withLock { state in
            guard state != .none else { return }
            state = .none
            running.leave()
        }
    }

    func cancel() {
        state.withLock { if $0 == .running { $0 = .cancelled } }
    }

    var isCancelled: Bool { state.withLock { $0 == .cancelled } }

    /// Cancels what is under way and waits for its end, some seconds at most.
    func endAndWait() {
        cancel()
        _ = running.wait(timeout: .now() + Self.patience)
    }
}

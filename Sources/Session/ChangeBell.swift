import Synchronization
import Workbench

/// Tells the workbench that the store has advanced, at most ten times a second: the first change
/// at once, those that follow together.
final class ChangeBell: Sendable {
    /// Least time between two rings, in milliseconds.
    static let interval: Int64 = 100

    private struct State {
        var isWaiting = false
        var lastRing = Int64.min / 2
    }

    private let mailbox: Mailbox
    private let state = Mutex(State())

    init(mailbox: Mailbox) { self.mailbox = mailbox }

    func ring() {
        let delay: Int64? = state.withLock { state in
            guard !state.isWaiting else { return nil }
            state.isWaiting = true
            return max(0, state.lastRing + Self.interval - Clock.milliseconds())
        }
        guard let delay else { return }
        guard delay > 0 else { return post() }
        Task.detached { [self] in
            // A cancelled wait only rings early.
            try? await Task.sleep(for: .milliseconds(delay))
            post()
        }
    }

    private func post() {
        state.withLock { state in
            state.isWaiting = false
            state.lastRing = Clock.milliseconds()
        }
        mailbox.post(.storeAdvanced)
    }
}

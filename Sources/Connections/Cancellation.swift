import CProcess
import Glibc
import Synchronization

/// That a query is to stop: asked for on any thread, at any time.
///
/// One belongs to one call. Asked for before the call begins, the call does not begin; asked for
/// after it ended, nothing happens. So no request falls between two statements.
public final class Cancellation: Sendable {
    private struct State {
        var isRequested = false
        var hook: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// The same as `state.isRequested`, for the engine's inner loop.
    private let flag = Atomic(false)
    private let insistence = Atomic(false)

    public init() {}

    public var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Whether the query is to stop even where that costs the session what it holds in memory.
    public var isInsisted: Bool { insistence.load(ordering: .relaxed) }

    /// Asks the query to stop, whatever it costs; returns at once.
    ///
    /// Only DuckDB makes a difference: now and then it does not obey, and then the program that
    /// holds the session is ended. One that works on a file loses nothing by that, and is ended
    /// anyway; a database in memory goes with it, so that somebody must insist.
    public func insist() {
        insistence.store(true, ordering: .relaxed)
        cancel()
    }

    /// Asks the query to stop; returns at once.
    public func cancel() {
        flag.store(true, ordering: .relaxed)
        // Called under the lock: once `detach` has returned the hook is not running.
        state.withLock { state in
            state.isRequested = true
            state.hook?()
        }
    }

    /// Calls `hook` when the request comes, or now where it came already. It must be quick.
    func attach(_ hook: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.hook = hook
            if state.isRequested { hook() }
        }
    }

    /// Waits until the request comes or `seconds` have gone by; returns whether it came.
    public func wait(atMost seconds: Double) -> Bool {
        let wake = WakeDescriptor(self)
        var ready = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&ready, 1, Int32(clamping: Int(seconds * 1_000)))
        return isRequested
    }

    func detach() { state.withLock { $0.hook = nil } }
}

/// A descriptor that becomes readable by a request to stop, for loops that wait in `poll`.
final class WakeDescriptor {
    let descriptor: Int32
    private let cancellation: Cancellation

    init(_ cancellation: Cancellation) {
        let wake = spillway_wake_create()
        descriptor = wake
        self.cancellation = cancellation
        if wake >= 0 { cancellation.attach { spillway_wake(wake) } }
    }

    deinit {
        cancellation.detach()
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    func clear() { if descriptor >= 0 { spillway_wake_clear(descriptor) } }
}

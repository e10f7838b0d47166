import CProcess
public import Domain
import Glibc

/// Waits for descriptors and for other threads' calls; belongs to one thread.
///
/// Not Dispatch: an exit has to reach the scheduler without a hop to another thread.
public final class EventLoop {
    /// Names what was registered with a descriptor.
    public typealias Token = UInt64

    private let epoll: Int32
    private var buffer = [UInt64](repeating: 0, count: 64)
    /// Ends the loop's wait from any thread.
    public let wake: WakeSignal
    private static let wakeToken = Token.max

    /// - Throws: ``RunnerError/system(call:code:)`` where the kernel gives no descriptors.
    public init() throws(RunnerError) {
        wake = try WakeSignal()
        epoll = spillway_epoll_create()
        guard epoll >= 0 else { throw .system(call: "epoll_create1", code: errno) }
        guard watch(wake.descriptor, as: Self.wakeToken) else {
            throw .system(call: "epoll_ctl", code: errno)
        }
    }

    deinit { close(epoll) }

    /// Reports `token` whenever `descriptor` is readable, until it is closed.
    ///
    /// - Precondition: `token` is not `Token.max`, except for the wake signal.
    @discardableResult
    public func watch(_ descriptor: Int32, as token: Token) -> Bool {
        spillway_epoll_add(epoll, descriptor, token) == 0
    }

    /// Reports `token` also when there is space to write to a descriptor that is watched, or no longer.
    func watchSpace(_ descriptor: Int32, as token: Token, isWanted: Bool) {
        spillway_epoll_writes(epoll, descriptor, token, isWanted ? 1 : 0)
    }

    /// Stops reporting `descriptor`.
    public func forget(_ descriptor: Int32) {
        spillway_epoll_remove(epoll, descriptor)
    }

    /// Waits until something is readable, somebody wakes the loop, or `timeout` is over (nil: no
    /// limit; rounded up to milliseconds), and returns the tokens of what is readable.
    public func wait(atMost timeout: Span?) -> [Token] {
        var milliseconds: Int32 = -1
        if let timeout {
            let (micros, _) = max(0, timeout.microseconds).addingReportingOverflow(999)
            milliseconds = Int32(clamping: max(0, micros / 1_000))
        }
        let count = spillway_epoll_wait(epoll, &buffer, Int32(buffer.count), milliseconds)
        guard count > 0 else { return [] }
        var tokens: [Token] = []
        for token in buffer.prefix(Int(count)) {
            if token == Self.wakeToken { wake.clear() } else { tokens.append(token) }
        }
        return tokens
    }
}

/// Wakes an ``EventLoop`` from any thread; several signals before it wakes are one.
public final class WakeSignal: Sendable {
    let descriptor: Int32

    init() throws(RunnerError) {
        descriptor = spillway_wake_create()
        guard descriptor >= 0 else { throw .system(call: "eventfd", code: errno) }
    }

    deinit { close(descriptor) }

    /// Makes the loop's present or next wait end.
    public func signal() { spillway_wake(descriptor) }

    func clear() { spillway_wake_clear(descriptor) }
}

/// The time now.
public enum SystemClock {
    /// By the wall clock.
    public static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec / 1_000))
    }

    /// Time since the machine was started, its sleep included; nobody sets this clock.
    public static func sinceBoot() -> Span {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Span(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec / 1_000))
    }

    /// By a clock that nobody sets; only differences mean something.
    public static func monotonic() -> Span {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Span(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec / 1_000))
    }
}

import CTerminal
import Glibc

/// The signals that the workbench answers.
public enum TerminalSignal: Int32, Hashable, Sendable, CaseIterable {
    case hangUp = 1
    case interrupt = 2
    case quit = 3
    case terminate = 15
    case goOn = 18
    case stop = 20
    case resized = 28
}

/// Makes signals readable: the loop polls ``descriptor`` beside the terminal and reads them here.
///
/// The signals have handlers that write into a pipe; they are not blocked, and a child's handlers
/// are reset by `exec`. But threads of Dispatch and of Swift's concurrency block all signals, and a
/// child inherits that: whoever spawns from one must set an empty mask (`POSIX_SPAWN_SETSIGMASK`).
/// There can be one watch in a process at a time; its end gives the earlier actions back.
public final class SignalWatch {
    /// Readable when a signal has come.
    public let descriptor: Int32

    /// Nil where there is a watch already, or no descriptor is left.
    public init?(_ signals: [TerminalSignal] = TerminalSignal.allCases) {
        descriptor = terminal_watch_signals(signals.map(\.rawValue), signals.count)
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        if descriptor >= 0 { terminal_unwatch_signals() }
    }

    /// The signals since the last reading, in order; many of a kind may have become fewer.
    public func read() -> [TerminalSignal] {
        let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
        return bytes.compactMap { TerminalSignal(rawValue: Int32($0)) }
    }
}

import CProcess
import Dispatch

/// Turns SIGINT and SIGTERM into calls, for commands without a screen.
public final class Interrupts {
    private let source: (any DispatchSourceRead)?

    /// Calls `handler` at each signal until ``stop()``. Without a descriptor left they keep ending
    /// the process.
    public init(_ handler: @escaping @Sendable () -> Void) {
        let counter = spillway_interrupts_begin()
        guard counter >= 0 else {
            source = nil
            return
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: counter, queue: .global())
        source.setEventHandler {
            for _ in 0..<spillway_interrupts_take() { handler() }
        }
        source.resume()
        self.source = source
    }

    /// Lets the signals end the process again.
    public func stop() {
        source?.cancel()
        spillway_interrupts_end()
    }
}

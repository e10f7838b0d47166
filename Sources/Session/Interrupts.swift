import Dispatch
import Glibc

/// Turns SIGINT and SIGTERM into calls, for commands without a screen.
public final class Interrupts {
    private let sources: [any DispatchSourceSignal]

    /// Calls `handler` at each signal until ``stop()``.
    public init(_ handler: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            // Dispatch only watches; the signal itself must not end the process.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    /// Lets the signals end the process again.
    public func stop() {
        sources.forEach { $0.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}

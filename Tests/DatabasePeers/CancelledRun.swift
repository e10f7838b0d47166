public import Connections
import Foundation

/// Cancels a query from another thread once it has begun.
public final class CancelledRun: Sendable {
    public let cancellation = Cancellation()
    private let hasBegun = DispatchSemaphore(value: 0)

    /// - Parameter yields: How often the other thread lets others go first after the beginning:
    ///   the more, the further the query has come.
    public init(afterYields yields: Int = 0) {
        Thread.detachNewThread { [cancellation, hasBegun] in
            hasBegun.wait()
            for _ in 0..<yields { sched_yield() }
            cancellation.cancel()
        }
    }

    /// Says that the query has begun; more than once does nothing more.
    public func begin() { hasBegun.signal() }

    /// Runs a text that never ends by itself.
    public func run(
        _ text: String, on connection: any DatabaseConnection,
        _ receive: (ResultEvent) throws -> Void = { _ in }
    ) throws {
        try connection.run(text, parameters: [:], cancellation: cancellation) { event in
            if case .began = event { begin() }
            try receive(event)
        }
    }
}

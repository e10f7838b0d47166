import Foundation
import Synchronization

/// A thread with a connection of its own, for those who must not wait: work goes in from any
/// thread and is done in its order.
///
/// The connection is opened by the first work and again by the next one after it was lost. While it
/// cannot be reached, opening is tried again after pauses that double; `onState` tells of it.
public final class ConnectionThread: Sendable {
    /// What the connection is doing.
    public enum State: Sendable {
        case opening(attempt: Int)
        case open(version: String)
        /// It could not be opened; nil: not tried again before there is new work.
        case down(DatabaseError, nextTrySeconds: Double?)
    }

    /// How often opening is tried and the pause after the first failure, in seconds; each pause is
    /// twice the one before.
    public struct Retries: Hashable, Sendable {
        public var attempts: Int
        public var pauseSeconds: Double

        public init(attempts: Int = 4, pauseSeconds: Double = 0.25) {
            self.attempts = attempts
            self.pauseSeconds = pauseSeconds
        }
    }

    /// Gets the connection, or why there is none. It must not keep the connection.
    public typealias Work = @Sendable (Result<any DatabaseConnection, DatabaseError>) -> Void

    private struct Job {
        var cancellation: Cancellation
        var work: Work
    }
    private struct Queue {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let condition = NSCondition()
    private let queue = Mutex(Queue())
    private let address: ConnectionAddress
    private let options: ConnectionOptions
    private let retries: Retries
    private let onState: @Sendable (State) -> Void

    /// Starts the thread; nothing is opened yet. `onState` is called on it.
    public init(
        _ address: ConnectionAddress, _ options: ConnectionOptions = ConnectionOptions(),
        retries: Retries = Retries(), onState: @escaping @Sendable (State) -> Void = { _ in }
    ) {
        self.address = address
        self.options = options
        self.retries = retries
        self.onState = onState
        Thread.detachNewThread { [self] in serve() }
    }

    /// Adds work; `cancellation` also ends the tries to open a connection for it.
    public func submit(_ cancellation: Cancellation = Cancellation(), _ work: @escaping Work) {
        queue.withLock { $0.jobs.append(Job(cancellation: cancellation, work: work)) }
        wake()
    }

    /// Ends the thread and its connection when the work before this is done.
    public func close() {
        queue.withLock { $0.isClosed = true }
        wake()
    }

    private func wake() {
        condition.lock()
        condition.signal()
        condition.unlock()
    }

    private func nextJob() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            let (job, isClosed) = queue.withLock { queue in
                (queue.jobs.isEmpty ? nil : queue.jobs.removeFirst(), queue.isClosed)
            }
            if job != nil || isClosed { return job }
            condition.wait()
        }
    }

    private func serve() {
        var connection: (any DatabaseConnection)?
        while let job = nextJob() {
            if connection?.isOpen != true {
                connection?.close()
                connection = nil
                do { connection = try open(job.cancellation) } catch {
                    job.work(.failure(error))
                    continue
                }
            }
            if let connection { job.work(.success(connection)) }
        }
        connection?.close()
    }

    private func open(
        _ cancellation: Cancellation
    ) throws(DatabaseError) -> any DatabaseConnection {
        var pause = retries.pauseSeconds
        var attempt = 1
        while true {
            onState(.opening(attempt: attempt))
            do {
                let connection = try address.open(options, cancellation: cancellation)
                onState(.open(version: connection.version))
                return connection
            } catch {
                let mayRetry =
                    error.isTransient && attempt < retries.attempts && !cancellation.isRequested
                onState(.down(error, nextTrySeconds: mayRetry ? pause : nil))
                guard mayRetry, cancellation.wait(atMost: pause) == false else { throw error }
            }
            attempt += 1
            pause *= 2
        }
    }
}

extension DatabaseError {
    /// Whether the same call may succeed a little later.
    public var isTransient: Bool { [.unreachable, .lost, .locked].contains(kind) }
}

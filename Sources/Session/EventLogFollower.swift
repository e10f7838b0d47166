import LogFiles
import SparkLog
import SparkSources
import Synchronization

/// Reads on in one event log while it is being written; the newest one asked for.
///
/// Only what was appended is read, but what it means is worked out anew: the pause after each word
/// is several times what it took, so that a large application leaves the processors to others.
final class EventLogFollower: Sendable {
    private static let leastPause = Duration.milliseconds(200)
    /// Of the time; the rest is pause.
    private static let largestShare = 5

    private let work = Mutex<Task<Void, Never>?>(nil)

    deinit { stop() }

    /// Ends what is being followed; one last word of it may still come.
    func stop() {
        work.withLock { work in
            work?.cancel()
            work = nil
        }
    }

    /// Follows a log that was read to its end until it has ended.
    ///
    /// - Parameter tell: called with the log as it is after each change, never twice at once.
    func follow(
        _ loader: sending EventLogLoader, tell: @escaping @Sendable (LoadedEventLog) -> Void
    ) {
        let log = FollowedLog(loader)
        let task = Task.detached(executorPreference: ElasticExecutor.shared) {
            await Self.follow(log, tell)
        }
        work.withLock { work in
            work?.cancel()
            work = task
        }
    }

    private static func follow(
        _ log: FollowedLog, _ tell: @Sendable (LoadedEventLog) -> Void
    ) async {
        let (changes, change) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Where nothing can be watched, the log stays as it was opened: it can be read again by hand.
        guard let watch = try? LogWatch() else { return }
        var watched: [String: LogWatch.Ticket] = [:]
        defer { watched.values.forEach(watch.cancel) }
        func watchGrowing() {
            let paths = Set(log.growingPaths)
            for (path, ticket) in watched where !paths.contains(path) {
                watch.cancel(ticket)
                watched[path] = nil
            }
            for path in paths where watched[path] == nil {
                watched[path] = try? watch.watch(path: path) { change.yield() }
            }
        }
        watchGrowing()
        // What was written between the first reading and the watch.
        change.yield()
        for await _ in changes {
            let began = ContinuousClock.now
            // What cannot be read any more stays in sight as it was.
            guard !Task.isCancelled, let look = try? log.look() else { return }
            watchGrowing()
            guard let found = look.found else { continue }
            tell(found)
            guard look.goesOn else { return }
            let pause = (ContinuousClock.now - began) * (largestShare - 1)
            guard (try? await Task.sleep(for: max(leastPause, pause))) != nil else { return }
        }
    }
}

/// A log that is read bit by bit, by one thread at a time.
private final class FollowedLog: Sendable {
    private let loader: Mutex<EventLogLoader>

    init(_ loader: sending EventLogLoader) { self.loader = Mutex(loader) }

    var growingPaths: [String] { loader.withLock { $0.files.growingPaths } }

    /// Reads what has come; `found` is nil where nothing has.
    func look() throws -> (found: LoadedEventLog?, goesOn: Bool) {
        try loader.withLock { loader in
            let (bytes, wasInProgress) = (loader.bytesRead, loader.files.isInProgress)
            while try loader.readPortion() == .more {
                try Task.checkCancellation()
            }
            let goesOn = loader.files.isInProgress
            guard loader.bytesRead != bytes || goesOn != wasInProgress else { return (nil, goesOn) }
            let log = loader.snapshot()
            return (log, goesOn && log.mainApplication?.endedAt == nil)
        }
    }
}

import Domain
import LogFiles
import Store

/// Tells a viewer that the owner has committed something, by the growth of SQLite's log; costs
/// nothing while nothing is written.
///
/// A commit can be read only after the log was synced, of which nothing tells: what is written is
/// looked for a few times, ever more seldom, until it can be seen.
final class StoreWatch: Sendable {
    /// When it is looked for after each notice, in milliseconds after the time before.
    private static let patience: [Int64] = [0, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048]

    private let watch: LogWatch
    private let ticket: LogWatch.Ticket
    private let work: Task<Void, Never>

    init(
        _ folder: StateFolder, _ reader: StoreReader, notify: @escaping @Sendable () -> Void
    ) throws {
        let (writes, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        watch = try LogWatch()
        ticket = try watch.watch(path: folder.databasePath + "-wal") { continuation.yield() }
        // What was committed before the watch.
        continuation.yield()
        work = Task.detached {
            var seen = try? reader.revision()
            notify()
            for await _ in writes {
                for delay in Self.patience {
                    if delay > 0 { try? await Task.sleep(for: .milliseconds(delay)) }
                    let revision = try? reader.revision()
                    guard revision != seen else { continue }
                    seen = revision
                    notify()
                    break
                }
            }
        }
    }

    func stop() {
        watch.cancel(ticket)
        work.cancel()
    }
}

import Domain
import LogFiles
import Store

/// Where the owner of a state folder takes in what others ask for: what waits when it opens, and
/// what comes later. Costs nothing while nobody asks.
final class RequestDesk: Sendable {
    private let watch: LogWatch
    private let rings: AsyncStream<Void>.Continuation
    private let work: Task<Void, Never>

    /// - Parameter perform: carries a request out; true once its answer is in the state.
    init(
        _ folder: RequestFolder, perform: @escaping @Sendable (OperatorRequest) async -> Bool
    ) throws {
        try folder.prepare()
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        rings = continuation
        watch = try LogWatch()
        _ = try watch.watch(path: folder.bellPath) { continuation.yield() }
        // What came before the watch.
        continuation.yield()
        work = Task.detached {
            for await _ in stream {
                for request in folder.pending() where await perform(request) {
                    folder.remove(request.id)
                }
            }
        }
    }

    func stop() {
        rings.finish()
        work.cancel()
    }
}

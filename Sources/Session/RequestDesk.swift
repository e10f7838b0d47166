import Dispatch
import Domain
import LogFiles
import Store

/// Where the owner of a state folder takes in what others ask for: what waits when it opens, and
/// what comes later. Costs nothing while nobody asks.
final class RequestDesk: Sendable {
    private let watch: LogWatch
    private let rings: AsyncStream<Void>.Continuation
    private let work: Task<Void, Never>
    /// When what could not be carried out is tried again, though nobody rings.
    private static let pause = DispatchTimeInterval.seconds(1)

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
                var isLeft = false
                for request in folder.pending() {
                    if await perform(request) {
                        folder.remove(request.id)
                    } else {
                        isLeft = true
                    }
                }
                guard isLeft else { continue }
                DispatchQueue.global().asyncAfter(deadline: .now() + Self.pause) {
                    continuation.yield()
                }
            }
        }
    }

    func stop() {
        rings.finish()
        work.cancel()
    }
}

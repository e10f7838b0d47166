import Domain
import Synchronization

/// Looks that are taken one after the other on one thread, at one place.
struct LookBatch: Sendable {
    struct Item: Sendable {
        var launch: SensorLaunch
        var cancellation: Cancellation
    }

    /// What became of one of them.
    struct Taken: Sendable {
        var id: AttemptID
        var place: LookPlace
        var cancellation: Cancellation
        /// Nil: it was not its turn any more, since one before it took long.
        var result: Result<Sighting, LookFailure>?
        var wasQuick = false
    }

    let place: LookPlace
    var looks: [Item] = []

    /// A look that took no longer goes together with others.
    private static let quick = Span.milliseconds(20)

    /// Takes them; `wake` is called when there is something to be told: at the end, and before that
    /// when something is there or was looked at for long.
    func take(into box: Box, wake: () -> Void) {
        var isOver = false
        for item in looks {
            let id = item.launch.id
            if isOver || item.cancellation.isRequested {
                box.put(Taken(id: id, place: place, cancellation: item.cancellation))
                continue
            }
            let begin = SystemClock.monotonic()
            let result = item.launch.condition.look(
                interval: item.launch.interval, item.cancellation)
            let isQuick = SystemClock.monotonic() <= begin + Self.quick
            isOver = !isQuick
            box.put(
                Taken(
                    id: id, place: place, cancellation: item.cancellation, result: result,
                    wasQuick: isQuick))
            if case .success(let sighting) = result, !sighting.isThere { continue }
            wake()
        }
        box.finish(place)
        wake()
    }

    /// Where the looks taken on other threads end up.
    final class Box: Sendable {
        private let content = Mutex<(taken: [Taken], finished: [LookPlace])>(([], []))

        func put(_ look: Taken) { content.withLock { $0.taken.append(look) } }

        /// All looks of a batch are in.
        func finish(_ place: LookPlace) { content.withLock { $0.finished.append(place) } }

        func takeAll() -> (taken: [Taken], finished: [LookPlace]) {
            content.withLock { content in
                defer { content = ([], []) }
                return content
            }
        }
    }
}

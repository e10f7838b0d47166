import Synchronization

/// Those who watch an engine.
final class Updates: Sendable {
    private struct State {
        var continuations: [Int: AsyncStream<EngineUpdate>.Continuation] = [:]
        var nextKey = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    func subscribe(keeping limit: Int) -> AsyncStream<EngineUpdate> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: EngineUpdate.self, bufferingPolicy: .bufferingNewest(max(1, limit)))
        let key: Int? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.nextKey += 1
            state.continuations[state.nextKey] = continuation
            return state.nextKey
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.continuations.removeValue(forKey: key) }
        }
        return stream
    }

    /// Whether somebody watches.
    var isEmpty: Bool { state.withLock { $0.continuations.isEmpty } }

    func send(_ update: EngineUpdate) {
        for continuation in state.withLock({ Array($0.continuations.values) }) {
            continuation.yield(update)
        }
    }

    func finish() {
        let all = state.withLock { state in
            state.isFinished = true
            return Array(state.continuations.values)
        }
        for continuation in all { continuation.finish() }
    }
}

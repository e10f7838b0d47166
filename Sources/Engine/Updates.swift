import Domain
import Store
import Synchronization

/// Those who watch an engine, in this process and, of what people are to be told, in others.
final class Updates: Sendable {
    /// Where others look.
    let board: NoticeBoard

    private struct State {
        var continuations: [Int: AsyncStream<EngineUpdate>.Continuation] = [:]
        var nextKey = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    init(board: NoticeBoard) { self.board = board }

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
        if let notice = update.notice { board.post(notice) }
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

extension EngineUpdate {
    /// What those who look on in other processes are to be told; what is in the state they see.
    fileprivate var notice: NoticeBoard.Notice? {
        switch self {
        case .advanced, .stalled, .resumed: nil
        case .attention(nil): .bell
        case .attention(let text?): .toast(text)
        case .refusedSchedule(let pipeline, let date, let reason):
            .warning("The run of \(pipeline) for \(date.iso8601) was not made: \(reason)")
        case .logIncomplete(let attempt, let reason):
            .warning("The log of \(attempt.task) has a gap: \(reason)")
        }
    }
}

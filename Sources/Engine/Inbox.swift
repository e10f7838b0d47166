import Domain
import Runners
import Synchronization

/// What other threads ask of the engine's thread, in order.
final class Inbox: Sendable {
    enum Message: Sendable {
        case trigger(RunRequest, Answer<RunID>)
        case cancel(RunID, TaskID?, person: String, Answer<Void>)
        case clear(RunID, TasksToClear, person: String, Answer<Void>)
        case setPaused(PipelineName, Bool, person: String, Answer<Void>)
        case setPipelines([ScheduledPipeline], consumers: [Pipeline])
        case nextTicks(Answer<[PipelineName: Instant]>)
        case waitUntilSettled(RunID, Answer<RunState>)
        case operate(OperatorOrder, Answer<OperatorResult>)
        case refuseRequest(RequestID, problem: String, remedy: String, Answer<Void>)
        case shutDown(Engine.ShutDown, Answer<Void>)
    }

    enum TasksToClear: Sendable {
        case failed
        case tasks([TaskID])
    }

    typealias Answer<Value> = @Sendable (Result<Value, any Error>) -> Void

    private struct State {
        var messages: [Message] = []
        var isOpen = true
    }

    private let state = Mutex(State())
    private let wake: WakeSignal

    init(wake: WakeSignal) { self.wake = wake }

    /// Puts a message in; false where nobody reads any more.
    func send(_ message: Message) -> Bool {
        let isFirst: Bool? = state.withLock { state in
            guard state.isOpen else { return nil }
            state.messages.append(message)
            return state.messages.count == 1
        }
        if isFirst == true { wake.signal() }
        return isFirst != nil
    }

    func takeAll() -> [Message] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Refuses everything from now on; returns what nobody has read.
    func close() -> [Message] {
        state.withLock { state in
            defer { state = State(messages: [], isOpen: false) }
            return state.messages
        }
    }
}

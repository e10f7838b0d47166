import CProcess
import Glibc
import Synchronization
import Workbench

/// Messages on their way to the UI loop: any thread posts, the loop waits on ``descriptor`` beside
/// the terminal and drains.
///
/// An eventfd rather than an async stream, because the loop sleeps in `poll(2)`: one wait for keys,
/// signals and messages, and not one wake-up while nothing happens.
final class Mailbox: Sendable {
    /// Readable while messages wait.
    let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    init() throws {
        descriptor = spillway_wake_create()
        guard descriptor >= 0 else { throw SessionError.noDescriptor(code: errno) }
    }

    deinit { close(descriptor) }

    func post(_ message: Message) {
        let wasEmpty = messages.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
        if wasEmpty { wake() }
    }

    /// Makes the loop look around, without a message.
    func wake() { spillway_wake(descriptor) }

    var isEmpty: Bool { messages.withLock { $0.isEmpty } }

    /// Takes every message that waits, oldest first.
    func drain() -> [Message] {
        spillway_wake_clear(descriptor)
        return messages.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}

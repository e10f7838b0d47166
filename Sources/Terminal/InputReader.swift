import Glibc
public import Screen

/// What a read of the terminal brought.
public struct TerminalInput: Hashable, Sendable {
    public var keys: [Key]
    /// Nobody is at the other end any more: the window was closed, the connection dropped.
    public var isHungUp: Bool

    public init(keys: [Key] = [], isHungUp: Bool = false) {
        self.keys = keys
        self.isHungUp = isHungUp
    }
}

/// Reads keys without waiting for them.
struct InputReader {
    let descriptor: Int32
    private var decoder = KeyDecoder()

    init(descriptor: Int32) { self.descriptor = descriptor }

    var patienceMilliseconds: Int? { decoder.patienceMilliseconds }

    mutating func flush() -> [Key] { decoder.flush() }

    /// Reads what is there, at most 64 KiB, so that a flood of input cannot keep frames away.
    mutating func read() -> TerminalInput {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 0) > 0 else { return TerminalInput() }
        let isDown = entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
        guard entry.revents & Int16(POLLIN) != 0 else { return TerminalInput(isHungUp: isDown) }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            // Bytes were promised: none means the end. Raw mode (VMIN 0) never makes this wait.
            failed = result == 0 || (result < 0 && errno != EINTR && errno != EAGAIN)
            count = max(0, result)
        }
        return TerminalInput(
            keys: decoder.feed(bytes), isHungUp: failed || (isDown && bytes.isEmpty))
    }
}

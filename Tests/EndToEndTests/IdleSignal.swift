import Glibc

/// Hears when the workbench has nothing left to do: the other end of `SPILLWAY_IDLE_TRACE`.
final class IdleSignal {
    let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        // Both ends, so that neither opening nor the program's end is an end of file.
        guard mkfifo(path, 0o600) == 0 else { throw Trouble("no FIFO at \(path)") }
        descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Trouble("no FIFO at \(path)") }
    }

    deinit { close(descriptor) }

    /// Keys that the workbench had taken in when it was idle last.
    private(set) var keyCount = 0
    private var rest: [UInt8] = []

    /// Waits for the next time; false where it did not come in so many milliseconds.
    @discardableResult
    func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let hasCome = poll(&entry, 1, milliseconds) > 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            rest += buffer[..<count]
        }
        // `idle N keys K`
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            keyCount = line.split(separator: " ").last.flatMap { Int($0) } ?? keyCount
            rest.removeFirst(end + 1)
        }
        return hasCome
    }

    /// Waits until the workbench has been idle after so many keys; false where it took too long.
    func wait(afterKeys count: Int, seconds: Double = 10) -> Bool {
        let deadline = Deadline(seconds: seconds)
        while keyCount < count {
            if deadline.isOver { return false }
            wait(milliseconds: deadline.milliseconds)
        }
        return true
    }
}

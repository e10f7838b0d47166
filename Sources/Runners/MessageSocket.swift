import ByteCoding
import CProcess
import Domain
import Glibc

/// One end of the connection between an engine and its runner: messages, each with its length
/// (4 bytes, little endian) in front. Sending never waits: what does not fit is sent when the loop
/// says that there is space again.
final class MessageSocket {
    private let descriptor: Int32
    private let loop: EventLoop
    private let token: EventLoop.Token
    private var received: [UInt8] = []
    private var toSend: [UInt8] = []
    private var isWaitingToSend = false
    private(set) var isOpen = true
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// More than any message there is; the other side is out of its mind beyond.
    private static let longest = 64 << 20

    /// Takes over `descriptor` and reports it as `token`.
    init(_ descriptor: Int32, _ loop: EventLoop, as token: EventLoop.Token) {
        (self.descriptor, self.loop, self.token) = (descriptor, loop, token)
        loop.watch(descriptor, as: token)
    }

    deinit {
        loop.forget(descriptor)
        close(descriptor)
    }

    /// Puts a message with what is to be sent by the next ``flush()``.
    func put(_ body: (inout ByteWriter) -> Void) {
        var writer = ByteWriter()
        body(&writer)
        withUnsafeBytes(of: UInt32(writer.bytes.count).littleEndian) { toSend += $0 }
        toSend += writer.bytes
    }

    /// Sends what was put, as far as there is space.
    func flush() {
        var offset = 0
        while isOpen, offset < toSend.count {
            let count = toSend.withUnsafeBytes { bytes in
                bytes.baseAddress.map {
                    spillway_send(descriptor, $0 + offset, bytes.count - offset)
                } ?? 0
            }
            if count <= 0 {
                if errno != EAGAIN { isOpen = false }
                break
            }
            offset += count
        }
        if offset == toSend.count {
            toSend.removeAll(keepingCapacity: toSend.count < 1 << 16)
        } else {
            toSend.removeFirst(offset)
        }
        if isWaitingToSend != (isOpen && !toSend.isEmpty) {
            isWaitingToSend.toggle()
            loop.watchSpace(descriptor, as: token, isWanted: isWaitingToSend)
        }
    }

    /// The messages that are there now; afterwards ``isOpen`` says whether more can come.
    func receive() -> [[UInt8]] {
        if isWaitingToSend { flush() }
        while isOpen {
            let count = spillway_receive(descriptor, &buffer, buffer.count)
            if count < 0, errno == EAGAIN { break }
            guard count > 0 else {
                isOpen = false
                break
            }
            received += buffer[..<count]
            if count < buffer.count { break }
        }
        var messages: [[UInt8]] = []
        var offset = 0
        while received.count - offset >= 4 {
            let length = received[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard length <= Self.longest else {
                isOpen = false
                break
            }
            guard received.count - offset - 4 >= length else { break }
            messages.append(Array(received[offset + 4..<offset + 4 + length]))
            offset += 4 + length
        }
        if offset == received.count {
            received.removeAll(keepingCapacity: true)
        } else {
            received.removeFirst(offset)
        }
        return messages
    }

    /// Waits until a message is there, at most `timeout`; nil without one.
    func receiveOne(atMost timeout: Span) -> [[UInt8]]? {
        let deadline = SystemClock.monotonic() + timeout
        while isOpen {
            let messages = receive()
            if !messages.isEmpty { return messages }
            let left = deadline.microseconds - SystemClock.monotonic().microseconds
            guard isOpen, left > 0 else { return nil }
            _ = spillway_await(descriptor, Int32(clamping: left / 1_000 + 1))
        }
        return nil
    }
}

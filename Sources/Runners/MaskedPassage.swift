import Glibc
import LogText

/// Passes on what comes through a pipe, which it closes in the end, with secrets masked.
final class MaskedPassage {
    private let source: Int32
    private let target: Int32
    private var mask: SecretMask
    private var hasEnded = false
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(from source: Int32, to target: Int32, hiding secrets: [String]) {
        (self.source, self.target) = (source, target)
        mask = SecretMask(secrets)
    }

    deinit { close(source) }

    /// Passes on what is there, or comes within so many milliseconds; false once nobody can write
    /// any more.
    func pass(milliseconds: Int32) -> Bool {
        guard !hasEnded else { return false }
        var entry = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return true }
        let count = read(source, &buffer, buffer.count)
        if count < 0, errno == EINTR { return true }
        guard count > 0 else {
            hasEnded = true
            return false
        }
        write(mask.feed(buffer[..<count]))
        return true
    }

    /// Passes on what is there still, a megabyte at most: someone may go on writing for ever.
    func finish() {
        for _ in 0..<16 where pass(milliseconds: 0) {}
        write(mask.finish())
    }

    private func write(_ bytes: [UInt8]) { _ = WholeWrite.all(bytes, to: target) }
}

import CTerminal
import Glibc

/// Bytes on their way to the terminal, written without ever waiting for it.
///
/// The descriptor of standard output is shared with the shell and everything else on the terminal,
/// so it must not be made non-blocking. We open the terminal a second time, for ourselves; where
/// that is not allowed, small pieces are written while the terminal says that it has room.
struct OutputQueue {
    private let descriptor: Int32
    private let isOwn: Bool
    private var bytes: [UInt8] = []
    private var sent = 0
    /// The terminal is gone: what is written disappears.
    private(set) var isBroken = false
    /// Bytes handed to the terminal since the beginning.
    private(set) var total = 0

    init(terminal: Int32) {
        let own = terminal_reopen(terminal)
        isOwn = own >= 0
        descriptor = own >= 0 ? own : terminal
    }

    /// Bytes that the terminal has not accepted yet.
    var waiting: Int { bytes.count - sent }

    /// Bytes that it has accepted and not sent on. Pseudo-terminals always say 0.
    var unsent: Int { Int(max(0, terminal_unsent(descriptor))) }

    mutating func append(_ more: [UInt8]) {
        guard !isBroken else { return }
        bytes.append(contentsOf: more)
    }

    /// Writes what the terminal accepts now.
    mutating func flush() {
        while waiting > 0, !isBroken {
            let most = isOwn ? waiting : min(waiting, 256)
            if !isOwn, !isReady(within: 0) { return }
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + sent }, most)
            }
            if count > 0 {
                sent += count
                total += count
            } else if count < 0, errno == EAGAIN {
                return
            } else if count < 0, errno != EINTR {
                isBroken = true
            }
        }
        bytes.removeAll(keepingCapacity: true)
        sent = 0
    }

    /// Writes all, waiting up to so many milliseconds whenever the terminal does not move; what it
    /// has not accepted by then is dropped.
    ///
    /// - Returns: Whether everything was accepted.
    mutating func drain(patience milliseconds: Int32) -> Bool {
        flush()
        while waiting > 0, !isBroken {
            guard isReady(within: milliseconds) else {
                bytes.removeAll()
                sent = 0
                return false
            }
            flush()
        }
        return !isBroken
    }

    func close() {
        if isOwn { _ = Glibc.close(descriptor) }
    }

    private func isReady(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }
}

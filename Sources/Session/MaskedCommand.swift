import CProcess
import Glibc
import LogText

/// Runs a command whose output goes to our own with its secrets masked, and ends as it ends.
///
/// A process of the attempt itself, so that no secret reaches a log even while nobody looks after
/// it. Signals are for the command: this only passes on what it still has to say.
public enum MaskedCommand {
    /// What the names of variables begin with that are for the mask alone: the secrets of other
    /// tasks, which this one may have read somewhere.
    static let hiddenPrefix = "SPILLWAY_HIDDEN_"
    /// How long the output of what the command left running is still passed on.
    private static let linger: Int32 = 500

    /// - Parameters:
    ///   - names: variables of the environment whose values are secrets.
    ///   - command: for `/bin/sh -c`.
    /// - Returns: an exit code; a command that a signal ended takes this process along.
    public static func run(_ names: [String], command: String) -> Int32 {
        var mask = SecretMask(
            names.compactMap { name in getenv(name).map { String(cString: $0) } })
        for name in names where name.hasPrefix(hiddenPrefix) { unsetenv(name) }
        var ends: [Int32] = [-1, -1]
        guard spillway_pipe(&ends) == 0 else { return refuse(errno) }
        var child: pid_t = 0
        let code = spillway_spawn_shell(command, nil, 0, ends[1], ends[1], 0, &child)
        guard code == 0 else { return refuse(code) }
        close(ends[1])
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] { signal(number, SIG_IGN) }
        let watch = spillway_pidfd_open(child)
        var entries = [
            pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0),
            pollfd(fd: watch, events: Int16(POLLIN), revents: 0),
        ]
        var (status, hasEnded): (Int32, Bool) = (0, false)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // Without news of its end only the end of its output tells.
            let ready = poll(&entries, 2, hasEnded ? linger : -1)
            if ready < 0, errno == EINTR { continue }
            if entries[0].revents != 0 {
                let count = read(ends[0], &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                write(mask.feed(buffer[..<count]))
                continue
            }
            if hasEnded || ready <= 0 { break }
            hasEnded = waitpid(child, &status, 0) == child
            entries[1].fd = -1
        }
        write(mask.finish())
        if !hasEnded {
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
        return end(status)
    }

    private static func write(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { Glibc.write(1, $0 + offset, bytes.count - offset) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            offset += count
        }
    }

    private static func refuse(_ code: Int32) -> Int32 {
        let reason = String(cString: strerror(code))
        write(Array("[spillway] the command cannot be started: \(reason)\n".utf8))
        return 126
    }

    private static func end(_ status: Int32) -> Int32 {
        let number = status & 0x7F
        guard number != 0 else { return (status >> 8) & 0xFF }
        signal(number, SIG_DFL)
        raise(number)
        return 128 + number
    }
}

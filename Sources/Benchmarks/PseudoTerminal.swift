import Domain
import Foundation
import Glibc
import Runners

/// A pseudo-terminal with a program on it, without an emulator in between: what is measured is the
/// program.
final class PseudoTerminal {
    let pid: pid_t
    private let master: Int32
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private(set) var hasEnded = false

    private struct Failure: Error { var text: String }

    /// Starts `arguments` in `folder` on a terminal of 160×45.
    init(_ arguments: [String], in folder: String) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN, which are macros that Swift does not see.
        guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0,
            ioctl(master, 0x8004_5430, &number) == 0
        else { throw Failure(text: "no pseudo-terminal") }
        var size = winsize(ws_row: 45, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, "/dev/pts/\(number)", O_RDWR, 0)
        }
        pid = try spawn(
            arguments, actions: &actions, environment: ["TERM": "xterm-256color"], folder)
    }

    deinit {
        if !hasEnded { end() }
        close(master)
    }

    /// Ends the program and waits for it, taking what it still sends.
    func end() {
        kill(pid, SIGTERM)
        var status: Int32 = 0
        for _ in 0..<200 where waitpid(pid, &status, WNOHANG) == 0 { _ = read(within: 50) }
        hasEnded = true
        if kill(pid, 0) == 0 {
            kill(pid, SIGKILL)
            waitpid(pid, &status, 0)
        }
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// The bytes that come first within so many milliseconds; empty: none came.
    func read(within milliseconds: Int32, atMost limit: Int = .max) -> ArraySlice<UInt8> {
        var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0, entry.revents & Int16(POLLIN) != 0
        else { return [] }
        let count = Glibc.read(master, &buffer, min(limit, buffer.count))
        return count > 0 ? buffer[..<count] : []
    }

    /// What came in one go, until nothing more came for `gap` milliseconds.
    struct Burst {
        var bytes: [UInt8] = []
        /// When the last byte came, on ``SystemClock/monotonic()``'s clock; nil: none came.
        var lastMicroseconds: Int64?
    }

    /// Takes a burst, waiting up to `patience` milliseconds for its first byte; with `ready` bytes
    /// are taken until that text is among them. A program that never is still, whose cursor blinks
    /// for instance, is not waited for longer than `limit` milliseconds.
    func burst(
        patience: Int32, gap: Int32, limit: Int64 = 60_000, ready: String? = nil
    ) -> Burst {
        var burst = Burst()
        var isReady = ready == nil
        let end = SystemClock.monotonic().microseconds + limit * 1_000
        while SystemClock.monotonic().microseconds < end {
            let chunk = read(within: burst.bytes.isEmpty || !isReady ? patience : gap)
            guard !chunk.isEmpty else { return burst }
            burst.lastMicroseconds = SystemClock.monotonic().microseconds
            burst.bytes += chunk
            if !isReady, let ready {
                isReady = String(decoding: burst.bytes, as: UTF8.self).contains(ready)
            }
        }
        return burst
    }

    /// Processor time of each thread of the program so far, in nanoseconds.
    func processorTimes() throws -> [String: Int64] {
        let folder = "/proc/\(pid)/task"
        let threads = try FileManager.default.contentsOfDirectory(atPath: folder).map { thread in
            let text = try? String(
                contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)
            return (thread, text?.split(separator: " ").first.flatMap { Int64($0) } ?? 0)
        }
        return Dictionary(threads, uniquingKeysWith: { first, _ in first })
    }
}

/// Starts a program in a session of its own, with this process's environment and `environment`.
func spawn(
    _ arguments: [String], actions: inout posix_spawn_file_actions_t,
    environment: [String: String], _ folder: String
) throws -> pid_t {
    struct Failure: Error { var text: String }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // POSIX_SPAWN_SETSID and SETSIGMASK: this thread may block signals.
    posix_spawnattr_setflags(&attributes, Int16(0x80 | 0x08))
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    var all = ProcessInfo.processInfo.environment
    all.merge(["LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"]) { $1 }
    all.merge(environment) { $1 }
    for name in ["TMUX", "COLORTERM", "NO_COLOR"] { all[name] = nil }
    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] = all.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, arguments[0], &actions, &attributes, words, variables)
    guard code == 0 else {
        throw Failure(text: "\(arguments[0]) did not start: \(String(cString: strerror(code)))")
    }
    return pid
}

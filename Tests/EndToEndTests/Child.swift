import CProcess
import Foundation
import Glibc

/// How a process ended.
enum Ending: Hashable {
    case exited(Int32)
    case signalled(Int32)
    /// It had not ended in time and was killed by the test.
    case overdue
}

/// A process of a test in a session of its own, its output caught in files.
final class Child {
    let pid: pid_t
    private let handle: Int32
    private let outputFile: String
    private let errorFile: String
    private var ending: Ending?

    /// Where standard input, output and error of a child lead.
    enum Streams {
        /// Nothing in, files out.
        case files
        /// All three to the terminal with this path, which becomes the controlling one.
        case terminal(String)
        /// Output to the terminal with this path, nothing in.
        case outputTerminal(String)
    }

    init(
        _ arguments: [String], environment: [String: String], folder: String,
        catching files: String, streams: Streams = .files
    ) throws {
        (outputFile, errorFile) = (files + ".out", files + ".err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        switch streams {
        case .files:
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, outputFile, writing, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, errorFile, writing, 0o600)
        case .terminal(let path):
            for descriptor in Int32(0)...2 {
                posix_spawn_file_actions_addopen(&actions, descriptor, path, O_RDWR, 0)
            }
        case .outputTerminal(let path):
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 2, errorFile, writing, 0o600)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID and SETSIGMASK: threads of the tests may block signals.
        posix_spawnattr_setflags(&attributes, Int16(0x80 | 0x08))
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        // The shell changes the folder and then becomes the program: the pid stays.
        let entry = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder]
        let words: [UnsafeMutablePointer<CChar>?] =
            (entry + arguments).map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] =
            environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, entry[0], &actions, &attributes, words, variables)
        guard code == 0 else {
            throw Trouble("\(arguments[0]) did not start: \(String(cString: strerror(code)))")
        }
        self.pid = pid
        handle = spillway_pidfd_open(pid)
    }

    deinit {
        if ending == nil { _ = end(within: 0) }
        close(handle)
    }

    /// What it has written to standard output so far.
    var output: String { Self.text(outputFile) }
    /// What it has written to standard error so far.
    var errors: String { Self.text(errorFile) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) { _ = spillway_pidfd_signal(handle, number) }

    /// Waits for its end; one that is overdue is killed, with its whole process group.
    func end(within seconds: Double = 30) -> Ending {
        if let ending { return ending }
        let deadline = Deadline(seconds: seconds)
        while true {
            var entry = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, deadline.milliseconds) > 0 { break }
            if deadline.isOver {
                kill(-pid, SIGKILL)
                spillway_reap_pid(pid)
                ending = .overdue
                var gone = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
                _ = poll(&gone, 1, 5_000)
                spillway_reap_pid(pid)
                return .overdue
            }
        }
        var (wasSignalled, value): (Int32, Int32) = (0, 0)
        _ = spillway_reap(handle, &wasSignalled, &value)
        let ending: Ending = wasSignalled != 0 ? .signalled(value) : .exited(value)
        self.ending = ending
        return ending
    }

    /// Waits until `isTrue`, looking again every 20 ms and at once when the process ends.
    func until(
        _ what: String, within seconds: Double = 20, _ isTrue: (Child) throws -> Bool
    ) throws {
        let deadline = Deadline(seconds: seconds)
        while try !isTrue(self) {
            if deadline.isOver {
                throw Trouble("never came: \(what)\noutput: \(output)\nerrors: \(errors)")
            }
            var entry = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
            let hasEnded = poll(&entry, 1, 20) > 0
            if hasEnded, try !isTrue(self) {
                throw Trouble("ended before: \(what)\noutput: \(output)\nerrors: \(errors)")
            }
        }
    }
}

/// A moment after which a test gives up.
struct Deadline {
    private let at: ContinuousClock.Instant

    init(seconds: Double) { at = .now + .seconds(seconds) }

    var isOver: Bool { ContinuousClock.now >= at }

    /// Milliseconds left, for `poll(2)`.
    var milliseconds: Int32 {
        let left = ContinuousClock.now.duration(to: at) / .milliseconds(1)
        return Int32(clamping: Int64(max(0, left.rounded(.up))))
    }
}

/// Why a test cannot go on, in words.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Whether a process lives; one that nobody has reaped yet does not.
func isAlive(_ pid: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let state = text.split(separator: ")").last?.split(separator: " ").first
    else { return false }
    return state != "Z" && state != "X"
}

import CProcess
import Glibc

/// DuckDB's command line program, kept running: statements go in, lines come out.
///
/// The program is started as interactive though nobody types: only so does it outlive an
/// interrupted query. What belongs to one request ends with a line that nobody can guess.
final class DuckDBProgram {
    /// What one request gave besides the lines.
    struct Answer {
        var errors: String
        /// Whether the program ended before it had answered.
        var isLost: Bool
    }

    private let process: pid_t
    /// The program itself where what is on PATH only starts it.
    private var engine: pid_t
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    /// Bytes of `buffer` that hold no end of line from `start` on.
    private var scanned = 0
    private var requests = 0
    private let secret = UInt64.random(in: .min ... .max)

    private(set) var isRunning = true
    /// Whether the program holds what is nowhere else.
    private let holdsDatabase: Bool

    /// Starts the program with `arguments`.
    ///
    /// - Parameter holdsDatabase: The database is in memory: the program is not ended for a query
    ///   that does not obey, except when that is insisted on.
    init(_ arguments: [String], holdsDatabase: Bool) throws(DatabaseError) {
        self.holdsDatabase = holdsDatabase
        guard let program = Self.path else {
            throw DatabaseError(.notInstalled, .duckdb, "The program 'duckdb' is not on PATH.")
        }
        var (stdin, stdout, stderr) = ([Int32](repeating: -1, count: 2), [Int32](), [Int32]())
        // A socket, since writing to a pipe whose reader is gone would raise a signal.
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | 0o2000000, 0, &stdin)
        stdout = Self.pipe()
        stderr = Self.pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, stdin[1], 0)
        posix_spawn_file_actions_adddup2(&actions, stdout[1], 1)
        posix_spawn_file_actions_adddup2(&actions, stderr[1], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // A session of its own: ^C of the terminal is ours to pass on.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let setSession: Int32 = 0x80
        posix_spawnattr_setflags(
            &attributes,
            Int16(setSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)))
        let words: [String?] = [program, "-interactive", "-init", "/dev/null"] + arguments
        var pid: pid_t = 0
        let code = CStrings.with(words) { arguments in
            let mutable = arguments.map { $0.map { UnsafeMutablePointer(mutating: $0) } }
            return posix_spawn(
                &pid, program, &actions, &attributes, mutable, spillway_environment())
        }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        for descriptor in [stdin[1], stdout[1], stderr[1]] { Glibc.close(descriptor) }
        (process, engine) = (pid, pid)
        (input, output, errors) = (stdin[0], stdout[0], stderr[0])
        guard code == 0 else {
            isRunning = false
            close()
            let reason = String(cString: strerror(code))
            throw DatabaseError(.notInstalled, .duckdb, "\(program) cannot be started: \(reason)")
        }
        _ = fcntl(errors, F_SETFL, O_NONBLOCK)
    }

    deinit { close() }

    private static func pipe() -> [Int32] {
        var ends: [Int32] = [-1, -1]
        Glibc.pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
    }

    /// The process that was started.
    var pid: pid_t { process }

    /// The program on PATH.
    static var path: String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").map { $0 + "/duckdb" }.first {
            access($0, X_OK) == 0
        }
    }

    /// Sends `text`, and calls `line` with every line of the answer, without its end.
    ///
    /// `line` returns false to stop the query; `idle` is called before waiting and returns how long
    /// at most, in milliseconds, or nil to stop. Both, and a request to stop, interrupt the query; a
    /// program that does not obey is ended, which loses the session, unless it holds the database.
    func ask(
        _ text: [UInt8], _ cancellation: Cancellation, idle: () -> Int?,
        line: (UnsafeRawBufferPointer) -> Bool
    ) -> Answer {
        requests += 1
        let mark = "spillway-\(secret)-\(requests)"
        let wake = WakeDescriptor(cancellation)
        // Standard output is flushed only when its buffer is full; an output of ours is when it is
        // closed. A plan ends without an end of line, so the mark brings one.
        let opening = Array(".output /proc/self/fd/1\n".utf8)
        guard send(opening + text + Array("\n.print\n.print \(mark)\n.output\n".utf8)) else {
            return lost()
        }
        var interrupts = InterruptClock()
        let end = Array(mark.utf8)
        while true {
            while let found = nextLine() {
                let range = start..<found
                start = found + 1
                if buffer[range].elementsEqual(end) {
                    return Answer(errors: readErrors(), isLost: false)
                }
                let goesOn = buffer.withUnsafeBytes {
                    line(UnsafeRawBufferPointer(rebasing: $0[range]))
                }
                if !goesOn { interrupts.isWanted = true }
            }
            var wait = -1
            if let most = idle() { wait = most } else { interrupts.isWanted = true }
            if cancellation.isRequested { interrupts.isWanted = true }
            switch interrupts.due(mayKill: !holdsDatabase || cancellation.isInsisted) {
            case .nothing: break
            case .interrupt: interrupt()
            case .kill: kill(-process, SIGKILL)
            }
            if interrupts.isWanted {
                wake.clear()
                wait = 50
            }
            guard fill(wake.descriptor, wait) else { return lost() }
        }
    }

    /// The end of the next complete line.
    private func nextLine() -> Int? {
        buffer.withUnsafeBytes { bytes in
            let from = max(start, scanned)
            guard from < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + from, 10, bytes.count - from)
            else {
                scanned = bytes.count
                return nil
            }
            return base.distance(to: UnsafeRawPointer(found))
        }
    }

    /// Reads what is there, after waiting; false at the end of the program's output.
    private func fill(_ wake: Int32, _ milliseconds: Int) -> Bool {
        var ready = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&ready, 3, Int32(clamping: milliseconds))
        if ready[1].revents & Int16(POLLIN) != 0 { keepErrors() }
        guard ready[0].revents != 0 else { return true }
        if start > 0 {
            buffer.removeFirst(start)
            (start, scanned) = (0, 0)
        }
        // A pipe holds 64 KiB.
        let room = 1 << 16
        let before = buffer.count
        var count = 0
        buffer.append(contentsOf: repeatElement(0, count: room))
        buffer.withUnsafeMutableBytes {
            count = read(output, $0.baseAddress.map { $0 + before }, room)
        }
        buffer.removeLast(room - max(0, count))
        return count > 0 || (count < 0 && errno == EINTR)
    }

    private var errorText: [UInt8] = []

    private func keepErrors() {
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(errors, &part, part.count)
            guard count > 0 else { return }
            // An error tells enough in its first 64 KiB.
            errorText += part.prefix(min(count, max(0, 65_536 - errorText.count)))
        }
    }

    private func readErrors() -> String {
        keepErrors()
        defer { errorText = [] }
        return String(decoding: errorText, as: UTF8.self)
    }

    private func lost() -> Answer {
        isRunning = false
        return Answer(errors: readErrors(), isLost: true)
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    input, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func interrupt() {
        engine = Self.lastDescendant(of: process)
        kill(engine, SIGINT)
    }

    /// The innermost child: what is on PATH may be a script that starts the program.
    private static func lastDescendant(of process: pid_t) -> pid_t {
        var current = process
        while let child = firstChild(of: current) { current = child }
        return current
    }

    private static func firstChild(of process: pid_t) -> pid_t? {
        let file = open("/proc/\(process)/task/\(process)/children", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { Glibc.close(file) }
        var text = [UInt8](repeating: 0, count: 64)
        let count = read(file, &text, 64)
        let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self)
        return words.split(separator: " ").first.flatMap { pid_t($0) }
    }

    /// Ends the program: kindly, and after two seconds by force.
    func close() {
        guard input >= 0 else { return }
        Glibc.close(input)
        input = -1
        if process > 0 {
            let deadline = MonotonicTime.milliseconds() + 2_000
            var isGone = false
            while !isGone, MonotonicTime.milliseconds() < deadline {
                isGone = !fill(-1, deadline - MonotonicTime.milliseconds())
                start = buffer.count
            }
            if !isGone || !isRunning { kill(-process, SIGKILL) }
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
        }
        Glibc.close(output)
        Glibc.close(errors)
        isRunning = false
    }
}

/// When a running query is to be interrupted, again, and when its program is to be ended.
private struct InterruptClock {
    enum Step { case nothing, interrupt, kill }

    /// A query that is not there yet is missed by the first interrupt; the program itself ends at
    /// the third.
    private static let second = 200
    private static let last = 450

    var isWanted = false
    private var since: Int?
    private var sent = 0

    mutating func due(mayKill: Bool) -> Step {
        guard isWanted else { return .nothing }
        let now = MonotonicTime.milliseconds()
        let begin = since ?? now
        since = begin
        let passed = now - begin
        if sent == 0 || (sent == 1 && passed >= Self.second) {
            sent += 1
            return .interrupt
        }
        if mayKill, passed >= Self.last, sent == 2 {
            sent += 1
            return .kill
        }
        return .nothing
    }
}

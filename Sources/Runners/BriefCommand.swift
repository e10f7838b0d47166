import CProcess
public import Domain
import Glibc

/// A short command beside the tasks: a look of a sensor, a hook. It blocks its thread, and nothing of
/// it is kept beyond its exit code and its output.
public struct BriefCommand: Sendable {
    /// For `/bin/sh -c`.
    public var command: String
    /// What the log of a wait calls it.
    public var title: String
    /// On top of the environment of this process, the last of a name counts.
    public var environment: [EnvironmentEntry]
    /// Absolute path.
    public var directory: String
    /// Absolute path of the file that its output is appended to.
    public var log: String
    /// Values that the log must not show.
    public var hidden: [String] = []
    /// What it reads from its standard input; nil: nothing.
    public var input: String?
    /// How long it and what it started have between TERM and KILL, where it is ended.
    public var grace = Span.zero

    public enum Outcome: Hashable, Sendable {
        case exited(code: Int32)
        case signalled(number: Int32)
        case timedOut
        case notStarted(reason: String)
    }

    public init(
        command: String, title: String? = nil, environment: [EnvironmentEntry] = [],
        directory: String, log: String
    ) {
        self.command = command
        self.title = title ?? "the command: " + command
        self.environment = environment
        self.directory = directory
        self.log = log
    }

    /// Runs it to its end, or ends its process group after `limit` or when `isCancelled` says so.
    public func run(
        limit: Span, isCancelled: @Sendable () -> Bool = { false }
    ) -> Outcome {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { return .notStarted(reason: Self.message(errno)) }
        defer { close(output) }
        guard hidden.isEmpty else {
            return run(maskedTo: output, limit: limit, isCancelled: isCancelled)
        }
        return run(to: output, limit: limit, isCancelled: isCancelled) { ended in
            ended.hasEnded(within: 100)
        }
    }

    private func run(
        maskedTo output: Int32, limit: Span, isCancelled: @Sendable () -> Bool
    ) -> Outcome {
        var ends: [Int32] = [-1, -1]
        guard spillway_pipe(&ends) == 0 else {
            return .notStarted(reason: Self.message(errno))
        }
        let passage = MaskedPassage(from: ends[0], to: output, hiding: hidden)
        let outcome = run(
            into: ends[1], limit: limit, isCancelled: isCancelled,
            pass: passage.pass(milliseconds:))
        passage.finish()
        return outcome
    }

    /// Runs it with the writing end of a pipe for its output, and closes that.
    ///
    /// - Parameter pass: takes what comes through within so many milliseconds; false once nobody can
    ///   write any more.
    private func run(
        into pipe: Int32, limit: Span, isCancelled: @Sendable () -> Bool, pass: (Int32) -> Bool
    ) -> Outcome {
        var end = pipe
        let outcome = run(
            to: end, limit: limit, isCancelled: isCancelled,
            begun: {
                close(end)
                end = -1
            },
            isOver: { ended in
                let patience: Int32 = pass(100) ? 0 : 100
                return ended.hasEnded(within: patience)
            })
        if end >= 0 { close(end) }
        return outcome
    }

    /// As ``run(limit:isCancelled:)``, but nothing is written to the log: what it prints comes back,
    /// the last 4 KiB of it, with a line end behind it.
    func runKeepingOutput(
        limit: Span, isCancelled: @Sendable () -> Bool = { false }
    ) -> (Outcome, output: String) {
        var ends: [Int32] = [-1, -1]
        guard spillway_pipe(&ends) == 0 else {
            return (.notStarted(reason: Self.message(errno)), "")
        }
        let tail = OutputTail(ends[0])
        let outcome = run(
            into: ends[1], limit: limit, isCancelled: isCancelled,
            pass: tail.read(milliseconds:))
        _ = tail.read(milliseconds: 0)
        return (outcome, tail.text)
    }

    /// The environment that commands begin with, read once.
    private static let base = BaseEnvironment(lines: BaseEnvironment.ownLines)

    /// - Parameters:
    ///   - begun: called once the command has its copy of `output`.
    ///   - isOver: waits for the end, a tenth of a second at most.
    private func run(
        to output: Int32, limit: Span, isCancelled: @Sendable () -> Bool,
        begun: () -> Void = {}, isOver: (BriefProcess) -> Bool
    ) -> Outcome {
        let process: BriefProcess
        switch spawn(to: output) {
        case .success(let begun): process = begun
        case .failure(let failure): return .notStarted(reason: failure.reason)
        }
        begun()
        var killing: Span?
        let deadline = SystemClock.monotonic() + limit
        while !isOver(process) {
            let now = SystemClock.monotonic()
            if let killing {
                if now >= killing { process.signalGroup(SIGKILL) }
            } else if now >= deadline || isCancelled() {
                killing = now + grace
                process.signalGroup(SIGTERM)
            }
        }
        if let killing {
            // The shell goes at TERM; what it started may not have.
            while process.isGroupThere, SystemClock.monotonic() < killing {
                // Nothing tells of the end of a process that is no child but another look.
                poll(nil, 0, 10)
            }
            process.signalGroup(SIGKILL)
            return .timedOut
        }
        return process.outcome
    }

    private func spawn(to output: Int32) -> Result<BriefProcess, SpawnFailure> {
        let input = openInput()
        guard input >= 0 else { return .failure(SpawnFailure(reason: Self.message(errno))) }
        defer { close(input) }
        guard let variables = Self.base.block(with: environment) else {
            return .failure(SpawnFailure(reason: "a variable of its environment cannot be one"))
        }
        var arguments = CStringBlock()
        for argument in ["/bin/sh", "-c", command] where !arguments.append(argument) {
            return .failure(SpawnFailure(reason: "its command contains a NUL character"))
        }
        var pid: pid_t = 0
        let code = arguments.withPointers { arguments in
            variables.withPointers { variables in
                directory.withCString { directory in
                    spillway_spawn(arguments, variables, directory, input, output, 0, -1, &pid)
                }
            }
        }
        if code != 0 { return .failure(SpawnFailure(reason: Self.message(code))) }
        return .success(BriefProcess(pid: pid))
    }

    /// A descriptor to read the input from; -1 and errno.
    private func openInput() -> Int32 {
        guard let input else { return open("/dev/null", O_RDONLY | O_CLOEXEC) }
        return ScriptFile.openUnnamed(input, beside: log)
    }

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// The last of what comes through a pipe, which it closes in the end.
private final class OutputTail {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private var hasEnded = false
    private static let limit = 4_096

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Reads what is there, or comes within so many milliseconds; false once nobody can write any
    /// more.
    func read(milliseconds: Int32) -> Bool {
        guard !hasEnded else { return false }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return true }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &block, block.count)
        if count == 0 { hasEnded = true }
        if count > 0 {
            bytes = (bytes + block[..<count]).suffix(Self.limit)
        }
        return !hasEnded
    }

    var text: String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
    }
}

extension BriefCommand.Outcome {
    /// In a few words, behind what ended.
    public var words: String {
        switch self {
        case .exited(let code): "ended with exit code \(code)"
        case .signalled(let number): "was ended by signal \(number)"
        case .timedOut: "took too long and was ended"
        case .notStarted(let reason): "could not be started: \(reason)"
        }
    }
}

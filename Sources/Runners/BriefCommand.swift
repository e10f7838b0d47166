public import Domain
import Foundation
import Glibc
import Synchronization

/// A short command beside the tasks: a look of a sensor, a hook. It blocks its thread, and nothing of
/// it is kept beyond its exit code and its output.
public struct BriefCommand: Sendable {
    /// For `/bin/sh -c`.
    public var command: String
    /// On top of the environment of this process, the last of a name counts.
    public var environment: [EnvironmentEntry]
    /// Absolute path.
    public var directory: String
    /// Absolute path of the file that its output is appended to.
    public var log: String

    public enum Outcome: Hashable, Sendable {
        case exited(code: Int32)
        case signalled(number: Int32)
        case timedOut
        case notStarted(reason: String)
    }

    public init(
        command: String, environment: [EnvironmentEntry] = [], directory: String, log: String
    ) {
        self.command = command
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
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { return .notStarted(reason: Self.message(errno)) }
        defer { close(input) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(filePath: directory)
        var variables = ProcessInfo.processInfo.environment
        for entry in environment { variables[entry.name] = entry.value }
        process.environment = variables
        process.standardInput = FileHandle(fileDescriptor: input, closeOnDealloc: false)
        let handle = FileHandle(fileDescriptor: output, closeOnDealloc: false)
        process.standardOutput = handle
        process.standardError = handle
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do { try process.run() } catch { return .notStarted(reason: "\(error)") }
        var isOver = false
        let deadline = SystemClock.monotonic() + limit
        while ended.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            guard !isOver else {
                kill(-process.processIdentifier, SIGKILL)
                kill(process.processIdentifier, SIGKILL)
                continue
            }
            if SystemClock.monotonic() >= deadline || isCancelled() {
                isOver = true
                process.terminate()
            }
        }
        if isOver { return .timedOut }
        return process.terminationReason == .exit
            ? .exited(code: process.terminationStatus)
            : .signalled(number: process.terminationStatus)
    }

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

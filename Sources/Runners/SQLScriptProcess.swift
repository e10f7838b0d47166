import Domain
import Foundation
import Glibc
import Synchronization

/// Statements for a SQLite database.
public struct SQLiteScript: Hashable, Sendable {
    public var text: String
    /// What the log calls the script.
    public var name: String
    /// Absolute path of the database; it is made where it is missing.
    public var database: String

    public init(text: String, name: String, database: String) {
        self.text = text
        self.name = name
        self.database = database
    }
}

/// A SQL script as a process of the runner, so that it outlives whoever started it, as every task
/// does; its text goes through a ``ScriptFile``.
public struct SQLScriptProcess: Sendable {
    private let file: String
    private let script: SQLiteScript
    private let hidden: [String]

    /// Writes the text of a script.
    ///
    /// - Parameters:
    ///   - log: absolute path of the attempt's log.
    ///   - hidden: variables of the process's environment whose values the log must not show.
    /// - Throws: where the file cannot be made, as on a full disk.
    public init(
        _ script: SQLiteScript, for log: String, hiding hidden: [String] = []
    ) throws(LogError) {
        file = ScriptFile.path(of: log)
        (self.script, self.hidden) = (script, hidden)
        try ScriptFile.write(script.text, for: log)
    }

    /// The line for `/bin/sh` that runs the script: `program` calls ``main(_:)`` with the arguments
    /// behind its own.
    public func command(of program: RunnerProgram) -> String {
        let words =
            [program.path] + program.arguments
            + [file, script.database, script.name, hidden.joined(separator: ",")]
        return "exec " + words.map(Self.quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let parts = word.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }

    // MARK: In the process

    /// Runs a script; what it does goes to standard output.
    ///
    /// TERM interrupts it, and what it has done is rolled back.
    ///
    /// - Parameter arguments: file, database, name and the variables to hide, as ``command(of:)``
    ///   writes them.
    /// - Returns: the exit code: 0, or 1 where a statement failed or it was ended. Nothing of it is
    ///   kept then.
    /// - Precondition: no other thread does anything.
    public static func main(_ arguments: [String]) -> Int32 {
        let cancellation = Cancellation()
        watchForTERM(cancellation)
        let names = arguments.count > 3 ? arguments[3].split(separator: ",") : []
        let values = names.compactMap { name in getenv(String(name)).map { String(cString: $0) } }
        let log = AttemptLog(descriptor: dup(STDOUT_FILENO), hiding: values)
        guard arguments.count > 2, let text = take(arguments[0]) else {
            log.note("the text of the script is not to be had: \(String(cString: strerror(errno)))")
            return 1
        }
        let script = SQLiteScript(text: text, name: arguments[2], database: arguments[1])
        return script.run(cancellation, log: log) ? 0 : 1
    }

    /// The text of the file, which is removed.
    private static func take(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        unlink(path)
        return String(decoding: data, as: UTF8.self)
    }

    /// A thread waits for the signal: a handler may do next to nothing.
    private static func watchForTERM(_ cancellation: Cancellation) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread.detachNewThread {
            var (signals, number): (sigset_t, Int32) = (awaited, 0)
            while sigwait(&signals, &number) != 0 {}
            cancellation.request()
        }
    }
}

extension SQLiteScript {
    /// Runs it to its end, or until it is to end; false where nothing of it is kept.
    func run(_ cancellation: Cancellation, log: AttemptLog) -> Bool {
        log.write("\(name) on \(database)\n")
        guard let failure = SQLScriptRun(self, cancellation, log: log).run() else { return true }
        log.write("error: \(failure)\n")
        return false
    }
}

/// That a script or a look is to end; asked for by one thread, seen by another.
final class Cancellation: Sendable {
    private let isWanted = Atomic(false)

    var isRequested: Bool { isWanted.load(ordering: .relaxed) }

    func request() { isWanted.store(true, ordering: .relaxed) }
}

public import Domain
import Foundation
import Glibc
import Synchronization

/// A script of one attempt for a SQLite database, ready to be run.
public struct SQLLaunch: Hashable, Sendable {
    public var id: AttemptID
    public var script: String
    /// What the log calls the script.
    public var scriptName: String
    /// Absolute path of the database; it is made where it is missing.
    public var database: String
    /// Absolute path of the log file.
    public var log: String
    /// Values that the log must not show.
    public var secrets: [String]

    public init(
        id: AttemptID, script: String, scriptName: String, database: String, log: String,
        secrets: [String] = []
    ) {
        self.secrets = secrets
        self.id = id
        self.script = script
        self.scriptName = scriptName
        self.database = database
        self.log = log
    }
}

/// Runs SQL scripts, each on a thread and a connection of its own; usable from every thread.
public final class SQLRunner: Sendable {
    private let cancellations = Mutex<[AttemptID: Cancellation]>([:])
    private let report: @Sendable (RunnerEvent) -> Void

    /// `report` is called on the scripts' threads, and on the caller's for what is not started.
    public init(report: @escaping @Sendable (RunnerEvent) -> Void) { self.report = report }

    /// Starts a script; one that runs already is left alone. It ends with exit code 0, or 1 where
    /// a statement failed or it was ended; nothing of it is kept then.
    ///
    /// - Throws: ``LogError`` where the disk is full: nothing was started.
    public func launch(_ launch: SQLLaunch) throws(LogError) {
        let cancellation = Cancellation()
        let isNew = cancellations.withLock { running in
            guard running[launch.id] == nil else { return false }
            running[launch.id] = cancellation
            return true
        }
        guard isNew else { return }
        do {
            // Made here once, so that a full disk is known before anything is said to have begun.
            _ = try AttemptLog(launch.log)
        } catch {
            forget(launch.id)
            if error.isDiskFull { throw error }
            report(.ended(launch.id, .notStarted(reason: error.reason), at: SystemClock.now()))
            return
        }
        report(.started(launch.id, process: nil, at: SystemClock.now()))
        Thread.detachNewThread { [self] in
            let isDone = run(launch, cancellation)
            forget(launch.id)
            report(.ended(launch.id, .exited(code: isDone ? 0 : 1), at: SystemClock.now()))
        }
    }

    /// Interrupts a script; `ended` follows when its transaction is rolled back.
    public func terminate(_ id: AttemptID) {
        cancellations.withLock { $0[id] }?.request()
    }

    /// The scripts that have not ended.
    public var active: [AttemptID] { cancellations.withLock { Array($0.keys) } }

    private func forget(_ id: AttemptID) { cancellations.withLock { $0[id] = nil } }

    private func run(_ launch: SQLLaunch, _ cancellation: Cancellation) -> Bool {
        guard let log = try? AttemptLog(launch.log, hiding: launch.secrets) else {
            report(.logIncomplete(launch.id, reason: "its log cannot be opened"))
            return false
        }
        log.write("\(launch.scriptName) on \(launch.database)\n")
        let failure = SQLScriptRun(launch, cancellation, log: log).run()
        if let failure { log.write("error: \(failure)\n") }
        if let reason = log.failure { report(.logIncomplete(launch.id, reason: reason)) }
        return failure == nil
    }
}

/// That a script is to end; asked for by one thread, seen by another.
final class Cancellation: Sendable {
    private let isWanted = Atomic(false)

    var isRequested: Bool { isWanted.load(ordering: .relaxed) }

    func request() { isWanted.store(true, ordering: .relaxed) }
}

import CSQLite
public import Domain
import Foundation
import GRDB
import Glibc

/// Removes runs that ended long ago, and logs; gives the space back.
///
/// May work beside the engine: it touches runs alone that have ended, in transactions of a few
/// milliseconds, and the rows of runs go before their events, so that being killed at any moment leaves
/// nothing half: what is left over then goes the next time.
public enum StateRetention {
    /// What went, or would go.
    public struct Outcome: Hashable, Sendable {
        public var runs = 0
        /// Files of logs, and their bytes.
        public var files = 0
        public var bytes: Int64 = 0
    }

    private struct Candidate {
        var number: Int64
        var folder: String
    }

    /// Removes what `policy` lets go at `now`; with `isDry` only counts it.
    ///
    /// Cost: a look at each run that goes, and once through the numbers of the events.
    public static func sweep(
        _ folder: StateFolder, _ policy: RetentionPolicy, at now: Instant, isDry: Bool = false
    ) throws(StoreError) -> Outcome {
        var outcome = Outcome()
        guard policy.removesAnything else { return outcome }
        let (gone, silenced) = try candidates(folder, policy, now)
        do throws(SQLiteFailure) {
            if !isDry, !gone.isEmpty {
                let connection = try Connection(folder.databasePath)
                try connection.execute("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0")
                for start in stride(from: 0, to: gone.count, by: 20) {
                    try remove(gone[start..<min(start + 20, gone.count)], connection)
                }
                try removeLeftovers(connection, at: now)
            }
        } catch {
            throw StoreError(error, path: folder.databasePath)
        }
        outcome.runs = gone.count
        for candidate in gone + silenced { removeLogs(candidate.folder, isDry, &outcome) }
        return outcome
    }

    /// Writes the database anew without the space that nobody uses. Nobody else may have it open for
    /// writing: the caller holds its lock. Returns the bytes given back.
    public static func compact(
        _ folder: StateFolder, holding lock: StateLock
    ) throws(StoreError) -> Int64 {
        let before = size(folder)
        do throws(SQLiteFailure) {
            let connection = try Connection(folder.databasePath)
            try connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        } catch {
            throw StoreError(error, path: folder.databasePath)
        }
        return max(0, before - size(folder))
    }

    private static func size(_ folder: StateFolder) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(folder.databasePath + suffix, &status) == 0
                ? sum + Int64(status.st_size) : sum
        }
    }

    /// The runs that go, and those of which only the logs go.
    private static func candidates(
        _ folder: StateFolder, _ policy: RetentionPolicy, _ now: Instant
    ) throws(StoreError) -> (gone: [Candidate], silenced: [Candidate]) {
        func before(_ age: Span?) -> Int64 {
            age.map { now.advanced(by: Span(microseconds: -$0.microseconds)).microseconds } ?? .min
        }
        return try StoreError.translating(folder.databasePath) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: folder.databasePath, configuration: configuration)
            return try queue.read { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT number, id, pipeline, ended_at < ?1 AND number NOT IN (
                            SELECT newest.number FROM runs AS newest
                            WHERE newest.pipeline = runs.pipeline
                            ORDER BY newest.number DESC LIMIT ?3) AS goes
                        FROM runs WHERE state NOT IN ('queued', 'running')
                            AND (ended_at < ?1 OR ended_at < ?2)
                        """,
                    arguments: [before(policy.runs), before(policy.logs), max(1, policy.keep)])
                var (gone, silenced): ([Candidate], [Candidate]) = ([], [])
                let silence = before(policy.logs)
                for row in rows {
                    let candidate = Candidate(
                        number: row["number"],
                        folder: folder.logFolder(
                            of: RunID(row["id"]), in: PipelineName(row["pipeline"])))
                    if row["goes"] == true {
                        gone.append(candidate)
                    } else if policy.logs != nil, silence > .min {
                        silenced.append(candidate)
                    }
                }
                return (gone, silenced)
            }
        }
    }

    private static func remove(
        _ candidates: ArraySlice<Candidate>, _ connection: Connection
    ) throws(SQLiteFailure) {
        try connection.execute("BEGIN IMMEDIATE")
        do throws(SQLiteFailure) {
            // Opened again meanwhile: it stays.
            let deletion = try Statement(
                "DELETE FROM runs WHERE number = ? AND state NOT IN ('queued', 'running')",
                connection)
            let parts = try ["tasks", "attempts", "hooks"].map { table throws(SQLiteFailure) in
                try Statement(
                    """
                    DELETE FROM \(table) WHERE run = ?1
                        AND NOT EXISTS (SELECT 1 FROM runs WHERE number = ?1)
                    """, connection)
            }
            for candidate in candidates {
                deletion.bind(1, candidate.number)
                try deletion.run()
                for part in parts {
                    part.bind(1, candidate.number)
                    try part.run()
                }
            }
            try connection.execute("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
    }

    /// The events of runs that are gone, pipelines' definitions that no run has, and old answers.
    private static func removeLeftovers(
        _ connection: Connection, at now: Instant
    ) throws(SQLiteFailure) {
        var last: Int64 = 0
        let newest = try Statement("SELECT max(seq) FROM events", connection)
        try newest.forEachRow { last = newest.int64(0) ?? 0 }
        let deletion = try Statement(
            """
            DELETE FROM events WHERE seq BETWEEN ? AND ? AND run IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.number = events.run
                    AND runs.created_seq <= events.seq)
            """, connection)
        var first: Int64 = 1
        // The newest stays, whatever it is about: numbers never go back.
        while first < last {
            deletion.bind(1, first)
            deletion.bind(2, min(first + 9_999, last - 1))
            try deletion.run()
            first += 10_000
        }
        let month = now.advanced(by: .seconds(-30 * 86_400)).microseconds
        try connection.execute(
            """
            DELETE FROM definitions WHERE id NOT IN (SELECT definition FROM runs
                WHERE definition IS NOT NULL UNION SELECT definition FROM backfills
                WHERE definition IS NOT NULL);
            DELETE FROM requests WHERE at < \(month);
            """)
    }

    private static func removeLogs(_ folder: String, _ isDry: Bool, _ outcome: inout Outcome) {
        let files = FileManager.default
        guard let names = files.enumerator(atPath: folder) else { return }
        for case let name as String in names {
            var status = stat()
            guard lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT != S_IFDIR
            else {
                continue
            }
            outcome.files += 1
            outcome.bytes += Int64(status.st_size)
        }
        if !isDry { try? files.removeItem(atPath: folder) }
    }
}

extension StateFolder {
    /// Where the logs of a run lie.
    public func logFolder(of run: RunID, in pipeline: PipelineName) -> String {
        [logsPath, Self.safeFileName(pipeline.name), Self.safeFileName(run.name)]
            .joined(separator: "/")
    }
}

public import Domain
import Foundation
import GRDB
import Glibc
import SchedulerCore

/// Reads the state of a workspace on connections of its own; never waits for the writer, and may
/// be used from every thread. What it reads is as fresh as the last commit.
public final class StoreReader: Sendable {
    private let pool: DatabasePool
    private let path: String
    private let holds: HoldFile
    private let definitions = DefinitionCache()
    /// What people should know of the state file, in words: pages that something else changed.
    public let finding: String?

    /// Whether the state file is there and of this version: else whoever owns it has to make it or
    /// bring it up to date first.
    public static func canRead(_ folder: StateFolder) -> Bool {
        Schema.isCurrent(fileAt: folder.databasePath)
    }

    /// Opens the state file of `folder` for reading.
    ///
    /// - Parameter isLookedAt: whether its owner has compared its pages with their sums just now.
    /// - Throws: ``StoreError/noState(path:)`` where nothing ever ran, and others.
    public init(_ folder: StateFolder, isLookedAt: Bool = false) throws(StoreError) {
        let path = folder.databasePath
        var status = stat()
        if StateInspection.isEmptied(path) { throw StateInspection.emptied(path) }
        guard stat(path, &status) == 0, status.st_size > 0 else {
            if errno == EACCES {
                throw .unusableFolder(path: folder.path, reason: String(cString: strerror(errno)))
            }
            throw .noState(path: folder.path)
        }
        self.path = path
        holds = HoldFile(folder)
        let seen = isLookedAt ? nil : try StateInspection.glance(at: folder)
        // Before the newest record is asked for: it is noted behind it.
        let mark = isLookedAt ? nil : PageSums(of: path).mark
        let pool = try StoreError.translating(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 4
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { try Schema.check($0, path: path) }
            return pool
        }
        self.pool = pool
        guard seen == nil, let mark else {
            finding = seen
            return
        }
        let last = try StoreError.translating(path) {
            try pool.read { try Int64.fetchOne($0, sql: Self.newest) ?? 0 }
        }
        finding = StateInspection.gap(from: last, to: mark, in: path)
    }

    /// Grows with everything recorded: the same value twice means that nothing changed.
    public func revision() throws(StoreError) -> Int64 {
        try read { try Int64.fetchOne($0, sql: Self.newest) ?? 0 }
    }

    private static let newest = "SELECT coalesce(max(seq), 0) FROM events"

    /// The pipelines that are paused.
    public func pausedPipelines() throws(StoreError) -> Set<PipelineName> {
        try read { database in
            Set(
                try String.fetchAll(database, sql: "SELECT name FROM pipelines WHERE paused")
                    .map { PipelineName($0) })
        }
    }

    /// The latest logical date for which a schedule made a run.
    public func lastTicks() throws(StoreError) -> [PipelineName: Instant] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT name, last_tick FROM pipelines WHERE last_tick IS NOT NULL")
            return Dictionary(
                rows.map { (PipelineName($0["name"]), Instant(microseconds: $0["last_tick"])) },
                uniquingKeysWith: { $1 })
        }
    }

    /// Runs, newest first; of one pipeline, or of all.
    public func runs(
        of pipeline: PipelineName? = nil, limit: Int, offset: Int = 0
    ) throws(StoreError) -> [RunRow] {
        try read { database in
            let rows =
                if let pipeline {
                    try Row.fetchAll(
                        database,
                        sql: """
                            SELECT * FROM runs WHERE pipeline = ? ORDER BY number DESC
                            LIMIT ? OFFSET ?
                            """, arguments: [pipeline.name, max(0, limit), max(0, offset)])
                } else {
                    try Row.fetchAll(
                        database,
                        sql: "SELECT * FROM runs ORDER BY number DESC LIMIT ? OFFSET ?",
                        arguments: [max(0, limit), max(0, offset)])
                }
            return rows.map { RunRow($0) }
        }
    }

    /// The run with exactly this id.
    public func run(_ id: RunID) throws(StoreError) -> RunRow? {
        try read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id.name]
            ).map { RunRow($0) }
        }
    }

    /// The newest runs of every pipeline that has any, at most `limit` of each, newest first.
    ///
    /// O(pipelines · `limit`), whatever else is in the store.
    public func recentRuns(
        each limit: Int
    ) throws(StoreError) -> [PipelineName: [RunRow]] {
        try read { database in
            // The names are found by stepping from one to the next in the index.
            let statement = try database.cachedStatement(
                sql: """
                    WITH RECURSIVE names (name) AS (
                        SELECT min(pipeline) FROM runs
                        UNION ALL
                        SELECT (SELECT min(pipeline) FROM runs WHERE pipeline > name)
                        FROM names WHERE name IS NOT NULL)
                    SELECT \(RunRow.columns) FROM names CROSS JOIN runs ON runs.number IN (
                        SELECT number FROM runs AS newest WHERE newest.pipeline = names.name
                        ORDER BY number DESC LIMIT ?)
                    ORDER BY runs.number DESC
                    """)
            var rows: [PipelineName: [RunRow]] = [:]
            let cursor = try Row.fetchCursor(statement, arguments: [max(0, limit)])
            while let row = try cursor.next() {
                let run = RunRow(columns: row)
                rows[run.pipeline, default: []].append(run)
            }
            return rows
        }
    }

    /// The tasks of a run in file order; empty for a run that is not there.
    public func tasks(of run: RunID) throws(StoreError) -> [TaskRow] {
        try read { database in
            let defined = try definition(of: run, database)?.tasks ?? []
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(TaskRow.columns) FROM tasks
                    JOIN runs ON runs.number = tasks.run WHERE runs.id = ? ORDER BY position
                    """)
            var rows: [TaskRow] = []
            var mapped: TaskDefinition?
            rows.reserveCapacity(defined.count)
            let cursor = try Row.fetchCursor(statement, arguments: [run.name])
            while let row = try cursor.next() {
                let position = rows.count
                if position < defined.count {
                    rows.append(TaskRow(columns: row, definition: defined[position]))
                    continue
                }
                // An instance of a mapped task: those of one come one after the other.
                let id = TaskID(row[0] as String)
                if mapped?.id != id.instanceParts?.task {
                    mapped = defined.first { $0.id == id.instanceParts?.task }
                }
                rows.append(TaskRow(columns: row, definition: mapped))
            }
            tellHolds(in: &rows, defined)
            return rows
        }
    }

    /// Notes of tasks that are ready what holds their pools or connections, where that is known.
    private func tellHolds(in rows: inout [TaskRow], _ defined: [TaskDefinition]) {
        guard rows.contains(where: { $0.state == .scheduled && $0.note == nil }) else { return }
        let holds = holds.read()
        if holds.isEmpty { return }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let seconds = Int64(time.tv_sec)
        let now = Instant(microseconds: seconds * 1_000_000 + Int64(time.tv_nsec) / 1_000)
        let guardians = Dictionary(
            defined.compactMap { task in task.guardian.map { (task.id, $0) } },
            uniquingKeysWith: { $1 })
        for index in rows.indices where rows[index].state == .scheduled && rows[index].note == nil {
            let id = rows[index].id
            let pools = [guardians[id.instanceParts?.task ?? id], rows[index].pool]
            rows[index].note =
                pools.compactMap { $0 }.lazy.compactMap {
                    holds[$0]?.words(of: $0, at: now)
                }.first
        }
    }

    /// The log of the newest attempt of each task of a run that has begun; one query.
    public func newestLogs(of run: RunID) throws(StoreError) -> [TaskID: String] {
        try read { database in
            // SQLite takes `log` from the row that holds the maximum.
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT tasks.id AS id, attempts.log AS log, max(attempts.number)
                    FROM runs JOIN attempts ON attempts.run = runs.number
                    JOIN tasks ON tasks.run = runs.number
                        AND tasks.position = attempts.position
                        AND tasks.attempts >= attempts.number
                    WHERE runs.id = ? GROUP BY attempts.position
                    """, arguments: [run.name])
            return Dictionary(
                rows.map { (TaskID($0["id"]), $0["log"]) }, uniquingKeysWith: { $1 })
        }
    }

    /// The attempts of a task in order; those in front of the first start are there as well.
    public func attempts(of run: RunID, _ task: TaskID) throws(StoreError) -> [AttemptRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT attempts.* FROM attempts JOIN runs ON runs.number = attempts.run
                    JOIN tasks ON tasks.run = attempts.run
                        AND tasks.position = attempts.position
                        AND tasks.attempts >= attempts.number
                    WHERE runs.id = ? AND tasks.id = ? ORDER BY attempts.number
                    """, arguments: [run.name, task.name]
            ).map { AttemptRow($0, run: run, task: task) }
        }
    }

    /// The newest attempt of each instance of a mapped task, numbered through; those that failed
    /// come last.
    public func instanceAttempts(
        of run: RunID, _ task: TaskID, limit: Int
    ) throws(StoreError) -> [AttemptRow] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT attempts.*, tasks.id AS task_id, max(attempts.number) AS newest
                    FROM runs JOIN tasks ON tasks.run = runs.number
                    JOIN attempts ON attempts.run = tasks.run
                        AND attempts.position = tasks.position
                    WHERE runs.id = ?1 AND substr(tasks.id, 1, length(?2)) = ?2
                    GROUP BY attempts.position ORDER BY tasks.state = 'failed', attempts.position
                    LIMIT ?3
                    """, arguments: [run.name, task.name + "[", max(0, limit)])
            return rows.enumerated().map { index, row in
                var attempt = AttemptRow(row, run: run, task: TaskID(row["task_id"]))
                attempt.id.number = index + 1
                return attempt
            }
        }
    }

    /// The pipeline as it was when the run was made.
    public func definition(of run: RunID) throws(StoreError) -> Pipeline? {
        try read { try definition(of: run, $0) }
    }

    private func definition(of run: RunID, _ database: Database) throws -> Pipeline? {
        let number = try Int64.fetchOne(
            try database.cachedStatement(sql: "SELECT definition FROM runs WHERE id = ?"),
            arguments: [run.name])
        guard let number else { return nil }
        if let known = definitions[number] { return known }
        let content = try Data.fetchOne(
            database, sql: "SELECT content FROM definitions WHERE id = ?", arguments: [number])
        guard let content else { return nil }
        let pipeline = try PipelineCoding.decode(Array(content))
        definitions.keep(pipeline, as: number)
        return pipeline
    }

    /// The events of a run in order; `after` a sequence number, at most `limit`.
    public func events(
        of run: RunID, after sequence: Int64 = 0, limit: Int = .max
    ) throws(StoreError) -> [StoredEvent] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT events.* FROM runs JOIN events ON events.seq >= runs.created_seq
                        AND events.run = runs.number
                    WHERE runs.id = ? AND events.seq > ? AND kind <> 'attempt_intended'
                    ORDER BY events.seq LIMIT ?
                    """, arguments: [run.name, sequence, max(0, limit)])
            return try rows.compactMap { try StoredEvent($0) }
        }
    }

    /// All events with a greater sequence number in order, at most `limit`.
    public func events(
        after sequence: Int64, limit: Int = .max
    ) throws(StoreError) -> [StoredEvent] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM events WHERE seq > ? AND kind <> 'attempt_intended'
                    ORDER BY seq LIMIT ?
                    """, arguments: [sequence, max(0, limit)]
            ).compactMap { try StoredEvent($0) }
        }
    }

    func read<Value>(
        _ body: (Database) throws -> Value
    ) throws(StoreError) -> Value {
        try StoreError.translating(path) { try pool.read(body) }
    }
}

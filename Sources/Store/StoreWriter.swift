import CProcess
import Domain
import Glibc
import SchedulerCore

/// The one writer of a workspace's state: appends events and keeps the tables beside them.
///
/// Belongs to one thread. What it appended is on the disk when it returns (WAL, `synchronous=FULL`).
public final class StoreWriter {
    public let folder: StateFolder
    private let connection: Connection
    private let begin: Statement
    private let commit: Statement
    private let insertEvent: Statement
    private var projections: Projections
    private var nextSequence: Int64
    private let checkpointer: Checkpointer
    private let mark: HistoryMark
    private let isLookedAt: Bool
    /// What people should know of the state file as it was found; in words.
    public let findings: [String]

    /// Opens or makes the state file of `folder`, which ``StateFolder/prepare()`` made.
    ///
    /// - Throws: every ``StoreError`` but `noState` and `owned`.
    public init(_ folder: StateFolder) throws(StoreError) {
        let path = folder.databasePath
        self.folder = folder
        try Self.makeIfMissing(folder)
        if let breach = StateInspection.breach(of: path) {
            throw .corrupt(path: path, detail: breach)
        }
        let isShort = StateInspection.size(path) <= StateInspection.limit
        var findings = isShort ? try StateInspection.look(at: folder) : []
        do throws(SQLiteFailure) {
            connection = try Connection(path)
            try connection.execute("PRAGMA journal_mode = WAL")
        } catch {
            throw StoreError(error, path: path)
        }
        try Schema.migrate(connection, path: path)
        do throws(SQLiteFailure) {
            try connection.execute(
                """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA foreign_keys = OFF;
                """)
            nextSequence = Int64(
                try connection.integer("SELECT coalesce(max(seq), 0) + 1 FROM events"))
            begin = try Statement("BEGIN IMMEDIATE", connection)
            commit = try Statement("COMMIT", connection)
            insertEvent = try Statement(
                "INSERT INTO events (seq, at, run, kind, payload) VALUES (?, ?, ?, ?, ?)",
                connection)
            projections = try Projections(connection)
        } catch {
            throw StoreError(error, path: path)
        }
        checkpointer = Checkpointer(databasePath: path)
        mark = HistoryMark(of: path)
        if let end = PageSums(of: path).mark, end >= nextSequence {
            findings.append(
                StateInspection.describeGap(from: nextSequence - 1, to: end, in: path))
            mark.note(nextSequence - 1)
        }
        self.findings = findings
        isLookedAt = isShort
    }

    /// Has a file that was too long for it before looked through, beside the work; `tell` gets what
    /// people should know, on another thread.
    public func lookLater(_ tell: @escaping @Sendable (String) -> Void) {
        if !isLookedAt { checkpointer.look(folder, tell) }
    }

    /// Makes the state file where there never was one; for whoever holds the folder's lock.
    public static func makeIfMissing(_ folder: StateFolder) throws(StoreError) {
        let path = folder.databasePath
        var status = stat()
        if StateInspection.isEmptied(path) { throw StateInspection.emptied(path) }
        if stat(path, &status) != 0 || status.st_size == 0 { try NewDatabase.make(at: path) }
    }

    /// The sequence number of the newest record.
    public var revision: Int64 { nextSequence - 1 }

    /// Makes commits from now on cheaper; takes some tens of milliseconds.
    public func prepareLog() { checkpointer.prepareLog() }

    /// Appends all entries in one transaction and returns the new revision.
    ///
    /// - Throws: ``StoreError/diskFull(path:)`` and others; nothing was appended then, and the same
    ///   entries may be appended again.
    public func append(_ entries: [StoreEntry]) throws(StoreError) -> Int64 {
        let first = nextSequence
        do throws(SQLiteFailure) {
            try begin.run()
            for entry in entries { try write(entry) }
            try projections.flush()
            spillway_point("commit")
            try commit.run()
        } catch {
            connection.rollBack()
            nextSequence = first
            projections.forget()
            throw StoreError(error, path: folder.databasePath)
        }
        releaseSettledRuns(entries)
        if checkpointer.isDue() { checkpointer.start() }
        if revision >= first { mark.note(revision) }
        return revision
    }

    private func write(_ entry: StoreEntry) throws(SQLiteFailure) {
        var definition: Int64?
        if let pipeline = entry.definition { definition = try store(pipeline) }
        if case .runCreated(let creation, let at)? = entry.event {
            try projections.create(
                creation, at: at, sequence: nextSequence, definition: definition)
        }
        if case .backfillCreated(let backfill, let at)? = entry.event {
            try BackfillStatements(connection).insert(
                backfill, at: at, sequence: nextSequence, definition: definition)
        }
        if case .runRevised(let run, _, _, _)? = entry.event {
            try projections.revise(run, definition: definition)
        }
        if let answer = entry.answer { try BackfillStatements(connection).insert(answer) }
        if let event = entry.event {
            try insert(.event(event, definition: definition))
            try projections.note(event)
        }
        // Their instances may be what is intended.
        for case .instancesAdded(let run, let task, let indices) in entry.changes {
            try projections.add(instances: indices, of: task, in: run)
        }
        // No event: the row of the attempt says all, and replaying needs no intents.
        for intent in entry.intents { try projections.intend(intent) }
        for id in entry.withdrawn { try projections.withdraw(id) }
        for change in entry.changes { try projections.apply(change) }
        for (id, use) in entry.measured { try projections.note(use, of: id) }
        for call in entry.hookCalls {
            guard let run = try projections.number(of: call.run) else { continue }
            try HookStatements(connection).insert(call, run: run)
        }
        for id in entry.calledHooks { try HookStatements(connection).remove(id) }
    }

    private func insert(_ record: Record) throws(SQLiteFailure) {
        var run: Int64?
        if let id = record.run { run = try projections.number(of: id) }
        insertEvent.bind(1, nextSequence)
        insertEvent.bind(2, record.at.microseconds)
        insertEvent.bind(3, run)
        insertEvent.bind(4, record.kind)
        insertEvent.bind(5, RecordCoding.encode(record))
        try insertEvent.run()
        projections.lastSequence = nextSequence
        nextSequence += 1
    }

    /// The id of `pipeline` among the definitions, each of which is kept once.
    private func store(_ pipeline: Pipeline) throws(SQLiteFailure) -> Int64 {
        let content = PipelineCoding.encode(pipeline)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let key = Int64(bitPattern: hash)
        let query = try Statement(
            "SELECT id FROM definitions WHERE hash = ? AND content = ?", connection)
        query.bind(1, key)
        query.bind(2, content)
        var known: Int64?
        try query.forEachRow { known = query.int64(0) }
        if let known { return known }
        let insertion = try Statement(
            "INSERT INTO definitions (hash, content) VALUES (?, ?)", connection)
        insertion.bind(1, key)
        insertion.bind(2, content)
        try insertion.run()
        return connection.lastInsertedRow
    }

    private func releaseSettledRuns(_ entries: [StoreEntry]) {
        for entry in entries {
            for case .runState(let run, let state, _) in entry.changes where state.isSettled {
                projections.release(run)
            }
        }
    }
}

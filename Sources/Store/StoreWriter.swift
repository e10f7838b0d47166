import Domain
import Foundation
import GRDB
import SchedulerCore

/// The one writer of a workspace's state: appends events and keeps the tables beside them.
///
/// Belongs to one thread. What it appended is on the disk when it returns (WAL, `synchronous=FULL`).
public final class StoreWriter {
    public let folder: StateFolder
    private let queue: DatabaseQueue
    private var projections = Projections()
    private var nextSequence: Int64
    private let checkpointer: Checkpointer

    /// Opens or makes the state file of `folder`, which ``StateFolder/prepare()`` made.
    ///
    /// - Throws: every ``StoreError`` but `noState` and `owned`.
    public init(_ folder: StateFolder) throws(StoreError) {
        self.folder = folder
        (queue, nextSequence) = try StoreError.translating(folder.databasePath) {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = FULL;
                        PRAGMA wal_autocheckpoint = 0;
                        PRAGMA foreign_keys = OFF;
                        """)
            }
            let queue = try DatabaseQueue(
                path: folder.databasePath, configuration: configuration)
            let next = try queue.writeWithoutTransaction { database in
                try Schema.migrate(database, path: folder.databasePath)
                return try Int64.fetchOne(
                    database, sql: "SELECT coalesce(max(seq), 0) + 1 FROM events") ?? 1
            }
            return (queue, next)
        }
        checkpointer = Checkpointer(databasePath: folder.databasePath)
        checkpointer.prepareLog()
    }

    /// The sequence number of the newest record.
    public var revision: Int64 { nextSequence - 1 }

    /// Appends all entries in one transaction and returns the new revision.
    ///
    /// - Throws: ``StoreError/diskFull(path:)`` and others; nothing was appended then, and the same
    ///   entries may be appended again.
    public func append(_ entries: [StoreEntry]) throws(StoreError) -> Int64 {
        let first = nextSequence
        do {
            let isLogLong = try StoreError.translating(folder.databasePath) {
                try queue.writeWithoutTransaction { database in
                    try database.inTransaction(.immediate) {
                        for entry in entries { try write(entry, database) }
                        try projections.writeCounts(in: database)
                        return .commit
                    }
                    return checkpointer.isDue()
                }
            }
            releaseSettledRuns(entries)
            if isLogLong { checkpointer.start() }
        } catch {
            nextSequence = first
            projections.forget()
            throw error
        }
        return revision
    }

    private func write(_ entry: StoreEntry, _ database: Database) throws {
        let definition = try entry.definition.map { try store($0, database) }
        if case .runCreated(let creation, let at)? = entry.event {
            try projections.create(
                creation, at: at, sequence: nextSequence, definition: definition, in: database)
        }
        if let event = entry.event {
            try insert(.event(event, definition: definition), database)
            try projections.note(event, in: database)
        }
        for intent in entry.intents {
            try insert(.intent(intent), database)
            try projections.intend(intent, in: database)
        }
        for change in entry.changes { try projections.apply(change, in: database) }
    }

    private func insert(_ record: Record, _ database: Database) throws {
        let run = try record.run.flatMap { try projections.number(of: $0, in: database) }
        try database.cachedStatement(
            sql: "INSERT INTO events (seq, at, run, kind, payload) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            nextSequence, record.at.microseconds, run, record.kind,
            Data(RecordCoding.encode(record)),
        ])
        nextSequence += 1
    }

    /// The id of `pipeline` among the definitions, each of which is kept once.
    private func store(_ pipeline: Pipeline, _ database: Database) throws -> Int64 {
        let content = PipelineCoding.encode(pipeline)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let key = Int64(bitPattern: hash)
        let known = try Int64.fetchOne(
            database, sql: "SELECT id FROM definitions WHERE hash = ? AND content = ?",
            arguments: [key, Data(content)])
        if let known { return known }
        try database.execute(
            sql: "INSERT INTO definitions (hash, content) VALUES (?, ?)",
            arguments: [key, Data(content)])
        return database.lastInsertedRowID
    }

    private func releaseSettledRuns(_ entries: [StoreEntry]) {
        for entry in entries {
            for case .runState(let run, let state, _) in entry.changes where state.isSettled {
                projections.release(run)
            }
        }
    }
}

import CProcess
import GRDB
import Glibc

/// The tables, and the way from each version to the next.
enum Schema {
    /// Marks the file as ours: `SPWY`.
    private static let applicationID = 0x5350_5759

    /// Entry `n` leads from version `n` to `n + 1`; never edited once released, only added to.
    private static let migrations = [
        version1, version2, assets, resources, hooks, successors, revisions,
    ]

    static var version: Int { migrations.count }

    private static let version1 = """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER, kind TEXT NOT NULL,
            payload BLOB NOT NULL);
        CREATE INDEX events_of_pipelines ON events (seq) WHERE run IS NULL;
        CREATE TABLE definitions (
            id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, content BLOB NOT NULL);
        CREATE INDEX definitions_by_hash ON definitions (hash);
        CREATE TABLE pipelines (
            name TEXT PRIMARY KEY, paused INTEGER NOT NULL DEFAULT 0, last_tick INTEGER
            ) WITHOUT ROWID;
        CREATE TABLE runs (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL,
            trigger TEXT NOT NULL, state TEXT NOT NULL, logical_date INTEGER NOT NULL,
            created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
            task_count INTEGER NOT NULL, settled_count INTEGER NOT NULL,
            failed_count INTEGER NOT NULL, definition INTEGER REFERENCES definitions (id),
            created_seq INTEGER NOT NULL);
        CREATE INDEX runs_by_pipeline ON runs (pipeline, number);
        CREATE INDEX runs_by_date ON runs (pipeline, logical_date);
        CREATE UNIQUE INDEX runs_by_tick ON runs (pipeline, logical_date)
            WHERE trigger = 'scheduled';
        CREATE INDEX runs_open ON runs (number) WHERE state IN ('queued', 'running');
        CREATE TABLE tasks (
            run INTEGER NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL, changed_at INTEGER,
            started_at INTEGER, ended_at INTEGER, exit_code INTEGER, note TEXT,
            retry_at INTEGER, PRIMARY KEY (run, position)) WITHOUT ROWID;
        CREATE TABLE attempts (
            run INTEGER NOT NULL, position INTEGER NOT NULL, number INTEGER NOT NULL,
            intended_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
            outcome TEXT, code INTEGER, reason TEXT, log TEXT NOT NULL, token TEXT NOT NULL,
            pid INTEGER, start_ticks INTEGER, boot_id TEXT,
            PRIMARY KEY (run, position, number)) WITHOUT ROWID;
        """

    /// Backfills, and what was asked of the scheduler with the answer it gave.
    private static let version2 = """
        ALTER TABLE runs ADD COLUMN backfill TEXT;
        CREATE INDEX runs_by_backfill ON runs (backfill, number) WHERE backfill IS NOT NULL;
        CREATE TABLE backfills (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL,
            state TEXT NOT NULL, from_tick INTEGER NOT NULL, to_tick INTEGER NOT NULL,
            max_active INTEGER NOT NULL, reprocess TEXT NOT NULL, person TEXT NOT NULL,
            created_at INTEGER NOT NULL, ended_at INTEGER, last_tick INTEGER,
            definition INTEGER REFERENCES definitions (id), created_seq INTEGER NOT NULL);
        CREATE TABLE requests (
            id TEXT PRIMARY KEY, at INTEGER NOT NULL, answer BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX events_of_people ON events (seq) WHERE kind IN (
            'run_created', 'run_cancel_requested', 'task_cancel_requested', 'tasks_cleared',
            'tasks_marked', 'pipeline_paused', 'backfill_created', 'backfill_changed');
        """

    /// When each asset was last made, and by whom.
    private static let assets = """
        CREATE TABLE assets (
            name TEXT PRIMARY KEY, seq INTEGER NOT NULL, run INTEGER, task TEXT NOT NULL,
            at INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// What the processes of an attempt used: times in microseconds, sizes in bytes.
    private static let resources = """
        ALTER TABLE attempts ADD COLUMN user_time INTEGER;
        ALTER TABLE attempts ADD COLUMN system_time INTEGER;
        ALTER TABLE attempts ADD COLUMN peak_memory INTEGER;
        ALTER TABLE attempts ADD COLUMN read_bytes INTEGER;
        ALTER TABLE attempts ADD COLUMN written_bytes INTEGER;
        """

    /// Hooks that are to be carried out.
    private static let hooks = """
        CREATE TABLE hooks (
            id INTEGER NOT NULL UNIQUE, run INTEGER NOT NULL, task TEXT,
            attempt INTEGER NOT NULL, occasion TEXT NOT NULL, state TEXT NOT NULL, note TEXT,
            at INTEGER NOT NULL);
        """

    /// No table changes; but from here on events may say which attempt took another's place.
    private static let successors = ""

    /// From here on runs may go on by a newer definition.
    private static let revisions = """
        CREATE INDEX events_of_revisions ON events (run, seq) WHERE kind = 'run_revised';
        """

    /// Brings the database to this version.
    ///
    /// - Throws: ``StoreError/newerVersion(path:found:known:)``, or SQLite's error.
    static func migrate(_ connection: Connection, path: String) throws(StoreError) {
        var refusal: StoreError?
        do throws(SQLiteFailure) {
            let found = try connection.integer("PRAGMA user_version")
            let application = try connection.integer("PRAGMA application_id")
            refusal = Self.refusal(of: found, application, path)
            if refusal == nil, found < version {
                try connection.execute("BEGIN IMMEDIATE;" + statements(from: found))
                spillway_point("migration")
                try connection.execute("COMMIT")
            }
        } catch {
            connection.rollBack()
            throw StoreError(error, path: path)
        }
        if let refusal { throw refusal }
    }

    /// What leads from version `found` to this one, without a transaction around it.
    static func statements(from found: Int) -> String {
        migrations[found...].joined(separator: "\n") + """

            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(version);
            """
    }

    /// Whether the head of a file is that of a database of this version: its user version and
    /// application id (SQLite's file format, section 1.3) without what its log may say.
    static func isCurrent(fileAt path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var head = [UInt8](repeating: 0, count: 72)
        guard pread(file, &head, head.count, 0) == head.count else { return false }
        func number(at place: Int) -> Int {
            head[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return number(at: 60) == version && number(at: 68) == applicationID
    }

    /// Refuses databases of newer versions and of others.
    static func check(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if let refusal = refusal(of: found, application, path) { throw refusal }
    }

    /// Why a database of version `found`, 0 for a new one, cannot be used.
    private static func refusal(
        of found: Int, _ application: Int, _ path: String
    ) -> StoreError? {
        if application != applicationID, found != 0 || application != 0 {
            return .corrupt(path: path, detail: "it belongs to another program")
        }
        return found > version ? .newerVersion(path: path, found: found, known: version) : nil
    }
}

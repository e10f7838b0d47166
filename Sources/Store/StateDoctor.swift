import ByteCoding
import CSQLite
import Domain
import Foundation
import GRDB
import Glibc
import WholeFiles

/// Looks through a whole state file, and saves what can be read of a damaged one.
public enum StateDoctor {
    /// What was found.
    public struct Report: Hashable, Sendable {
        public var runs = 0
        public var tasks = 0
        public var events = 0
        /// In words; empty where all is well.
        public var damage: [String] = []
    }

    /// What was mended of a damaged state.
    public struct Mending: Hashable, Sendable {
        /// What was put back as it was, in words; no record is lost by that.
        public var repairs: [String] = []
        /// Rows saved by table, where not all could be put back.
        public var rows: [String: Int]?
        /// Where the damaged file is now.
        public var damagedPath: String?
    }

    private static let tables = [
        "definitions", "pipelines", "runs", "tasks", "attempts", "events", "backfills", "requests",
        "assets", "hooks",
    ]

    /// Reads every page and every record. Cost: the size of the file.
    ///
    /// - Throws: ``StoreError/noState(path:)``, `newerVersion` and others for what is no damage.
    public static func check(_ folder: StateFolder) throws(StoreError) -> Report {
        var report = Report()
        let path = folder.databasePath
        var status = stat()
        if StateInspection.isEmptied(path) {
            guard case .corrupt(_, let detail) = StateInspection.emptied(path) else {
                return report
            }
            report.damage = [detail]
            return report
        }
        guard stat(path, &status) == 0, status.st_size > 0 else {
            throw .noState(path: folder.path)
        }
        let sums = PageSums(of: path)
        let strange = sums.strangePages()
        if !strange.isEmpty { report.damage.append(StateInspection.describe(strange)) }
        if let breach = StateInspection.breach(of: path) { report.damage.append(breach) }
        // See `StateInspection.verdict`.
        if strange.contains(1), sums.mended(1) != nil { return report }
        var isReadable = false
        do throws(SQLiteFailure) {
            let connection = try Connection(path, for: .reading)
            let broken = try brokenStructure(connection)
            report.damage += broken
            report.runs = try connection.integer("SELECT count(*) FROM runs")
            report.tasks = try connection.integer("SELECT count(*) FROM tasks")
            report.events = try connection.integer("SELECT count(*) FROM events")
            let orphans = try connection.integer(
                """
                SELECT count(*) FROM tasks WHERE NOT EXISTS
                (SELECT 1 FROM runs WHERE runs.number = tasks.run)
                """)
            if orphans > 0 { report.damage.append("\(orphans) tasks belong to no run") }
            let last = Int64(try connection.integer("SELECT coalesce(max(seq), 0) FROM events"))
            if let mark = sums.mark, mark > last {
                report.damage.append(StateInspection.describeGap(from: last, to: mark, in: path))
            }
            isReadable = broken.isEmpty
        } catch {
            let known = StoreError(error, path: path)
            guard case .corrupt = known else { throw known }
            report.damage.append(error.message)
        }
        if isReadable { report.damage += try unreadableRecords(folder) }
        return report
    }

    /// What SQLite finds wrong with the file, or else the records that cannot be read.
    static func unreadable(_ folder: StateFolder) throws(StoreError) -> [String] {
        let damage: [String]
        do throws(SQLiteFailure) {
            damage = try brokenStructure(Connection(folder.databasePath, for: .reading))
        } catch {
            return [error.message]
        }
        return damage.isEmpty ? try unreadableRecords(folder) : damage
    }

    private static func brokenStructure(
        _ connection: Connection
    ) throws(SQLiteFailure) -> [String] {
        var damage: [String] = []
        let check = try Statement("PRAGMA integrity_check(20)", connection)
        try check.forEachRow {
            if let line = check.text(0), line != "ok" { damage.append(line) }
        }
        return damage
    }

    /// Records whose bytes are not what their kind promises; SQLite knows nothing of these.
    private static func unreadableRecords(_ folder: StateFolder) throws(StoreError) -> [String] {
        let path = folder.databasePath
        return try StoreError.translating(path) {
            var damage: [String] = []
            var configuration = Configuration()
            configuration.readonly = true
            try DatabaseQueue(path: path, configuration: configuration).read { database in
                try Schema.check(database, path: path)
                let events = try Row.fetchCursor(database, sql: "SELECT * FROM events")
                while let row = try events.next(), damage.count < 20 {
                    do {
                        _ = try StoredEvent(row)
                    } catch is PayloadError {
                        damage.append("event \(row["seq"] as Int64) cannot be read")
                    }
                }
                let definitions = try Row.fetchCursor(database, sql: "SELECT * FROM definitions")
                while let row = try definitions.next(), damage.count < 20 {
                    do {
                        _ = try PipelineCoding.decode(Array(row["content"] as Data))
                    } catch is PayloadError {
                        damage.append("definition \(row["id"] as Int64) cannot be read")
                    }
                }
            }
            return damage
        }
    }

    /// Puts back what can be known; where something is damaged still, copies what can be read into a new
    /// file. The damaged files are kept beside it. Needs the right to schedule on the folder.
    ///
    /// - Parameter lock: held meanwhile.
    /// - Throws: ``StoreError``; what is damaged is there still.
    public static func mend(
        _ folder: StateFolder, holding lock: StateLock
    ) throws(StoreError) -> Mending {
        let repair = try StateRepair.run(on: folder)
        var mending = Mending(repairs: repair.repairs, damagedPath: repair.keptPath)
        if !repair.repairs.isEmpty, try check(folder).damage.isEmpty { return mending }
        let saved = try salvage(folder)
        mending.rows = saved.rows
        mending.damagedPath = saved.damagedPath
        return mending
    }

    private static func salvage(
        _ folder: StateFolder
    ) throws(StoreError) -> (damagedPath: String, rows: [String: Int]) {
        let (path, new) = (folder.databasePath, folder.databasePath + ".salvaged")
        let damaged = path + ".damaged-\(time(nil))"
        var rows: [String: Int] = [:]
        var last: Int64 = 0
        unlink(new)
        try NewDatabase.make(at: new)
        do throws(SQLiteFailure) {
            let connection = try Connection(new, for: .making)
            let isReadable = attach(path, to: connection)
            for table in tables {
                // From both ends: damage in the middle hides nothing behind it.
                for order in isReadable ? ["ASC", "DESC"] : [] {
                    try copy(table, order, connection)
                }
                rows[table] = try connection.integer("SELECT count(*) FROM main.\(table)")
            }
            last = Int64(try connection.integer("SELECT coalesce(max(seq), 0) FROM main.events"))
        } catch {
            throw StoreError(error, path: new)
        }
        guard rename(path, damaged) == 0 else {
            throw .unusableFolder(path: folder.path, reason: String(cString: strerror(errno)))
        }
        PageSums(of: path).remove()
        for suffix in ["-wal", "-shm"] {
            Glibc.rename(path + suffix, damaged + suffix)
            unlink(new + suffix)
        }
        guard rename(new, path) == 0 else {
            Glibc.rename(damaged, path)
            throw .unusableFolder(path: folder.path, reason: String(cString: strerror(errno)))
        }
        PageSums(of: path).make(mark: last)
        return (damaged, rows)
    }

    /// Attaches a damaged file as `old`, or a copy of it whose head is as that of any state file: of what
    /// stands there nothing but counters differs from one to the other. False where SQLite finds no
    /// database in it.
    private static func attach(_ path: String, to connection: Connection) -> Bool {
        func attached(_ path: String) -> Bool {
            do throws(SQLiteFailure) {
                try connection.execute("ATTACH DATABASE '\(quoted(path))' AS old")
                _ = try connection.integer("SELECT count(*) FROM old.sqlite_schema")
                return true
            } catch {
                try? connection.execute("DETACH DATABASE old")
                return false
            }
        }
        if attached(path) { return true }
        guard var bytes = FileManager.default.contents(atPath: path), bytes.count > 4_096,
            let image = try? NewDatabase.image()
        else { return false }
        // SQLite's file format, section 1.3: all but the counters at 24 to 43 and 92 to 99.
        for place in [Array(0..<24), Array(44..<92)].joined() { bytes[place] = image[place] }
        // No count of pages: then the file's size says it.
        for place in Array(28..<32) + Array(92..<96) { bytes[place] = 0 }
        let copy = path + ".head"
        defer { unlink(copy) }
        guard (try? DraftFile.write(Array(bytes), to: copy)) != nil else { return false }
        return attached(copy)
    }

    /// Copies rows by key until the end or the first that cannot be read.
    private static func copy(
        _ table: String, _ order: String, _ connection: Connection
    ) throws(SQLiteFailure) {
        let keys = [
            "tasks": ["run", "position"], "attempts": ["run", "position", "number"],
            "pipelines": ["name"], "requests": ["id"], "assets": ["name"],
        ]
        let key = (keys[table] ?? ["rowid"]).map { "\($0) \(order)" }.joined(separator: ", ")
        do throws(SQLiteFailure) {
            // Each row by itself: a statement that fails takes back all that it inserted.
            let query = try Statement("SELECT * FROM old.\(table) ORDER BY \(key)", connection)
            let marks = Array(repeating: "?", count: Int(query.columnCount)).joined(separator: ",")
            // A file of an earlier version has fewer columns than the new one.
            let names = try columns(of: table, connection).joined(separator: ", ")
            let insertion = try Statement(
                "INSERT OR IGNORE INTO main.\(table) (\(names)) VALUES (\(marks))", connection)
            try connection.execute("BEGIN")
            defer { try? connection.execute("COMMIT") }
            try query.forEachRow {
                insertion.bindRow(of: query)
                try? insertion.run()
            }
        } catch {
            // What is behind it is reached from the other end.
            guard [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_IOERR].contains(error.code)
            else { throw error }
        }
    }

    /// The columns of a table of the damaged file, in order.
    private static func columns(
        of table: String, _ connection: Connection
    ) throws(SQLiteFailure) -> [String] {
        let query = try Statement("PRAGMA old.table_info(\(table))", connection)
        var names: [String] = []
        try query.forEachRow { names.append(query.text(1) ?? "") }
        return names
    }

    private static func quoted(_ path: String) -> String { path.replacing("'", with: "''") }
}

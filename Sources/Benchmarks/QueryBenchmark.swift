import ByteText
import CSQLite
import Connections
import DatabasePeers
import Foundation
import Synchronization

/// Rows out of SQLite as CSV against `sqlite3 -csv`, and how soon a cancelled query has ended.
enum QueryBenchmark: Benchmark {
    static let name = "query"
    static let summary = "rows as CSV against sqlite3 -csv; 1,000 cancelled queries on each engine"

    private static let rows = 1_000_000

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let path =
            options.scratch + "/spillway-query-\(ProcessInfo.processInfo.processIdentifier).db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let database = try SQLiteConnection(path: path, ConnectionOptions(makesFile: true))
        try database.execute(
            """
            create table t(a integer primary key, b integer, c real, d text, e text, f text, g integer,
              h text);
            with recursive n(i) as (select 1 union all select i + 1 from n limit \(rows))
            insert into t select i, i * 7919 % 10007, i / 7.0, 'name ' || i, 'a, "b"', null, -i,
              'region ' || (i % 9) from n
            """)
        var figures = try export(database, path, options)
        figures += try cancel(database, scratch: options.scratch)
        return figures
    }

    private static func export(
        _ database: SQLiteConnection, _ path: String, _ options: BenchmarkOptions
    ) throws -> [Figure] {
        var (ours, theirs, floors): ([Double], [Double], [Double]) = ([], [], [])
        var bytes = 0
        var first = 0.0
        for _ in 0..<options.rounds {
            let file = open("/dev/null", O_WRONLY)
            defer { close(file) }
            let start = ContinuousClock.now
            var out = ByteSink(capacity: 1 << 17)
            var encoder = RowEncoder(.csv, columns: [])
            bytes = 0
            first = 0
            try database.run("select * from t", parameters: [:], cancellation: Cancellation()) {
                switch $0 {
                case .columns(let columns):
                    encoder = RowEncoder(.csv, columns: columns)
                    encoder.begin(into: &out)
                case .rows(let batch):
                    if first == 0 { first = (ContinuousClock.now - start) / .milliseconds(1) }
                    encoder.encode(batch, into: &out)
                    if out.count >= 1 << 16 {
                        bytes += out.withBytes { write(file, $0.baseAddress, $0.count) }
                        out.removeAll()
                    }
                case .began, .ended: break
                }
            }
            bytes += out.withBytes { write(file, $0.baseAddress, $0.count) }
            ours.append((ContinuousClock.now - start) / .seconds(1))
            if let time = try sqliteShell(path) { theirs.append(time) }
            floors.append(try floor(path))
        }
        let speed = Double(bytes) / 1e6 / median(ours)
        var figures = [
            Figure(name: "first row", value: first, unit: "ms", limit: 100),
            Figure(name: "\(rows) rows × 8 as CSV", value: speed, unit: "MB/s"),
            Figure(
                name: "SQLite alone, every column read and dropped",
                value: Double(bytes) / 1e6 / median(floors), unit: "MB/s"),
            Figure(
                name: "time against SQLite alone", value: median(ours) / median(floors), unit: "×"),
        ]
        if !theirs.isEmpty {
            figures.append(
                Figure(
                    name: "time against sqlite3 -csv", value: median(ours) / median(theirs),
                    unit: "×", limit: 1))
        }
        return figures
    }

    /// Seconds that SQLite takes to hand out every column of every row, with nothing done to them.
    private static func floor(_ path: String) throws -> Double {
        struct Failure: Error {}
        var database: OpaquePointer?
        var statement: OpaquePointer?
        defer {
            sqlite3_finalize(statement)
            sqlite3_close(database)
        }
        guard
            sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
                == SQLITE_OK,
            sqlite3_prepare_v2(database, "select * from t", -1, &statement, nil) == SQLITE_OK
        else { throw Failure() }
        let start = ContinuousClock.now
        var sum = 0
        while sqlite3_step(statement) == SQLITE_ROW {
            for column in 0..<8 as Range<Int32> {
                switch sqlite3_column_type(statement, column) {
                case SQLITE_INTEGER:
                    sum &+= Int(truncatingIfNeeded: sqlite3_column_int64(statement, column))
                case SQLITE_FLOAT: sum &+= sqlite3_column_double(statement, column) > 1 ? 1 : 0
                case SQLITE_TEXT:
                    sum &+= Int(bitPattern: sqlite3_column_text(statement, column))
                    sum &+= Int(sqlite3_column_bytes(statement, column))
                default: break
                }
            }
        }
        precondition(sum != 1, "read")
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Seconds that the command line shell takes; nil where it is not installed.
    private static func sqliteShell(_ path: String) throws -> Double? {
        let shell = Process()
        shell.executableURL = URL(filePath: "/usr/bin/env")
        shell.arguments = ["sqlite3", "-csv", "-header", path, "select * from t"]
        shell.standardOutput = FileHandle.nullDevice
        let start = ContinuousClock.now
        try shell.run()
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { return nil }
        return (ContinuousClock.now - start) / .seconds(1)
    }

    // MARK: Cancelling

    private static let trials = 1_000

    /// Cancels endless queries on each engine that is here.
    private static func cancel(
        _ database: SQLiteConnection, scratch: String
    ) throws -> [Figure] {
        var figures = try cancel(
            { database },
            [
                "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
                "select count(*) from t a, t b where a.b + b.b = 1",
                "select * from t a, t b order by a.c * b.c",
            ])
        if let server = PostgresServer.isInstalled ? PostgresServer.shared : nil {
            figures += try cancel(
                { try server.connect() },
                [
                    "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000) b",
                    "select a from generate_series(1, 1000000000) a order by a % 7",
                    "select pg_sleep(1000)",
                ])
        }
        if DuckDBPeer.isInstalled {
            let file =
                scratch + "/spillway-query-\(ProcessInfo.processInfo.processIdentifier).duckdb"
            defer { try? FileManager.default.removeItem(atPath: file) }
            figures += try cancel(
                {
                    // In a file: a session whose database is in memory is never ended for a cancel.
                    try ConnectionAddress.duckdb(path: file).open(
                        ConnectionOptions(makesFile: true))
                },
                [
                    "select count(*) from range(1000000000) a(i), range(1000) b(j) where (i + j) % 7 = 3",
                    "select max(hash(i)) from range(100000000000) r(i)",
                ])
        }
        return figures
    }

    /// Cancels endless queries after random times; the worst time until the engine was idle, how
    /// often it was not cancelled, and how often its session had to be ended for it.
    private static func cancel(
        _ open: () throws -> any DatabaseConnection, _ queries: [String]
    ) throws -> [Figure] {
        var database = try open()
        var (worst, misses, lost) = (0.0, 0, 0)
        for trial in 0..<trials {
            let cancellation = Cancellation()
            let delay = Double.random(in: 0...0.004)
            let asked = Asked()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: delay)
                asked.mark()
                cancellation.cancel()
            }
            do {
                try database.run(
                    queries[trial % queries.count], parameters: [:], cancellation: cancellation
                ) { _ in }
                misses += 1
            } catch let error as DatabaseError {
                if error.kind != .cancelled { misses += 1 }
            }
            worst = max(worst, asked.millisecondsSince)
            if !database.isOpen {
                lost += 1
                database = try open()
            }
        }
        if (try? database.rows("select 1 as one").count) != 1 { misses += 1 }
        let engine = database.engine.rawValue
        return [
            Figure(
                name: "\(engine): \(trials) cancelled queries, worst until idle", value: worst,
                unit: "ms", limit: 500),
            Figure(
                name: "\(engine): misses", value: Double(misses), unit: "of \(trials)", limit: 0),
            Figure(name: "\(engine): sessions ended", value: Double(lost), unit: "of \(trials)"),
        ]
    }
}

/// When something was asked for, on another thread.
private final class Asked: Sendable {
    private let at = Mutex<ContinuousClock.Instant?>(nil)

    func mark() { at.withLock { $0 = ContinuousClock.now } }

    /// Zero where it was not asked yet.
    var millisecondsSince: Double {
        at.withLock { $0.map { (ContinuousClock.now - $0) / .milliseconds(1) } ?? 0 }
    }
}

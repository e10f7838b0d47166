import DatabasePeers
import Foundation
import Synchronization
import Testing

@testable import Connections

@Suite("DuckDB connections", .enabled(if: DuckDBPeer.isInstalled))
struct DuckDBTests {
    private func memory() throws -> any DatabaseConnection {
        try ConnectionAddress.duckdb(path: nil).open()
    }

    @Test("exact types come back with their names; nested values as their text")
    func types() throws {
        let run = try Recording(
            memory(),
            """
            select 12345678901234567890123456789::hugeint as a, 1.50::decimal(10, 2) as b,
              '\\xAA\\x00z'::blob as c, [1, 2] as d, {'x': 'q"y'} as e, true as f,
              date '2020-01-01' as g, 18446744073709551615::ubigint as h, null as i,
              chr(1) || chr(10) || 'é' || chr(128512) as j, 3::double as k, uuid '\
            c6ab9fb2-3cb1-40e5-a25b-c46b4eaf2b7a' as l
            """)
        #expect(run.error == nil)
        #expect(
            run.rows == [
                [
                    .text("12345678901234567890123456789"), .text("1.50"), .blob([0xAA, 0, 122]),
                    .text("[1,2]"), .text("{\"x\":\"q\\\"y\"}"), .boolean(true),
                    .text("2020-01-01"), .text("18446744073709551615"), .null,
                    .text("\u{1}\né\u{1F600}"), .real(3),
                    .text("c6ab9fb2-3cb1-40e5-a25b-c46b4eaf2b7a"),
                ]
            ])
        #expect(run.columns.first?.map(\.kind).prefix(3) == [.integer, .decimal, .blob])
    }

    @Test("what the program would take for a command of its own never reaches it")
    func dotCommands() throws {
        let folder = try TemporaryFolder()
        let database = try memory()
        let run = try Recording(
            database, "select 1 as x;\n.shell touch \(folder.file("made"))\nselect 2;")
        #expect(run.error?.kind == .invalid)
        let second = try Recording(database, "/* x */ .shell touch \(folder.file("made"))")
        #expect(second.error?.kind == .invalid)
        #expect(!FileManager.default.fileExists(atPath: folder.file("made")))
        #expect(try database.rows("select 3 as x") == [[.integer(3)]])
    }

    @Test("a transaction spans calls, and what is rolled back is gone")
    func transactions() throws {
        let database = try memory()
        try database.execute("create table t(a int); begin; insert into t values (1)")
        #expect(try database.rows("select count(*) as n from t") == [[.integer(1)]])
        try database.execute("rollback")
        #expect(try database.rows("select count(*) as n from t") == [[.integer(0)]])
    }

    @Test("a program that does not obey is ended where nothing is lost, else when insisted on")
    func disobedience() throws {
        let folder = try TemporaryFolder()
        for path in [folder.file("a.duckdb"), nil] {
            let database = try DuckDBConnection(path: path, ConnectionOptions(makesFile: true))
            // It stands still, and so hears no interrupt.
            let pid = database.program.pid
            let cancelled = Cancellation()
            let insisting = Cancellation()
            let run = try Recording(
                database, "select count(*) from range(100000000000) r(i)",
                cancellation: cancelled,
                whenBegun: {
                    kill(-pid, SIGSTOP)
                    cancelled.cancel()
                    guard path == nil else { return }
                    Thread.detachNewThread {
                        // Longer than a file's session has.
                        _ = insisting.wait(atMost: 0.9)
                        #expect(kill(pid, 0) == 0)
                        cancelled.insist()
                    }
                })
            #expect(run.error?.kind == .cancelled)
            #expect(run.error?.problem.contains("had to be ended") == true)
            #expect(!database.isOpen)
        }
    }

    @Test("CSV, JSON and Parquet files are read in place")
    func files() throws {
        let folder = try TemporaryFolder()
        let csv = try folder.write(Array("a,b\n1,x\n2,\n".utf8), to: "orders.csv")
        let database = try ConnectionAddress("csv:" + csv, folder: "/").open()
        #expect(
            try database.rows("select * from orders") == [
                [.integer(1), .text("x")], [.integer(2), .null],
            ])
        let parquet = folder.file("p.parquet")
        try database.execute("copy orders to '\(parquet)' (format parquet)")
        let second = try ConnectionAddress("parquet:p.parquet", folder: folder.path).open()
        #expect(try second.rows("select sum(a)::int as s from p") == [[.integer(3)]])
        #expect(try second.rows("select count(*) as n from p") == [[.integer(2)]])
        let json = try folder.write(Array("{\"k\": [1]}\n".utf8), to: "j.json")
        let third = try ConnectionAddress("json:" + json, folder: "/").open()
        #expect(try third.rows("select k[1] as v from j") == [[.integer(1)]])
        #expect(throws: DatabaseError.self) {
            _ = try ConnectionAddress("csv:" + folder.file("nope.csv"), folder: "/").open()
        }
    }

    @Test("a missing file, a file of another kind and a locked one are told apart")
    func badFiles() throws {
        let folder = try TemporaryFolder()
        let kind = { (path: String) -> DatabaseError.Kind? in
            do {
                _ = try ConnectionAddress.duckdb(path: path).open(
                    ConnectionOptions(lockSeconds: 0.1))
                return nil
            } catch { return (error as? DatabaseError)?.kind }
        }
        #expect(kind(folder.file("nope")) == .cannotOpen)
        let other = try folder.write(
            (0..<9_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }, to: "g")
        #expect(kind(other) == .notADatabase)
        let path = folder.file("d.db")
        let owner = try ConnectionAddress.duckdb(path: path).open(
            ConnectionOptions(makesFile: true))
        try owner.execute("create table t(a int)")
        #expect(kind(path) == .locked)
        owner.close()
        #expect(kind(path) == nil)
    }

    @Test("a file that another process holds is waited for, and the wait can be cancelled")
    func locked() throws {
        let folder = try TemporaryFolder()
        let address = ConnectionAddress.duckdb(path: folder.file("d.db"))
        let owner = try address.open(ConnectionOptions(makesFile: true))
        try owner.execute("create table t(a int)")
        let patient = ConnectionOptions(lockSeconds: 60)
        // Threads of their own: they block.
        func onThread<Value: Sendable>(
            _ body: @escaping @Sendable () throws -> Value
        ) -> () -> Result<Value, any Error>? {
            let result = Mutex<Result<Value, any Error>?>(nil)
            let isDone = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                let outcome = Result { try body() }
                result.withLock { $0 = outcome }
                isDone.signal()
            }
            return {
                guard isDone.wait(timeout: .now() + 60) == .success else { return nil }
                return result.withLock { $0 }
            }
        }
        let cancellation = Cancellation()
        let given = onThread { try address.open(patient, cancellation: cancellation).close() }
        let opened = onThread { try address.open(patient).rows("select count(*) from t") }
        #expect(throws: DatabaseError.self) {
            _ = try address.open(ConnectionOptions(lockSeconds: 0.2))
        }
        cancellation.cancel()
        #expect(throws: DatabaseError.self) { try given()?.get() }
        owner.close()
        #expect(try opened()?.get() == [[.integer(0)]])
    }

    @Test("rows that came before an error are not lost")
    func lateError() throws {
        let run = try Recording(
            memory(),
            "select case when i = 30000 then error('boom') else i end as i from range(40000) r(i)")
        #expect(run.error?.message.contains("boom") == true)
    }
}

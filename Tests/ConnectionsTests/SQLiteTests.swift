import CSQLite
import Connections
import DatabasePeers
import Domain
import Foundation
import Testing

@Suite("SQLite connections")
struct SQLiteTests {
    private func memory() throws -> SQLiteConnection {
        try SQLiteConnection(path: nil, ConnectionOptions())
    }

    @Test("every kind of value comes back as it is, duplicate column names too")
    func values() throws {
        let run = try Recording(
            memory(),
            "select 1 as a, 1.5 as a, 'ö', null, x'00ff', 9e999, -9e999, '' as \"with space\"")
        #expect(run.error == nil)
        #expect(
            run.rows == [
                [
                    .integer(1), .real(1.5), .text("ö"), .null, .blob([0, 255]), .real(.infinity),
                    .real(-.infinity), .text(""),
                ]
            ])
        #expect(run.columns.first?.map(\.name).prefix(2) == ["a", "a"])
        #expect(run.summaries.first?.rows == 1)
    }

    @Test("text that is no UTF-8 or holds a NUL keeps its bytes")
    func oddText() throws {
        let run = try Recording(memory(), "select cast(x'ff00fe' as text)")
        let bytes = run.batches.first?.withBytes(row: 0, column: 0) { Array($0) }
        #expect(bytes == [0xFF, 0, 0xFE])
        #expect(run.rows == [[.text("\u{FFFD}\0\u{FFFD}")]])
    }

    @Test(
        "a text of several statements stops at the wrong one, tells its place, keeps those before")
    func errorInTheMiddle() throws {
        let database = try memory()
        let run = try Recording(
            database,
            "create table t(a);\ninsert into t values (1), (2);\n  select nope from t;\ndrop table t"
        )
        #expect(run.summaries.map(\.changes) == [0, 2])
        #expect(run.error?.kind == .invalid)
        #expect(run.error?.statement == 2)
        #expect(run.error?.place == SourcePlace(line: 3, column: 10))
        #expect(try database.rows("select count(*) from t") == [[.integer(2)]])
    }

    @Test(
        "an error names a place also where SQLite tells none",
        arguments: [
            ("select 1;\nselect t.a from t join u on t.a = u.nope", 2, 35),
            ("select *\nfrom t, absent", 2, 9), ("select absent(1)", 1, 8),
            ("select a from t join u using (nope)", 1, 31), ("select 1 where", 1, 15),
            ("insert into t(a, b) values (1, 2)", 1, 18), ("create table \"t\"(x)", 1, 14),
            ("select t.a, a from t join t as s on a = 1", 1, 13),
        ])
    func errorPlaces(text: String, line: Int, column: Int) throws {
        let database = try memory()
        try database.execute("create table t(a); create table u(c)")
        let error = try Recording(database, text).error
        #expect(error?.place == SourcePlace(line: line, column: column), "\(error?.message ?? "")")
    }

    @Test("comments, empty statements and triggers do not confuse where statements are")
    func statements() throws {
        let text = """
            -- first; comment
            ;; create table t(a, b);
            create trigger g after insert on t begin update t set b = 1; delete from t where a = 0; end;
            /* ; */ select ';' ;
            """
        let run = try Recording(memory(), text)
        #expect(run.error == nil)
        let parts = run.statements.map {
            String(decoding: Array(text.utf8)[$0.range], as: UTF8.self)
        }
        #expect(parts.count == 3)
        #expect(parts.first == "create table t(a, b)")
        #expect(parts.last == "select ';'")
    }

    @Test("parameters are bound by their names and kinds; a missing one is named")
    func parameters() throws {
        let run = try Recording(
            memory(), "select :a + 1, @b, $c, ?4",
            ["a": .integer(4), "b": .text("x'; drop"), "c": .null, "4": .real(0.5)])
        #expect(run.rows == [[.integer(5), .text("x'; drop"), .null, .real(0.5)]])
        let missing = try Recording(memory(), "select :day")
        #expect(missing.error?.kind == .missingParameter)
        #expect(missing.error?.problem.contains("'day'") == true)
    }

    @Test("the first row is told before the second is there; batches stay small")
    func streaming() throws {
        let run = try Recording(
            memory(),
            "with recursive n(i) as (select 1 union all select i + 1 from n limit 100000) select i from n"
        )
        #expect(run.batches.first?.rowCount == 1)
        #expect(run.batches.map(\.rowCount).max() == 1_024)
        #expect(run.rows.count == 100_000)
        #expect(run.rows.last == [.integer(100_000)])
    }

    @Test("rows that came are shown though the engine computes on")
    func stalledRows() throws {
        let cancellation = Cancellation()
        var seen = 0
        let text = """
            with recursive n(i) as (select 1 union all select i + 1 from n)
            select i from n where i <= 5
            """
        let database = try memory()
        #expect(throws: DatabaseError.self) {
            try database.run(text, parameters: [:], cancellation: cancellation) { event in
                if case .rows(let batch) = event {
                    seen += batch.rowCount
                    if seen == 5 { cancellation.cancel() }
                }
            }
        }
        #expect(seen == 5)
    }

    @Test("a consumer that has enough stops the query with its own error")
    func consumerStops() throws {
        struct Enough: Error {}
        let database = try memory()
        let endless =
            "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
        #expect(throws: Enough.self) {
            try database.run(endless, parameters: [:], cancellation: Cancellation()) { event in
                if case .rows = event { throw Enough() }
            }
        }
        #expect(try database.rows("select 1") == [[.integer(1)]])
    }

    @Test("a cancelled query ends at once, one cancelled before never begins", arguments: 0..<50)
    func cancel(trial: Int) throws {
        let database = try memory()
        let cancelled = CancelledRun(afterYields: trial * 20)
        let text = """
            select 1; with recursive n(i) as (select 1 union all select i + 1 from n)
            select count(*) from n
            """
        if trial % 5 == 0 { cancelled.cancellation.cancel() }
        let run = try Recording(
            database, text, cancellation: cancelled.cancellation,
            whenBegun: { cancelled.begin() })
        // Where it never began.
        cancelled.begin()
        #expect(run.error?.kind == .cancelled)
        #expect(try database.rows("select 2") == [[.integer(2)]])
    }

    @Test("read-only refuses changes; a missing file is not made")
    func readOnly() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        #expect(throws: DatabaseError.self) {
            _ = try SQLiteConnection(path: path, ConnectionOptions())
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        let writer = try SQLiteConnection(path: path, ConnectionOptions(makesFile: true))
        try writer.execute("create table t(a)")
        let reader = try SQLiteConnection(path: path, ConnectionOptions(isReadOnly: true))
        #expect(try Recording(reader, "insert into t values (1)").error?.kind == .readOnly)
    }

    @Test("garbage, a cut file and a locked database are told apart")
    func badFiles() throws {
        let folder = try TemporaryFolder()
        let garbage = try folder.write(
            (0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 37) }, to: "g")
        let kind = { (path: String) -> DatabaseError.Kind? in
            do {
                _ = try SQLiteConnection(path: path, ConnectionOptions()).rows(
                    "select sum(length(a)) from t")
                return nil
            } catch { return (error as? DatabaseError)?.kind }
        }
        #expect(kind(garbage) == .notADatabase)
        let path = folder.file("cut.db")
        let writer = try SQLiteConnection(path: path, ConnectionOptions(makesFile: true))
        try writer.execute(
            "create table t(a); with recursive n(i) as (select 1 union all select i+1 from n limit 900) "
                + "insert into t select hex(randomblob(200)) from n")
        let whole = try Data(contentsOf: URL(filePath: path))
        let cut = try folder.write(whole.prefix(40_000), to: "cut")
        #expect(kind(cut) == .corrupt)
        try writer.execute("begin exclusive")
        let waiting = try SQLiteConnection(path: path, ConnectionOptions(lockSeconds: 0))
        #expect(try Recording(waiting, "select 1 from t").error?.kind == .locked)
    }

    @Test("waiting for a lock can be cancelled")
    func cancelWhileLocked() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let writer = try SQLiteConnection(path: path, ConnectionOptions(makesFile: true))
        try writer.execute("create table t(a); begin exclusive")
        let waiting = try SQLiteConnection(path: path, ConnectionOptions(lockSeconds: 60))
        let cancellation = Cancellation()
        Thread.detachNewThread { cancellation.cancel() }
        let run = try Recording(waiting, "select 1 from t", cancellation: cancellation)
        #expect(run.error?.kind == .cancelled)
    }

    @Test("2,000 columns and a cell of 100 MB come through")
    func largeResults() throws {
        let columns = (1...2_000).map { "\($0) as c\($0)" }.joined(separator: ", ")
        let wide = try Recording(memory(), "select " + columns)
        #expect(wide.rows.first?.count == 2_000)
        let tall = try Recording(memory(), "select zeroblob(100000000), 'x'")
        #expect(tall.batches.first?.withBytes(row: 0, column: 0) { $0.count } == 100_000_000)
    }

    @Test("the catalogue lists tables, views, columns, indexes, rows and sizes; attached ones too")
    func catalogue() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let database = try SQLiteConnection(
            path: nil, ConnectionOptions(makesFile: true, attached: ["side": path]))
        try database.execute(
            """
            create table t(a integer primary key, b text not null, c);
            create unique index tb on t(b, c);
            create view v as select a from t;
            create table side.s(x);
            insert into t(b) values ('x'), ('y');
            """)
        let catalogue = try database.catalogue(cancellation: Cancellation())
        let names = catalogue.tables.map { "\($0.schema).\($0.name) \($0.kind.rawValue)" }
        #expect(names == ["main.t table", "main.v view", "side.s table"])
        let table = try #require(catalogue.tables.first)
        #expect(table.columns.map(\.name) == ["a", "b", "c"])
        #expect(table.columns.map(\.isPrimaryKey) == [true, false, false])
        #expect(table.columns.map(\.isNullable) == [true, false, true])
        #expect(
            table.indexes == [Catalogue.Index(name: "tb", columns: ["b", "c"], isUnique: true)])
        #expect(table.rows == 2)
        #expect(table.bytes == 8_192)
    }

    @Test("a plan is read without running, measured with running, and leaves no change behind")
    func explain() throws {
        let database = try memory()
        try database.execute("create table t(a); insert into t values (1), (2)")
        let plan = try database.explain(
            "select * from t where a = :x;", parameters: [:], isAnalyzing: false,
            cancellation: Cancellation())
        guard case .sqlite(let rows, let length, nil) = plan else {
            Issue.record("\(plan)")
            return
        }
        #expect(rows.map(\.detail) == ["SCAN t"])
        #expect(length > 4)
        let analyzed = try database.explain(
            "delete from t where a = 1", parameters: [:], isAnalyzing: true,
            cancellation: Cancellation())
        guard case .sqlite(_, _, let measured?) = analyzed else {
            Issue.record("\(analyzed)")
            return
        }
        #expect(measured.changes == 1)
        #expect(measured.counter("full scan steps") == 1)
        #expect(try database.rows("select count(*) from t") == [[.integer(2)]])
    }
}

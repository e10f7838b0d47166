import Connections
import DatabasePeers
import Domain
import Foundation
import Testing

/// What must hold for every engine, on the real one.
@Suite("Every engine")
struct EngineTests {
    static let engines: [DatabaseEngine] = DatabaseEngine.allCases.filter { engine in
        switch engine {
        case .sqlite: true
        case .postgresql: PostgresServer.isInstalled
        case .duckdb: DuckDBPeer.isInstalled
        }
    }

    static func open(_ engine: DatabaseEngine) throws -> any DatabaseConnection {
        switch engine {
        case .sqlite: try ConnectionAddress.sqlite(path: nil).open()
        case .duckdb: try ConnectionAddress.duckdb(path: nil).open()
        case .postgresql: try #require(PostgresServer.shared).connect()
        }
    }

    /// A query that never ends.
    static func endless(_ engine: DatabaseEngine) -> String {
        switch engine {
        case .sqlite:
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        case .postgresql:
            "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000000) b"
        case .duckdb:
            "select count(*) from range(1000000000) a(i), range(1000000) b(j) where (i + j) % 7 = 3"
        }
    }

    @Test(
        "several statements run in turn, and the first wrong one is told with its place",
        arguments: engines)
    func statements(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        let text = """
            create temp table t(a integer, b varchar(20));
            -- a comment; with a semicolon
            insert into t values (1, 'x;'), (2, null), (3, 'é');
            select b, a, a as b from t order by a;
            select a,
                   nope from t;
            drop table t;
            """
        let run = try Recording(database, text)
        #expect(run.statements.count >= 3)
        #expect(run.summaries.map(\.rows) == [0, 0, 3])
        #expect(run.summaries.dropFirst().first?.changes == 3)
        #expect(run.columns.first?.map(\.name) == ["b", "a", "b"])
        #expect(
            run.rows == [
                [.text("x;"), .integer(1), .integer(1)], [.null, .integer(2), .integer(2)],
                [.text("é"), .integer(3), .integer(3)],
            ])
        #expect(run.error?.kind == .invalid)
        #expect(run.error?.place == SourcePlace(line: 6, column: 8))
        #expect(try database.rows("select count(*) from t") == [[.integer(3)]])
    }

    @Test("an empty result still tells its columns", arguments: engines)
    func emptyResult(engine: DatabaseEngine) throws {
        let run = try Recording(Self.open(engine), "select 1 as one, 'x' as two where 1 = 0")
        #expect(run.columns.first?.map(\.name) == ["one", "two"])
        #expect(run.rows == [])
        #expect(run.error == nil)
    }

    @Test("infinities and what is no number come back", arguments: engines)
    func oddNumbers(engine: DatabaseEngine) throws {
        let text =
            engine == .sqlite
            ? "select 9e999, -9e999, 0.1"
            : "select cast('inf' as double precision), cast('-inf' as double precision), "
                + "cast(0.1 as double precision), cast('nan' as double precision)"
        let row = try #require(try Self.open(engine).rows(text).first)
        #expect(Array(row.prefix(3)) == [.real(.infinity), .real(-.infinity), .real(0.1)])
        if engine != .sqlite {
            guard case .real(let value) = row[3] else {
                Issue.record("\(row)")
                return
            }
            #expect(value.isNaN)
        }
    }

    @Test("values are bound by name whatever is in them", arguments: engines)
    func parameters(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        let nasty = "it''s \"x\" \\ ; -- $1 :b\n\u{1F600}"
        let run = try Recording(
            database, "select :a as a, cast(:b as integer) + 1 as b, ':a' as c, :a as d",
            ["a": .text(nasty), "b": .integer(41)])
        #expect(run.error == nil)
        #expect(run.rows == [[.text(nasty), .integer(42), .text(":a"), .text(nasty)]])
        let missing = try Recording(database, "select 1;\nselect :nope")
        #expect(missing.error?.kind == .missingParameter)
        #expect(missing.error?.place?.line == 2)
    }

    @Test("rows stream in batches of bounded size", arguments: engines)
    func streaming(engine: DatabaseEngine) throws {
        let text =
            switch engine {
            case .sqlite:
                "with recursive n(i) as (select 1 union all select i + 1 from n limit 50000) select i from n"
            case .postgresql: "select i from generate_series(1, 50000) i"
            case .duckdb: "select cast(i as integer) as i from range(1, 50001) r(i)"
            }
        let run = try Recording(Self.open(engine), text)
        #expect(run.rows.count == 50_000)
        #expect(run.rows.last == [.integer(50_000)])
        #expect(run.batches.allSatisfy { $0.rowCount <= 1_024 })
        #expect(run.summaries.last?.firstRowSeconds != nil)
    }

    @Test("a query that never ends is cancelled and the session goes on", arguments: engines)
    func cancel(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        for trial in 0..<(engine == .sqlite ? 0 : 50) {
            let cancelled = CancelledRun(afterYields: trial * trial)
            let run = try Recording(
                database, Self.endless(engine), cancellation: cancelled.cancellation,
                whenBegun: { cancelled.begin() })
            #expect(run.error?.kind == .cancelled)
            try #require(database.isOpen)
        }
        #expect(try database.rows("select 7 as x") == [[.integer(7)]])
    }

    @Test("a consumer that has enough stops the query; the next one runs", arguments: engines)
    func consumerStops(engine: DatabaseEngine) throws {
        struct Enough: Error {}
        let database = try Self.open(engine)
        let text =
            switch engine {
            case .sqlite:
                "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
            case .postgresql: "select * from generate_series(1, 100000000) i"
            case .duckdb: "select * from range(1000000000) r(i)"
            }
        #expect(throws: Enough.self) {
            try database.run(text, parameters: [:], cancellation: Cancellation()) { event in
                if case .rows = event { throw Enough() }
            }
        }
        #expect(try database.rows("select 1 as x") == [[.integer(1)]])
    }

    @Test("2,000 columns and a cell of 30 MB come through", arguments: engines)
    func largeResults(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        // PostgreSQL's limit is 1,664 columns.
        let count = engine == .postgresql ? 1_600 : 2_000
        let columns = (1...count).map { "\($0) as c\($0)" }.joined(separator: ", ")
        let wide = try Recording(database, "select " + columns)
        #expect(wide.rows.first?.last == .integer(Int64(count)))
        let text =
            engine == .sqlite
            ? "select hex(zeroblob(15000000)) as x" : "select repeat('0', 30000000) as x"
        let tall = try Recording(database, text)
        #expect(tall.batches.first?.withBytes(row: 0, column: 0) { $0.count } == 30_000_000)
    }

    @Test("100,000 values in an IN list, and comments of every kind", arguments: engines)
    func hugeText(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        let list = (0..<100_000).map(String.init).joined(separator: ", ")
        let text = """
            -- first; 'not a text
            select /* a; ' */ 7 as x -- "
            where 99999 in (\(list)) /**/;;
            /* nothing else; */
            """
        #expect(try database.rows(text) == [[.integer(7)]])
        #expect(StatementRisk.all(in: text, for: engine) == [])
        guard engine != .sqlite else { return }
        let dollars = "select $$a; 'b' -- c$$ as x, $t$ $$; $t$ as y /* /* nested */ ; */; select 1"
        #expect(
            try Recording(database, dollars).rows == [
                [.text("a; 'b' -- c"), .text(" $$; ")], [.integer(1)],
            ])
    }

    @Test("names and texts of every alphabet, and what a terminal would obey", arguments: engines)
    func oddNames(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        let nasty = "\u{1B}]52;c;aGk=\u{7}\u{9B}2J\u{202E}x\u{200D}é\u{1F468}"
        let run = try Recording(
            database, "select :v as \"na\u{1B}[2Jme \"\"q\"\"\", :v as \"日本\"", ["v": .text(nasty)])
        #expect(run.columns.first?.map(\.name) == ["na\u{1B}[2Jme \"q\"", "日本"])
        #expect(run.rows == [[.text(nasty), .text(nasty)]])
    }

    @Test("an unclosed quote is an error, not a session that waits", arguments: engines)
    func unclosed(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        #expect(try Recording(database, "select 'x").error?.kind == .invalid)
        #expect(try Recording(database, "select 1 as \"x").error?.kind == .invalid)
        #expect(try database.rows("select 1 as x") == [[.integer(1)]])
    }

    @Test("tables, views, columns, keys and indexes are listed", arguments: engines)
    func catalogue(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        try database.execute(
            """
            drop view if exists cat_v; drop table if exists cat_t;
            create table cat_t(id integer primary key, name varchar(20) not null, x double precision);
            create index cat_i on cat_t(name, x);
            create view cat_v as select id from cat_t;
            """)
        let catalogue = try database.catalogue(cancellation: Cancellation())
        let table = try #require(catalogue.tables.first { $0.name == "cat_t" })
        #expect(table.kind == .table)
        #expect(table.columns.map(\.name) == ["id", "name", "x"])
        #expect(table.columns.map(\.isPrimaryKey) == [true, false, false])
        #expect(table.columns.map(\.isNullable).dropFirst() == [false, true])
        let index = try #require(table.indexes.first { $0.name == "cat_i" })
        #expect(index.columns == ["name", "x"])
        #expect(catalogue.tables.first { $0.name == "cat_v" }?.kind == .view)
    }

    @Test("a change that is explained by running leaves nothing behind", arguments: engines)
    func explainChange(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        try database.execute("create temp table e(a integer); insert into e values (1), (2)")
        _ = try database.explain(
            "delete from e where a = :a", parameters: ["a": .integer(1)], isAnalyzing: true,
            cancellation: Cancellation())
        #expect(try database.rows("select count(*) from e") == [[.integer(2)]])
        #expect(throws: DatabaseError.self) {
            _ = try database.explain(
                "select 1; select 2", parameters: [:], isAnalyzing: false,
                cancellation: Cancellation())
        }
    }

    @Test("an error of a statement that is explained has its place in the text", arguments: engines)
    func explainError(engine: DatabaseEngine) throws {
        let database = try Self.open(engine)
        try database.execute("create temp table e2(a integer)")
        let text = "\n  select a,\n    nope from e2"
        for isAnalyzing in [false, true] {
            let error = #expect(throws: DatabaseError.self) {
                _ = try database.explain(
                    text, parameters: [:], isAnalyzing: isAnalyzing, cancellation: Cancellation())
            }
            #expect(error?.place == SourcePlace(line: 3, column: 5))
        }
        let explained = #expect(throws: DatabaseError.self) {
            _ = try database.explain(
                "explain select 1", parameters: [:], isAnalyzing: false,
                cancellation: Cancellation())
        }
        #expect(explained?.problem.contains("is an EXPLAIN") == true)
    }

    @Test("read-only refuses changes", arguments: engines)
    func readOnly(engine: DatabaseEngine) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("r.db")
        let address: ConnectionAddress =
            switch engine {
            case .sqlite: .sqlite(path: path)
            case .duckdb: .duckdb(path: path)
            case .postgresql: .postgresql(uri: try #require(PostgresServer.shared).uri)
            }
        let writer = try address.open(ConnectionOptions(makesFile: true))
        try writer.execute("drop table if exists ro; create table ro(a integer)")
        writer.close()
        let reader = try address.open(ConnectionOptions(isReadOnly: true))
        #expect(try Recording(reader, "insert into ro values (1)").error?.kind == .readOnly)
        #expect(try reader.rows("select count(*) from ro") == [[.integer(0)]])
    }
}

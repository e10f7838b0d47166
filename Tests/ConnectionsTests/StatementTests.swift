import CSQLite
import Connections
import SQLText
import Testing

@Suite("What a text of SQL holds")
struct StatementTests {
    private func risks(_ text: String, _ engine: DatabaseEngine = .postgresql) -> [StatementRisk
        .Kind]
    {
        StatementRisk.all(in: text, for: engine).map(\.kind)
    }

    @Test("a statement that begins a transaction is found, and not one in the body of a function")
    func transactions() {
        for text in ["begin; select 1", "-- x\nSELECT 1;\n /* y */ START TRANSACTION;", "BEGIN"] {
            #expect(DatabaseEngine.postgresql.beginsTransaction(text), "\(text)")
        }
        for text in [
            "", "select 'x;\nbegin;'", "SELECT beginning FROM t", "-- begin\nselect 1;",
            "DO $$\nBEGIN\n  PERFORM 1;\nEND $$;",
            "CREATE FUNCTION f() RETURNS int AS $x$\nBEGIN\n RETURN 1;\nEND $x$ LANGUAGE plpgsql;",
        ] {
            #expect(!DatabaseEngine.postgresql.beginsTransaction(text), "\(text)")
        }
        #expect(DatabaseEngine.duckdb.beginsTransaction("select 1; Begin transaction"))
    }

    @Test(
        "statements that destroy much are found",
        arguments: [
            ("DROP TABLE t", StatementRisk.Kind.drop), ("  /* x */ drop view v", .drop),
            ("truncate t", .truncate), ("alter table t drop column a", .drop),
            ("delete from t", .deleteWithoutWhere),
            ("DELETE FROM t RETURNING *", .deleteWithoutWhere),
            ("update t set a = (select b from u where u.x = 1)", .updateWithoutWhere),
            (
                "with d as (delete from t returning *) select * from d where a = 1",
                .deleteWithoutWhere
            ),
            ("with w as (select 1 where true) delete from t", .deleteWithoutWhere),
            ("explain analyze delete from t", .deleteWithoutWhere),
            ("explain (analyze, verbose) update t set a = 1", .updateWithoutWhere),
        ])
    func risky(text: String, kind: StatementRisk.Kind) { #expect(risks(text) == [kind]) }

    @Test(
        "statements that do not are left alone",
        arguments: [
            "select 'drop table t'", "delete from t where a = 1", "update t set a = 1 where b",
            "select * from t for update",
            "insert into t values (1) on conflict do update set a = 2",
            "create table c(a int references t on delete cascade)", "explain delete from t",
            "create trigger g after delete on t begin delete from u; end", "-- drop table t",
            "select $$ drop table t; delete from t $$", "select \"drop\" from \"delete\"",
            "with d as (delete from t where a = 1 returning *) select * from d", "",
        ])
    func harmless(text: String) { #expect(risks(text) == []) }

    @Test("each risk tells which statement it is")
    func places() {
        let found = StatementRisk.all(
            in: "select 1; delete from t;\nselect ';'; drop table t", for: .sqlite)
        #expect(found.map(\.place.index) == [1, 3])
        #expect(found.map(\.excerpt) == ["delete from t", "drop table t"])
    }

    @Test("random text neither stops the scanner nor loses a byte", arguments: 0..<200)
    func fuzz(seed: UInt64) {
        let parts = [
            "'", "\"", "$$", "$a$", "/*", "*/", "--", "\n", ";", "(", ")", "delete", " from ", "E'",
            "\\", "[", "]", "`", ":x", "::", "@", "?", "1.5e", "é", "\0", "begin", "end",
            "create trigger",
        ]
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var text = ""
        for _ in 0..<60 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += parts[Int(state >> 33) % parts.count]
        }
        for engine in DatabaseEngine.allCases {
            for risk in StatementRisk.all(in: text, for: engine) {
                #expect(risk.place.range.upperBound <= text.utf8.count)
            }
        }
    }

    @Test("an address is read, and one with a password is refused without showing it")
    func addresses() throws {
        #expect(try ConnectionAddress("sqlite:a.db", folder: "/p") == .sqlite(path: "/p/a.db"))
        #expect(try ConnectionAddress("duckdb:", folder: "/p") == .duckdb(path: nil))
        #expect(
            try ConnectionAddress("postgres://h/d", folder: "/p")
                == .postgresql(uri: "postgresql://h/d"))
        #expect(
            try ConnectionAddress("csv:/x/y.csv", folder: "/p")
                == .file(path: "/x/y.csv", format: .csv))
        for text in ["postgres://u:secret@h/d", "postgresql://h/d?password=secret"] {
            do {
                _ = try ConnectionAddress(text, folder: "/")
                Issue.record("accepted")
            } catch {
                #expect(error == .holdsPassword)
                #expect(!error.problem.contains("secret") && !error.remedy.contains("secret"))
            }
        }
    }
}

@Suite("Where statements end, against SQLite's own opinion")
struct StatementEndTests {
    /// Pieces of text in which a semicolon may or may not end something.
    private static let parts = [
        "'", "\"", "`", "[", "]", "/*", "*/", "--", "\n", ";", " ", "a", "select 1", "''", "x'00'",
        "é", "$$", "$1", "?2", ":n", "@p", ".5", "1.5e-3", "(", ")", "-", "/", "*", "\\", "#", "\t",
    ]

    @Test("a text is complete where SQLite says so", arguments: 0..<40)
    func complete(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += Self.parts[Int(state >> 33) % Self.parts.count]
            }
            let script = SQLScript(text, .sqlite)
            let last = script.tokens.last { !$0.isBlank }
            let isCut = script.tokens.contains { !$0.isTerminated }
            let ours = !isCut && last.map { script.text($0.range) } == ";"
            #expect(ours == (sqlite3_complete(text) != 0), "\(text.debugDescription)")
        }
    }

    @Test("a trigger's body does not end at its semicolons")
    func triggers() {
        let body = "create trigger g after delete on t begin delete from u; select case when 1 "
        for (text, isComplete) in [
            (body + "then 2 end; end;", true), (body + "then 2 end;", false),
            ("create table begin_end(a); ", true), ("create temp trigger x begin a; end", false),
        ] {
            let script = SQLScript(text + " select 2", .sqlite)
            #expect((script.statements.count == 2) == isComplete, "\(text)")
            #expect((sqlite3_complete(text) != 0) == isComplete)
        }
    }
}

import SQLText
import Testing

@Suite("Statements of a script")
struct ScriptTests {
    private func statements(_ text: String, _ dialect: SQLDialect = .sqlite) -> [String] {
        let script = SQLScript(text, dialect)
        return script.statements.map { script.text(of: $0) }
    }

    @Test("semicolons in quotes, comments, triggers and function bodies end nothing")
    func split() {
        #expect(statements("a; b;; -- c;\n 'd;'; /* e; */") == ["a", "b", "'d;'"])
        let trigger =
            "create temp trigger x after insert on t begin update u set n = case when 1 then 2 end; "
            + "delete from v; end"
        #expect(statements(trigger + "; select 1") == [trigger, "select 1"])
        #expect(statements("begin; select 1; end;") == ["begin", "select 1", "end"])
        let body = "create function f() returns int as $$ select 1; $$ language sql"
        #expect(statements(body + "; x", .postgresql) == [body, "x"])
        let atomic = "create function f() returns int begin atomic select 1; select 2; end"
        #expect(statements(atomic + "; x", .postgresql) == [atomic, "x"])
        #expect(statements("select (1; select 2") == ["select (1", "select 2"])
        #expect(statements("").isEmpty && statements(" -- x\n;;").isEmpty)
    }

    @Test("the cursor means the statement it is in, or that ends on its line")
    func atCursor() {
        let script = SQLScript("select 1;\n\nselect 2; \nselect 3", .sqlite)
        func at(_ offset: Int) -> String? {
            script.statement(at: offset).map { script.text(of: $0) }
        }
        #expect(at(0) == "select 1" && at(9) == "select 1" && at(10) == "select 2")
        #expect(at(21) == "select 2" && at(22) == "select 3" && at(99) == "select 3")
        #expect(SQLScript("  -- c", .sqlite).statement(at: 1) == nil)
    }

    @Test("parameters are found once each, in order, and not in texts")
    func parameters() {
        let script = SQLScript("select :a, ':b', ?, ?, :a, x::int, $2", .duckdb)
        #expect(
            script.parameters(of: script.statements[0]).map(\.name) == [":a", "?1", "?2", "$2"])
    }

    @Test("what destroys is asked about, what only looks so is not")
    func hazards() {
        func hazards(_ text: String, _ dialect: SQLDialect = .postgresql) -> [SQLHazard] {
            let script = SQLScript(text, dialect)
            return script.statements.flatMap { script.hazards(of: $0) }
        }
        #expect(hazards("drop table if exists s.t") == [.drop(kind: "table", name: "s.t")])
        #expect(hazards("DROP INDEX CONCURRENTLY i") == [.drop(kind: "index", name: "i")])
        #expect(hazards("delete from t") == [.deleteAll(table: "t")])
        #expect(hazards("delete from t where 1").isEmpty)
        #expect(
            hazards("with x as (select 1 where true) delete from only t")
                == [.deleteAll(table: "t")])
        #expect(
            hazards("with d as (delete from t returning *) select * from d where 1")
                == [.deleteAll(table: "t")])
        #expect(
            hazards("update or ignore \"a b\" set x = 1", .sqlite) == [.updateAll(table: "\"a b\"")]
        )
        #expect(hazards("update t set x = (select 1 from u where u.a)") == [.updateAll(table: "t")])
        #expect(hazards("update t set x = 1 where y").isEmpty)
        #expect(hazards("truncate table t, u") == [.truncate(table: "t")])
        #expect(hazards("alter table if exists t drop column c") == [.alterDrop(table: "t")])
        #expect(hazards("insert into t values (1) on conflict do update set a = 1").isEmpty)
        #expect(hazards("select * from t for update").isEmpty)
        #expect(
            hazards("create table t (a int references u on delete cascade on update set null)")
                .isEmpty)
        #expect(hazards("explain delete from t").isEmpty)
        #expect(hazards("explain (analyze) delete from t") == [.deleteAll(table: "t")])
        #expect(hazards("explain query plan delete from t", .sqlite).isEmpty)
        #expect(hazards("select 'drop table t' -- delete from t").isEmpty)
    }

    @Test("what writes is told from what reads")
    func writes() {
        func writes(_ text: String, _ dialect: SQLDialect = .sqlite) -> Bool {
            let script = SQLScript(text, dialect)
            return script.statements.contains { script.writes($0) }
        }
        for text in [
            "select 1", "with a as (select 1) select replace(a, 1, 2) from a", "values (1)",
            "explain delete from t", "pragma table_info(t)", "select 1 for update", "",
        ] { #expect(!writes(text), "\(text)") }
        for text in [
            "insert into t values (1)", "with a as (select 1) delete from t", "pragma x = 1",
            "select 1 into t", "create table t (a)", "vacuum", "whatever",
        ] { #expect(writes(text), "\(text)") }
        #expect(writes("explain analyze delete from t", .postgresql))
    }
}

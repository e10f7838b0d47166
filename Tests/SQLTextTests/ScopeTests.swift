import SQLText
import TestRandom
import Testing

@Suite("What a cursor in SQL stands in")
struct ScopeTests {
    /// The cursor is the `|`.
    private func scope(_ text: String, _ dialect: SQLDialect = .postgresql) -> SQLScope {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        return SQLScope(SQLScript(parts.joined(), dialect), cursor: parts[0].utf8.count)
    }

    private func names(_ scope: SQLScope) -> [String] {
        scope.sources.map { source in
            source.name + (source.table.isEmpty ? "" : "=" + source.table.joined(separator: "."))
                + (source.columns.isEmpty ? "" : "(" + source.columns.joined(separator: ",") + ")")
                + source.origins.map { "+" + $0.joined(separator: ".") }.joined()
        }
    }

    @Test("aliases, schemas, lists and joins are in scope, also before FROM is complete")
    func sources() {
        #expect(
            names(scope("select | from orders o, s.items as i join u using (id)")) == [
                "o=orders", "i=s.items", "u=u",
            ])
        #expect(names(scope("select a.| from a")) == ["a=a"])
        #expect(names(scope("update t set | where 1")) == ["t=t"])
        #expect(names(scope("delete from t where |")) == ["t=t"])
        #expect(names(scope("insert into t (|")) == ["t=t"])
        #expect(names(scope("select 1; select | from b; select 2 from c")) == ["b=b"])
        #expect(names(scope("select | from \"My Table\" m")) == ["m=My Table"])
    }

    @Test("subqueries see what is around them, and give their columns outwards")
    func nested() {
        #expect(names(scope("select * from a where exists (select | from b)")) == ["b=b", "a=a"])
        #expect(
            names(scope("select | from (select x, y as z, count(*) n from a) q")) == ["q(x,z,n)"])
        #expect(names(scope("with c as (select p, q from t) select | from c")) == ["c(p,q)"])
        #expect(
            names(scope("with c(m, n) as (select p, q from t) select | from c d")) == ["d(m,n)"])
        #expect(names(scope("select a from x union select | from y")) == ["y=y"])
        #expect(scope("with c as (select 1 n) select * from |").commonTables.map(\.name) == ["c"])
    }

    @Test("an asterisk gives the columns of the tables that it stands for, through CTEs too")
    func stars() {
        #expect(names(scope("select q.| from (select * from a) q")) == ["q+a"])
        #expect(
            names(scope("select | from (select b.*, x * y as z from s.a, b) q")) == ["q(z)+b"])
        #expect(
            names(
                scope(
                    "with c as (select *, 1 as n from a), d as (select * from c join e using (id)) select | from d"
                )) == ["d(n)+a+e"])
        // Itself it does not hold: that would have no end.
        #expect(
            names(scope("with recursive c as (select * from c) select | from c")) == ["c+c"])
        #expect(names(scope("select | from (select count(*) from a) q")) == ["q"])
        #expect(names(scope("select | from (select 2 * x from a) q")) == ["q(x)"])
    }

    @Test("queries in queries without end exhaust nothing")
    func deep() {
        let text = String(repeating: "select * from (", count: 3_000)
        #expect(scope("select | from (" + text).sources.count <= 2)
        let wide = Array(repeating: "*", count: 5_000).joined(separator: ",")
        #expect(names(scope("select | from (select \(wide) from a) q")).count == 1)
    }

    @Test("what is wanted depends on the word before")
    func wanted() {
        #expect(scope("|").wanted == .statement && scope("sel|").wanted == .statement)
        #expect(
            scope("select * from |").wanted == .table
                && scope("select * from a, |").wanted == .table)
        #expect(scope("select * from a join b|").wanted == .table)
        #expect(
            scope("select |").wanted == .expression && scope("select a, b|").wanted == .expression)
        #expect(scope("select o.n|").wanted == .member(of: ["o"]))
        #expect(scope("select s.t.|").wanted == .member(of: ["s", "t"]))
        #expect(scope("select 'a|").wanted == .nothing && scope("select -- a|").wanted == .nothing)
        #expect(scope("select a as |").wanted == .newName)
        #expect(scope("select o.na|me from o").prefix == "na")
        #expect(scope("select \"My C|").prefix == "My C")
    }

    @Test("no text, cut anywhere, upsets it")
    func fuzz() {
        var random = SeededRandom(seed: 5)
        for round in 0..<4000 {
            let dialect = SQLDialect.allCases[round % 3]
            let script = SQLScript(randomSQL(&random, length: 20), dialect)
            let cursor = Int.random(in: 0...script.bytes.count, using: &random)
            let scope = SQLScope(script, cursor: cursor)
            #expect(scope.replaced.upperBound == cursor)
            for statement in script.statements {
                _ = script.hazards(of: statement)
                _ = script.parameters(of: statement)
            }
        }
    }
}

import Foundation
import Testing
import Transform

@Suite("SQL of other engines is rewritten for SQLite")
struct SQLRewriterTests {
    @Test(
        "each construct, and nothing else",
        arguments: [
            ("select a.b::int, '1'::varchar(5)", "select cast(a.b as integer), cast('1' as text)"),
            ("(a + b)::numeric(16, 2)", "round((a + b), 2)"),
            ("sum(x)::bigint", "cast(sum(x) as integer)"),
            ("x::text::int", "cast(cast(x as text) as integer)"),
            ("at::date >= '2024-01-01'", "date(at) >= '2024-01-01'"),
            ("x::double precision / 2", "cast(x as real) / 2"),
            ("dateadd(month, 1, d)", "dateadd('month', 1, d)"),
            ("datediff( day, a, b)", "datediff( 'day', a, b)"),
            ("t.d + interval '1 day'", "dateadd('day', 1, t.d)"),
            ("f(x) - interval '3' month", "dateadd('month', -3, f(x))"),
            ("left(a, 2) from t left join u", "\"left\"(a, 2) from t left join u"),
            ("string_agg(a, ',')", "group_concat(a, ',')"), ("now()", "datetime('now')"),
            ("a ilike 'x%'", "a like 'x%'"), ("select 'a::b' -- x::y", "select 'a::b' -- x::y"),
            ("select a, b, -- last\nfrom t", "select a, b -- last\nfrom t"),
            (
                "select a, \"from\" from t where b in (1, 2,)",
                "select a, \"from\" from t where b in (1, 2)"
            ),
            ("select ',', f(,) from t", "select ',', f(,) from t"),
            ("where (x)::int = 1", "where cast((x) as integer) = 1"),
            ("(a / 100)::numeric(16, 2)", "round((a * 1.0 / 100), 2)"),
            ("extract(year from a.d) = 1", "date_part('year' , a.d) = 1"),
            (
                "(select 1) union all (select 2 from (select 3))",
                "select * from (select 1) union all select * from (select 2 from (select 3))"
            ),
            (
                "x in ((select 1) union (select 2))",
                "x in (select * from (select 1) union select * from (select 2))"
            ),
            ("insert into t (a) (select 1)", "insert into t (a) select * from (select 1)"),
            (
                "where x in (select 1) and (select 2) = 2",
                "where x in (select 1) and (select 2) = 2"
            ),
            (
                "string_agg(a || f(b, 1), '; ' order by t.c desc)",
                "ordered_concat(a || f(b, 1), '; ', t.c, 'desc', null)"
            ),
            (
                "listagg(a, ',') within group (order by b)",
                "ordered_concat(a, ',', b, 'asc', null)"
            ),
        ])
    func constructs(given: String, expected: String) {
        let rewritten = SQLRewriter(given)
        #expect(rewritten.sql == expected)
        #expect(rewritten.counts.isEmpty == (given == expected))
    }

    @Test(
        "casts of SQL that was written for another engine mean what they mean there",
        arguments: [
            ("cast( a.b as date)", "date(a.b)"),
            ("cast('x' as timestamp)", "cast('x' as text)"),
            ("cast(cast(x as date) as string)", "cast(date(x) as text)"),
            ("try_cast(f(x, 1) as decimal(10, 2))", "round(f(x, 1), 2)"),
            ("cast(x as integer) as y", "cast(x as integer) as y"),
            ("cast((select max(d) as m from t) as date)", "date((select max(d) as m from t))"),
            ("cast(x as", "cast(x as"), ("cast", "cast"),
            ("a >= date '2024-01-01'", "a >=  '2024-01-01'"),
            (
                "select a, f(b), sum(c), count(*) over (), max(d) - 1 as e from t group by all",
                "select a, f(b), sum(c), count(*) over (), max(d) - 1 as e from t group by 1, 2, 4"
            ),
            ("select sum(a) from t group by all", "select sum(a) from t "),
        ])
    func foreign(given: String, expected: String) {
        #expect(SQLRewriter(given, isForeign: true).sql == expected)
    }

    @Test("SQL that was written for SQLite keeps its casts, but for those to times")
    func ownCasts() {
        #expect(SQLRewriter("cast(x as varchar) || cast(y as float)").counts.isEmpty)
        #expect(SQLRewriter("cast(x as date) = date 'a'").sql == "date(x) = date 'a'")
        #expect(SQLRewriter("cast(a || b as timestamp)").sql == "cast(a || b as text)")
    }

    @Test("where whole numbers divide to fractions they do so on SQLite")
    func division() {
        func rewritten(_ sql: String) -> String { SQLRewriter(sql, dividesReally: true).sql }
        #expect(rewritten("a / b / c -- d / e") == "a * 1.0 / b * 1.0 / c -- d / e")
        #expect(rewritten("a // b") == "a / b")
        #expect(rewritten("(a / 2)::decimal(4, 1)") == "round((a * 1.0 / 2), 1)")
        #expect(rewritten("'a/b'") == "'a/b'")
    }

    @Test(
        "what needs the columns of a query is rewritten where they are known",
        arguments: [
            ("select * exclude (b) from t", "select \"a\", \"c\" from t"),
            (
                "select t.* replace (a + 1 as A), 2 as n from t",
                "select a + 1 as A, t.\"b\", t.\"c\", 2 as n from t"
            ),
            (
                "with u as (select * except(a, b) from t) select c + 1 as d, d * 2 as e from u",
                "with u as (select \"c\" from t) select c + 1 as d, (c + 1) * 2 as e from u"
            ),
            (
                "select a as b, b as d from t", "select a as b, b as d from t"
            ),
            (
                "select a, row_number() over (order by b) as n from t where c > 0 qualify n = 1",
                "select \"a\", \"n\" from (select a, row_number() over (order by b) as n , "
                    + "((row_number() over (order by b)) = 1) as __qualifies from t where c > 0 ) "
                    + "where __qualifies "
            ),
        ])
    func columns(given: String, expected: String) {
        let known = [
            "select * from t": ["a", "b", "c"], "select t.* from t": ["a", "b", "c"],
            "with u as (select \"c\" from t) select * from u": ["c"],
            "select a, row_number() over (order by b) as n  from t where c > 0 ": ["a", "n"],
        ]
        func columns(_ sql: String) -> [String]? {
            known[sql] ?? known[sql.trimmingCharacters(in: .whitespaces)]
        }
        #expect(SQLRewriter(given, isForeign: true, columns: columns).sql == expected)
        #expect(SQLRewriter(given, isForeign: true) { _ in nil }.sql == given)
    }

    @Test("whatever the text, the rewriter ends", arguments: 0..<20)
    func fuzz(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let words = [
            "::", "(", ")", "'", "\"", "interval", "+", "a", ".", "left", "dateadd", ",", "day",
            "1", " ", "--", "select", "qualify", "union", "group", "by", "all", "*", "except",
            "extract",
            "from", "order", "string_agg", "as", "date", "/*", "*/", "\n", "numeric", "now",
        ]
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<12 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                text += words[Int(state % UInt64(words.count))]
            }
            let rewritten = SQLRewriter(text)
            if rewritten.counts.isEmpty { #expect(rewritten.sql == text) }
        }
    }
}

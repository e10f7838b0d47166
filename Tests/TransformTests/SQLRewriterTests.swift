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
        ])
    func foreign(given: String, expected: String) {
        #expect(SQLRewriter(given, isForeign: true).sql == expected)
        #expect(SQLRewriter(given).sql == given)
    }

    @Test("whatever the text, the rewriter ends", arguments: 0..<20)
    func fuzz(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let words = [
            "::", "(", ")", "'", "\"", "interval", "+", "a", ".", "left", "dateadd", ",", "day",
            "1", " ", "--", "/*", "*/", "\n", "numeric", "now",
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

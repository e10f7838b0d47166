import SQLText
import TestRandom
import Testing

@Suite("Laying SQL out")
struct FormatterTests {
    @Test("clauses begin lines, long lists and conditions are broken, comments stay")
    func layout() {
        let text = """
            with recent as (select id, customer_id, total from orders where placed_at >= :day and status <> 'void')
            select c.name,count(*) as n, sum(r.total) filter (where r.total>0) as revenue -- in euro
            from recent r left join customers c on c.id=r.customer_id and c.deleted_at is null
            where c.country in ('DE','FR') and (r.total between 10 and 20 or c.vip) and exists (select 1 from flags f where f.customer_id = c.id and f.kind = 'gold' and f.is_active)
            group by c.name order by revenue desc limit 10; select -1, a - -1
            """
        #expect(
            SQLFormatter(.postgresql).format(text) == """
                WITH recent AS (
                    SELECT id, customer_id, total
                    FROM orders
                    WHERE placed_at >= :day AND status <> 'void'
                )
                SELECT
                    c.name,
                    count(*) AS n,
                    sum(r.total) filter (WHERE r.total > 0) AS revenue -- in euro
                FROM recent r
                LEFT JOIN customers c ON c.id = r.customer_id AND c.deleted_at IS NULL
                WHERE c.country IN ('DE', 'FR')
                    AND (r.total BETWEEN 10 AND 20 OR c.vip)
                    AND EXISTS (
                        SELECT 1
                        FROM flags f
                        WHERE f.customer_id = c.id AND f.kind = 'gold' AND f.is_active
                    )
                GROUP BY c.name
                ORDER BY revenue DESC
                LIMIT 10;

                SELECT -1, a - -1

                """)
    }

    @Test("short statements stay in one line; inserts, updates and CASE are broken where long")
    func short() {
        #expect(
            SQLFormatter(.sqlite).format("select  *\nfrom t\nwhere id=1")
                == "SELECT * FROM t WHERE id = 1\n")
        let update =
            "update t set a = 1, b = case when x then 'a long text that fills' when y then 'another long text' else 'third' end, ccc = 3 where id = 1"
        #expect(
            SQLFormatter(.sqlite).format(update) == """
                UPDATE t
                SET
                    a = 1,
                    b = CASE
                        WHEN x THEN 'a long text that fills'
                        WHEN y THEN 'another long text'
                        ELSE 'third'
                    END,
                    ccc = 3
                WHERE id = 1

                """)
    }

    private func plain(_ text: String, _ dialect: SQLDialect) -> [String] {
        let bytes = Array(text.utf8)
        return SQLLexer(dialect).tokens(of: bytes).filter { $0.kind != .space }.map {
            let piece = String(decoding: bytes[$0.range], as: UTF8.self)
            return $0.kind == .word ? piece.lowercased() : piece
        }
    }

    @Test("formatting twice changes nothing, and no token is ever lost")
    func property() {
        var random = SeededRandom(seed: 23)
        for round in 0..<6000 {
            let dialect = SQLDialect.allCases[round % 3]
            let text = randomSQL(&random, length: 4 + round % 40)
            let once = SQLFormatter(dialect).format(text)
            let twice = SQLFormatter(dialect).format(once)
            guard once == twice else {
                Issue.record("\(dialect) \(text.debugDescription)\n\(once)\n---\n\(twice)")
                return
            }
            // Keywords become capitals; texts, names in quotes and remarks stay to the byte.
            guard plain(text, dialect) == plain(once, dialect) else {
                Issue.record("\(dialect) lost: \(text.debugDescription)\n\(once)")
                return
            }
        }
    }

    @Test("brackets without end do not exhaust the stack, and huge lists take no time")
    func huge() {
        let deep = String(repeating: "(", count: 20_000)
        #expect(pieces(SQLFormatter(.sqlite).format("select " + deep)).count == 20_001)
        let list = (0..<50_000).map(String.init).joined(separator: ",")
        #expect(
            SQLFormatter(.sqlite).format("select * from t where a in (\(list))").count > list.count)
    }
}

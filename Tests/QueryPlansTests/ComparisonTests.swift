import QueryPlans
import Testing

@Suite("Comparing plans, and queries")
struct ComparisonTests {
    private func plan(_ nodes: [(depth: Int, PlanNode)], total: Double? = nil) -> QueryPlan {
        var builder = PlanBuilder()
        var open = 0
        for (depth, node) in nodes {
            while open > depth {
                builder.end()
                open -= 1
            }
            builder.begin(node)
            open += 1
        }
        return builder.plan(engine: "e", query: "q", totalMS: total)
    }

    private func node(_ operation: String, _ object: String? = nil, own: Double? = nil) -> PlanNode
    {
        var node = PlanNode(operation: operation, object: object)
        node.exclusiveMS = own
        return node
    }

    @Test("equal plans are equal; a scan that became an index scan is changed, not replaced")
    func changed() {
        let before = plan(
            [
                (0, node("Hash Join", own: 2)), (1, node("Seq Scan", "orders", own: 90)),
                (1, node("Hash")), (2, node("Seq Scan", "customers", own: 1)),
            ], total: 100)
        let after = plan(
            [
                (0, node("Nested Loop", own: 1)), (1, node("Index Scan", "orders", own: 3)),
                (1, node("Seq Scan", "customers", own: 1)),
            ], total: 5)
        #expect(!PlanComparison(before, before).isChanged)
        let found = PlanComparison(before, after)
        #expect(found.isChanged)
        #expect(found.speedup == 20)
        let changes = found.pairs.map { pair in
            let old = pair.before.map { before.nodes[$0].title } ?? "-"
            let new = pair.after.map { after.nodes[$0].title } ?? "-"
            return "\(pair.change) \(old) > \(new)"
        }
        #expect(
            changes == [
                "changed Hash Join > Nested Loop", "changed Seq Scan orders > Index Scan orders",
                "removed Hash > -", "same Seq Scan customers > Seq Scan customers",
            ])
        #expect(found.pairs[1].exclusiveMS == -87)
    }

    @Test("sides of a join that were swapped are a change, whether or not a node lies between")
    func swapped() {
        func plan(_ outer: String, _ inner: String, hash: Bool) -> QueryPlan {
            var builder = PlanBuilder()
            builder.begin(PlanNode(operation: "Hash Join", detail: "(a.x = b.x)"))
            builder.begin(PlanNode(operation: "Seq Scan", object: outer))
            builder.end()
            if hash { builder.begin(PlanNode(operation: "Hash")) }
            builder.begin(PlanNode(operation: "Seq Scan", object: inner))
            return builder.plan(engine: "postgresql", query: "q")
        }
        for hash in [false, true] {
            let comparison = PlanComparison(plan("a", "b", hash: hash), plan("b", "a", hash: hash))
            #expect(comparison.isChanged)
            #expect(comparison.pairs.contains { $0.change == .moved })
            #expect(!comparison.pairs.contains { [.added, .removed].contains($0.change) })
            #expect(
                !PlanComparison(plan("a", "b", hash: hash), plan("a", "b", hash: hash)).isChanged)
        }
        // What merely got a node between has not moved.
        let between = PlanComparison(plan("a", "b", hash: false), plan("a", "b", hash: true))
        #expect(between.pairs.map(\.change) == [.same, .same, .added, .same])
    }

    @Test("every node of both plans is in exactly one pair", arguments: 0..<60)
    func complete(seed: UInt64) {
        var state = seed &* 7_919 + 13
        func random(_ limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        func shape() -> QueryPlan {
            var depth = 0
            return plan(
                (0..<(1 + random(40))).map { index in
                    depth = index == 0 ? 0 : 1 + random(UInt64(depth + 1))
                    return (depth, node(["A", "B", "C"][random(3)], ["x", "y"][random(2)]))
                })
        }
        let (before, after) = (shape(), shape())
        let pairs = PlanComparison(before, after).pairs
        #expect(pairs.compactMap(\.before).sorted() == Array(before.nodes.indices))
        #expect(pairs.compactMap(\.after) == Array(after.nodes.indices))
    }

    @Test("the fingerprint of a query does not see values, case, blanks and comments")
    func fingerprint() {
        let first = QueryFingerprint("SELECT a FROM t WHERE b = 12 AND c IN ('x', 'y') -- now")
        let second = QueryFingerprint("select a\n from T /* x */ where b=7.5 and c in ('z');")
        #expect(first == second)
        #expect(first.query == "select a from t where b = ? and c in ( ? )")
        #expect(first.text.count == 16)
        #expect(first != QueryFingerprint("select a from t where b = 12 or c in ('x')"))
    }
}

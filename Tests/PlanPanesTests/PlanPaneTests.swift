import Domain
import PaneKit
import PlanPanes
import QueryPlans
import Screen
import Testing

@Suite("The plan pane")
struct PlanPaneTests {
    private static func node(
        _ operation: String, _ object: String?, own: Double, rows: Double, estimate: Double
    ) -> PlanNode {
        var node = PlanNode(operation: operation, object: object)
        node.exclusiveMS = own
        node.actualRows = rows
        node.estimatedRows = estimate
        return node
    }

    private static func plan(scan: String = "Seq Scan") -> QueryPlan {
        var builder = PlanBuilder()
        builder.begin(node("Sort", nil, own: 1, rows: 50, estimate: 50))
        builder.begin(node("Hash Join", nil, own: 9, rows: 50, estimate: 60))
        builder.begin(node(scan, "orders", own: 85, rows: 1_234_000, estimate: 900))
        builder.end()
        builder.begin(node("Hash", nil, own: 2, rows: 10, estimate: 10))
        builder.begin(node("Seq Scan", "customers", own: 3, rows: 10, estimate: 10))
        return builder.plan(
            engine: "postgresql", query: "select *\nfrom orders, customers\nwhere total > 5",
            totalMS: 100)
    }

    private struct Harness {
        var state = PlanDesk.State()
        let pane = PlanDesk.panes[0]
        var size = Size(width: 90, height: 10)
        var context: PaneContext {
            PaneContext(
                clock: LocalClock(now: Instant(seconds: 0), offset: 0), size: size, isFocused: true)
        }

        mutating func ask() throws -> PlanDesk.Request {
            let requests = PlanDesk.open(
                &state, .plan(connection: "warehouse", sql: "select 1", analyzes: true), context)
            let asked = (requests ?? []).compactMap {
                if case .perform(.explain(let request)) = $0 { request } else { nil }
            }
            return try #require(asked.first)
        }

        mutating func show(_ plan: QueryPlan, note: String? = nil) throws {
            _ = pane.resize(&state, Size(width: size.width - 2, height: size.height - 2), context)
            let request = try ask()
            _ = PlanDesk.take(&state, .explained(request, plan, changeNote: note), context)
        }

        @discardableResult
        mutating func perform(_ action: PlanPane.Action) -> PlanDesk.Requests {
            pane.perform(&state, action.rawValue, context) ?? []
        }

        func screen() -> [String] {
            var grid = Grid(size: size)
            _ = pane.draw(state, in: grid.bounds, context, on: &grid)
            return grid.text.split(separator: "\n").map(String.init)
        }

        /// The line under the cursor, by its only highlighted row.
        func lineWith(_ text: String) -> String? { screen().first { $0.contains(text) } }
    }

    @Test("a plan is a tree with heat, figures and badges; the cursor stands on the hottest node")
    func tree() throws {
        var pane = Harness()
        try pane.show(Self.plan())
        let lines = pane.screen()
        #expect(lines[0].contains("5 Plan · postgresql · 100 ms"))
        let orders = try #require(pane.lineWith("orders"))
        #expect(orders.contains("85%"))
        #expect(orders.contains("1.2M"))
        #expect(orders.contains("Seq Scan orders [estimate-off-x1000]"))
        #expect(lines.last?.contains("1,000 times") == true)
    }

    @Test("a fold hides a branch; e goes to the hottest and then to the next hottest")
    func foldAndHot() throws {
        var pane = Harness()
        try pane.show(Self.plan())
        pane.perform(.first)
        pane.perform(.next)
        pane.perform(.fold)
        #expect(pane.lineWith("orders") == nil)
        pane.perform(.hottest)
        #expect(pane.lineWith("Seq Scan orders") != nil)
        #expect(
            pane.perform(.copyNode).contains { request in
                if case .copy(let text) = request {
                    text.hasPrefix("Seq Scan orders")
                } else {
                    false
                }
            })
        pane.perform(.hottest)
        #expect(
            pane.perform(.copyNode).contains { request in
                if case .copy(let text) = request { text.hasPrefix("Hash Join") } else { false }
            })
    }

    @Test("ranking lists the most expensive first, and comes round to the tree")
    func ranking() throws {
        var pane = Harness()
        try pane.show(Self.plan())
        pane.perform(.rank)
        #expect(pane.screen()[0].contains("by time"))
        #expect(pane.screen()[2].contains("Seq Scan orders"))
        #expect(pane.screen()[3].contains("Hash Join"))
        pane.perform(.rank)
        pane.perform(.rank)
        #expect(pane.screen()[0].contains("by error"))
        pane.perform(.rank)
        #expect(!pane.screen()[0].contains("by"))
    }

    @Test("a node's page tells all that is known, and marks its words in the query")
    func nodePage() throws {
        var pane = Harness()
        pane.size = Size(width: 90, height: 20)
        try pane.show(Self.plan())
        pane.perform(.open)
        let text = pane.screen().joined(separator: "\n")
        #expect(text.contains("own time 85 ms"))
        #expect(text.contains("estimate-off-x1000: rows differ"))
        #expect(text.contains("from orders, customers"))
        #expect(pane.pane.back(&pane.state, pane.context) != nil)
        #expect(pane.lineWith("Hash Join") != nil)
    }

    @Test("two plans are compared after one was pinned")
    func compare() throws {
        var pane = Harness()
        try pane.show(Self.plan())
        #expect(pane.perform(.compare).contains { if case .notice = $0 { true } else { false } })
        pane.perform(.pin)
        try pane.show(Self.plan(scan: "Index Scan"))
        pane.perform(.compare)
        #expect(pane.lineWith("Seq Scan orders → Index Scan orders")?.contains("~") == true)
    }

    @Test("the words of a node stand under its figures, wrapped to the pane")
    func wrapping() throws {
        var pane = Harness()
        pane.size = Size(width: 34, height: 20)
        try pane.show(Self.plan())
        pane.perform(.open)
        let lines = pane.screen()
        let query = try #require(lines.firstIndex { $0.contains("Its words in the query") })
        #expect(lines[query + 1].contains("select *"))
        #expect(lines.contains { $0.contains("estimate-off-x1000: rows") })
        #expect(!lines.dropFirst().dropLast().joined().contains("…"))
    }

    @Test("advice is asked for, shown with what it brought, and put into the editor")
    func advice() throws {
        var pane = Harness()
        pane.size = Size(width: 90, height: 20)
        try pane.show(Self.plan())
        let asked = pane.perform(.advise).compactMap { request -> PlanDesk.Request? in
            if case .perform(.advise(let wanted)) = request { wanted } else { nil }
        }
        let request = try #require(asked.first)
        #expect(pane.screen().last?.contains("trying what may help") == true)
        var after = Self.plan(scan: "Index Scan")
        after.totalMS = 8
        let index = PlanDesk.Advice(
            kind: "index", action: "CREATE INDEX i ON orders (total)",
            reason: "orders is searched by total.", before: Self.plan(), after: after)
        _ = PlanDesk.take(&pane.state, .advised(request, [index]), pane.context)
        #expect(pane.lineWith("CREATE INDEX i ON orders (total)") != nil)
        #expect(pane.lineWith("100 ms before, 8 ms after: 12.5 times faster") != nil)
        #expect(pane.lineWith("Index Scan orders") != nil)
        let opened = pane.perform(.editQuery).contains { request in
            if case .open(.statement(_, "CREATE INDEX i ON orders (total);\n")) = request {
                true
            } else {
                false
            }
        }
        #expect(opened)
        _ = pane.pane.back(&pane.state, pane.context)
        #expect(pane.screen()[0].contains("postgresql · 100 ms"))
    }

    @Test("what failed is told in the pane, and gone with the next plan")
    func problem() throws {
        var pane = Harness()
        _ = pane.pane.resize(&pane.state, Size(width: 88, height: 8), pane.context)
        let request = try pane.ask()
        _ = PlanDesk.failed(
            &pane.state, .explain(request), problem: "no such table: nope", pane.context)
        #expect(pane.lineWith("no such table: nope") != nil)
        try pane.show(Self.plan())
        #expect(pane.lineWith("no such table") == nil)
    }

    @Test("an answer that is no longer wanted is dropped; cancelling is told")
    func staleAnswers() throws {
        var pane = Harness()
        let first = try pane.ask()
        let second = try pane.ask()
        _ = PlanDesk.take(
            &pane.state, .explained(first, Self.plan(), changeNote: nil), pane.context)
        #expect(pane.state.plan == nil)
        #expect(PlanDesk.interrupt(&pane.state, pane.context) == [.perform(.cancel(second))])
        _ = PlanDesk.take(&pane.state, .cancelled(second), pane.context)
        #expect(pane.state.awaited == nil)
    }

    @Test(
        "every view draws at any size, also hostile words",
        arguments: [(1, 1), (20, 5), (80, 24), (200, 60)])
    func sizes(width: Int, height: Int) throws {
        var pane = Harness()
        pane.size = Size(width: width, height: height)
        #expect(pane.screen().count <= height)
        var builder = PlanBuilder()
        builder.begin(
            PlanNode(operation: "\u{1B}]52;c;x\u{7}", object: "\u{202E}\0日本", detail: "\n"))
        try pane.show(builder.plan(engine: "e", query: "select '\u{1B}[2J'"))
        for action in [PlanPane.Action.rank, .rank, .open, .pin, .compare, .foldAll] {
            pane.perform(action)
            let text = pane.screen().joined()
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
        }
    }
}

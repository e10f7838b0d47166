import Domain
import PaneHarness
import PaneKit
import Screen
import Testing
import TransformHistory

@testable import TransformPanes

@Suite("The pane of dbt projects")
struct ModelPaneTests {
    private static func place(_ node: String, _ column: String) -> ProjectView.Place {
        ProjectView.Place(node: node, column: column)
    }

    private static func column(
        _ name: String, _ origins: [(String, String)] = [], description: String = ""
    ) -> ProjectView.Column {
        ProjectView.Column(
            name: name, type: "TEXT", description: description,
            origins: origins.map {
                ProjectView.Origin(place: place($0.0, $0.1), how: "identity")
            })
    }

    /// A seed, a staging view over it and a table over that; the seed also from outside.
    private static var project: ProjectView {
        func runs(_ rows: [Int]) -> [NodeRecord] {
            rows.enumerated().map {
                NodeRecord(
                    at: "2026-01-0\($0.offset + 1)T00:00:00Z", node: "n", status: "success",
                    rows: $0.element)
            }
        }
        return ProjectView(
            name: "shop", folder: ".",
            nodes: [
                .init(id: "seed.shop.raw", name: "raw", kind: "seed", columns: [column("Amount")]),
                .init(
                    id: "source.shop.ext.late", name: "ext.late", kind: "source",
                    history: [
                        NodeRecord(
                            at: "2026-01-01T00:00:00Z", node: "n", status: "warn",
                            ageSeconds: 7_200)
                    ]),
                .init(
                    id: "model.shop.stage", name: "stage", kind: "model", materialized: "view",
                    columns: [
                        column("amount", [("seed.shop.raw", "amount"), ("elsewhere", "x")])
                    ]),
                .init(
                    id: "model.shop.mart", name: "mart", kind: "model", materialized: "table",
                    path: "models/mart.sql", description: "Money\nby month.\u{1b}[31m",
                    tags: ["nightly"],
                    columns: [
                        column("total", [("model.shop.stage", "AMOUNT")], description: "in euro")
                    ], history: runs([100, 104, 90])),
            ])
    }

    private static func pane(
        _ projects: [ProjectView] = [project], width: Int = 110, height: Int = 14
    ) -> PaneHarness<TransformDesk> {
        var pane = PaneHarness(
            TransformDesk.self, .init(), pane: "models", width: width, height: height)
        #expect(pane.effects == [.read])
        pane.answer(.read(projects))
        return pane
    }

    @Test("nodes show the rows of their last run with earlier ones as bars, sources their age")
    func list() {
        let text = Self.pane().screen.text
        #expect(text.contains("✓") && text.contains("90") && text.contains("▆█▁"))
        #expect(text.contains("ext.late") && text.contains("2h"))
    }

    @Test("the search finds words of names, columns and descriptions")
    func search() {
        for (words, found, missing) in [
            ("by month", "mart", "stage"), ("euro", "mart", "raw"), ("nightly", "mart", "raw"),
            ("!table", "raw", "mart"),
        ] {
            var pane = Self.pane()
            pane.accept("search", words)
            #expect(pane.screen.text.contains(found), "\(words)")
            #expect(!pane.screen.text.contains(missing), "\(words)")
        }
    }

    @Test("Enter shows documentation and columns, and the data's escape sequences stay words")
    func docs() {
        var pane = Self.pane()
        pane.press("G", "enter")
        let text = pane.screen.text
        #expect(text.contains("by month.") && text.contains("#nightly"))
        #expect(text.contains("stage.AMOUNT") && text.contains("in euro"))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    @Test("a column is followed up to its origins and down to its users, and back")
    func lineage() {
        var pane = Self.pane()
        pane.press("c", "j", "enter")
        let rows = pane.screen.text.split(separator: "\n").map(String.init)
        func row(_ text: String) -> Int? { rows.firstIndex { $0.contains(text) } }
        #expect(rows.contains { $0.contains("●") && $0.contains("stage.amount") })
        // What it comes from stands above it, what comes from it below.
        let order = [row("raw.amount"), row("● "), row("mart.total")].compactMap { $0 }
        #expect(order.count == 3 && order == order.sorted())
        #expect(rows.contains { $0.contains("elsewhere.x") && $0.contains("outside") })
        pane.press("j", "enter")
        #expect(
            pane.screen.text.split(separator: "\n").contains {
                $0.contains("●") && $0.contains("mart.total")
            })
        #expect(pane.screen.text.contains("2↑"))
        pane.press("esc", "esc")
        #expect(pane.screen.text.contains("DESCRIPTION") && !pane.screen.text.contains("●"))
    }

    @Test("a table that no node makes is said to be one")
    func outside() {
        var pane = Self.pane()
        pane.press("c", "j", "enter", "g", "g")
        pane.requests = []
        pane.press("enter")
        #expect(
            pane.requests == [.notice(Notice(.info, "No node of the project makes 'elsewhere'."))])
    }

    @Test("earlier runs show how many rows came and went")
    func history() {
        var pane = Self.pane()
        pane.press("G", "H")
        #expect(pane.screen.text.contains("-14") && pane.screen.text.contains("+4"))
    }

    @Test("a link shows the node, also before the projects have been read")
    func link() {
        var state = TransformDesk.State()
        let context = PaneContext(clock: LocalClock(now: Instant(microseconds: 0), offset: 0))
        #expect(
            TransformDesk.open(&state, .model("mart"), context)
                == [.focus("models"), .perform(.read)])
        _ = TransformDesk.take(&state, .read([Self.project]), context)
        #expect(state.views == [.node("model.shop.mart")])
    }

    @Test("a project that cannot be read says why, and no project how to get one")
    func broken() {
        let broken = ProjectView(name: "p", folder: "p", problem: "models/a.sql:3: no such macro")
        #expect(Self.pane([broken]).screen.text.contains("models/a.sql:3: no such macro"))
        #expect(Self.pane([]).screen.text.contains("No dbt project"))
    }

    @Test("what is gone after reading again is no longer in sight")
    func gone() {
        var pane = Self.pane()
        pane.press("G", "enter")
        var smaller = Self.project
        smaller.nodes.removeLast()
        pane.answer(.read([smaller]))
        #expect(pane.screen.text.contains("stage") && !pane.screen.text.contains("by month."))
    }

    @Test("every view can be drawn at any size")
    func sizes() {
        for (width, height) in [(1, 1), (20, 5), (80, 24)] {
            for keys in [[], ["enter"], ["c"], ["c", "enter"], ["G", "H"]] as [[String]] {
                var pane = Self.pane(width: width, height: height)
                for key in keys { pane.press(key) }
                #expect(
                    pane.screen.text.split(separator: "\n", omittingEmptySubsequences: false).count
                        <= height + 1)
            }
        }
    }
}

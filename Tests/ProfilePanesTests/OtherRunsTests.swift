import PaneKit
import SparkAdvice
import Testing

@testable import ProfilePanes

@Suite("An application beside others of its name")
struct OtherRunsTests {
    private static func row(
        _ path: String, _ name: String = "orders", at start: Int64, isInProgress: Bool = false
    ) -> ApplicationRow {
        ApplicationRow(
            path: path, id: path, name: name, version: "4.1.1", start: start, end: start + 1,
            isInProgress: isInProgress, bytes: 1)
    }

    private static func desk() -> ProfileTests.Desk {
        var desk = ProfileTests.Desk()
        let rows = [
            row("app-0", at: 100), row("app-2", at: 3_000), row("other", "sales", at: 900),
            row("app-1", at: 1_000), row("app-00", at: 50),
            row("growing", at: 990, isInProgress: true),
        ]
        _ = Profile.take(&desk.state, .listed(folder: ".", rows), desk.context)
        return desk
    }

    @Test("in the list it is compared with the one before it, of its name and ended")
    func list() {
        var desk = Self.desk()
        let place = desk.state.order.firstIndex { desk.state.rows[$0].path == "app-1" } ?? 0
        for _ in 0..<place { desk.press(.next) }
        #expect(
            ProfilePane.update(&desk.state, .compare, desk.context)
                == [.perform(.compare(before: "app-0", after: "app-1"))])
    }

    @Test("the open one too, and the first of its name has none before it")
    func opened() {
        var desk = Self.desk()
        desk.open()
        #expect(
            ProfilePane.update(&desk.state, .compare, desk.context)
                == [.perform(.compare(before: "app-0", after: "app-1"))])
        desk.state.rows.removeAll { ["app-0", "app-00"].contains($0.path) }
        let notice = ProfilePane.update(&desk.state, .compare, desk.context)
        #expect("\(notice)".contains(":spark-diff BEFORE AFTER"))
    }

    @Test("what is simulated is corrected by the others of its name, and says by what")
    func correction() throws {
        var desk = Self.desk()
        desk.open()
        while desk.state.views.last != .whatIf { desk.press(.nextTab) }
        #expect(!desk.text.contains("corrected"))
        #expect(
            ProfilePane.update(&desk.state, .compare, desk.context)
                == [.perform(.correct(path: "app-1", by: ["app-00", "app-0", "app-2"]))])
        let opened = try #require(desk.state.opened)
        let wider = SmallApplication.text.replacing("local[2]", with: "local[4]")
            .replacing(#""Total Cores":2"#, with: #""Total Cores":4"#)
        let simulation = ProfiledApplication.simulation(
            opened.profile, processors: 2,
            correctedBy: [SmallApplication.profiled(wider).profile])
        let longer = opened.simulation
        _ = Profile.take(
            &desk.state, .simulated(path: "elsewhere", simulation), desk.context)
        #expect(desk.state.opened?.simulation.calibration == nil)
        _ = Profile.take(&desk.state, .simulated(path: "app-1", simulation), desk.context)
        #expect(desk.text.contains("corrected           each doubling of slots costs"))
        #expect(desk.text.contains("app-1 (1 × 4 slots): took 13.5 s, by this log alone"))
        #expect(desk.state.opened?.simulation.rows.map(\.wall) != longer.rows.map(\.wall))
    }
}

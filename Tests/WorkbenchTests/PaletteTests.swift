import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("What the palette finds")
struct PaletteTests {
    /// A pipeline that has not run yet, half of it in a group.
    private func planned(width: Int = 160, height: Int = 45) -> WorkbenchHarness {
        var harness = WorkbenchHarness(width: width, height: height)
        harness.pipelines = [PipelineRow(name: "stock", taskCount: 4)]
        harness.structures = [
            "stock": [
                TaskRow(id: "count"),
                TaskRow(id: "north", group: "stores", needs: ["count"]),
                TaskRow(id: "south", group: "stores", needs: ["count"]),
                TaskRow(id: "total", needs: ["north", "south"]),
            ]
        ]
        harness.start()
        return harness
    }

    @Test("a task of a pipeline that has not run is found, and Enter goes to it")
    func plannedTask() {
        var harness = planned()
        harness.press("^p")
        harness.type("south")
        #expect(harness.screen.text.contains("task, not started"))
        harness.press("enter")
        #expect(harness.state.focus == "graph")
        #expect(harness.state.monitor.graph.cursorTask == "south")
    }

    @Test("a group is found by its name, folded or not, and '/' in the graph goes to it too")
    func group() {
        var harness = planned()
        harness.press("^p")
        harness.type("stores")
        #expect(harness.screen.text.contains("group, 2 tasks"))
        harness.press("enter")
        #expect(harness.state.monitor.graph.cursorTask == "north")
        harness.press("space", "g g")
        #expect(harness.state.monitor.graph.cursorTask == "count")
        harness.press("^p")
        harness.type("stores")
        harness.press("enter")
        #expect(harness.state.monitor.graph.cursor == .group("stores", part: 0))
        harness.press("g g", "/")
        harness.type("STORE")
        harness.press("enter")
        #expect(harness.state.monitor.graph.cursor == .group("stores", part: 0))
    }

    @Test("the log of a pipeline that has not run says what makes a run")
    func nothingToShow() {
        #expect(planned().screen.text.contains("stock has not run yet: T starts it."))
    }

    @Test(
        "on the smallest screens the name of the task under the cursor is in sight",
        arguments: [(20, 5), (20, 6), (24, 5), (40, 10)])
    func smallScreens(width: Int, height: Int) {
        var harness = planned(width: width, height: height)
        harness.press("1")
        for name in ["north", "total", "south", "count"] {
            harness.press(":")
            harness.type("task " + name)
            harness.press("enter")
            let body = harness.screen.text.split(separator: "\n").dropFirst(2).dropLast(2)
            #expect(body.contains { $0.contains(" " + name) }, "\(harness.screen.text)")
        }
        harness.send(.resized(Size(width: 160, height: 45)))
        harness.send(.resized(Size(width: width, height: height)))
        let body = harness.screen.text.split(separator: "\n").dropFirst(2).dropLast(2)
        #expect(body.contains { $0.contains(" count") }, "\(harness.screen.text)")
    }
}

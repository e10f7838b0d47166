import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("What the palette finds")
struct PaletteTests {
    /// Two pipelines that have not run yet; the first, half of it in a group, is shown.
    private func planned(width: Int = 160, height: Int = 45) -> WorkbenchHarness {
        var harness = WorkbenchHarness(width: width, height: height)
        harness.pipelines = [
            PipelineRow(name: "stock", taskCount: 4), PipelineRow(name: "zoo", taskCount: 3),
        ]
        harness.structures = [
            "stock": [
                TaskRow(id: "count"),
                TaskRow(id: "north", group: "stores", needs: ["count"]),
                TaskRow(id: "south", group: "stores", needs: ["count"]),
                TaskRow(id: "total", needs: ["north", "south"]),
            ],
            "zoo": [
                TaskRow(id: "feed"), TaskRow(id: "comb", group: "animals", needs: ["feed"]),
                TaskRow(id: "wash", group: "animals", needs: ["comb"]),
            ],
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

    @Test("tasks and groups of a pipeline that is not shown are found too, and Enter shows it")
    func others() {
        for (typed, note, task) in [
            ("wash", "task of zoo", "wash"), ("animals", "group of zoo, 2 tasks", "comb"),
        ] {
            var harness = planned()
            #expect(harness.state.monitor.model.pipeline == "stock")
            harness.press("^p")
            harness.type(typed)
            #expect(harness.screen.text.contains(note))
            harness.press("enter")
            #expect(harness.state.focus == "graph")
            #expect(harness.state.monitor.model.pipeline == "zoo")
            #expect(harness.state.monitor.graph.cursorTask?.name == task)
        }
    }

    @Test("what comes to be known while the palette is open joins what was typed")
    func late() {
        var harness = planned()
        harness.press("^p")
        harness.type("wash")
        harness.send(.monitor(.outlinesLoaded([])))
        #expect(!harness.screen.text.contains("task of zoo"))
        harness.send(
            .monitor(
                .outlinesLoaded([PipelineOutline(pipeline: "zoo", tasks: [.init(id: "wash")])])))
        #expect(harness.screen.text.contains("task of zoo"))
        harness.press("enter")
        #expect(harness.state.monitor.graph.cursorTask == "wash")
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

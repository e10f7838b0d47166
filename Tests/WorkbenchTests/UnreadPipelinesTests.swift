import Domain
import MonitorPanes
import Screen
import Testing

@testable import Workbench

@Suite("Pipelines whose files are read behind the first screen")
struct UnreadPipelinesTests {
    /// The shop with the runs that the store knows, before any file was read.
    private func unread() -> WorkbenchHarness {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let orders = harness.pipelines[1]
        harness = WorkbenchHarness(width: 160, height: 45)
        let shop = WorkbenchHarness.shop(width: 160, height: 45)
        (harness.runs, harness.attempts, harness.logs) = (shop.runs, shop.attempts, shop.logs)
        harness.pipelines = [
            PipelineRow(
                name: orders.name, taskCount: 3, recentRuns: orders.recentRuns, isRead: false)
        ]
        harness.unreadFiles = 2
        harness.start()
        return harness
    }

    /// Both files have been read.
    private func read(_ harness: inout WorkbenchHarness, params: [PipelineParameter] = []) {
        var rows = WorkbenchHarness.shop(width: 160, height: 45).pipelines
        rows[1].params = params
        (harness.pipelines, harness.unreadFiles) = (rows, 0)
        harness.send(.storeAdvanced)
    }

    /// The runs that were asked for.
    private func triggers(_ harness: WorkbenchHarness) -> [Effect] {
        harness.effects.filter { effect in
            if case .monitor(.trigger) = effect { true } else { false }
        }
    }

    @Test("runs, graph and log of the store are on the first screen, and so is what is missing")
    func firstScreen() {
        var harness = unread()
        for words in ["▾ orders", "load", "line 100 of load", "2 files to read"] {
            #expect(harness.screen.text.contains(words), "\(words)")
        }
        read(&harness)
        #expect(harness.screen.text.contains("hourly"))
        #expect(!harness.screen.text.contains("to read"))
        #expect(harness.state.monitor.model.run == "manual__2026-01-02T03:00:00+00:00")
    }

    @Test("without a store the list says that it reads, and only at the end that there is nothing")
    func nothingKnown() {
        var harness = WorkbenchHarness(width: 80, height: 24)
        harness.unreadFiles = 5
        #expect(harness.screen.text.contains("Reading the pipelines…"))
        harness.start()
        #expect(harness.screen.text.contains("Reading the pipelines…"))
        #expect(!harness.screen.text.contains("No pipelines here yet"))
        harness.unreadFiles = 0
        harness.send(.storeAdvanced)
        #expect(harness.screen.text.contains("No pipelines here yet"))
    }

    @Test("T on a pipeline that is not read yet starts one run as soon as it is")
    func trigger() {
        var harness = unread()
        harness.press("0", "T", "T")
        #expect(triggers(harness).isEmpty)
        #expect(harness.screen.text.contains("orders is still to be read"))
        harness.send(.storeAdvanced)
        #expect(triggers(harness).isEmpty)
        read(&harness)
        #expect(triggers(harness) == [.monitor(.trigger("orders", params: [:]))])
        harness.send(.storeAdvanced)
        #expect(triggers(harness).count == 1)
    }

    @Test("one that turns out to have parameters asks for them; what was typed is checked")
    func parameters() {
        let region = PipelineParameter(name: "region", kind: .string, defaultValue: "eu")
        var harness = unread()
        harness.press("0", "T")
        read(&harness, params: [region])
        #expect(harness.screen.text.contains(":trigger orders region=eu"))

        var typed = unread()
        typed.press(":")
        typed.type("trigger orders regoin=us")
        typed.press("enter")
        read(&typed, params: [region])
        #expect(triggers(typed).isEmpty)
        #expect(typed.screen.text.contains("no parameter 'regoin'"))
    }

    @Test("a pipeline whose file is gone vanishes, its run is not made, and the cursor moves on")
    func gone() {
        var harness = unread()
        harness.press("0", "T")
        harness.pipelines = [PipelineRow(name: "hourly", taskCount: 1)]
        harness.structures = ["hourly": [TaskRow(id: "ping")]]
        harness.unreadFiles = 0
        harness.send(.storeAdvanced)
        #expect(!harness.screen.text.contains("▾ orders"))
        #expect(harness.screen.text.contains("orders was not triggered: its file is gone"))
        #expect(harness.state.monitor.model.pipeline == "hourly")
        #expect(harness.screen.text.contains("ping"))
        #expect(triggers(harness).isEmpty)
    }

    @Test("a file that is removed leaves the cursor where it stood in the list, and its graph goes")
    func removed() {
        var harness = WorkbenchHarness(width: 160, height: 45)
        let names: [PipelineName] = ["a", "b", "c"]
        harness.pipelines = names.map { PipelineRow(name: $0, taskCount: 1) }
        harness.structures = [
            "a": [TaskRow(id: "at")], "b": [TaskRow(id: "bt")],
            "c": [TaskRow(id: "ct")],
        ]
        harness.start()
        harness.press("0", "j")
        #expect(harness.screen.text.contains("bt"))
        harness.pipelines.remove(at: 1)
        harness.send(.storeAdvanced)
        #expect(harness.state.monitor.model.pipeline == "c")
        #expect(harness.screen.text.contains("ct") && !harness.screen.text.contains("bt"))
    }

    @Test("a pipeline without runs whose file changes shows its new tasks, the cursor on its own")
    func changed() {
        var harness = WorkbenchHarness(width: 160, height: 45)
        harness.pipelines = [PipelineRow(name: "a", taskCount: 1)]
        harness.structures = ["a": [TaskRow(id: "first")]]
        harness.start()
        harness.structures["a"]?.append(TaskRow(id: "second", needs: ["first"]))
        harness.send(.storeAdvanced)
        #expect(harness.screen.text.contains("first") && harness.screen.text.contains("second"))
    }
}

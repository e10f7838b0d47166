import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("The graph pane")
struct GraphPaneTests {
    /// A chain of tasks, each needing the one before, and one task beside it.
    private func chain(_ count: Int, width: Int = 160, height: Int = 45) -> WorkbenchHarness {
        var harness = WorkbenchHarness(width: width, height: height)
        var tasks = (0..<count).map { number in
            TaskRow(id: TaskID("t\(number)"), needs: number == 0 ? [] : [TaskID("t\(number - 1)")])
        }
        tasks.append(TaskRow(id: "apart"))
        harness.pipelines = [PipelineRow(name: "long", taskCount: count + 1)]
        harness.structures = ["long": tasks]
        harness.start()
        harness.press("1")
        return harness
    }

    @Test("'f' shows the neighbours of the task alone, '>' and '<' more or fewer, Esc the whole")
    func focusing() {
        var harness = chain(9)
        harness.press(":")
        harness.type("task t4")
        harness.press("enter", "f")
        func shown() -> [String] {
            (0..<9).map { "t\($0)" }.filter { harness.screen.text.contains(" \($0) ") }
        }
        #expect(shown() == ["t3", "t4", "t5"])
        #expect(harness.screen.text.contains("1 hop around t4"))
        harness.press(">")
        #expect(shown() == ["t2", "t3", "t4", "t5", "t6"])
        harness.press("<", "D")
        #expect(shown() == ["t4", "t5", "t6", "t7", "t8"])
        harness.press("U")
        #expect(shown() == ["t0", "t1", "t2", "t3", "t4"])
        #expect(harness.state.monitor.graph.cursorTask == "t4")
        harness.press("esc")
        #expect(!harness.screen.text.contains("upstream of"))
        #expect(harness.screen.text.contains("t5"))
    }

    @Test("the grid shows each task's state in the recent runs, and h and l go from run to run")
    func grid() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let start = Instant(seconds: 1_767_236_400)
        let earlier = RunRow(
            id: "manual__2026-01-01T03:00:00+00:00", pipeline: "orders", trigger: .manual,
            state: .success, logicalDate: start, createdAt: start, startedAt: start,
            endedAt: start.advanced(by: .seconds(20)), taskCount: 3, settledCount: 3)
        let tasks = ["extract", "load", "report"].map { name in
            TaskRow(id: TaskID(name), state: .success, attemptCount: 1)
        }
        harness.runs[earlier.id] = RunDetail(run: earlier, tasks: tasks)
        harness.pipelines[1].recentRuns.append(earlier)
        harness.send(.storeAdvanced)
        harness.press("1", "r")
        let lines = harness.screen.text.split(separator: "\n").map(String.init)
        func row(_ name: String) -> String {
            lines.last { $0.contains("│\(name) ") || $0.contains("││\(name) ") } ?? ""
        }
        #expect(row("load").contains("✓ ✗"))
        #expect(row("report").contains("✓ ⊘"))
        #expect(harness.state.monitor.graph.cursorTask == "load")
        harness.press("h")
        #expect(harness.state.monitor.model.run == earlier.id)
        #expect(harness.state.monitor.graph.cursorTask == "load")
        harness.press("j", "l", "l")
        #expect(harness.state.monitor.model.run == "manual__2026-01-02T03:00:00+00:00")
        #expect(harness.state.monitor.graph.cursorTask == "report")
        harness.press("esc")
        #expect(harness.screen.text.contains("1 Graph"))
    }

    @Test("the timeline shows failed attempts, the waits between them, and the critical path")
    func attempts() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let start = Instant(seconds: 1_767_322_800)
        let run: RunID = "manual__2026-01-02T03:00:00+00:00"
        for (number, from, to) in [(1, 8, 12), (2, 30, 42)] {
            let id = AttemptID(run: run, task: "load", number: number)
            harness.attempts[id] = AttemptRow(
                id: id, startedAt: start.advanced(by: .seconds(Int64(from))),
                endedAt: start.advanced(by: .seconds(Int64(to))), outcome: .exited(code: 1),
                log: "/logs/load")
        }
        harness.runs[run]?.tasks[1].attemptCount = 2
        harness.runs[run]?.tasks[1].startedAt = start.advanced(by: .seconds(30))
        harness.runs[run]?.tasks[1].endedAt = start.advanced(by: .seconds(42))
        harness.send(.storeAdvanced)
        harness.press("1", "t")
        let lines = harness.screen.text.split(separator: "\n").map(String.init)
        let load = lines.first { $0.contains("◆ load") || $0.contains("◆") && $0.contains("load ") }
        let bars = (load ?? "").split { $0 != "▒" }
        #expect(bars.count == 2)
        #expect((load ?? "").contains("┄"))
        #expect(lines.contains { $0.contains("◆") && $0.contains("extract") })
        #expect(!lines.contains { $0.contains("◆") && $0.contains("report") })
    }

    @Test("a mini-map shows which part of a large graph is in sight, and 'w' puts it away")
    func miniMap() {
        var harness = chain(120)
        let map = { (grid: Grid) in grid.text.contains("▀") || grid.text.contains("▄") }
        #expect(map(harness.screen))
        harness.press("w")
        #expect(!map(harness.screen))
    }

    @Test("the mini-map takes the corner that hides no task where there is one, and stays in it")
    func emptyCorner() {
        var harness = WorkbenchHarness(width: 160, height: 45)
        var tasks = (0..<12).map { number in
            TaskRow(
                id: TaskID("step\(number)"),
                needs: number == 0 ? [] : [TaskID("step\(number - 1)")])
        }
        let leaves = (10..<40).map { TaskID("leaf\($0)") }
        tasks += leaves.map { TaskRow(id: $0, needs: ["step11"]) }
        harness.pipelines = [PipelineRow(name: "fan", taskCount: tasks.count)]
        harness.structures = ["fan": tasks]
        harness.start()
        func seen() -> Set<String> {
            Set(tasks.map(\.id.name).filter { harness.screen.text.contains($0 + " ") })
        }
        // The leaves fill the right side from top to bottom; on the left there is the chain alone.
        harness.press("1", "G")
        let withMap = seen()
        let dots = "▀▄█"
        #expect(harness.screen.text.contains { dots.contains($0) })
        harness.press("w")
        #expect(!harness.screen.text.contains { dots.contains($0) })
        #expect(withMap == seen())
        #expect(withMap.count > 5)

        harness.press("w")
        /// Rows and columns that the map's dots stand in.
        func place() -> Set<[Int]> {
            let rows = harness.screen.text.split(separator: "\n", omittingEmptySubsequences: false)
            var places: Set<[Int]> = []
            for (y, row) in rows.enumerated() {
                for (x, cell) in row.enumerated() where dots.contains(cell) {
                    places.insert([y / 8, x / 40])
                }
            }
            return places
        }
        let first = place()
        #expect(!first.isEmpty && first.allSatisfy { $0[1] <= 2 })
        for _ in 0..<5 {
            harness.press("k")
            #expect(place() == first)
        }
    }

    @Test("names of 500 wide characters leave frames and neighbours where they belong")
    func wideNames() {
        var harness = WorkbenchHarness(width: 160, height: 45)
        let name = String(repeating: "漢", count: 500)
        harness.pipelines = [PipelineRow(name: PipelineName(name), taskCount: 2)]
        harness.structures = [
            PipelineName(name): [
                TaskRow(id: TaskID(name)), TaskRow(id: "after", needs: [TaskID(name)]),
            ]
        ]
        harness.start()
        for keys in ["1", "v", "v", "v", "o", "t", "t", "r", "r", "0"] {
            harness.press(keys)
            let cells = harness.screen
            for y in 1..<cells.size.height - 1 {
                let last = cells[cells.size.width - 1, y].text
                #expect("│┐┘┤".contains(last) && !last.isEmpty, "row \(y) after \(keys)")
            }
        }
        #expect(harness.screen.text.contains("after"))
    }

    @Test("the list of runs is filtered and searched by what its rows say")
    func runs() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("0", "&")
        harness.type("hour")
        harness.press("enter")
        #expect(harness.screen.text.contains("hourly"))
        #expect(!harness.screen.text.contains("▾ orders"))
        harness.press("esc")
        #expect(harness.screen.text.contains("▾ orders"))
        harness.press("/")
        harness.type("failed")
        harness.press("enter")
        #expect(harness.state.monitor.model.run == "manual__2026-01-02T03:00:00+00:00")
    }
}

@Suite("Very large pipelines")
struct LargePipelineTests {
    @Test("a pipeline of 100,000 tasks is shown in every view, and moved in")
    func hundredThousand() {
        var harness = WorkbenchHarness(width: 160, height: 45)
        let start = Instant(seconds: 1_767_322_800)
        let count = 100_000
        let tasks = (0..<count).map { number in
            TaskRow(
                id: TaskID("task_\(number)"), state: .success,
                needs: number < 500 ? [] : [TaskID("task_\(number - 500)")], attemptCount: 1,
                startedAt: start.advanced(by: .milliseconds(Int64(number))),
                endedAt: start.advanced(by: .milliseconds(Int64(number + 800))))
        }
        let run = RunRow(
            id: "manual__2026-01-02T03:00:00+00:00", pipeline: "huge", trigger: .manual,
            state: .success, logicalDate: start, createdAt: start, startedAt: start,
            endedAt: start.advanced(by: .seconds(101)), taskCount: count, settledCount: count)
        harness.pipelines = [PipelineRow(name: "huge", taskCount: count, recentRuns: [run])]
        harness.runs = [run.id: RunDetail(run: run, tasks: tasks)]
        harness.holdsLayouts = true
        harness.start()
        #expect(harness.screen.text.contains("Laying out 100000 tasks"))
        harness.press("1", "t")
        harness.press("r", "r", "t", "j", "k")
        #expect(harness.screen.text.contains("task_0"))
        #expect(harness.screen.text.contains("100000/100000"))
        harness.press("^p")
        harness.type("tsk_77777")
        #expect(harness.screen.text.contains("task_77777"))
        #expect(harness.screen.text.contains("1 · Enter opens"))
    }
}

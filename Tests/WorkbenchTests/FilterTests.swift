import Domain
import Foundation
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("Lists that are filtered")
struct FilterTests {
    private func lines(_ harness: WorkbenchHarness) -> [String] {
        harness.screen.text.split(separator: "\n").map(String.init)
    }

    @Test(
        "'&' leaves rows out of the timeline and the grid, by name and by state, until Esc",
        arguments: ["t", "r"])
    func taskLists(view: String) {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("1", view, "&")
        harness.type("!success")
        harness.press("enter")
        #expect(harness.screen.text.contains("only &!success"))
        #expect(harness.state.monitor.graph.cursorTask == "load")
        #expect(!harness.screen.text.contains("extract"))
        harness.press("G")
        #expect(harness.state.monitor.graph.cursorTask == "report")
        harness.press("g g", "k")
        #expect(harness.state.monitor.graph.cursorTask == "load")
        harness.press("&", "^u")
        harness.type("nothing")
        harness.press("enter")
        #expect(harness.screen.text.contains("No task passes the filter."))
        harness.press("esc")
        #expect(harness.screen.text.contains("extract"))
        #expect(harness.screen.text.contains(view == "t" ? "1 Timeline" : "1 Recent runs"))
    }

    @Test("a filter works while it is typed; Esc brings back filter and cursor as they were")
    func typing() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("0")
        let cursor = harness.state.monitor.runs.cursor
        harness.press("&")
        harness.type("hour")
        #expect(!lines(harness).contains { $0.contains("│▾ orders") })
        #expect(harness.screen.text.contains("hourly"))
        harness.type("zzz")
        #expect(harness.screen.text.contains("Nothing passes the filter"))
        harness.press("esc")
        #expect(lines(harness).contains { $0.contains("│▾ orders") })
        #expect(harness.state.monitor.runs.cursor == cursor)
        #expect(!harness.screen.text.contains("only &"))
        // Also where nothing passed and the filter is taken away only later.
        harness.press("&")
        harness.type("zzz")
        harness.press("enter")
        #expect(harness.state.monitor.runs.cursor == nil)
        harness.press("esc")
        #expect(harness.state.monitor.runs.cursor == cursor)
        harness.press("1", "t", "&")
        harness.type("report")
        #expect(!harness.screen.text.contains("extract"))
        harness.press("esc")
        #expect(harness.screen.text.contains("extract"))
        #expect(harness.state.monitor.graph.cursorTask == "load")
    }

    @Test("in the graph the tasks that do not pass are dimmed and stay where they are")
    func graph() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("1")
        let before = harness.screen
        harness.press("&")
        harness.type("report")
        harness.press("enter")
        let after = harness.screen
        func role(_ name: String, in grid: Grid) -> Role? {
            for (y, line) in grid.text.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                guard let range = line.range(of: " " + name + " "), line.contains("│ ") else {
                    continue
                }
                let x = line.distance(from: line.startIndex, to: range.lowerBound) + 1
                return grid[x, y].role
            }
            return nil
        }
        #expect(role("extract", in: before) == .strong)
        #expect(role("extract", in: after) == .dim)
        #expect(role("report", in: after) == .strong)
    }

    @Test("a task that the graph hides in a folded group has its row and can be gone to")
    func foldedGroups() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let run: RunID = "manual__2026-01-02T03:00:00+00:00"
        for index in 0..<2 { harness.runs[run]?.tasks[index].group = "all" }
        harness.send(.storeAdvanced)
        harness.press("1", "*", "t", "g g", "j")
        #expect(harness.state.monitor.graph.cursorTask == "load")
        harness.send(.storeAdvanced)
        #expect(harness.state.monitor.graph.cursorTask == "load")
        harness.press("k")
        #expect(harness.state.monitor.graph.cursorTask == "extract")
    }

    @Test("a click on a row of the timeline goes to its task")
    func click() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("1", "t")
        let row = lines(harness).firstIndex { $0.contains("◆ load ") || $0.contains("load  ") }
        guard let y = row else {
            Issue.record("no row: \(harness.screen.text)")
            return
        }
        harness.send(.key(.mouse(MouseEvent(.press(.left), at: Point(x: 80, y: y)))))
        #expect(harness.state.monitor.graph.cursorTask == "load")
    }

    @Test("a click in a graph that stands in the middle of a tall pane goes to the task under it")
    func clickInGraph() {
        var harness = WorkbenchHarness.shop(width: 160, height: 60)
        harness.press("1", "l", "h", "h")
        #expect(harness.state.monitor.graph.cursorTask == "extract")
        let place = lines(harness).enumerated().compactMap { y, line in
            line.range(of: " report").map {
                Point(x: line.distance(from: line.startIndex, to: $0.lowerBound) + 2, y: y)
            }
        }.first
        guard let place else {
            Issue.record("no node: \(harness.screen.text)")
            return
        }
        harness.send(.key(.mouse(MouseEvent(.press(.left), at: place))))
        #expect(harness.state.monitor.graph.cursorTask == "report")
    }

    @Test(
        "a message longer than the screen is wide is read to its end in the list of messages",
        arguments: [40, 80, 160])
    func longMessages(width: Int) {
        var harness = WorkbenchHarness.shop(width: width, height: 24)
        let remedy = (1...30).map { "word\($0)" }.joined(separator: " ")
        harness.send(.notice(Notice(.error, remedy)))
        #expect(!harness.screen.text.contains("word30"))
        harness.press("m")
        for word in ["word1 ", "word15", "word30"] {
            #expect(harness.screen.text.contains(word), "\(harness.screen.text)")
        }
        #expect(harness.screen.text.split(separator: "\n").count { $0.contains("Error:") } == 1)
    }

    @Test("'/' leaves messages, keys and themes out; Esc brings them back, then closes")
    func overlays() {
        var harness = WorkbenchHarness.shop(width: 100, height: 30)
        harness.send(.notice(Notice(.info, "first of two")))
        harness.send(.notice(Notice(.error, "second of two")))
        for (key, wanted, kept, left) in [
            ("m", "second", "second of two", "first of two"),
            ("?", "trigger", "trigger", "open-run"), ("^t", "dark", "1 dark", "2 light"),
        ] {
            harness.press(key)
            #expect(harness.screen.text.contains(left))
            harness.press("/")
            harness.type(wanted)
            harness.press("enter")
            #expect(harness.screen.text.contains(kept))
            #expect(!harness.screen.text.contains(left))
            harness.press("esc")
            #expect(harness.screen.text.contains(left))
            harness.press("esc")
            #expect(harness.state.overlay == nil)
        }
    }

    @Test("help tells that it goes on, scrolls to its last line and no further")
    func helpScrolls() {
        var harness = WorkbenchHarness.shop(width: 80, height: 24)
        harness.press("?")
        #expect(harness.screen.text.contains("↓ 22/"))
        harness.press("G")
        #expect(!harness.screen.text.contains("↓"))
        let end = harness.screen.text
        harness.press("j", "pgdn")
        #expect(harness.screen.text == end)
        harness.press("g")
        #expect(harness.screen.text.contains("next-row"))
    }

    @Test("^L repaints above help too, where letters are a filter's text")
    func repaint() {
        var harness = WorkbenchHarness.shop(width: 80, height: 24)
        harness.press("?", "/")
        harness.type("l")
        harness.press("^l")
        #expect(harness.effects.last == .repaint)
        #expect(harness.screen.text.contains("/l"))
    }
}

@Suite("What goes on beyond an edge")
struct EdgeMarkTests {
    @Test("a line of a log that does not fit is marked at both ends where it goes on")
    func logLines() {
        var harness = WorkbenchHarness.shop(width: 100, height: 30)
        let long = (1...60).map { "word\($0)" }.joined(separator: " ")
        harness.logs = ["/logs/load": "short\n\(long)\n"]
        harness.press("2", "+", "g g")
        let text = { harness.screen.text }
        #expect(text().contains("›│"))
        #expect(!text().contains("│‹"))
        harness.press("l")
        #expect(text().contains("│‹"))
        harness.press("w")
        #expect(!text().contains("›│"))
    }

    @Test("the graph's frame says where the drawing goes on, and the map never hides the cursor")
    func graph() {
        var harness = WorkbenchHarness(width: 120, height: 40)
        let tasks = (0..<40).map { number in
            TaskRow(
                id: TaskID("task_\(number)"),
                needs: number < 6 ? [] : [TaskID("task_\(number - 6)")])
        }
        harness.pipelines = [PipelineRow(name: "wide", taskCount: 40)]
        harness.structures = ["wide": tasks]
        harness.start()
        harness.press("1")
        #expect(harness.screen.text.contains("more right"))
        for key in ["l", "j", "l", "j", "l", "j", "l", "j", "l", "j", "G"] {
            harness.press(key)
            guard let task = harness.state.monitor.graph.cursorTask else { continue }
            #expect(harness.screen.text.contains(" \(task) "), "\(task) after \(key)")
        }
        #expect(harness.screen.text.contains("more left"))
    }
}

import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("The workbench")
struct WorkbenchTests {
    @Test("it opens on the run that ran last, at its failed task, with the end of that log")
    func opening() {
        let harness = WorkbenchHarness.shop(width: 160, height: 45)
        #expect(harness.state.monitor.model.run == "manual__2026-01-02T03:00:00+00:00")
        #expect(harness.state.monitor.graph.cursorTask == "load")
        #expect(harness.screen.text.contains("line 100 of load"))
        #expect(harness.screen.text.contains("exit 1"))
    }

    @Test("Enter goes down from run to graph to log, and Esc back up, never out")
    func drilling() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("enter")
        #expect(harness.state.focus == "graph")
        harness.press("enter")
        #expect(harness.state.focus == "log")
        harness.press("esc", "esc", "esc", "esc")
        #expect(harness.state.focus == "runs")
        #expect(!harness.effects.contains(.quit))
    }

    @Test("scrolling up in a log leaves the end, keeps its place as the log grows, and G returns")
    func scrolling() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "pgup", "pgup", "k")
        let before = harness.screen.text
        #expect(!before.contains("line 100 of load"))
        harness.logs["/logs/load", default: ""] += "line 101 of load\n"
        harness.send(.monitor(.logGrew(path: "/logs/load")))
        #expect(harness.screen.text == before)
        harness.press("G")
        #expect(harness.screen.text.contains("line 101 of load"))
    }

    @Test("the log shown follows what is appended")
    func following() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.logs["/logs/load", default: ""] += "one more\n"
        harness.send(.monitor(.logGrew(path: "/logs/load")))
        #expect(harness.screen.text.contains("one more"))
    }

    @Test("every line of a log can be reached by scrolling, up and down")
    func reachability() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "g g")
        #expect(harness.screen.text.contains("line 1 of load"))
        var seen: Set<Int> = []
        for _ in 0..<12 {
            let text = harness.screen.text
            for number in 1...100 where text.contains("line \(number) of load") {
                seen.insert(number)
            }
            for _ in 0..<10 { harness.press("j") }
        }
        #expect(seen.count == 100)
        for _ in 0..<120 { harness.press("k") }
        #expect(harness.screen.text.contains("line 1 of load"))
    }

    @Test("a search goes from hit to hit and marks them")
    func searching() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "g g", "/")
        harness.type("line 7")
        harness.press("enter")
        #expect(harness.screen.text.contains("line 7 of load"))
        #expect(harness.screen.surfaceMap.contains("c"))
        harness.press("n")
        #expect(harness.screen.text.contains("line 70 of load"))
        harness.press("N")
        #expect(harness.state.monitor.log.search?.hit?.offset == 90)
    }

    @Test("a filter shows only the lines that pass, or those that do not, until it is emptied")
    func filtering() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "&")
        harness.type("line 7")
        harness.press("enter")
        #expect(harness.screen.text.contains("line 70 of load"))
        #expect(!harness.screen.text.contains("line 100 of load"))
        harness.press("&", "^u")
        harness.type("!line 7")
        harness.press("enter")
        #expect(harness.screen.text.contains("line 100 of load"))
        #expect(!harness.screen.text.contains("line 79 of load"))
        harness.press("&", "^u")
        harness.type("(")
        harness.press("enter")
        #expect(harness.screen.text.contains("Error"))
        harness.press("&", "^u", "enter")
        #expect(
            harness.screen.text.contains("line 79 of load")
                || harness.state.monitor.log.filter.isEmpty)
    }

    @Test("the timeline shows each task's bar from its start to its end, and j walks it in order")
    func timeline() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("1", "t", "k")
        #expect(harness.state.monitor.graph.cursorTask == "extract")
        let lines = harness.screen.text.split(separator: "\n")
        func bar(_ name: String) -> Int {
            lines.lazy.filter { $0.contains(" \(name) ") }
                .map { line in line.count { "█▒".contains($0) } }.first { $0 > 0 } ?? 0
        }
        // 7 of 42 seconds, and 31 of 42.
        #expect(bar("load") > 4 * bar("extract") && bar("extract") > 5)
        harness.press("j", "j", "j", "j")
        #expect(harness.state.monitor.graph.cursorTask == "report")
        harness.press("t")
        #expect(harness.screen.text.contains("1 Graph"))
    }

    @Test("however the graph is drawn anew, the task under the cursor stays in sight")
    func density() {
        var harness = WorkbenchHarness(width: 110, height: 30)
        let tasks = (0..<60).map { number in
            TaskRow(id: TaskID("t\(number)"), needs: number == 0 ? [] : [TaskID("t\(number - 1)")])
        }
        harness.pipelines = [PipelineRow(name: "long", taskCount: 60)]
        harness.structures = ["long": tasks]
        harness.start()
        harness.press("1", "G")
        for keys in ["v", "o", "v", "o", "v"] {
            harness.press(keys)
            #expect(harness.state.monitor.graph.cursorTask == "t59")
            #expect(harness.screen.surfaceMap.contains("S"))
        }
    }

    @Test("what changes state is asked first, and 'n' leaves it undone")
    func asking() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("C")
        #expect(harness.screen.text.contains("again"))
        harness.press("n")
        #expect(!harness.effects.contains { $0.changesRuns })
        harness.press("C", "y")
        #expect(
            harness.effects.contains(
                .monitor(.rerunFailed("manual__2026-01-02T03:00:00+00:00"))))
    }

    @Test("leaving while something runs asks whether it ends or goes on")
    func leaving() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.pipelines[1].recentRuns[0].state = .running
        harness.pipelines[1].recentRuns[0].endedAt = nil
        harness.start()
        harness.press("Z Z")
        #expect(
            harness.screen.text.contains(
                "Leave, and end what runs? y yes  n no  k keep it running"))
        harness.press("n")
        #expect(!harness.effects.contains(.quit) && !harness.effects.contains(.quitKeepingRuns))
        harness.press("Z Z", "k")
        #expect(harness.effects.contains(.quitKeepingRuns))
        #expect(!harness.effects.contains(.quit))
    }

    @Test("M and B open the command line with what they would do, and enter does it")
    func markAndBackfill() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("1", "g g", "M")
        #expect(harness.screen.text.contains(":mark "))
        #expect(!harness.effects.contains { $0.changesRuns })
        harness.press("enter")
        #expect(
            harness.effects.contains { effect in
                if case .monitor(.mark) = effect { true } else { false }
            })
        harness.pipelines[1].schedule = .cron(["@daily"])
        harness.send(.storeAdvanced)
        harness.press("0", "B")
        #expect(harness.screen.text.contains(":backfill orders "))
        harness.press("esc")
        harness.press(":")
        harness.type("backfill orders 2026-01-02 2026-01-04")
        harness.press("enter")
        #expect(
            harness.effects.contains(
                .monitor(
                    .backfill(
                        "orders", from: Instant(seconds: 1_767_312_000),
                        to: Instant(seconds: 1_767_484_800)))))
    }

    @Test("a pipeline with parameters asks for them in the command line")
    func params() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.pipelines[1].params = [PipelineParameter(name: "region", defaultValue: "eu")]
        harness.send(.storeAdvanced)
        harness.press("T")
        #expect(harness.screen.text.contains(":trigger orders region=eu"))
        harness.press("backspace", "backspace")
        harness.type("us")
        harness.press("enter")
        #expect(harness.effects.contains(.monitor(.trigger("orders", params: ["region": "us"]))))
    }

    @Test("a mistyped command is named, with what was meant, and starts nothing")
    func mistakes() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press(":")
        harness.type("triger orders")
        harness.press("enter")
        #expect(harness.screen.text.contains("Did you mean 'trigger'?"))
        #expect(!harness.effects.contains { $0.changesRuns })
    }

    @Test("the palette finds a task by parts of its name, and an action by what it does")
    func palette() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("^p")
        harness.type("rprt")
        harness.press("enter")
        #expect(harness.state.monitor.graph.cursorTask == "report")
        #expect(harness.state.focus == "graph")
        harness.press("^p")
        harness.type("wrap")
        harness.press("enter")
        #expect(harness.state.monitor.log.view.isWrapping)
        harness.press("^p")
        harness.type("no such thing at all")
        harness.press("enter")
        #expect(harness.state.overlay == nil)
    }

    @Test("help names every key of the pane and of the shell")
    func help() {
        var harness = WorkbenchHarness.shop(width: 160, height: 90)
        harness.press("?")
        let text = harness.screen.text
        for binding in RunsPane.keymap.bindings {
            #expect(text.contains(binding.title))
        }
        harness.press("/")
        harness.type("trigger")
        #expect(!harness.screen.text.contains("half a page"))
    }

    @Test(
        "at 80 columns help tells whole what each key and word does",
        arguments: [0, 1, 2, 4, 5, 6, 7, 8])
    func helpInFull(pane: Int) {
        var harness = WorkbenchHarness.shop(width: 80, height: 200)
        harness.press("\(pane)", "?")
        let text = harness.screen.text
        let rows =
            Workbench.standardKeys.table(of: harness.state.focus).rows
            + Workbench.standardKeys.shell.rows
        let words = KeyReference.markdown(of: Workbench.standardKeys).split(separator: "\n")
            .drop { !$0.contains("Words of the") }
            .filter { $0.hasPrefix("| `") }
            .compactMap {
                $0.split(separator: "|").dropFirst().first.map { $0.dropFirst().dropLast() }
            }
        #expect(!words.isEmpty)
        for title in rows.map(\.title) + words.map(String.init) {
            #expect(text.contains(title))
        }
    }

    @Test(
        "every size from nothing up is drawn, with each pane in front",
        arguments: [(1, 1), (20, 5), (40, 10), (80, 24), (120, 40), (160, 45), (220, 60)])
    func sizes(width: Int, height: Int) {
        var harness = WorkbenchHarness.shop(width: width, height: height)
        for keys in ["0", "1", "2", "+", "_", "?", "esc", ":", "esc", "m", "esc", "w", "^p", "esc"]
        {
            harness.press(keys)
            #expect(harness.screen.size == Size(width: width, height: height))
        }
        harness.send(.resized(Size(width: 0, height: 0)))
        #expect(harness.screen.cells.isEmpty)
    }

    @Test("an answer to a question nobody asks any more changes nothing")
    func lateAnswers() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let before = harness.screen
        let other = AttemptID(run: "other", task: "x", number: 1)
        let request = LogRequest(
            attempt: other, path: "/x", anchor: .end, linesBefore: 1, linesAfter: 0)
        let line = LogLine(offset: 0, byteCount: 4, bytes: Array("late".utf8), isComplete: true)
        harness.send(
            .monitor(.logLoaded(request, LogSlice(lines: [line], fileSize: 5, endOffset: 5))))
        harness.send(.monitor(.attemptsLoaded("other", "x", [])))
        harness.send(.monitor(.structureLoaded("nobody", [TaskRow(id: "y")])))
        #expect(harness.screen == before)
    }
}

extension Effect {
    /// Whether the effect starts, ends or changes a run.
    var changesRuns: Bool {
        switch self {
        case .monitor(.trigger), .monitor(.cancelRun), .monitor(.cancelTask),
            .monitor(.rerunFailed), .monitor(.clear), .monitor(.setPaused), .monitor(.mark),
            .monitor(.backfill):
            true
        default: false
        }
    }
}

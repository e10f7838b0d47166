import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("The log pane")
struct LogPaneTests {
    private func harness(_ lines: [String], height: Int = 45) -> WorkbenchHarness {
        var harness = WorkbenchHarness.shop(width: 160, height: height)
        harness.logs["/logs/load"] = lines.joined(separator: "\n") + "\n"
        harness.send(.monitor(.logGrew(path: "/logs/load")))
        harness.press("2")
        return harness
    }

    @Test("'n' pressed faster than the search answers goes as many hits on as it was pressed")
    func steps() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "g g", "/")
        harness.type("line")
        harness.press("enter")
        let first = harness.state.monitor.log.search?.hit
        #expect(first?.offset == 0)
        harness.holdsSearches = true
        harness.press("n", "n", "n", "N", "n")
        #expect(harness.heldSearches.count == 1)
        harness.answerSearches()
        // Three lines on: 'line 1 of load' and its like are 15 bytes long.
        #expect(harness.state.monitor.log.search?.hit?.offset == 45)
    }

    @Test("indented lines that go on with the one above are folded into one row, and shown again")
    func folding() {
        var harness = harness(
            ["INFO start", "ERROR boom"] + (1...9).map { "    at frame \($0)" } + ["INFO end"])
        #expect(harness.screen.text.contains("at frame 5"))
        harness.press("o")
        #expect(!harness.screen.text.contains("at frame 5"))
        #expect(harness.screen.text.contains("… 9 more lines"))
        #expect(harness.screen.text.contains("ERROR boom"))
        harness.press("o")
        #expect(harness.screen.text.contains("at frame 9"))
    }

    @Test("the time column shows each line's own time, and '@' goes to a time of the run's day")
    func times() {
        var harness = harness(
            (0..<90).map { "2026-01-02T03:\(10 + $0 / 60):\(10 + $0 % 50) INFO step \($0)" })
        harness.press("t")
        #expect(harness.screen.text.contains("03:11:49.000"))
        harness.press("@")
        harness.type("03:99")
        harness.press("enter")
        #expect(harness.screen.text.contains("is no time"))
        harness.press("@")
        harness.type("03:11")
        harness.press("enter")
        #expect(
            harness.effects.contains(
                .monitor(.findTime(path: "/logs/load", Instant(seconds: 1_767_323_460)))))
    }

    @Test("JSON lines show time, level and message first, then the other fields")
    func fields() {
        var harness = harness(
            [#"{"user":"ann","msg":"took long","level":"warn","ts":"2026-01-02T03:04:05Z"}"#])
        #expect(harness.screen.text.contains(#""msg":"took long""#))
        harness.press("f")
        let text = harness.screen.text
        #expect(text.contains("2026-01-02T03:04:05Z"))
        #expect(text.contains("took long") && text.contains("user=ann"))
        #expect(!text.contains(#""msg""#))
    }

    @Test("Enter shows a line whole, with the trace that follows it, and any other key goes on")
    func wholeLine() {
        var harness = harness(
            ["INFO start", "ERROR boom " + String(repeating: "far ", count: 60) + "end"]
                + (1...50).map { "    at frame \($0)" } + ["INFO over"])
        harness.press("g g", "e", "enter")
        var text = harness.screen.text
        #expect(text.contains("one line") && text.contains("far end"))
        #expect(text.contains("at frame 3"))
        #expect(!text.contains("INFO"))
        harness.press("G")
        text = harness.screen.text
        #expect(text.contains("at frame 50") && text.contains("byte 11 of /logs/load"))
        #expect(!text.contains("ERROR boom"))
        harness.press("y")
        let copied = harness.effects.compactMap { effect in
            if case .copy(let text) = effect { text } else { nil }
        }
        #expect(copied.last?.hasPrefix("ERROR boom far") == true)
        #expect(copied.last?.hasSuffix("    at frame 50") == true)
        harness.press("j")
        #expect(harness.screen.text.contains("INFO over"))
        harness.press("j", "k")
        #expect(harness.screen.text.contains("ERROR boom"))
        harness.press("k")
        text = harness.screen.text
        #expect(text.contains("INFO start") && !text.contains("ERROR boom"))
        harness.press("k", "esc")
        #expect(harness.screen.text.contains("INFO start"))
        #expect(harness.screen.text.contains("ERROR boom"))
        harness.press("enter", "w")
        #expect(!harness.screen.text.contains("one line"))
        #expect(harness.state.monitor.log.view.isWrapping)
    }

    @Test("Enter on a JSON line shows its values below each other, however deep they lie")
    func wholeObject() {
        var harness = harness([#"{"msg":"a, {b}","list":[1,{"x":"\"]"}],"none":{}}"#])
        harness.press("enter")
        let lines = harness.screen.text.split(separator: "\n").map(String.init)
        let expected = [
            "{", #"  "msg": "a, {b}","#, #"  "list": ["#, "    1,", "    {", #"      "x": "\"]""#,
            "    }", "  ],", #"  "none": {}"#, "}",
        ]
        let first = lines.firstIndex { $0.contains(#""msg": "#) } ?? 1
        for (line, wanted) in zip(lines[(first - 1)...], expected) {
            #expect(line.contains("│" + wanted + " "), "\(line)")
        }
    }

    @Test("a filter has patterns to show and to leave out, and '>' leaves out lesser levels")
    func filters() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "&")
        harness.type("line 7 ; line 8 ; !83")
        harness.press("enter")
        let text = harness.screen.text
        #expect(text.contains("line 79 of") && text.contains("line 84 of"))
        #expect(!text.contains("line 83 of") && !text.contains("line 99 of"))
        harness.press(">", ">")
        #expect(harness.state.monitor.log.filter.minimumLevel == .warning)
        #expect(harness.screen.text.contains("warning and worse"))
        harness.press("<", "<", "<")
        #expect(harness.state.monitor.log.filter.minimumLevel == nil)
    }

    @Test("the hits of the whole log are counted while one looks at the first")
    func counting() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "/")
        harness.type("load")
        harness.press("enter")
        #expect(
            harness.effects.contains(.monitor(.countHits(path: "/logs/load", pattern: "load"))))
        harness.send(
            .monitor(
                .hitsCounted(
                    path: "/logs/load", pattern: "load", HitCount(lines: 40, percent: 39))))
        #expect(harness.screen.text.contains("'load' 40 lines so far, 39%"))
    }

    @Test("all tasks' logs are shown by time with their tasks, searched, and left again by Esc")
    func merging() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.logs["/logs/extract"] = "2026-01-02T03:00:01Z one\n2026-01-02T03:00:03Z three\n"
        harness.logs["/logs/load"] = "2026-01-02T03:00:02Z two\n2026-01-02T03:00:04Z four\n"
        harness.sources = [
            LogSource(task: "extract", path: "/logs/extract"),
            LogSource(task: "load", path: "/logs/load"),
        ]
        harness.press("2", "a")
        let lines = harness.screen.text.split(separator: "\n").map(String.init)
        let places = ["one", "two", "three", "four"].map { word in
            lines.firstIndex { $0.contains("Z \(word)") } ?? -1
        }
        #expect(places == places.sorted() && !places.contains(-1))
        #expect(lines[max(0, places[0])].contains("extract"))
        #expect(lines[max(0, places[1])].contains("load"))
        harness.logs["/logs/extract", default: ""] += "2026-01-02T03:00:05Z five\n"
        harness.send(.monitor(.logGrew(path: "/logs/extract")))
        #expect(harness.screen.text.contains("Z five"))
        harness.press("esc")
        #expect(!harness.screen.text.contains("Z three"))
        #expect(harness.screen.text.contains("Z four"))
        #expect(harness.state.focus == "log")
    }

    @Test("of a bar of progress its last state is shown, as a terminal leaves it")
    func progress() {
        var harness = harness(["at 1%\rat 50%\rat 100%", "dos\r", "\r"])
        #expect(harness.screen.text.contains("│at 100%"))
        #expect(!harness.screen.text.contains("at 50%"))
        #expect(harness.screen.text.contains("│dos"))
        harness.press("/")
        harness.type("100")
        harness.press("enter", "y")
        #expect(harness.state.register == "at 1%\rat 50%\rat 100%")
    }

    @Test("a log whose file is cut off or replaced says so, until another is shown")
    func replacedFile() {
        var harness = harness(["one", "two"])
        #expect(!harness.screen.text.contains("begun anew"))
        (harness.generation, harness.logs["/logs/load"]) = (1, "three\n")
        harness.send(.monitor(.logGrew(path: "/logs/load")))
        #expect(harness.screen.text.contains("three"))
        #expect(harness.screen.text.contains("the file has begun anew"))
        harness.press("1", "g g", "2", "1", "e", "2")
        #expect(!harness.screen.text.contains("begun anew"))
    }

    @Test("wrapped lines are scrolled by rows: all of a line taller than the pane can be seen")
    func wrappedScrolling() {
        let words = (0..<400).map { String(1000 + $0) }
        var harness = harness(["first", words.joined(separator: "_"), "last"], height: 24)
        harness.press("w", "G")
        #expect(harness.screen.text.contains("last"))
        #expect(!harness.screen.text.contains("first"))
        var seen: Set<String> = []
        func look() {
            let text = harness.screen.text
            seen.formUnion(words.filter { text.contains("_\($0)_") })
        }
        look()
        for key in ["k", "k", "k", "^u", "^u", "^u", "^u", "^u", "^u"] {
            harness.press(key)
            look()
        }
        #expect(harness.screen.text.contains("first"))
        // Those that stand over the end of a row are the only ones not seen whole.
        #expect(seen.count > 330)
        harness.press("j", "^d", "^d", "^d", "^d", "^d", "^d", "^d")
        #expect(harness.state.monitor.log.isFollowing)
        #expect(harness.screen.text.contains("last"))
        harness.press("pgup", "pgup", "pgup", "pgup", "pgup", "pgup")
        #expect(harness.screen.text.contains("first"))
    }

    @Test("a hit far to the right is scrolled into sight, and in a wrapped line its row is")
    func hitsInLongLines() {
        let (before, behind) = (
            String(repeating: "x", count: 3_000), String(repeating: "y", count: 900)
        )
        let far = before + "NEEDLE" + behind
        var harness = harness(["first", far, "last NEEDLE"], height: 24)
        harness.press("g g", "/")
        harness.type("NEEDLE")
        harness.press("enter")
        #expect(harness.screen.text.contains("xNEEDLEy"))
        harness.press("n")
        #expect(harness.screen.text.contains("last NEEDLE"))
        harness.press("g g", "w")
        #expect(!harness.screen.text.contains("NEEDLEy"))
        harness.press("N")
        #expect(harness.screen.text.contains("xNEEDLEy"))
    }

    @Test("y copies the error or hit gone to, or the line clicked, and of a folded trace all of it")
    func copying() {
        var harness = harness(
            ["one", "two"] + (1...4).map { "    at \($0)" } + ["ERROR boom", "three"])
        harness.press("g g", "y")
        #expect(harness.state.register == "one")
        harness.press("e", "y")
        #expect(harness.state.register == "ERROR boom")
        harness.press("/")
        harness.type("thr")
        harness.press("enter", "y")
        #expect(harness.state.register == "three")
        harness.press("o")
        let lines = harness.screen.text.split(separator: "\n").map(String.init)
        let row = lines.firstIndex { $0.contains("4 more lines") } ?? 0
        harness.send(.key(.mouse(MouseEvent(.press(.left), at: Point(x: 100, y: row)))))
        harness.press("y")
        #expect(harness.state.register == "    at 1\n    at 2\n    at 3\n    at 4")
    }

    @Test("Esc takes away the search, then the filter, then goes up; Up brings back what was typed")
    func leaving() {
        var harness = harness(["one", "two", "three"])
        harness.press("&")
        harness.type("four")
        harness.press("enter", "/")
        harness.type("tw")
        harness.press("enter")
        #expect(harness.screen.text.contains("No line passes the filter; Esc shows all."))
        harness.press("esc")
        #expect(harness.screen.text.contains("only &four"))
        harness.press("esc")
        #expect(harness.screen.text.contains("two") && !harness.screen.text.contains("&four"))
        #expect(harness.state.focus == "log")
        harness.press("&", "up")
        #expect(harness.screen.text.contains("&four"))
        harness.press("esc", "/", "up", "enter")
        #expect(harness.screen.text.contains("'tw'"))
        harness.press("esc", "esc")
        #expect(harness.state.focus == "graph")
    }

    @Test("the items of a mapped task are named as they are, not counted as attempts of one")
    func instances() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let run: RunID = "manual__2026-01-02T03:00:00+00:00"
        let rows = ["load[0]", "load[2]", "load[1]"].enumerated().map { index, name in
            AttemptRow(
                id: AttemptID(run: run, task: TaskID(name), number: index + 1),
                startedAt: Instant(seconds: 1_767_322_800),
                endedAt: Instant(seconds: 1_767_322_801),
                outcome: .exited(code: index == 2 ? 1 : 0), log: "/logs/" + name)
        }
        harness.send(.monitor(.attemptsLoaded(run, "load", rows)))
        harness.press("2")
        #expect(harness.screen.text.contains("Log · load[1] · item 3 of 3 · exit 1"))
        #expect(harness.screen.text.contains("▸ load[1]"))
        #expect(harness.screen.text.contains("Nothing was written."))
        harness.press("[")
        #expect(harness.screen.text.contains("Log · load[2] · item 2 of 3 · exit 0"))
        #expect(!harness.screen.text.contains("attempt 2"))
    }
}

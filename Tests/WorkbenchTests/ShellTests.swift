import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("The shell around the panes")
struct ShellTests {
    @Test(
        "'z' takes back what keys did to the screen, one key at a time, and asks for nothing else")
    func undo() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let first = harness.screen.text
        harness.press("1", "t", "+", "v")
        harness.press("z", "z", "z")
        #expect(harness.screen.text.contains("1 Graph"))
        #expect(harness.state.focus == "graph")
        harness.press("z")
        #expect(harness.screen.text == first)
        harness.press("z")
        #expect(harness.screen.text.contains("nothing to undo"))
        #expect(!harness.effects.contains { $0.changesRuns })
    }

    @Test("where the way to what is in sight is too long, its end stays, which tells what that is")
    func narrowTitle() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2")
        func title() -> String {
            String(
                harness.screen.text.prefix { $0 != "\n" }.reversed().drop { $0 == " " }.reversed())
        }
        let last = title().split(separator: "▸").last.map { String($0.prefix(6)) } ?? ""
        #expect(title().hasPrefix(" spillway shop ▸ "))
        for width in [60, 40, 20] {
            harness.send(.resized(Size(width: width, height: 12)))
            #expect(title().contains("▸" + last), "\(title())")
        }
        #expect(!title().contains("spillway"))
    }

    @Test("a divider follows the mouse, and stands there again in the next session")
    func dividers() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        func edge(_ harness: WorkbenchHarness) -> Int {
            let line = harness.screen.text.split(separator: "\n")[1]
            return line.prefix { $0 != "┐" && $0 != "┬" }.count
        }
        let before = edge(harness)
        func mouse(_ action: MouseEvent.Action, _ x: Int) {
            harness.send(.key(.mouse(MouseEvent(action, at: Point(x: x, y: 9)))))
        }
        mouse(.press(.left), before)
        mouse(.drag(.left), 79)
        mouse(.release(.left), 79)
        #expect(edge(harness) == 79)
        mouse(.drag(.left), 30)
        #expect(edge(harness) == 79)

        let kept = Workbench.memory(toKeepOf: harness.state)
        var next = WorkbenchHarness.shop(width: 160, height: 45)
        Workbench.recall(&next.state, WorkbenchMemory(text: kept.text))
        next.send(.resized(next.state.size))
        #expect(edge(next) == 79)
    }

    @Test("views, history and zoom are kept for the next session; a damaged file does no harm")
    func memory() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("2", "w", "t", ":")
        harness.type("task load")
        harness.press("enter", "2", "+")
        let text = Workbench.memory(toKeepOf: harness.state).text
        var next = WorkbenchHarness.shop(width: 160, height: 45)
        Workbench.recall(&next.state, WorkbenchMemory(text: text))
        #expect(next.state.focus == "log")
        #expect(next.state.isZoomed)
        #expect(next.state.monitor.log.view == harness.state.monitor.log.view)
        #expect(next.state.commandHistory == ["task load"])
        for damaged in ["\0\0=\n===\nfocus=nowhere\ndivider.x=abc\ngraph.view=\u{1B}[2J", "focus"] {
            var other = WorkbenchHarness.shop(width: 160, height: 45)
            Workbench.recall(&other.state, WorkbenchMemory(text: damaged))
            #expect(other.state.focus == "runs")
        }
    }

    @Test("what was copied can be pasted into a line, also where it is too long for the clipboard")
    func register() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("0", "y")
        #expect(harness.effects.contains(.copy("manual__2026-01-02T03:00:00+00:00")))
        harness.press(":", "^y")
        #expect(harness.screen.text.contains(":manual__2026-01-02T03:00:00+00:00"))
        harness.press("esc", "2")
        harness.logs["/logs/load"] = String(repeating: "x", count: 100_000) + "\n"
        harness.send(.monitor(.logGrew(path: "/logs/load")))
        harness.press("y")
        #expect(harness.screen.text.contains("more than terminals take"))
        #expect(harness.state.register.utf8.count == 100_000)
    }

    @Test("pasted text goes into the line that is being typed, and nowhere else")
    func paste() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        let before = harness.screen.text
        harness.send(.key(.paste("q\nx")))
        #expect(harness.screen.text == before)
        harness.press(":")
        harness.send(.key(.paste("task lo\nad")))
        #expect(harness.screen.text.contains(":task load"))
    }

    @Test("each theme is shown while the cursor stands on it, and Esc brings the old one back")
    func themes() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        harness.press("^t", "k")
        #expect(harness.effects.last == .showTheme("light"))
        harness.press("esc")
        #expect(harness.effects.last == .showTheme("terminal"))
        harness.press("^t", "1", "enter")
        #expect(harness.state.themeName == "dark")
        #expect(Workbench.memory(toKeepOf: harness.state).values["theme"] == "dark")
        harness.press(":")
        harness.type("theme drak")
        harness.press("enter")
        #expect(harness.screen.text.contains("Did you mean 'dark'?"))
    }

    @Test("keys read anew work at once")
    func reload() {
        var harness = WorkbenchHarness.shop(width: 160, height: 45)
        var keys = Workbench.standardKeys
        let change = KeyChange(
            context: "everywhere", action: "zoom", sequences: [],
            place: SourcePlace(line: 1, column: 1))
        #expect(keys.apply([change]) == [])
        harness.send(.keysLoaded(keys))
        harness.press("+")
        #expect(!harness.state.isZoomed)
    }
}

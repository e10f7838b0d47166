import Domain
import MonitorPanes
import PaneKit
import Screen
import Testing

@testable import Workbench

@Suite("Taking back what was done, and going to where a run's time went")
struct TakingBackTests {
    @Test("U names what was done last and what becomes of it, and does it after a yes")
    func asked() {
        var harness = WorkbenchHarness.shop(width: 120, height: 30)
        harness.press("0", "U")
        #expect(harness.effects.last == .monitor(.findLastAct))
        harness.send(.monitor(.lastActFound(LastAct(.paused("orders"), canBeUndone: true))))
        #expect(harness.screen.text.contains("You paused orders: resume it?"))
        harness.press("n")
        #expect(!harness.effects.contains(.monitor(.undo)))
        harness.send(.monitor(.lastActFound(LastAct(.paused("orders"), canBeUndone: true))))
        harness.press("y")
        #expect(harness.effects.last == .monitor(.undo))
    }

    @Test(
        "what cannot be taken back is named, and nothing is asked",
        arguments: [
            (LastAct(.paused("orders"), canBeUndone: false), "You paused orders: that cannot"),
            (LastAct(.cancelled("r1", []), canBeUndone: false), "You cancelled r1: that cannot"),
            (
                LastAct(.cleared("r1", ["a", "b"]), canBeUndone: false),
                "You ran 2 tasks of r1 again: that cannot"
            ), (nil, "You have done nothing"),
        ] as [(LastAct?, String)])
    func final(act: LastAct?, words: String) {
        var harness = WorkbenchHarness.shop(width: 120, height: 30)
        harness.send(.monitor(.lastActFound(act)))
        #expect(harness.screen.text.contains(words))
        #expect(harness.state.overlay == nil)
    }

    @Test("every kind of act says what taking it back does")
    func words() {
        let kinds: [(LastAct.Kind, String?)] = [
            (.resumed("orders"), "pause it"), (.triggered("r1"), "cancel it"),
            (.marked("r1", ["load"], .success), "give it the state it had"),
            (.marked("r1", ["load", "report"], .success), "give them the states they had"),
            (.startedBackfill("b1"), "cancel it"), (.changedBackfill("b1", .cancelled), nil),
            (.changedBackfill("b1", .paused), "resume it"),
            (.changedBackfill("b1", .running), "pause it"),
            (.cancelled("r1", []), "run again what that cut off"), (.cancelled("r1", ["a"]), nil),
        ]
        for (kind, undo) in kinds {
            #expect(LastAct(kind, canBeUndone: true).undoWords == undo)
            #expect(LastAct(kind, canBeUndone: false).undoWords == nil)
        }
    }

    @Test("p on a run opens its profile; on a pipeline without a run it says so")
    func profile() {
        var harness = WorkbenchHarness.shop(width: 120, height: 30)
        harness.press("0", "p")
        #expect(harness.state.focus == "profile")
        harness.press("0", "g", "g", "p")
        #expect(harness.state.focus == "runs")
        #expect(harness.screen.text.contains("hourly has no run yet"))
    }
}

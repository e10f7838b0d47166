import MonitorPanes
import PaneKit
import Screen
import Testing
import Workbench

@Suite("Keymaps")
struct KeymapTests {
    @Test("a key sequence is pending until its last key, and an unknown key ends it")
    func sequences() {
        let keymap = LogPane.keymap
        #expect(keymap.match([.character("g")]) == .pending)
        #expect(keymap.match([.character("g"), .character("g")]) == .matched(.top))
        #expect(keymap.match([.character("g"), .character("x")]) == .unknown)
    }

    private var tables: [(name: String, table: KeyTable)] {
        let keys = WorkbenchHarness(width: 80, height: 24).state.keys
        return keys.panes.map { ($0.key.name, $0.value) } + [("everywhere", keys.shell)]
    }

    @Test("no key of a context is bound twice, and none is hidden behind another's first key")
    func conflicts() {
        for (name, table) in tables {
            let found = table.conflicts.map { "'\($0.sequence.label)' hides '\($0.hidden.label)'" }
            #expect(found == [], "in \(name)")
        }
    }

    @Test("every action has a key, and stands in its table once")
    func reachable() {
        for (name, table) in tables {
            #expect(table.rows.filter(\.sequences.isEmpty).map(\.action) == [], "in \(name)")
            #expect(Set(table.rows.map(\.action)).count == table.rows.count, "in \(name)")
        }
        #expect(RunsPane.Action.allCases.count == RunsPane.keymap.bindings.count)
        #expect(GraphPane.Action.allCases.count == GraphPane.keymap.bindings.count)
        #expect(LogPane.Action.allCases.count == LogPane.keymap.bindings.count)
        #expect(ShellAction.allCases.count == ShellAction.keymap.bindings.count)
    }
}

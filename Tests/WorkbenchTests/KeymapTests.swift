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

    @Test("no key of a context is bound twice, and none is hidden behind another's first key")
    func conflicts() {
        check(RunsPane.keymap)
        check(GraphPane.keymap)
        check(LogPane.keymap)
        check(ShellAction.keymap)
    }

    @Test("every action has a key")
    func reachable() {
        #expect(RunsPane.Action.allCases.allSatisfy { RunsPane.keymap.label(of: $0) != nil })
        #expect(GraphPane.Action.allCases.allSatisfy { GraphPane.keymap.label(of: $0) != nil })
        #expect(LogPane.Action.allCases.allSatisfy { LogPane.keymap.label(of: $0) != nil })
        #expect(ShellAction.allCases.allSatisfy { ShellAction.keymap.label(of: $0) != nil })
    }

    private func check<Action>(_ keymap: Keymap<Action>) {
        let sequences = keymap.bindings.flatMap(\.sequences)
        #expect(Set(sequences).count == sequences.count)
        for one in sequences {
            for other in sequences where other != one {
                #expect(
                    !other.keys.starts(with: one.keys),
                    "'\(one.label)' hides '\(other.label)'")
            }
        }
    }
}

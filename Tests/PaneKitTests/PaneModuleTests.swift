import PaneHarness
import PaneKit
import Screen
import Testing

/// The smallest module there can be: one pane that counts, and saves what it has counted.
private enum Counter: PaneModule {
    struct State: Sendable {
        var count = 0
        var savedCount = 0
        var isTyping = false
        var text = ""
    }

    enum Effect: Hashable, Sendable { case save(Int) }
    enum Answer: Sendable { case saved(Int) }

    enum Action: String, NamedAction {
        case more = "count-up"
        case toTen = "count-to-ten"
        case write = "write-note"
    }

    static let keymap = Keymap<Action>([
        Binding(["j", "down"], .more, "one more", inKeyBar: true),
        Binding(["g g"], .toTen, "ten"),
        Binding(["i"], .write, "write a note"),
    ])

    static let panes: [Pane<State, Effect>] = [
        Pane(
            "counter", digit: "8", title: "Counter", keymap: keymap,
            update: { state, action, _ in
                switch action {
                case .more: state.count += 1
                case .toTen: state.count = 10
                case .write:
                    state.isTyping = true
                    return []
                }
                return [.perform(.save(state.count))]
            },
            draw: { state, area, _, grid in
                grid.write("\(state.count) \(state.text)", row: 0, of: area)
                return state.isTyping ? Point(x: area.x, y: area.y) : nil
            },
            caption: { state, _ in PaneCaption("Counter", footer: "saved \(state.savedCount)") },
            press: { state, key, _ in
                guard state.isTyping, case .character(let character) = key else { return nil }
                state.text.append(character)
                return []
            },
            back: { state, _ in
                guard state.isTyping else { return nil }
                state.isTyping = false
                return []
            })
    ]

    static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> [PaneRequest<Effect>] {
        guard case .saved(let count) = answer else { return [] }
        state.savedCount = count
        return [.notice(Notice(.success, "Saved."))]
    }
}

@Suite("A module of panes")
struct PaneModuleTests {
    private var pane = PaneHarness(
        Counter.self, Counter.State(), pane: "counter", width: 24, height: 3)

    @Test("keys become actions, actions effects, and answers change what is shown")
    mutating func counting() {
        pane.press("j", "down", "g g")
        #expect(pane.effects == [.save(1), .save(2), .save(10)])
        pane.answer(.saved(10))
        #expect(
            pane.screen.text == """
                ┌ 8 Counter ───────────┐
                │10                    │
                └──────────── saved 10 ┘
                """)
    }

    @Test("a pane that takes text gets every key first, until Esc")
    mutating func typing() {
        pane.press("i")
        pane.type("jig")
        #expect(pane.state.text == "jig")
        #expect(pane.effects.isEmpty)
        #expect(pane.cursor == Point(x: 1, y: 1))
        pane.press("esc", "j")
        #expect(pane.effects == [.save(1)])
    }

    @Test("an action is found by its name, as ':' and key files call it")
    func names() {
        var state = Counter.State()
        let context = PaneContext(clock: pane.clock)
        #expect(Counter.panes[0].perform(&state, "count-to-ten", context) != nil)
        #expect(state.count == 10)
        #expect(Counter.panes[0].perform(&state, "no-such", context) == nil)
    }
}

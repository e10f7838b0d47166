public import Domain
public import PaneKit
public import Screen

/// A module of panes standing alone: one of its panes fills a screen and has the focus.
///
/// Keys go the way they go in the workbench: to the pane's `press`, then through its keymap. What
/// the module asks for is collected in order; nothing answers by itself.
///
///     var pane = PaneHarness(Counter.self, .init(), pane: "counter", width: 12, height: 3)
///     pane.press("j", "down")
///     #expect(pane.effects == [.save(1), .save(2)])
public struct PaneHarness<Module: PaneModule> {
    public var state: Module.State
    /// The pane that has the focus; a request for another pane of the module moves it.
    public var focus: PaneName
    public var clock: LocalClock
    /// Everything asked for so far, in order.
    public var requests: [PaneRequest<Module.Effect>] = []
    public private(set) var size: Size
    private var pendingKeys: [Key] = []

    /// Starts the module and tells the pane of its room: the screen without the frame.
    public init(
        _ module: Module.Type, _ state: Module.State, pane: PaneName, width: Int, height: Int,
        now: Instant = Instant(seconds: 1_767_323_045)
    ) {
        self.state = state
        focus = pane
        size = Size(width: width, height: height)
        clock = LocalClock(now: now, offset: 0)
        take(Module.start(&self.state, context))
        resize(width: width, height: height)
    }

    /// What the pane may know of its surroundings.
    public var context: PaneContext {
        PaneContext(clock: clock, size: Rect(size).inset(by: 1).size, isFocused: true)
    }

    /// The effects asked for so far.
    public var effects: [Module.Effect] {
        requests.compactMap { if case .perform(let effect) = $0 { effect } else { nil } }
    }

    public mutating func resize(width: Int, height: Int) {
        size = Size(width: width, height: height)
        if let size = context.size, let pane = Module.pane(focus) {
            take(pane.resize(&state, size, context))
        }
    }

    /// Presses keys, each as `KeySequence` reads it: `j`, `g g`, `^d`.
    public mutating func press(_ keys: String...) {
        for text in keys.flatMap({ $0.split(separator: " ") }) {
            guard let key = Key(text: String(text)) else { preconditionFailure("no key: \(text)") }
            send(key)
        }
    }

    /// Types characters, one key each.
    public mutating func type(_ text: String) {
        for character in text { send(.character(character)) }
    }

    public mutating func send(_ key: Key) {
        guard let pane = Module.pane(focus) else { return }
        if case .mouse(var event) = key {
            event.at = Point(x: event.at.x - 1, y: event.at.y - 1)
            return take(pane.mouse(&state, event, context))
        }
        if let requests = pane.press(&state, key, context) {
            pendingKeys = []
            return take(requests)
        }
        pendingKeys.append(key)
        switch pane.keys.match(pendingKeys) {
        case .matched(let action):
            pendingKeys = []
            take(pane.perform(&state, action, context) ?? [])
        case .pending: break
        case .unknown:
            pendingKeys = []
            if key == .escape { take(pane.back(&state, context) ?? []) }
        }
    }

    /// Hands an answer to the module.
    public mutating func answer(_ answer: Module.Answer) {
        take(Module.take(&state, answer, context))
    }

    /// Answers a prompt that the module asked for.
    public mutating func accept(_ purpose: String, _ text: String) {
        take(Module.typed(&state, purpose, .accepted(text), context))
    }

    /// The screen with the pane on it.
    public var screen: Grid { drawn().grid }

    /// Where the terminal's cursor stands.
    public var cursor: Point? { drawn().cursor }

    private func drawn() -> Frame {
        var grid = Grid(size: size)
        let cursor = Module.pane(focus)?.draw(state, in: Rect(size), context, on: &grid)
        return Frame(grid: grid, cursor: cursor)
    }

    private mutating func take(_ requests: [PaneRequest<Module.Effect>]) {
        self.requests += requests
        for case .focus(let pane) in requests where Module.pane(pane) != nil { focus = pane }
    }
}

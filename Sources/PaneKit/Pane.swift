public import Screen

/// What a pane may know of its surroundings.
public struct PaneContext: Hashable, Sendable {
    public var clock: LocalClock
    /// Cells inside the pane's frame; nil while it is out of sight.
    public var size: Size?
    /// Whether the pane has the focus.
    public var isFocused: Bool
    /// What the terminal can show, for panes that prepare their texts before they are drawn.
    public var charset: Charset

    public init(
        clock: LocalClock, size: Size? = nil, isFocused: Bool = false, charset: Charset = .unicode
    ) {
        self.clock = clock
        self.size = size
        self.isFocused = isFocused
        self.charset = charset
    }
}

/// What stands in a pane's frame beside its digit.
public struct PaneCaption: Hashable, Sendable {
    /// In the upper border: what is shown.
    public var title: String
    /// In the lower border, at the right: position, filters, what is under the cursor.
    public var footer: String

    public init(_ title: String, footer: String = "") {
        self.title = title
        self.footer = footer
    }
}

/// One pane as its module hands it to the workbench: a name, a keymap and what to do.
///
/// `State` is the state of the whole module, so that panes that show the same thing share it.
///
/// A pane is added in its module's list of panes and in a desk of the workbench; keys, help, key
/// bar, `:` line, palette, manual and key files follow from the keymap:
///
///     enum CounterPane {
///         enum Action: String, NamedAction { case up = "count-up" }
///         static let keymap = Keymap<Action>([Binding(["j", "down"], .up, "one more")])
///
///         static func update(_ state: inout Counter.State, _ action: Action) { state.count += 1 }
///     }
///
///     enum Counter: PaneModule {
///         struct State: Sendable { var count = 0 }
///         enum Effect: Hashable, Sendable { case save(Int) }
///         enum Answer: Sendable { case saved }
///
///         static let panes: [Pane<State, Effect>] = [
///             Pane(
///                 "counter", digit: "8", title: "Counter", keymap: CounterPane.keymap,
///                 update: { state, action, _ in
///                     CounterPane.update(&state, action)
///                     return [.perform(.save(state.count))]
///                 },
///                 draw: { state, area, _, grid in
///                     grid.write("\(state.count)", row: 0, of: area)
///                     return nil
///                 })
///         ]
///
///         static func take(
///             _ state: inout State, _ answer: Answer, _ context: PaneContext
///         ) -> [PaneRequest<Effect>] { [.notice(Notice(.success, "Saved."))] }
///     }
public struct Pane<State: Sendable, Effect: Hashable & Sendable>: Sendable {
    public typealias Requests = [PaneRequest<Effect>]

    public let name: PaneName
    /// The key that focuses the pane.
    public let digit: Character
    /// The heading of its keys in help, and its title where it has no caption.
    public let title: String
    /// The keys as the code binds them.
    public let keys: KeyTable
    private let performer: @Sendable (inout State, String, PaneContext) -> Requests?
    private let drawer: @Sendable (State, Rect, PaneContext, inout Grid) -> Point?
    private let captioner: @Sendable (State, PaneContext) -> PaneCaption
    private let presser: (@Sendable (inout State, Key, PaneContext) -> Requests?)?
    private let clicker: (@Sendable (inout State, MouseEvent, PaneContext) -> Requests)?
    private let resizer: (@Sendable (inout State, Size, PaneContext) -> Requests)?
    private let backer: (@Sendable (inout State, PaneContext) -> Requests?)?

    /// - Parameters:
    ///   - update: Does what an action says.
    ///   - draw: Draws into the inside of the frame and reads the state only; returns where the
    ///     terminal's cursor belongs while the pane has the focus.
    ///   - caption: What the frame says; nil: the title.
    ///   - press: Gets every key and every paste before the keymap; nil for one that is not the
    ///     pane's own business. An editor in insert mode takes them all.
    ///   - mouse: Presses, drags, releases and the wheel, from the inside's upper left corner.
    ///   - resized: Told whenever the inside has another size.
    ///   - back: Esc: one level up inside the pane; nil where there is none.
    public init<Action: NamedAction>(
        _ name: PaneName, digit: Character, title: String, keymap: Keymap<Action>,
        update: @escaping @Sendable (inout State, Action, PaneContext) -> Requests,
        draw: @escaping @Sendable (State, Rect, PaneContext, inout Grid) -> Point?,
        caption: (@Sendable (State, PaneContext) -> PaneCaption)? = nil,
        press: (@Sendable (inout State, Key, PaneContext) -> Requests?)? = nil,
        mouse: (@Sendable (inout State, MouseEvent, PaneContext) -> Requests)? = nil,
        resized: (@Sendable (inout State, Size, PaneContext) -> Requests)? = nil,
        back: (@Sendable (inout State, PaneContext) -> Requests?)? = nil
    ) {
        self.name = name
        self.digit = digit
        self.title = title
        keys = keymap.table
        performer = { state, name, context in
            Action(rawValue: name).map { update(&state, $0, context) }
        }
        drawer = draw
        captioner = caption ?? { _, _ in PaneCaption(title) }
        presser = press
        clicker = mouse
        resizer = resized
        backer = back
    }

    /// Does what the action of that name says; nil where the pane has no such action.
    public func perform(
        _ state: inout State, _ action: String, _ context: PaneContext
    ) -> Requests? {
        performer(&state, action, context)
    }

    /// Offers a key before the keymap is asked; nil where the pane leaves it.
    public func press(_ state: inout State, _ key: Key, _ context: PaneContext) -> Requests? {
        presser?(&state, key, context)
    }

    /// Tells of the mouse; places count from the upper left corner inside the frame.
    public func mouse(
        _ state: inout State, _ event: MouseEvent, _ context: PaneContext
    ) -> Requests {
        clicker?(&state, event, context) ?? []
    }

    /// Tells of the room inside the frame.
    public func resize(_ state: inout State, _ size: Size, _ context: PaneContext) -> Requests {
        resizer?(&state, size, context) ?? []
    }

    /// One level up inside the pane; nil where there is none.
    public func back(_ state: inout State, _ context: PaneContext) -> Requests? {
        backer?(&state, context)
    }

    /// Draws frame and inside; returns where the terminal's cursor belongs, if it is shown.
    public func draw(
        _ state: State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) -> Point? {
        let caption = captioner(state, context)
        let inside = PaneFrame.draw(
            digit: digit, caption, in: area, isFocused: context.isFocused, on: &grid)
        var context = context
        context.size = inside.size
        return drawer(state, inside, context, &grid)
    }
}

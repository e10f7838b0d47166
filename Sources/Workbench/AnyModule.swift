import PaneKit
import Screen

/// A module of panes as the shell sees it: without its types.
protocol AnyModule: Sendable {
    var panes: [PaneFace] { get }
    var words: [CommandWord] { get }

    func start(_ state: inout WorkbenchState) -> [Effect]
    func storeAdvanced(_ state: inout WorkbenchState) -> [Effect]
    /// Nil where the message is no answer for this module.
    func take(_ state: inout WorkbenchState, _ message: Message) -> [Effect]?
    func failed(_ state: inout WorkbenchState, _ effect: Effect, _ problem: String) -> [Effect]
    /// Nil where the pane has no action of that name.
    func perform(_ state: inout WorkbenchState, _ pane: PaneName, _ action: String) -> [Effect]?
    /// Nil where the pane leaves the key.
    func press(_ state: inout WorkbenchState, _ pane: PaneName, _ key: Key) -> [Effect]?
    func mouse(_ state: inout WorkbenchState, _ pane: PaneName, _ event: MouseEvent) -> [Effect]
    func resize(_ state: inout WorkbenchState, _ pane: PaneName, _ size: Size) -> [Effect]
    /// Nil where there is no level up inside the pane.
    func back(_ state: inout WorkbenchState, _ pane: PaneName) -> [Effect]?
    func draw(
        _ state: WorkbenchState, _ pane: PaneName, in area: Rect, on grid: inout Grid
    ) -> Point?
    func typed(
        _ state: inout WorkbenchState, _ pane: PaneName, _ purpose: String, _ event: PromptEvent
    ) -> [Effect]
    /// Nil where the link is not this module's to show.
    func open(_ state: inout WorkbenchState, _ link: Link) -> [Effect]?
    func run(_ state: inout WorkbenchState, word: String, _ arguments: [String]) -> [Effect]
    func candidates(_ state: WorkbenchState, word: String, _ arguments: [String]) -> [String]
    func paletteEntries(_ state: WorkbenchState) -> [PaletteEntry]
    func paletteOpened(_ state: inout WorkbenchState) -> [Effect]
    func crumbs(_ state: WorkbenchState, in pane: PaneName) -> [String]
    func isTyping(_ state: WorkbenchState, in pane: PaneName) -> Bool
    func summary(_ state: WorkbenchState) -> String
    func isTicking(_ state: WorkbenchState) -> Bool
    /// Nil where nothing is going on that could be ended.
    func interrupt(_ state: inout WorkbenchState) -> [Effect]?
    func unfinishedWork(_ state: WorkbenchState) -> String?
    func memory(_ state: WorkbenchState) -> [String: String]
    func recall(_ state: inout WorkbenchState, _ values: [String: String]) -> [Effect]
}

/// A pane as the shell sees it.
struct PaneFace: Sendable {
    let name: PaneName
    let digit: Character
    let title: String
    /// The keys as the code binds them.
    let keys: KeyTable

    /// The name of the shell's action that focuses the pane.
    var focusAction: String { "focus-\(name)" }
}

/// A module with the place of its state inside the workbench's, and of its effects and answers
/// among the workbench's.
struct HostedModule<M: PaneModule>: AnyModule {
    let panes: [PaneFace]
    let words: [CommandWord]
    private let path: any WritableKeyPath<WorkbenchState, M.State> & Sendable
    private let wrap: @Sendable (M.Effect) -> Effect
    private let effectOf: @Sendable (Effect) -> M.Effect?
    private let answerOf: @Sendable (Message) -> M.Answer?

    init(
        _ module: M.Type, _ path: any WritableKeyPath<WorkbenchState, M.State> & Sendable,
        effect wrap: @escaping @Sendable (M.Effect) -> Effect,
        effectOf: @escaping @Sendable (Effect) -> M.Effect?,
        answerOf: @escaping @Sendable (Message) -> M.Answer?
    ) {
        self.path = path
        self.wrap = wrap
        self.effectOf = effectOf
        self.answerOf = answerOf
        panes = M.panes.map {
            PaneFace(name: $0.name, digit: $0.digit, title: $0.title, keys: $0.keys)
        }
        words = M.words
    }

    /// The pane that stands for the whole module where none is concerned.
    private var home: PaneName { M.panes[0].name }

    /// Lets the module change its state, and does what it asks for.
    private func call(
        _ state: inout WorkbenchState, _ pane: PaneName,
        _ body: (inout M.State, PaneContext) -> [PaneRequest<M.Effect>]?
    ) -> [Effect]? {
        let context = state.context(of: pane)
        guard let requests = body(&state[keyPath: path], context) else { return nil }
        return Workbench.fulfil(&state, requests, from: pane, wrap)
    }

    func start(_ state: inout WorkbenchState) -> [Effect] {
        call(&state, home) { M.start(&$0, $1) } ?? []
    }

    func storeAdvanced(_ state: inout WorkbenchState) -> [Effect] {
        call(&state, home) { M.storeAdvanced(&$0, $1) } ?? []
    }

    func take(_ state: inout WorkbenchState, _ message: Message) -> [Effect]? {
        guard let answer = answerOf(message) else { return nil }
        return call(&state, home) { M.take(&$0, answer, $1) }
    }

    func failed(_ state: inout WorkbenchState, _ effect: Effect, _ problem: String) -> [Effect] {
        guard let effect = effectOf(effect) else { return [] }
        return call(&state, home) { M.failed(&$0, effect, problem: problem, $1) } ?? []
    }

    func perform(_ state: inout WorkbenchState, _ pane: PaneName, _ action: String) -> [Effect]? {
        call(&state, pane) { M.pane(pane)?.perform(&$0, action, $1) }
    }

    func press(_ state: inout WorkbenchState, _ pane: PaneName, _ key: Key) -> [Effect]? {
        call(&state, pane) { M.pane(pane)?.press(&$0, key, $1) }
    }

    func mouse(_ state: inout WorkbenchState, _ pane: PaneName, _ event: MouseEvent) -> [Effect] {
        call(&state, pane) { M.pane(pane)?.mouse(&$0, event, $1) } ?? []
    }

    func resize(_ state: inout WorkbenchState, _ pane: PaneName, _ size: Size) -> [Effect] {
        call(&state, pane) { M.pane(pane)?.resize(&$0, size, $1) } ?? []
    }

    func back(_ state: inout WorkbenchState, _ pane: PaneName) -> [Effect]? {
        call(&state, pane) { M.pane(pane)?.back(&$0, $1) }
    }

    func draw(
        _ state: WorkbenchState, _ pane: PaneName, in area: Rect, on grid: inout Grid
    ) -> Point? {
        M.pane(pane)?.draw(state[keyPath: path], in: area, state.context(of: pane), on: &grid)
    }

    func typed(
        _ state: inout WorkbenchState, _ pane: PaneName, _ purpose: String, _ event: PromptEvent
    ) -> [Effect] {
        call(&state, pane) { M.typed(&$0, purpose, event, $1) } ?? []
    }

    func open(_ state: inout WorkbenchState, _ link: Link) -> [Effect]? {
        call(&state, home) { M.open(&$0, link, $1) }
    }

    func run(_ state: inout WorkbenchState, word: String, _ arguments: [String]) -> [Effect] {
        call(&state, home) { M.run(&$0, word: word, arguments, $1) } ?? []
    }

    func candidates(_ state: WorkbenchState, word: String, _ arguments: [String]) -> [String] {
        M.candidates(state[keyPath: path], word: word, arguments)
    }

    func paletteEntries(_ state: WorkbenchState) -> [PaletteEntry] {
        M.paletteEntries(state[keyPath: path], state.context(of: home))
    }

    func paletteOpened(_ state: inout WorkbenchState) -> [Effect] {
        call(&state, home) { M.paletteOpened(&$0, $1) } ?? []
    }

    func isTyping(_ state: WorkbenchState, in pane: PaneName) -> Bool {
        M.isTyping(state[keyPath: path], in: pane)
    }

    func crumbs(_ state: WorkbenchState, in pane: PaneName) -> [String] {
        M.crumbs(state[keyPath: path], in: pane, state.context(of: pane))
    }

    func summary(_ state: WorkbenchState) -> String { M.summary(state[keyPath: path]) }
    func isTicking(_ state: WorkbenchState) -> Bool { M.isTicking(state[keyPath: path]) }

    func interrupt(_ state: inout WorkbenchState) -> [Effect]? {
        call(&state, home) { M.interrupt(&$0, $1) }
    }

    func unfinishedWork(_ state: WorkbenchState) -> String? {
        M.unfinishedWork(state[keyPath: path])
    }

    func memory(_ state: WorkbenchState) -> [String: String] { M.memory(state[keyPath: path]) }

    func recall(_ state: inout WorkbenchState, _ values: [String: String]) -> [Effect] {
        call(&state, home) { M.recall(&$0, values, $1) } ?? []
    }
}

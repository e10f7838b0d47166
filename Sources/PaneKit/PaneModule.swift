/// What a module of panes offers the workbench.
///
/// The module knows nothing of the workbench: it changes its own state and answers with requests.
/// The workbench composes the modules (`Workbench.modules`) and decides which panes stand together
/// (`Desk`); the session performs each module's effects and sends the answers back.
public protocol PaneModule: SendableMetatype {
    /// What all panes of the module show.
    associatedtype State: Sendable
    /// What the module wants done in the world.
    associatedtype Effect: Hashable, Sendable
    /// What becomes of effects, and what happens by itself.
    associatedtype Answer: Sendable

    typealias Requests = [PaneRequest<Effect>]

    /// In the order of Tab.
    static var panes: [Pane<State, Effect>] { get }

    /// Takes over an answer; one that no longer fits changes nothing.
    static func take(_ state: inout State, _ answer: Answer, _ context: PaneContext) -> Requests

    /// The first effects, when the workbench opens.
    static func start(_ state: inout State, _ context: PaneContext) -> Requests

    /// The workspace's store holds something new.
    static func storeAdvanced(_ state: inout State, _ context: PaneContext) -> Requests

    /// An effect could not be done; the user is told without the module's doing.
    static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests

    /// What became of a prompt that the module asked for.
    static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests

    /// Shows what a link leads to; nil where that is not the module's to show.
    static func open(_ state: inout State, _ link: Link, _ context: PaneContext) -> Requests?

    /// Words of the `:` line that take arguments.
    static var words: [CommandWord] { get }

    /// Does what a word of ``words`` says.
    static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests

    /// What the last of a word's arguments may become; order does not matter.
    static func candidates(_ state: State, word: String, _ arguments: [String]) -> [String]

    /// What the palette can go to.
    static func paletteEntries(_ state: State, _ context: PaneContext) -> [PaletteEntry]

    /// The palette was opened: what it could go to and is not known yet may be asked for.
    static func paletteOpened(_ state: inout State, _ context: PaneContext) -> Requests

    /// The way to what the pane shows, for the title bar, outermost first.
    static func crumbs(_ state: State, in pane: PaneName, _ context: PaneContext) -> [String]

    /// A word or two for the right end of the title bar; empty: nothing.
    static func summary(_ state: State) -> String

    /// Whether letters are typed into the pane, so that they call no action.
    static func isTyping(_ state: State, in pane: PaneName) -> Bool

    /// Whether something in sight counts seconds.
    static func isTicking(_ state: State) -> Bool

    /// What ^C ends; nil where nothing is going on.
    static func interrupt(_ state: inout State, _ context: PaneContext) -> Requests?

    /// What would be lost by leaving, as the beginning of a question; nil: nothing.
    static func unfinishedWork(_ state: State) -> String?

    /// How the panes are set and where they stand, as values of one line by names that begin with
    /// a pane's: what undo brings back, and what the next session begins with, but for names that
    /// begin with `now.`.
    static func memory(_ state: State) -> [String: String]

    /// Takes over what ``memory(_:)`` gave, in this session or an earlier one.
    static func recall(
        _ state: inout State, _ values: [String: String], _ context: PaneContext
    ) -> Requests
}

extension PaneModule {
    public static func start(_ state: inout State, _ context: PaneContext) -> Requests { [] }
    public static func storeAdvanced(_ state: inout State, _ context: PaneContext) -> Requests {
        []
    }
    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests { [] }
    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests { [] }
    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? { nil }
    public static var words: [CommandWord] { [] }
    public static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests { [] }
    public static func candidates(
        _ state: State, word: String, _ arguments: [String]
    ) -> [String] { [] }
    public static func paletteEntries(
        _ state: State, _ context: PaneContext
    ) -> [PaletteEntry] { [] }
    public static func paletteOpened(
        _ state: inout State, _ context: PaneContext
    ) -> Requests { [] }
    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] { [] }
    public static func summary(_ state: State) -> String { "" }
    public static func isTyping(_ state: State, in pane: PaneName) -> Bool { false }
    public static func isTicking(_ state: State) -> Bool { false }
    public static func interrupt(_ state: inout State, _ context: PaneContext) -> Requests? { nil }
    public static func unfinishedWork(_ state: State) -> String? { nil }
    public static func memory(_ state: State) -> [String: String] { [:] }
    public static func recall(
        _ state: inout State, _ values: [String: String], _ context: PaneContext
    ) -> Requests { [] }

    /// The pane of that name; nil where the module has none.
    public static func pane(_ name: PaneName) -> Pane<State, Effect>? {
        panes.first { $0.name == name }
    }
}

/// A word of the `:` line with arguments, and how help explains it.
public struct CommandWord: Hashable, Sendable {
    public let name: String
    public let arguments: String
    public let title: String

    public init(_ name: String, _ arguments: String, _ title: String) {
        self.name = name
        self.arguments = arguments
        self.title = title
    }
}

/// Something that the palette finds by parts of its name.
public struct PaletteEntry: Hashable, Sendable {
    public var link: Link
    public var name: String
    /// What it is.
    public var note: String

    public init(_ link: Link, name: String, note: String) {
        self.link = link
        self.name = name
        self.note = note
    }
}

public import Domain
public import MonitorPanes
public import PaneKit
public import PlanPanes
public import ProfilePanes
public import QualityPanes
public import QueryPanes
public import Screen
public import TransformPanes

/// Everything the workbench knows and shows; ``Workbench/update(_:_:)`` alone changes it.
public struct WorkbenchState: Sendable {
    public internal(set) var size: Size
    public internal(set) var clock: LocalClock
    /// What the terminal can show.
    public let charset: Charset
    /// Name of the folder that is open, for the title bar.
    public internal(set) var workspaceName: String
    // What the modules of panes show.
    public internal(set) var monitor = Monitor.State()
    public internal(set) var profile = Profile.State()
    public internal(set) var query = QueryDesk.State()
    public internal(set) var plan = PlanDesk.State()
    public internal(set) var quality = QualityDesk.State()
    public internal(set) var transform = TransformDesk.State()
    public internal(set) var focus: PaneName = "runs"
    /// The focused pane fills the screen.
    public internal(set) var isZoomed = false
    public internal(set) var overlay: Overlay?
    /// Keys of a sequence that is not complete yet.
    public internal(set) var pendingKeys: [Key] = []
    public internal(set) var notices = NoticeHistory()
    public internal(set) var alarm: String?
    public internal(set) var commandHistory: [String] = []
    /// Searches, filters and times typed in this session, by pane and purpose, the newest last.
    var lineHistory: [Overlay.LineKind: [String]] = [:]
    /// Themes that the `theme` command can choose.
    public internal(set) var themeNames: [String] = []
    /// The keys of every pane and of the shell.
    public internal(set) var keys: KeyTables
    /// The theme on show.
    public internal(set) var themeName: String
    /// Where dividers stand that were moved: desk, screen shape and place, in thousandths.
    public internal(set) var movedDividers: [String: Int] = [:]
    /// The divider that the mouse holds.
    var heldDivider: PaneLayout.Divider?
    /// What was copied last, for ^Y.
    public internal(set) var register = ""
    /// How things stood before the last actions, oldest first; for undo.
    var past: [WorkbenchMemory] = []
    var isUndoing = false
    /// Whether the theme was chosen here, and is to be kept.
    var hasChosenTheme = false
    /// Whether seconds are being counted on screen.
    var isTicking = false
    /// When ^C was last pressed with nothing to cancel.
    var lastInterrupt: Instant?
    /// Room that each pane was last told of.
    var toldSizes: [PaneName: Size] = [:]

    /// The time of day as of the last message.
    public var now: Instant { clock.now }

    public init(
        size: Size, clock: LocalClock, workspaceName: String, keys: KeyTables? = nil,
        themeNames: [String] = [], themeName: String = "terminal", focus: PaneName = "runs",
        charset: Charset = .unicode
    ) {
        self.charset = charset
        self.keys = keys ?? Workbench.standardKeys
        self.focus = focus
        self.themeNames = themeNames
        self.themeName = themeName
        self.size = size
        self.clock = clock
        self.workspaceName = workspaceName
    }

    /// What a pane may know of its surroundings.
    func context(of pane: PaneName) -> PaneContext {
        PaneContext(
            clock: clock, size: WorkbenchLayout(self).content(of: pane)?.size,
            isFocused: pane == focus, charset: charset)
    }
}

/// What lies above the panes and takes the keys.
public enum Overlay: Hashable, Sendable {
    case help(ListState)
    case prompt(PromptState)
    case question(Question)
    case notices(ListState)
    case palette(PaletteState)
    case themes(ThemeChoice)

    /// Themes, each shown while the cursor stands on it.
    public struct ThemeChoice: Hashable, Sendable {
        /// Among the names that pass the filter.
        public var cursor: Int
        /// What was on show before, for Esc.
        public var before: String
        public var filter = OverlayFilter()
    }

    /// What has been typed, and which entry Enter takes.
    public struct PaletteState: Hashable, Sendable {
        public var line = LineEditor()
        public var cursor = 0
        /// Everything that can be found, as of when the palette was opened.
        var all: [Palette.Entry] = []
        /// The best of what fits the text, and how many fit it.
        var found: [Palette.Entry] = []
        var count = 0
    }

    /// A list that is only read: how far it is scrolled, and what it is filtered by.
    public struct ListState: Hashable, Sendable {
        public var scroll = 0
        public var filter = OverlayFilter()
    }

    /// What a pane asks a line for; each has its own history.
    struct LineKind: Hashable, Sendable {
        var pane: PaneName
        var purpose: String
    }

    /// A line that is being typed at the bottom.
    public struct PromptState: Hashable, Sendable {
        /// Who asked for it: a pane, or the shell for its `:` line.
        public enum Owner: Hashable, Sendable { case command, pane(PaneName, Prompt) }
        public var owner: Owner
        public var line: LineEditor

        init(_ prompt: Prompt, for pane: PaneName) {
            owner = .pane(pane, prompt)
            line = LineEditor(prompt.text)
        }

        init(command: String = "") {
            owner = .command
            line = LineEditor(command)
        }
    }

    /// Something that changes state, asked before it is done.
    public struct Question: Hashable, Sendable {
        public var text: String
        public var effects: [Effect]
        /// A third answer beside yes and no.
        public var other: Other?

        public struct Other: Hashable, Sendable {
            public var key: Character
            public var words: String
            public var effects: [Effect]
        }
    }
}

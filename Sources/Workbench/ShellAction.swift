/// What works whichever pane has the focus.
public enum ShellAction: String, NamedAction {
    case focusRuns = "focus-runs"
    case focusGraph = "focus-graph"
    case focusLog = "focus-log"
    case nextPane = "next-pane"
    case previousPane = "previous-pane"
    case zoom
    case unzoom
    case back
    case help
    case command
    case palette
    case notices
    case interrupt
    case repaint
    case suspend
    case backOrQuit = "back-or-quit"
    case quit

    public static let keymap = Keymap<ShellAction>([
        Binding(["0"], .focusRuns, "runs"),
        Binding(["1"], .focusGraph, "graph"),
        Binding(["2"], .focusLog, "log"),
        Binding(["tab"], .nextPane, "next pane", inKeyBar: true),
        Binding(["shift-tab"], .previousPane, "previous pane"),
        Binding(["+"], .zoom, "zoom", inKeyBar: true),
        Binding(["_"], .unzoom, "unzoom"),
        Binding(["esc"], .back, "back"),
        Binding(["?", "f1"], .help, "keys"),
        Binding([":"], .command, "command", inKeyBar: true),
        Binding(["^p"], .palette, "find anything", inKeyBar: true),
        Binding(["m"], .notices, "messages"),
        Binding(["^c"], .interrupt, "cancel what runs"),
        Binding(["^l"], .repaint, "repaint"),
        Binding(["^z"], .suspend, "suspend"),
        Binding(["q"], .backOrQuit, "back, or quit", inKeyBar: true),
        Binding(["Z Z"], .quit, "quit"),
    ])
}

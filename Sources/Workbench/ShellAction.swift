public import PaneKit
import Screen

/// What works whichever pane has the focus; beside these, each pane's digit focuses it.
public enum ShellAction: String, NamedAction {
    case nextPane = "next-pane"
    case previousPane = "previous-pane"
    case zoom
    case unzoom
    case back
    case help
    case command
    case palette
    case notices
    case undo
    case chooseTheme = "choose-theme"
    case interrupt
    case repaint
    case suspend
    case backOrQuit = "back-or-quit"
    case quit

    public static let keymap = Keymap<ShellAction>([
        Binding(["tab"], .nextPane, "next pane", inKeyBar: true),
        Binding(["shift-tab"], .previousPane, "previous pane"),
        Binding(["+"], .zoom, "zoom", inKeyBar: true),
        Binding(["_"], .unzoom, "unzoom"),
        Binding(["esc"], .back, "back"),
        Binding(["?", "f1"], .help, "keys"),
        Binding([":"], .command, "command", inKeyBar: true),
        Binding(["^p"], .palette, "find anything", inKeyBar: true),
        Binding(["m"], .notices, "messages"),
        Binding(["z"], .undo, "undo what the screen did"),
        Binding(["^t"], .chooseTheme, "choose a theme"),
        Binding(["^c"], .interrupt, "cancel what runs"),
        Binding(["^l"], .repaint, "repaint"),
        Binding(["^z"], .suspend, "suspend"),
        Binding(["q"], .backOrQuit, "back, or quit", inKeyBar: true),
        Binding(["Z Z"], .quit, "quit"),
    ])
}

extension ShellAction {
    /// The keys of the shell: the digits of the panes first.
    static let table = KeyTable(
        Workbench.faces.sorted { $0.digit < $1.digit }.map { face in
            KeyTable.Row(
                action: face.focusAction, title: face.title.lowercased(),
                sequences: KeySequence(text: String(face.digit)).map { [$0] } ?? [])
        } + keymap.table.rows)
}

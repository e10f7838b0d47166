/// What a piece of text is, from which a theme derives its colour and weight.
///
/// Panes name meanings, never colours; a state is always told by a glyph or a letter as well.
public enum Role: UInt8, Sendable, CaseIterable {
    case plain
    /// Less important: units, timestamps, hints.
    case dim
    /// More important: names, numbers that matter.
    case strong
    case title
    case border
    case borderFocused
    /// A key in the key bar and in help.
    case key
    case link
    case error, warning, info
    // States of tasks and runs.
    case stateNone, stateQueued, stateRunning, stateSuccess, stateFailed, stateUpstreamFailed,
        stateSkipped, stateRetry
    /// An edge of the graph, and one that touches the node under the cursor.
    case edge, edgeActive
    // Series of a plot, and columns told apart by colour.
    case accent1, accent2, accent3, accent4, accent5, accent6
    // Words of a language.
    case syntaxKeyword, syntaxString, syntaxNumber, syntaxComment, syntaxFunction, syntaxType
    // The sixteen colours that a program's own output asks for (SGR 30–37, 90–97).
    case ansiBlack, ansiRed, ansiGreen, ansiYellow, ansiBlue, ansiMagenta, ansiCyan, ansiWhite
    case ansiBrightBlack, ansiBrightRed, ansiBrightGreen, ansiBrightYellow, ansiBrightBlue,
        ansiBrightMagenta, ansiBrightCyan, ansiBrightWhite
    /// A character put in place of one that must not reach the terminal.
    case replacement
}

/// What a piece of text stands on, from which a theme derives its background.
public enum Surface: UInt8, Sendable, CaseIterable {
    case base
    /// The row or node under the cursor in the focused pane.
    case selected
    /// The same in a pane without focus.
    case selectedUnfocused
    /// Marked by the user.
    case marked
    /// A search hit, and the one the cursor is on.
    case match, matchCurrent
    /// Title and key bars.
    case bar
    /// Boxes above the panes: help, palette, questions.
    case popup
}

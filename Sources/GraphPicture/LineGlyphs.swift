import Screen

/// The characters of which a graph is drawn.
public enum GraphCharset: Sendable, CaseIterable {
    case unicode
    /// For terminals and locales without box-drawing characters.
    case ascii

    /// Lines that meet; a crossing without a meeting has a sign of its own: see ``crossing``.
    func line(_ arms: LineIndex.Arms) -> Unicode.Scalar {
        switch self {
        case .unicode: Self.unicodeLines[Int(arms.rawValue)]
        case .ascii: Self.asciiLines[Int(arms.rawValue)]
        }
    }

    /// One line over another; four arms that meet are heavy (`╋`) instead, and in ASCII, where
    /// meetings are `+`, the line across stays unbroken.
    var crossing: Unicode.Scalar { self == .unicode ? "┼" : "|" }
    func arrow(isDown: Bool) -> Unicode.Scalar {
        switch self {
        case .unicode: isDown ? "▼" : "▶"
        case .ascii: isDown ? "v" : ">"
        }
    }
    var ellipsis: Unicode.Scalar { self == .unicode ? "…" : "~" }

    /// Frame of a box: corners clockwise from the upper left, then its sides, then where edges
    /// leave it to the right or downwards.
    var frame: [Unicode.Scalar] {
        self == .unicode
            ? ["╭", "╮", "╯", "╰", "─", "│", "├", "┬"] : ["+", "+", "+", "+", "-", "|", "+", "+"]
    }

    /// By the bits up 1, right 2, down 4, left 8.
    private static let unicodeLines: [Unicode.Scalar] = [
        " ", "│", "─", "╰", "│", "│", "╭", "├", "─", "╯", "─", "┴", "╮", "┤", "┬", "╋",
    ]
    private static let asciiLines: [Unicode.Scalar] = [
        " ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "+",
    ]
}

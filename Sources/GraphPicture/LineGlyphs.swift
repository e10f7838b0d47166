import Screen

/// The characters of which a graph is drawn.
extension Charset {
    /// Lines that meet; a crossing without a meeting has a sign of its own: see ``crossing``.
    func line(_ arms: LineArms) -> Unicode.Scalar {
        switch self {
        case .unicode: Self.roundedLines[Int(arms.rawValue & 15)]
        case .ascii: Self.asciiLines[Int(arms.rawValue & 15)]
        }
    }

    /// One line over another; four arms that meet are heavy (`╋`) instead, and in ASCII, where
    /// meetings are `+`, the line up and down stays unbroken.
    var crossing: Unicode.Scalar { self == .unicode ? "┼" : "|" }

    func arrow(isDown: Bool) -> String {
        isDown ? pick("▼", ascii: "v") : pick("▶", ascii: ">")
    }

    /// By the bits up 1, right 2, down 4, left 8.
    private static let roundedLines: [Unicode.Scalar] = [
        " ", "│", "─", "╰", "│", "│", "╭", "├", "─", "╯", "─", "┴", "╮", "┤", "┬", "╋",
    ]
    private static let asciiLines: [Unicode.Scalar] = [
        " ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "+",
    ]
}

/// Which characters the terminal can show.
public enum Charset: Hashable, Sendable {
    case unicode
    /// Only U+0020–U+007E; everything else is replaced when it is written.
    case ascii

    /// The one of two spellings that fits: for glyphs that a pane chooses itself.
    public func pick(_ unicode: String, ascii: String) -> String {
        self == .unicode ? unicode : ascii
    }

    /// What stands for a typographic character under ``ascii``, so that our own texts stay legible.
    static func asciiSpelling(of scalar: Unicode.Scalar) -> StaticString? {
        switch scalar {
        case "…": "..."
        case "‘", "’", "‚", "′": "'"
        case "“", "”", "„", "″": "\""
        case "–", "—", "‐", "‑", "−", "─", "━", "╌", "┄", "═": "-"
        case "│", "┃", "╎", "┆", "║": "|"
        case "┌", "┐", "└", "┘", "├", "┤", "┬", "┴", "┼", "╭", "╮", "╯", "╰", "╔", "╗", "╚", "╝":
            "+"
        case "·", "•", "∙": "."
        case "→", "▸", "▶", "›", "⟩", "»": ">"
        case "←", "◂", "◀", "‹", "⟨", "«": "<"
        case "↑", "▴", "▲": "^"
        case "↓", "▾", "▼": "v"
        case "⇢": ">"
        case "×", "✗", "✘": "x"
        case "✓", "✔": "+"
        case "●", "■", "◆", "★": "*"
        case "○", "□", "◇", "☆": "o"
        case "≤": "<="
        case "≥": ">="
        case "≠": "!="
        case "≈": "~"
        case "µ", "μ": "u"
        case "█", "▓", "▇", "▆": "#"
        case "▒", "▅", "▄", "▌", "▐": "="
        case "░", "▃", "▂", "▁": "-"
        case "Σ": "S"
        case "Δ": "d"
        default: nil
        }
    }
}

public import PaneKit
import Screen

/// What a list above the panes is filtered by, while it is typed and after.
public struct OverlayFilter: Hashable, Sendable {
    public internal(set) var filter = TextFilter()
    /// Keys go into the filter's text.
    public internal(set) var isTyping = false

    /// Whether the last row of the box shows the filter.
    var isShown: Bool { isTyping || !filter.text.isEmpty }

    /// Takes a key: `/` and `&` begin the text, Enter ends it, Esc drops it; false where the list
    /// itself is meant.
    mutating func handle(_ key: Key) -> Bool {
        guard isTyping else {
            switch key {
            case .character("/"), .character("&"): isTyping = true
            case .escape where !filter.text.isEmpty: filter = TextFilter()
            default: return false
            }
            return true
        }
        switch key {
        case .enter: isTyping = false
        case .escape, .control("c"): self = OverlayFilter()
        default:
            var line = LineEditor(filter.text)
            if line.handle(key) { filter = TextFilter(line.text) }
        }
        return true
    }

    /// Draws the text in the last row of `area` where it is shown; returns the rows left for the
    /// list, and where the terminal's cursor belongs.
    func draw(in area: Rect, on grid: inout Grid) -> (list: Rect, cursor: Point?) {
        guard isShown, area.height > 0 else { return (area, nil) }
        let row = area.height - 1
        let used = grid.write("/" + filter.text, row: row, of: area, column: 1, role: .key)
        var list = area
        list.height -= 1
        let x = min(area.right - 1, area.x + 1 + used)
        return (list, isTyping ? Point(x: x, y: area.y + row) : nil)
    }
}

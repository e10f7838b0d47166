public import Screen

/// The frame around a pane: its digit and title above, what there is to say of it below.
public enum PaneFrame {
    /// Draws the frame and returns what is left inside it.
    @discardableResult
    public static func draw(
        digit: Character, _ caption: PaneCaption, in area: Rect, isFocused: Bool,
        on grid: inout Grid
    ) -> Rect {
        grid.drawFrame(
            area, title: "\(digit) \(caption.title)", footer: caption.footer, isFocused: isFocused)
    }

    /// The first row in sight of a list, moved as little as keeps the cursor in sight.
    public static func topRow(_ top: Int, cursor: Int, count: Int, height: Int) -> Int {
        guard height > 0 else { return cursor }
        let lowest = max(0, cursor - height + 1)
        return min(max(min(top, cursor), lowest), max(0, count - height))
    }
}

/// A row of bars, one a value.
public enum Sparkline {
    /// The bars of the last `width` values; the least is the lowest bar, the greatest the highest, and
    /// values that are all alike are bars of half the height. A value that is not there is a blank.
    ///
    /// - Parameter isUnicode: false: digits from 1 to 8 instead of blocks.
    public static func text(_ values: [Double?], width: Int, isUnicode: Bool) -> String {
        let marks = Array(isUnicode ? "▁▂▃▄▅▆▇█" : "12345678")
        let shown = values.suffix(max(0, width))
        let known = shown.compactMap { $0 }.filter(\.isFinite)
        guard let least = known.min(), let most = known.max() else { return "" }
        return String(
            shown.map { value -> Character in
                guard let value, value.isFinite else { return " " }
                guard most > least else { return marks[3] }
                let share = (value - least) / (most - least)
                return marks[min(marks.count - 1, Int(share * Double(marks.count)))]
            })
    }
}

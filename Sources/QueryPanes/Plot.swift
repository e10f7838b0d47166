import ResultStore
import Screen

/// Plots in block characters.
enum Plot {
    /// A bar a row: label, bar from zero, value.
    static func drawBars(
        _ bars: [(label: CellExcerpt, value: Double?)], in area: Rect, on grid: inout Grid
    ) {
        let values = bars.compactMap(\.value)
        guard let highest = values.max(), let lowest = values.min() else {
            grid.write("No numbers in this column.", row: 0, of: area, role: .dim)
            return
        }
        let (low, high) = (min(0, lowest), max(0, highest))
        let span = high - low > 0 ? high - low : 1
        let labels = min(area.width / 3, 24)
        let room = max(1, area.width - labels - 12)
        for (row, bar) in bars.prefix(area.height).enumerated() {
            let bytes = GridText.bytes(of: bar.label, isHumanised: false)
            grid.write(
                bytes: bytes.span, row: row, of: area, width: labels, role: .title,
                overflow: .ellipsis)
            guard let value = bar.value else {
                grid.write("NULL", row: row, of: area, column: labels + 1, role: .dim)
                continue
            }
            let start = Int((min(0, value) - low) / span * Double(room) + 0.5)
            let eighths = Int((abs(value) / span * Double(room) * 8).rounded())
            grid.write(
                blocks(eighths, charset: grid.charset), row: row, of: area,
                column: labels + 1 + start, width: room - start + 1,
                role: value < 0 ? .accent2 : .accent1)
            grid.writeRight(GridText.humanised(value), row: row, of: area, role: .dim)
        }
    }

    /// A bar of so many eighths of a cell.
    private static func blocks(_ eighths: Int, charset: Charset) -> String {
        guard charset == .unicode else { return String(repeating: "#", count: (eighths + 4) / 8) }
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    /// Values from left to right, the mean of each part of the row that a column of cells stands
    /// for.
    static func drawLine(_ values: [Double], in area: Rect, on grid: inout Grid) {
        guard let highest = values.max(), let lowest = values.min(), area.height > 1 else {
            grid.write("No numbers in this column.", row: 0, of: area, role: .dim)
            return
        }
        let axis = 9
        let width = max(1, area.width - axis)
        let count = min(width, values.count)
        // Few values are drawn broader.
        let step = max(1, width / max(1, count))
        let span = highest - lowest > 0 ? highest - lowest : 1
        let levels = area.height * 8
        let parts = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        for column in 0..<count {
            let (first, last) = (column * values.count / count, (column + 1) * values.count / count)
            let part = values[first..<max(first + 1, last)]
            let mean = part.reduce(0, +) / Double(part.count)
            let level = min(levels, max(1, Int((mean - lowest) / span * Double(levels - 1)) + 1))
            for row in 0..<area.height {
                let below = (area.height - 1 - row) * 8
                guard level > below else { continue }
                let filled = min(8, level - below)
                let text = grid.charset.pick(parts[filled - 1], ascii: filled >= 4 ? "#" : ".")
                grid.write(
                    String(repeating: text, count: step), row: row, of: area,
                    column: axis + column * step, role: .accent1)
            }
        }
        grid.write(GridText.humanised(highest), row: 0, of: area, width: axis - 1, role: .dim)
        grid.write(
            GridText.humanised(lowest), row: area.height - 1, of: area, width: axis - 1, role: .dim)
    }
}

import GraphLayout
public import Screen

extension GraphPicture {
    /// What a node is on the mini-map: where several share a spot, the greatest weight is shown.
    public struct MiniMapMark: Hashable, Sendable {
        public var role: Role
        public var weight: Int

        public init(role: Role, weight: Int) {
            self.role = role
            self.weight = weight
        }
    }

    /// Draws the whole layout shrunk into `area`, each cell two spots high, and frames the
    /// part that `window` (in cells of the layout) shows. A layout smaller
    /// than the area keeps its size. O(nodes + area).
    public func drawMiniMap(
        in area: Rect, on grid: inout Grid, window: Rect, mark: (Int) -> MiniMapMark
    ) {
        let area = area.intersection(grid.bounds)
        guard !area.isEmpty, layout.size.width > 0, layout.size.height > 0 else { return }
        let spots = Size(width: area.width, height: area.height * 2)
        let (width, height) = (
            max(layout.size.width, spots.width), max(layout.size.height, spots.height)
        )
        func column(_ x: Int) -> Int { min(max(0, x * spots.width / width), spots.width - 1) }
        func row(_ y: Int) -> Int { min(max(0, y * spots.height / height), spots.height - 1) }

        var map = [MiniMapMark?](repeating: nil, count: spots.width * spots.height)
        for (node, box) in layout.nodes.enumerated() {
            let mark = mark(node)
            for y in row(box.y)...row(box.lastY) {
                for x in column(box.x)...column(box.lastX) {
                    let place = y * spots.width + x
                    if map[place].map({ $0.weight < mark.weight }) ?? true { map[place] = mark }
                }
            }
        }
        grid.fill(area, surface: .base)
        if !window.intersection(Rect(x: 0, y: 0, width: width, height: height)).isEmpty {
            let (left, right) = (column(window.x), column(window.right - 1))
            let (top, bottom) = (row(window.y) / 2, row(window.bottom - 1) / 2)
            // Around what is shown and under the marks, so that these stay legible in every theme.
            let frame = Rect(
                x: area.x + left - 1, y: area.y + top - 1, width: right - left + 3,
                height: bottom - top + 3)
            grid.drawFrame(frame.intersection(area), isFocused: true)
        }
        for y in 0..<area.height {
            for x in 0..<area.width {
                let (upper, lower) = (
                    map[2 * y * spots.width + x], map[(2 * y + 1) * spots.width + x]
                )
                let sign =
                    switch (upper, lower) {
                    case (nil, nil): ""
                    case (_, nil): grid.charset.pick("▀", ascii: "'")
                    case (nil, _): grid.charset.pick("▄", ascii: ".")
                    default: grid.charset.pick("█", ascii: ":")
                    }
                guard !sign.isEmpty else { continue }
                let shown = (upper?.weight ?? .min) >= (lower?.weight ?? .min) ? upper : lower
                grid.write(
                    sign, row: y, of: area, column: x, role: shown?.role ?? .plain, surface: .base)
            }
        }
    }
}

import Domain
import GraphLayout
public import Screen

extension GraphPicture {
    /// Draws the window of the layout that begins at `origin` (a cell of the layout; may lie
    /// outside it) into `area`. Time grows with the area and the edges of the accents alone.
    ///
    /// - Parameter look: asked only for nodes that are in sight.
    public func draw(
        from origin: Point, in area: Rect, on grid: inout Grid, accents: Accents = Accents(),
        look: (Int) -> NodeLook
    ) {
        let area = area.intersection(Rect(grid.size))
        guard !area.isEmpty else { return }
        let window = Rect(x: origin.x, y: origin.y, width: area.width, height: area.height)
        var canvas = LineCanvas(window)
        canvas.trace(lines)
        for (node, next) in zip(accents.path, accents.path.dropFirst()) {
            for edge in edgesEntering(next) where layout.edges[Int(edge)].from == node {
                canvas.accent(layout, Int(edge), .path)
            }
        }
        if let cursor = accents.cursor, layout.nodes.indices.contains(cursor) {
            for edge in layout.edgesLeaving(cursor) { canvas.accent(layout, edge, .active) }
            for edge in edgesEntering(cursor) { canvas.accent(layout, Int(edge), .active) }
        }
        canvas.paint(on: &grid, at: Point(x: area.x, y: area.y))
        // An arrow stands one cell before its node, so look one cell farther.
        let near = Rect(
            x: window.x, y: window.y, width: window.width + 1, height: window.height + 1)
        let path = Set(accents.path)
        for node in nodes(in: near) {
            var painter = NodePainter(
                window: window, area: area, box: layout.nodes[node],
                isDown: layout.direction == .topDown)
            painter.leaves = !layout.edgesLeaving(node).isEmpty
            painter.surface =
                node == accents.cursor
                ? (accents.isFocused ? .selected : .selectedUnfocused)
                : accents.matches.contains(node) ? .match : .base
            painter.emphasis = path.contains(node) ? .bold : []
            if hasParents[node] {
                painter.arrow(on: &grid)
            }
            painter.paint(look(node), on: &grid)
        }
    }
}

/// The lines in a window, cell by cell.
struct LineCanvas {
    enum Accent: UInt8 { case none, path, active }

    private struct Spot {
        var arms: LineArms = []
        var isCorner = false
        var accent = Accent.none
    }

    private let window: Rect
    private var spots: [Spot]

    init(_ window: Rect) {
        self.window = window
        spots = [Spot](repeating: Spot(), count: window.width * window.height)
    }

    mutating func trace(_ lines: LineIndex) {
        for y in window.y..<window.bottom {
            var index = LineIndex.firstRun(lines.rows, line: y, from: window.x)
            while index < lines.rows.count, lines.rows[index].line == Int32(y) {
                let run = lines.rows[index]
                guard Int(run.first) < window.right else { break }
                // The ends of a run are corners or lie under nodes.
                let range = clip(Int(run.first) + 1, Int(run.last) - 1, window.x, window.right)
                for x in range { spots[place(x, y)].arms.formUnion(.horizontal) }
                index += 1
            }
            var corner = lines.firstCorner(y: y, x: window.x)
            while corner < lines.corners.count, lines.corners[corner].y == Int32(y),
                Int(lines.corners[corner].x) < window.right
            {
                let place = place(Int(lines.corners[corner].x), y)
                spots[place].arms.formUnion(lines.corners[corner].arms)
                spots[place].isCorner = true
                corner += 1
            }
        }
        for x in window.x..<window.right {
            var index = LineIndex.firstRun(lines.columns, line: x, from: window.y)
            while index < lines.columns.count, lines.columns[index].line == Int32(x) {
                let run = lines.columns[index]
                guard Int(run.first) < window.bottom else { break }
                let range = clip(Int(run.first) + 1, Int(run.last) - 1, window.y, window.bottom)
                for y in range { spots[place(x, y)].arms.formUnion(.vertical) }
                index += 1
            }
        }
    }

    mutating func accent(_ layout: GraphLayout, _ edge: Int, _ accent: Accent) {
        layout.forEachPiece(ofEdge: edge) { from, to in
            let columns = clip(min(from.x, to.x), max(from.x, to.x), window.x, window.right)
            let rows = clip(min(from.y, to.y), max(from.y, to.y), window.y, window.bottom)
            for y in rows {
                for x in columns { spots[place(x, y)].accent = accent }
            }
        }
    }

    func paint(on grid: inout Grid, at corner: Point) {
        var text = ""
        for y in 0..<window.height {
            var x = 0
            while x < window.width {
                let start = x
                let accent = spots[y * window.width + x].accent
                text.removeAll(keepingCapacity: true)
                while x < window.width {
                    let spot = spots[y * window.width + x]
                    guard !spot.arms.isEmpty, spot.accent == accent else { break }
                    let isCrossing = !spot.isCorner && spot.arms == [.horizontal, .vertical]
                    text.unicodeScalars.append(
                        isCrossing ? grid.charset.crossing : grid.charset.line(spot.arms))
                    x += 1
                }
                guard x > start else {
                    x += 1
                    continue
                }
                let role: Role =
                    switch accent {
                    case .none: .edge
                    case .path: .accent1
                    case .active: .edgeActive
                    }
                grid.write(
                    text, at: Point(x: corner.x + start, y: corner.y + y), width: x - start,
                    role: role, emphasis: accent == .none ? [] : .bold)
            }
        }
    }

    private func place(_ x: Int, _ y: Int) -> Int {
        (y - window.y) * window.width + x - window.x
    }

    private func clip(_ first: Int, _ last: Int, _ low: Int, _ high: Int) -> Range<Int> {
        let start = max(first, low)
        return start..<max(start, min(last + 1, high))
    }
}

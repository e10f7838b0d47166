import GraphLayout
import Screen

/// Draws one node where the window shows it.
struct NodePainter {
    let window: Rect
    let area: Rect
    let charset: GraphCharset
    let box: GraphLayout.Box
    let isDown: Bool
    /// Whether edges leave the node.
    var leaves = false
    var surface = Surface.base
    var emphasis: Emphasis = []

    init(
        window: Rect, area: Rect, charset: GraphCharset, box: GraphLayout.Box, isDown: Bool
    ) {
        self.window = window
        self.area = area
        self.charset = charset
        self.box = box
        self.isDown = isDown
    }

    func arrow(on grid: inout Grid) {
        let (x, y) = isDown ? (box.portX, box.y - 1) : (box.x - 1, box.portY)
        guard window.contains(Point(x: x, y: y)) else { return }
        let (column, row) = (area.x + x - window.x, area.y + y - window.y)
        grid[column, row].scalar = charset.arrow(isDown: isDown)
        if grid[column, row].role == .plain { grid[column, row].role = .edge }
    }

    func paint(_ look: GraphPicture.NodeLook, on grid: inout Grid) {
        guard box.height > 1 || box.width > 1 else {
            return put(look.sign, box.x, box.y, look.role, on: &grid)
        }
        var inner = Rect(x: box.x + 1, y: box.y, width: box.width - 2, height: 1)
        if box.height >= 3 {
            frame(on: &grid)
            inner = Rect(x: box.x + 2, y: box.portY, width: box.width - 4, height: 1)
        }
        for x in box.x..<(box.x + box.width) where box.height < 3 {
            put(" ", x, box.y, .plain, on: &grid)
        }
        put(look.sign, inner.x, inner.y, look.role, on: &grid)
        let detail = text(look.detail, atMost: max(0, inner.width - 2))
        let labelRoom =
            inner.width - 2 - (detail.isEmpty ? 0 : detail.count + 1)
        let nameRole: Role = look.role == .plain ? .plain : .strong
        for (index, scalar) in text(look.label, atMost: max(0, labelRoom)).enumerated() {
            put(scalar, inner.x + 2 + index, inner.y, nameRole, on: &grid)
        }
        for (index, scalar) in detail.enumerated() {
            put(scalar, inner.right - detail.count + index, inner.y, .dim, on: &grid)
        }
    }

    private func frame(on grid: inout Grid) {
        let signs = charset.frame
        for y in box.y...box.lastY {
            for x in box.x...box.lastX {
                let (isLeft, isRight) = (x == box.x, x == box.lastX)
                let (isTop, isBottom) = (y == box.y, y == box.lastY)
                let sign: Unicode.Scalar =
                    switch (isLeft, isRight, isTop, isBottom) {
                    case (true, _, true, _): signs[0]
                    case (_, true, true, _): signs[1]
                    case (_, true, _, true): signs[2]
                    case (true, _, _, true): signs[3]
                    case (_, _, true, _): signs[4]
                    case (_, _, _, true): isDown && leaves && x == box.portX ? signs[7] : signs[4]
                    case (_, true, _, _): !isDown && leaves && y == box.portY ? signs[6] : signs[5]
                    case (true, _, _, _): signs[5]
                    default: " "
                    }
                put(sign, x, y, surface == .base ? .border : .borderFocused, on: &grid)
            }
        }
    }

    private func text(_ text: String, atMost width: Int) -> [Unicode.Scalar] {
        var scalars = text.unicodeScalars.prefix(width + 1).map { scalar in
            scalar.properties.generalCategory == .control ? "?" : scalar
        }
        guard scalars.count > width else { return scalars }
        scalars = Array(scalars.prefix(max(0, width)))
        if !scalars.isEmpty { scalars[scalars.count - 1] = charset.ellipsis }
        return scalars
    }

    private func put(
        _ scalar: Unicode.Scalar, _ x: Int, _ y: Int, _ role: Role, on grid: inout Grid
    ) {
        guard window.contains(Point(x: x, y: y)) else { return }
        grid[area.x + x - window.x, area.y + y - window.y] = Cell(
            scalar, role: role, surface: surface, emphasis: emphasis)
    }
}

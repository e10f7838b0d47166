import GraphLayout
import Screen

/// Draws one node where the window shows it.
struct NodePainter {
    let window: Rect
    let area: Rect
    let box: GraphLayout.Box
    let isDown: Bool
    /// Whether edges leave the node.
    var leaves = false
    var surface = Surface.base
    var emphasis: Emphasis = []

    init(window: Rect, area: Rect, box: GraphLayout.Box, isDown: Bool) {
        self.window = window
        self.area = area
        self.box = box
        self.isDown = isDown
    }

    /// The head of the edges that enter the node, in the cell before it.
    func arrow(on grid: inout Grid) {
        let (x, y) = isDown ? (box.portX, box.y - 1) : (box.x - 1, box.portY)
        guard window.contains(Point(x: x, y: y)) else { return }
        let old = grid[area.x + x - window.x, area.y + y - window.y]
        put(
            grid.charset.arrow(isDown: isDown), x, y, width: 1,
            role: old.role == .plain ? .edge : old.role, surface: nil, emphasis: old.emphasis,
            on: &grid)
    }

    func paint(_ look: GraphPicture.NodeLook, on grid: inout Grid) {
        let sign = String(Character(look.sign))
        guard box.height > 1 || box.width > 1 else {
            put(sign, box.x, box.y, width: 1, role: look.role, on: &grid)
            return
        }
        var (x, width) = (box.x + 1, box.width - 2)
        if box.height >= 3 {
            frame(on: &grid)
            (x, width) = (box.x + 2, box.width - 4)
        } else {
            blank(y: box.portY, on: &grid)
        }
        guard width > 0 else { return }
        put(sign, x, box.portY, width: 1, role: look.role, on: &grid)
        let detail = min(DisplayWidth.of(look.detail, charset: grid.charset), max(0, width - 2))
        let room = width - 2 - (detail > 0 ? detail + 1 : 0)
        write(
            look.label, x + 2, width: room, role: look.isDimmed ? .dim : .strong, on: &grid)
        put(look.detail, x + width - detail, box.portY, width: detail, role: .dim, on: &grid)
    }

    /// The name: an ellipsis stands where the node ends, not where the window does.
    private func write(
        _ label: String, _ x: Int, width: Int, role: Role, on grid: inout Grid
    ) {
        guard width > 0, DisplayWidth.of(label, charset: grid.charset) > width else {
            return put(label, x, box.portY, width: width, role: role, on: &grid)
        }
        var line = Grid(size: Size(width: width, height: 1), charset: grid.charset)
        line.fill(line.bounds, surface: surface)
        line.write(
            label, at: Point(x: 0, y: 0), role: role, emphasis: emphasis, overflow: .ellipsis)
        grid.draw(
            line, at: Point(x: area.x + x - window.x, y: area.y + box.portY - window.y),
            clippedTo: area)
    }

    private func frame(on grid: inout Grid) {
        let role: Role = surface == .base ? .border : .borderFocused
        let bars = max(0, box.width - 2)
        let isAscii = grid.charset == .ascii
        let bar = isAscii ? "-" : "─"
        let side = isAscii ? "|" : "│"
        for y in box.y...box.lastY where y >= window.y && y < window.bottom {
            if y == box.y || y == box.lastY {
                let (left, right) =
                    isAscii ? ("+", "+") : y == box.y ? ("╭", "╮") : ("╰", "╯")
                let line = left + String(repeating: bar, count: bars) + right
                put(line, box.x, y, width: box.width, role: role, on: &grid)
            } else {
                blank(y: y, on: &grid)
                put(side, box.x, y, width: 1, role: role, on: &grid)
                let port = !isDown && leaves && y == box.portY
                let mark = port ? (isAscii ? "+" : "├") : side
                put(mark, box.lastX, y, width: 1, role: role, on: &grid)
            }
        }
        if isDown && leaves {
            put(isAscii ? "+" : "┬", box.portX, box.lastY, width: 1, role: role, on: &grid)
        }
    }

    private func blank(y: Int, on grid: inout Grid) {
        put(
            String(repeating: " ", count: box.width), box.x, y, width: box.width, role: .plain,
            on: &grid)
    }

    private func put(
        _ text: String, _ x: Int, _ y: Int, width: Int, role: Role, on grid: inout Grid
    ) {
        // Without the focus only the name is marked: themes may underline what is, and an
        // underlined frame is hard to read.
        let ground: Surface = surface == .selectedUnfocused ? .base : surface
        put(text, x, y, width: width, role: role, surface: ground, emphasis: emphasis, on: &grid)
    }

    private func put(
        _ text: String, _ x: Int, _ y: Int, width: Int, role: Role, surface: Surface?,
        emphasis: Emphasis, on grid: inout Grid
    ) {
        guard width > 0 else { return }
        // What lies before the window is left out by the negative column.
        let column = x - window.x
        let visible = column < 0 ? width + column : width
        guard visible > 0 else { return }
        grid.write(
            text, row: y - window.y, of: area, column: column, width: visible, role: role,
            surface: surface, emphasis: emphasis)
    }
}

/// The directions in which a line leaves the middle of a cell.
public struct LineArms: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let up = LineArms(rawValue: 1)
    public static let right = LineArms(rawValue: 2)
    public static let down = LineArms(rawValue: 4)
    public static let left = LineArms(rawValue: 8)
    public static let horizontal: LineArms = [.left, .right]
    public static let vertical: LineArms = [.up, .down]

    /// The box-drawing character with these arms; a blank with none.
    func scalar(_ charset: Charset) -> Unicode.Scalar {
        let index = Int(rawValue & 15)
        return charset == .unicode ? LineArms.light[index] : LineArms.ascii[index]
    }

    // The index is the sum of the arms: up 1, right 2, down 4, left 8.
    private static let light: [Unicode.Scalar] = [
        " ", "╵", "╶", "└", "╷", "│", "┌", "├", "╴", "┘", "─", "┴", "┐", "┤", "┬", "┼",
    ]
    private static let ascii: [Unicode.Scalar] = [
        " ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "+",
    ]
}

extension Grid {
    /// Draws a line of light box characters from one point to another; where it meets a line that
    /// is there already, the two join.
    ///
    /// Both points are covered; one that lies neither in the row nor in the column of the other is
    /// reached by its row first. Text on the way is overwritten. An `edgeActive` or
    /// `borderFocused` line keeps its role where another crosses it.
    public mutating func drawLine(
        from start: Point, to end: Point, role: Role = .edge, clippedTo clip: Rect? = nil
    ) {
        let clip = (clip ?? bounds).intersection(bounds)
        drawHorizontal(y: start.y, start.x, end.x, role, clip)
        drawVertical(x: end.x, start.y, end.y, role, clip)
    }

    /// Draws lines from point to point.
    public mutating func drawLines(
        _ points: [Point], role: Role = .edge, clippedTo clip: Rect? = nil
    ) {
        for (start, end) in zip(points, points.dropFirst()) {
            drawLine(from: start, to: end, role: role, clippedTo: clip)
        }
    }

    /// Adds arms to a cell: what was a line before has both, what was text is a line now.
    public mutating func addArms(_ arms: LineArms, x: Int, y: Int, role: Role = .edge) {
        guard bounds.contains(Point(x: x, y: y)), !arms.isEmpty else { return }
        let old = self[x, y]
        let merged = old.arms.union(arms)
        let keepsRole = !old.arms.isEmpty && (old.role == .edgeActive || old.role == .borderFocused)
        put(
            Cell(
                merged.scalar(charset), role: keepsRole ? old.role : role, surface: old.surface,
                arms: merged), x, y)
    }

    /// Draws a frame along the inside of `area` and returns what is left inside it.
    ///
    /// Frames that share a border join. The title stands in the upper border, the footer at the
    /// right end of the lower one; both are cut with an ellipsis. Nothing is drawn in an area
    /// narrower or lower than two cells.
    @discardableResult
    public mutating func drawFrame(
        _ area: Rect, title: String = "", footer: String = "",
        isFocused: Bool = false, surface: Surface? = nil
    ) -> Rect {
        guard area.width >= 2, area.height >= 2 else { return area.inset(by: 1) }
        if let surface { fill(area, surface: surface) }
        let role: Role = isFocused ? .borderFocused : .border
        let (right, bottom) = (area.right - 1, area.bottom - 1)
        drawHorizontal(y: area.y, area.x, right, role, bounds)
        drawHorizontal(y: bottom, area.x, right, role, bounds)
        drawVertical(x: area.x, area.y, bottom, role, bounds)
        drawVertical(x: right, area.y, bottom, role, bounds)
        if !title.isEmpty, area.width >= 6 {
            let used = write(
                title, row: 0, of: area, column: 2, width: area.width - 4, role: .title,
                emphasis: isFocused ? .bold : [], overflow: .ellipsis)
            write(" ", row: 0, of: area, column: 1)
            write(" ", row: 0, of: area, column: 2 + used)
        }
        if !footer.isEmpty, area.width >= 6 {
            let width = min(DisplayWidth.of(footer, charset: charset), area.width - 4)
            let row = area.height - 1
            write(
                footer, row: row, of: area, column: area.width - 2 - width, width: width,
                role: .dim, overflow: .ellipsis)
            write(" ", row: row, of: area, column: area.width - 3 - width)
            write(" ", row: row, of: area, column: area.width - 2)
        }
        return area.inset(by: 1)
    }

    private mutating func drawHorizontal(y: Int, _ a: Int, _ b: Int, _ role: Role, _ clip: Rect) {
        let (low, high) = (min(a, b), max(a, b))
        guard y >= clip.y, y < clip.bottom, low < high else { return }
        let (first, last) = (max(low, clip.x), min(high, clip.right - 1))
        guard first <= last else { return }
        for x in first...last {
            let arms: LineArms = x == low ? .right : x == high ? .left : .horizontal
            addArms(arms, x: x, y: y, role: role)
        }
    }

    private mutating func drawVertical(x: Int, _ a: Int, _ b: Int, _ role: Role, _ clip: Rect) {
        let (low, high) = (min(a, b), max(a, b))
        guard x >= clip.x, x < clip.right, low < high else { return }
        let (first, last) = (max(low, clip.y), min(high, clip.bottom - 1))
        guard first <= last else { return }
        for y in first...last {
            let arms: LineArms = y == low ? .down : y == high ? .up : .vertical
            addArms(arms, x: x, y: y, role: role)
        }
    }
}

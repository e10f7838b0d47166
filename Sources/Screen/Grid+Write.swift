/// What is done with a text that is wider than its place.
public enum Overflow: Hashable, Sendable {
    /// Ends at the edge.
    case cut
    /// The last, first or middle cell is an ellipsis: `…`, in ASCII `~`.
    case ellipsis, ellipsisAtStart, ellipsisInMiddle
}

/// A piece of a line that looks the same all along.
public struct TextRun: Hashable, Sendable {
    public var text: String
    public var role: Role
    public var emphasis: Emphasis

    public init(_ text: String, _ role: Role = .plain, _ emphasis: Emphasis = []) {
        self.text = text
        self.role = role
        self.emphasis = emphasis
    }
}

extension Grid {
    /// Writes `text` into a row of `area`, from `column` on, and returns how many cells it took.
    ///
    /// - Parameters:
    ///   - row: From 0 in `area`; outside it nothing is written.
    ///   - column: From 0 in `area`.
    ///   - width: The most cells to take; nil is up to the right edge of `area`.
    ///   - surface: What the text stands on; nil leaves what is there.
    ///   - skip: How many of the text's first cells to leave out: sideways scrolling.
    @discardableResult
    public mutating func write(
        _ text: some StringProtocol, row: Int, of area: Rect, column: Int = 0, width: Int? = nil,
        role: Role = .plain, surface: Surface? = nil, emphasis: Emphasis = [],
        overflow: Overflow = .cut, skip: Int = 0
    ) -> Int {
        let place = Place(row: row, column: column, width: width, area: area)
        let look = Look(role: role, surface: surface, emphasis: emphasis)
        return withUTF8(of: text) {
            write($0, place: place, look: look, overflow: overflow, skip: skip)
        }
    }

    /// Writes bytes that should be UTF-8; those that are not are shown as `\x9f`.
    @discardableResult
    public mutating func write(
        bytes: Span<UInt8>, row: Int, of area: Rect, column: Int = 0, width: Int? = nil,
        role: Role = .plain, surface: Surface? = nil, emphasis: Emphasis = [],
        overflow: Overflow = .cut, skip: Int = 0
    ) -> Int {
        write(
            bytes, place: Place(row: row, column: column, width: width, area: area),
            look: Look(role: role, surface: surface, emphasis: emphasis), overflow: overflow,
            skip: skip)
    }

    /// Writes `text` at a place of the grid, up to its right edge.
    @discardableResult
    public mutating func write(
        _ text: some StringProtocol, at place: Point, width: Int? = nil, role: Role = .plain,
        surface: Surface? = nil, emphasis: Emphasis = [], overflow: Overflow = .cut
    ) -> Int {
        write(
            text, row: place.y, of: bounds, column: place.x, width: width, role: role,
            surface: surface, emphasis: emphasis, overflow: overflow)
    }

    /// Writes runs one after the other and returns how many cells they took together.
    @discardableResult
    public mutating func write(
        _ runs: [TextRun], row: Int, of area: Rect, column: Int = 0, width: Int? = nil,
        surface: Surface? = nil, overflow: Overflow = .cut
    ) -> Int {
        var used = 0
        let limit = min(max(0, width ?? area.width), max(0, area.width - column))
        for (index, run) in runs.enumerated() where used < limit || index == 0 {
            used += write(
                run.text, row: row, of: area, column: column + used, width: limit - used,
                role: run.role, surface: surface, emphasis: run.emphasis, overflow: overflow)
        }
        return used
    }

    /// Writes `text` so that it ends at the right edge of `area`, less `margin` cells.
    @discardableResult
    public mutating func writeRight(
        _ text: some StringProtocol, row: Int, of area: Rect, margin: Int = 0,
        role: Role = .plain, surface: Surface? = nil, emphasis: Emphasis = [],
        overflow: Overflow = .cut
    ) -> Int {
        let room = max(0, area.width - max(0, margin))
        let width = min(DisplayWidth.of(text, charset: charset), room)
        return write(
            text, row: row, of: area, column: room - width, width: width, role: role,
            surface: surface, emphasis: emphasis, overflow: overflow)
    }

    /// Writes `text` in the middle of a row of `area`.
    @discardableResult
    public mutating func writeCentred(
        _ text: some StringProtocol, row: Int, of area: Rect, role: Role = .plain,
        surface: Surface? = nil, emphasis: Emphasis = [], overflow: Overflow = .cut
    ) -> Int {
        let width = min(DisplayWidth.of(text, charset: charset), area.width)
        return write(
            text, row: row, of: area, column: (area.width - width) / 2, width: width, role: role,
            surface: surface, emphasis: emphasis, overflow: overflow)
    }
}

/// Where a text may go: the part of one row that is inside the area, the grid and the width.
private struct Place {
    var row: Int
    var column: Int
    var width: Int?
    var area: Rect
}

private struct Look {
    var role: Role
    var surface: Surface?
    var emphasis: Emphasis
}

extension Grid {
    private mutating func write(
        _ bytes: Span<UInt8>, place: Place, look: Look, overflow: Overflow, skip: Int
    ) -> Int {
        let area = place.area
        guard place.row >= 0, place.row < area.height, place.column < area.width else { return 0 }
        let room = min(max(0, place.width ?? .max), area.width - max(0, place.column))
        guard room > 0 else { return 0 }
        let skip = max(0, skip) + max(0, -place.column)
        let x = area.x + max(0, place.column)
        let y = area.y + place.row
        switch overflow {
        case .cut, .ellipsis:
            let marks = overflow == .ellipsis
            return writePart(bytes, x: x, y: y, room: room, look, skip: skip, marksEnd: marks)
        case .ellipsisAtStart, .ellipsisInMiddle:
            let total = DisplayWidth.of(bytes, charset: charset) - skip
            guard total > room else {
                return writePart(bytes, x: x, y: y, room: room, look, skip: skip, marksEnd: false)
            }
            let head = overflow == .ellipsisAtStart ? 0 : room / 2
            let tail = room - head - 1
            if head > 0 {
                _ = writePart(bytes, x: x, y: y, room: head, look, skip: skip, marksEnd: false)
            }
            putVisible(ellipsis(look, x: x + head, y: y), x + head, y)
            if tail > 0 {
                _ = writePart(
                    bytes, x: x + head + 1, y: y, room: tail, look, skip: skip + total - tail,
                    marksEnd: false)
            }
            return room
        }
    }

    /// Writes clusters until `room` is used up; a wide one that an edge cuts becomes a blank.
    private mutating func writePart(
        _ bytes: Span<UInt8>, x: Int, y: Int, room: Int, _ look: Look, skip: Int, marksEnd: Bool
    ) -> Int {
        var reader = ClusterReader(charset: charset)
        var column = -skip
        while let cluster = reader.next(bytes) {
            let width = Int(cluster.width)
            if column >= room || column + width > room {
                if marksEnd {
                    putVisible(ellipsis(look, x: x + room - 1, y: y), x + room - 1, y)
                } else if column < room {
                    putVisible(cell(Cluster(scalar: " "), look, x: x + column, y: y), x + column, y)
                }
                return room
            }
            if column >= 0 {
                putVisible(cell(cluster, look, x: x + column, y: y), x + column, y)
            } else if column + width > 0 {
                putVisible(cell(Cluster(scalar: " "), look, x: x, y: y), x, y)
            }
            column += width
        }
        return max(0, column)
    }

    private func cell(_ cluster: Cluster, _ look: Look, x: Int, y: Int) -> Cell {
        Cell(
            cluster.scalar, marks: cluster.marks,
            role: cluster.isReplaced ? .replacement : look.role,
            surface: look.surface ?? self[x, y].surface, emphasis: look.emphasis,
            width: cluster.width)
    }

    private func ellipsis(_ look: Look, x: Int, y: Int) -> Cell {
        cell(Cluster(scalar: charset == .ascii ? "~" : "…"), look, x: x, y: y)
    }

    /// Puts a cell if its place is inside the grid; half of a wide one that is inside is a blank.
    private mutating func putVisible(_ cell: Cell, _ x: Int, _ y: Int) {
        guard y >= 0, y < size.height, x < size.width else { return }
        if x >= 0 {
            put(cell, x, y)
        } else if x == -1, cell.width == 2, size.width > 0 {
            put(Cell(role: cell.role, surface: cell.surface, emphasis: cell.emphasis), 0, y)
        }
    }
}

public import Screen

/// How much room the screen has, in the steps in which layouts differ.
public enum ScreenShape: String, Hashable, Sendable, CaseIterable {
    /// Too small for two panes: the focused one stands alone.
    case small
    /// 80×24: two panes, one above the other.
    case compact
    /// At least 40 rows: panes one above the other.
    case tall
    /// At least 110 columns: panes side by side.
    case wide

    /// The shape of the part of the screen that panes share.
    public init(_ size: Size) {
        self =
            if size.width < 80 || size.height < 16 {
                .small
            } else if size.width >= 110 {
                .wide
            } else {
                size.height >= 38 ? .tall : .compact
            }
    }
}

/// Which panes stand where: a tree of columns and rows with shares of the room.
public indirect enum PaneLayout: Hashable, Sendable {
    case pane(PaneName)
    /// Side by side, left to right.
    case columns([Part])
    /// One above the other.
    case rows([Part])

    /// A part of a split and its share of the room.
    public struct Part: Hashable, Sendable {
        public var layout: PaneLayout
        /// In hundredths of the whole; the last part takes what is left.
        public var share: Int
        /// The least and the most cells that it takes unless its divider was moved.
        public var limits: ClosedRange<Int>

        public init(_ layout: PaneLayout, share: Int, limits: ClosedRange<Int> = 4...10_000) {
            self.layout = layout
            self.share = share
            self.limits = limits
        }

        public init(_ pane: PaneName, share: Int, limits: ClosedRange<Int> = 4...10_000) {
            self.init(.pane(pane), share: share, limits: limits)
        }
    }

    /// Where panes and the dividers between them are.
    public struct Places: Hashable, Sendable {
        public var panes: [PaneName: Rect] = [:]
        public var dividers: [Divider] = []
    }

    /// The border between two parts of a split, which can be dragged.
    public struct Divider: Hashable, Sendable {
        /// Its place in the layout; the same at every size.
        public var id: String
        /// Whether it stands between columns.
        public var isUpright: Bool
        /// The cells that are the border: the last of one part and the first of the next.
        public var area: Rect
        /// The room of the parts at both sides, and where it begins.
        public var start: Int
        public var room: Int
    }

    /// The least cells of a part whose divider was moved.
    private static let least = 4

    /// Where each pane and divider goes in `area`.
    ///
    /// - Parameters:
    ///   - moved: For dividers that were moved, where they stand, in thousandths of their room.
    ///   - exists: Panes that it denies leave their room to the others.
    public func places(
        in area: Rect, moved: [String: Int] = [:], where exists: (PaneName) -> Bool = { _ in true }
    ) -> Places {
        var places = Places()
        place(in: area, "", moved, exists, &places)
        return places
    }

    private func place(
        in area: Rect, _ path: String, _ moved: [String: Int], _ exists: (PaneName) -> Bool,
        _ places: inout Places
    ) {
        switch self {
        case .pane(let name): if exists(name) { places.panes[name] = area }
        case .columns(let parts), .rows(let parts):
            let shown = parts.enumerated().filter {
                $0.element.layout.panes.contains(where: exists)
            }
            let isColumn = if case .columns = self { true } else { false }
            // What the parts that are still to be placed want together.
            var left = shown.reduce(0) { $0 + $1.element.share }
            var rest = area
            for (order, (index, part)) in shown.enumerated() {
                let id = path + "/\(index)"
                guard order < shown.count - 1 else {
                    part.layout.place(in: rest, id, moved, exists, &places)
                    continue
                }
                let room = isColumn ? rest.width : rest.height
                var cells = room * part.share / max(1, left)
                cells = min(max(cells, part.limits.lowerBound), part.limits.upperBound)
                if let place = moved[id] {
                    cells = min(max(room * place / 1_000, Self.least), room - Self.least)
                }
                left -= part.share
                places.dividers.append(
                    Divider(
                        id: id, isUpright: isColumn,
                        area: isColumn
                            ? Rect(x: rest.x + cells - 1, y: rest.y, width: 2, height: rest.height)
                            : Rect(x: rest.x, y: rest.y + cells - 1, width: rest.width, height: 2),
                        start: isColumn ? rest.x : rest.y, room: room))
                let taken: Rect
                (taken, rest) = isColumn ? rest.split(left: cells) : rest.split(top: cells)
                part.layout.place(in: taken, id, moved, exists, &places)
            }
        }
    }

    /// Every pane of the layout, in its order.
    public var panes: [PaneName] {
        switch self {
        case .pane(let name): [name]
        case .columns(let parts), .rows(let parts): parts.flatMap(\.layout.panes)
        }
    }
}

extension PaneLayout.Divider {
    /// Where the divider would stand at a place of the mouse, in thousandths of its room.
    public func share(at place: Point) -> Int {
        let cells = (isUpright ? place.x : place.y) - start + 1
        return min(max(0, cells * 1_000 / max(1, room)), 1_000)
    }
}

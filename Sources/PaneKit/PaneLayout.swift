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
        /// The least and the most cells that it takes.
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

    /// Where each pane goes in `area`; panes that `exists` denies leave their room to the others.
    public func places(
        in area: Rect, where exists: (PaneName) -> Bool = { _ in true }
    ) -> [PaneName: Rect] {
        var places: [PaneName: Rect] = [:]
        place(in: area, exists, &places)
        return places
    }

    private func place(
        in area: Rect, _ exists: (PaneName) -> Bool, _ places: inout [PaneName: Rect]
    ) {
        switch self {
        case .pane(let name): if exists(name) { places[name] = area }
        case .columns(let parts), .rows(let parts):
            let shown = parts.filter { $0.layout.panes.contains(where: exists) }
            let whole = shown.reduce(0) { $0 + $1.share }
            var rest = area
            for (index, part) in shown.enumerated() {
                guard index < shown.count - 1 else {
                    part.layout.place(in: rest, exists, &places)
                    continue
                }
                let isColumn = if case .columns = self { true } else { false }
                let room = isColumn ? area.width : area.height
                let wanted = room * part.share / max(1, whole)
                let cells = min(max(wanted, part.limits.lowerBound), part.limits.upperBound)
                let taken: Rect
                (taken, rest) = isColumn ? rest.split(left: cells) : rest.split(top: cells)
                part.layout.place(in: taken, exists, &places)
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

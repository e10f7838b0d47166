public import GraphLayout

/// How much of each node is shown.
public enum GraphDensity: Sendable, CaseIterable {
    /// Three rows: a frame around sign, name and detail.
    case box
    /// One row: sign, name and detail.
    case line
    /// One cell: the sign.
    case cell

    /// The cells a node takes whose name and detail (a duration, say) are this wide.
    public func extent(labelWidth: Int, detailWidth: Int) -> GraphLayout.Extent {
        let text = 2 + max(1, labelWidth) + (detailWidth > 0 ? detailWidth + 1 : 0)
        switch self {
        case .box: return GraphLayout.Extent(width: text + 4, height: 3)
        case .line: return GraphLayout.Extent(width: text + 2, height: 1)
        case .cell: return GraphLayout.Extent(width: 1, height: 1)
        }
    }

    /// Distances that suit the density.
    public func options(_ direction: GraphLayout.Direction) -> GraphLayout.Options {
        switch (direction, self) {
        case (.leftToRight, .box): .init(direction: direction, nodeGap: 0, lineGap: 0)
        case (.leftToRight, .line): .init(direction: direction, nodeGap: 0, lineGap: 0)
        case (.leftToRight, .cell): .init(direction: direction, nodeGap: 0, lineGap: 0)
        case (.topDown, .box), (.topDown, .line):
            .init(direction: direction, nodeGap: 2, lineGap: 1)
        case (.topDown, .cell): .init(direction: direction, nodeGap: 1, lineGap: 1)
        }
    }
}

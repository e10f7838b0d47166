public import Domain

/// Where the nodes and edges of a DAG are drawn, in cells: ranks one after another, each edge an
/// orthogonal line in the channels between them.
///
/// Edges that leave the same node share its port and may share cells, as may edges that enter the
/// same node; edges without a common end never share more than single cells in which one crosses
/// the other at a right angle.
public struct GraphLayout: Equatable, Sendable {
    /// Which way the edges point.
    public enum Direction: Sendable, CaseIterable { case leftToRight, topDown }

    /// A width and height in cells.
    public struct Extent: Hashable, Sendable {
        public var width: Int
        public var height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// A cell; the origin is the upper left corner of the picture.
    public struct Point: Hashable, Sendable {
        public var x: Int
        public var y: Int

        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// The cells that a node covers.
    public struct Box: Hashable, Sendable {
        public var x: Int
        public var y: Int
        public var width: Int
        public var height: Int

        public init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }

        /// The last column and the last row that belong to the node.
        public var lastX: Int { x + width - 1 }
        public var lastY: Int { y + height - 1 }
        /// Where edges leave and enter when the layout runs left to right: this row.
        public var portY: Int { y + (height - 1) / 2 }
        /// Where edges leave and enter when the layout runs top down: this column.
        public var portX: Int { x + (width - 1) / 2 }
    }

    /// What shapes a layout beside the graph.
    public struct Options: Hashable, Sendable {
        public var direction: Direction
        /// Free cells between two nodes of a rank, 0 or more.
        public var nodeGap: Int
        /// Free cells between a node of a rank and a line that passes it, 0 or more.
        public var lineGap: Int
        /// Elementary steps that may be spent on finding few crossings; a graph too large for the
        /// budget gets fewer rounds. The result depends on this number, never on time.
        public var effort: Int

        /// The effort for a large graph that is drawn anew because somebody folds or turns it: it
        /// must be there at once, and a few crossings more matter less than the wait.
        public static let redrawEffort = 6_000_000
        /// From how many nodes on that is so.
        public static let largeNodeCount = 2_000

        public init(
            direction: Direction = .leftToRight, nodeGap: Int = 0, lineGap: Int = 0,
            effort: Int = 36_000_000
        ) {
            self.direction = direction
            self.nodeGap = max(0, nodeGap)
            self.lineGap = max(0, lineGap)
            self.effort = max(0, effort)
        }
    }

    public let direction: Direction
    /// The whole picture, from (0, 0).
    public let size: Extent
    /// One for each node of the graph, by its number.
    public let nodes: [Box]
    /// The rank of each node in its connected part: every edge leads to a higher one.
    public let ranks: [Int32]
    /// The graph's edges, ordered by their start.
    public let edges: [DAG.Edge]
    let pointStarts: [Int32]
    let pointList: [SIMD2<Int32>]

    init(
        direction: Direction, size: Extent, nodes: [Box], ranks: [Int32], edges: [DAG.Edge],
        pointStarts: [Int32], pointList: [SIMD2<Int32>]
    ) {
        self.direction = direction
        self.size = size
        self.nodes = nodes
        self.ranks = ranks
        self.edges = edges
        self.pointStarts = pointStarts
        self.pointList = pointList
    }

    /// The corners of edge number `edge`, from the last cell of its start to the first cell of its
    /// end; two neighbours always share their x or their y.
    public func points(ofEdge edge: Int) -> [Point] {
        pointList[Int(pointStarts[edge])..<Int(pointStarts[edge + 1])].map {
            Point(x: Int($0.x), y: Int($0.y))
        }
    }

    /// Calls `visit` with both ends of each straight piece of edge number `edge`, in its direction.
    public func forEachPiece(ofEdge edge: Int, _ visit: (Point, Point) -> Void) {
        let range = Int(pointStarts[edge])..<Int(pointStarts[edge + 1])
        for index in range.dropLast() {
            let (a, b) = (pointList[index], pointList[index + 1])
            visit(Point(x: Int(a.x), y: Int(a.y)), Point(x: Int(b.x), y: Int(b.y)))
        }
    }

    /// The numbers of the edges that leave `node`.
    public func edgesLeaving(_ node: Int) -> Range<Int> {
        let first = firstEdge { $0.from >= node }
        return first..<max(first, firstEdge { $0.from > node })
    }

    private func firstEdge(where isPast: (DAG.Edge) -> Bool) -> Int {
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if isPast(edges[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

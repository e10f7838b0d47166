import Domain
public import GraphLayout
public import Screen

/// A layout made ready for drawing any window of it: what lies outside the window costs nothing.
public struct GraphPicture: Sendable {
    /// How a node is shown.
    public struct NodeLook: Hashable, Sendable {
        public var label: String
        /// The state as one character of one cell.
        public var sign: Unicode.Scalar
        public var role: Role
        /// The node is none of those that are looked for.
        public var isDimmed: Bool
        /// A duration, for example; empty for none.
        public var detail: String

        public init(
            label: String, sign: Unicode.Scalar = " ", role: Role = .plain,
            isDimmed: Bool = false, detail: String = ""
        ) {
            self.label = label
            self.sign = sign
            self.role = role
            self.isDimmed = isDimmed
            self.detail = detail
        }
    }

    /// What stands out in a picture.
    public struct Accents: Hashable, Sendable {
        /// The node under the cursor; its edges are shown as active.
        public var cursor: Int?
        public var isFocused: Bool
        /// Nodes of a path, in its order, whose edges are emphasised: the critical path.
        public var path: [Int]
        /// Nodes that a search found.
        public var matches: Set<Int>

        public init(
            cursor: Int? = nil, isFocused: Bool = true, path: [Int] = [],
            matches: Set<Int> = []
        ) {
            self.cursor = cursor
            self.isFocused = isFocused
            self.path = path
            self.matches = matches
        }
    }

    public let layout: GraphLayout
    let lines: LineIndex
    /// Node numbers by first row, then first column.
    let nodesByRow: [Int32]
    let widestNode: Int
    let highestNode: Int
    let hasParents: [Bool]
    private let enteringStarts: [Int32]
    private let enteringEdges: [Int32]

    /// O((nodes + edges) × log).
    public init(_ layout: GraphLayout) {
        self.layout = layout
        lines = LineIndex(layout)
        let keys = layout.nodes.indices.map { index in
            (y: layout.nodes[index].y, x: layout.nodes[index].x, node: Int32(index))
        }
        nodesByRow = keys.sorted { ($0.y, $0.x) < ($1.y, $1.x) }.map(\.node)
        widestNode = layout.nodes.reduce(1) { max($0, $1.width) }
        highestNode = layout.nodes.reduce(1) { max($0, $1.height) }
        var starts = [Int32](repeating: 0, count: layout.nodes.count + 1)
        for edge in layout.edges { starts[edge.to + 1] += 1 }
        for node in layout.nodes.indices { starts[node + 1] += starts[node] }
        var fill = starts
        var list = [Int32](repeating: 0, count: layout.edges.count)
        for (number, edge) in layout.edges.enumerated() {
            list[Int(fill[edge.to])] = Int32(number)
            fill[edge.to] += 1
        }
        (enteringStarts, enteringEdges) = (starts, list)
        hasParents = layout.nodes.indices.map { starts[$0] < starts[$0 + 1] }
    }

    /// The numbers of the edges that enter `node`.
    public func edgesEntering(_ node: Int) -> ArraySlice<Int32> {
        enteringEdges[Int(enteringStarts[node])..<Int(enteringStarts[node + 1])]
    }

    /// The nodes of which at least one cell lies in the window, in drawing order.
    /// O(window rows × log nodes + nodes near the window).
    public func nodes(in window: Rect) -> [Int] {
        var found: [Int] = []
        guard !window.isEmpty else { return [] }
        for y in max(0, window.y - highestNode + 1)..<max(0, window.bottom) {
            var index = LineIndex.lowerBound(nodesByRow.count) {
                let box = layout.nodes[Int(nodesByRow[$0])]
                return (box.y, box.x) < (y, window.x - widestNode + 1)
            }
            while index < nodesByRow.count {
                let node = Int(nodesByRow[index])
                let box = layout.nodes[node]
                guard box.y == y, box.x < window.right else { break }
                if box.lastX >= window.x, box.lastY >= window.y { found.append(node) }
                index += 1
            }
        }
        return found
    }

    /// The node that covers a cell of the layout.
    public func node(at point: Point) -> Int? {
        nodes(in: Rect(x: point.x, y: point.y, width: 1, height: 1)).first
    }
}

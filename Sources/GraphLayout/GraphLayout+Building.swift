public import Domain

extension GraphLayout {
    /// The greatest width and height of a node that a layout takes as given; larger ones count as
    /// this many cells.
    public static let largestNodeSide = 4096

    /// Lays out `dag`, whose node `n` takes `sizes[n]` cells (each side 1…``largestNodeSide``).
    ///
    /// Every connected part is laid out by itself; the parts are packed into shelves. Cost: about
    /// (nodes + edges) × log, plus at most `options.effort` steps for few crossings. Memory is
    /// linear in nodes and edges. The same input always gives the same layout.
    ///
    /// - Precondition: one size a node.
    public init(_ dag: DAG, sizes: [Extent], options: Options = Options()) {
        precondition(sizes.count == dag.nodeCount, "\(sizes.count) sizes, \(dag.nodeCount) nodes")
        let isDown = options.direction == .topDown
        let limit = Self.largestNodeSide
        let nodeSizes = sizes.map { size in
            let width = Int32(min(max(1, size.width), limit))
            let height = Int32(min(max(1, size.height), limit))
            return ComponentLayout.NodeSize(
                along: isDown ? height : width, across: isDown ? width : height)
        }
        let edges = dag.edges
        let parts = ComponentGraph.parts(of: dag, edges: edges)
        let steps = dag.nodeCount + edges.count
        let layouts = parts.map { part in
            ComponentLayout(
                part, sizes: part.nodes.map { nodeSizes[Int($0)] }, options: options,
                effort: Self.share(options.effort, part.nodeCount + part.edgeCount, of: steps))
        }
        let extents = layouts.map {
            Extent(
                width: Int(isDown ? $0.across : $0.along),
                height: Int(isDown ? $0.along : $0.across))
        }
        let packing = ShelfPacking(extents)

        var boxes = [Box](repeating: Box(x: 0, y: 0, width: 1, height: 1), count: sizes.count)
        var ranks = [Int32](repeating: 0, count: sizes.count)
        var starts = [Int32](repeating: 0, count: edges.count + 1)
        for (part, layout) in zip(parts, layouts) {
            for (index, edge) in part.edges.enumerated() {
                starts[Int(edge) + 1] = layout.edgeStarts[index + 1] - layout.edgeStarts[index]
            }
        }
        for edge in edges.indices { starts[edge + 1] += starts[edge] }
        var points = [SIMD2<Int32>](repeating: .zero, count: Int(starts[edges.count]))
        for (number, (part, layout)) in zip(parts, layouts).enumerated() {
            let origin = packing.origins[number]
            func absolute(_ place: ComponentLayout.Place) -> SIMD2<Int32> {
                SIMD2(
                    Int32(origin.x) + (isDown ? place.across : place.along),
                    Int32(origin.y) + (isDown ? place.along : place.across))
            }
            for (index, node) in part.nodes.enumerated() {
                let corner = absolute(layout.nodePlaces[index])
                let size = nodeSizes[Int(node)]
                boxes[Int(node)] = Box(
                    x: Int(corner.x), y: Int(corner.y),
                    width: Int(isDown ? size.across : size.along),
                    height: Int(isDown ? size.along : size.across))
                ranks[Int(node)] = layout.ranks[index]
            }
            for (index, edge) in part.edges.enumerated() {
                var at = Int(starts[Int(edge)])
                for point in layout.edgeStarts[index]..<layout.edgeStarts[index + 1] {
                    points[at] = absolute(layout.edgePoints[Int(point)])
                    at += 1
                }
            }
        }
        self.init(
            direction: options.direction, size: packing.size, nodes: boxes, ranks: ranks,
            edges: edges, pointStarts: starts, pointList: points)
    }

    private static func share(_ effort: Int, _ part: Int, of whole: Int) -> Int {
        Int(Double(effort) * Double(part) / Double(max(1, whole)))
    }
}

/// Packs rectangles into shelves, the highest first, towards the shape of a terminal.
struct ShelfPacking {
    private(set) var origins: [GraphLayout.Point]
    private(set) var size = GraphLayout.Extent(width: 0, height: 0)

    init(_ extents: [GraphLayout.Extent]) {
        origins = extents.map { _ in GraphLayout.Point(x: 0, y: 0) }
        let (columnGap, rowGap) = (3, extents.allSatisfy { $0.height == 1 } ? 0 : 1)
        let area = extents.reduce(0.0) {
            $0 + Double($1.width + columnGap) * Double($1.height + rowGap)
        }
        // A terminal of 160 × 45 is 3.6 times as wide as high in cells.
        let widest = extents.map(\.width).max() ?? 0
        let target = max(widest, Int((area * 3.6).squareRoot()))
        let order = extents.indices.sorted {
            extents[$0].height == extents[$1].height
                ? $0 < $1 : extents[$0].height > extents[$1].height
        }
        var (x, y, shelf) = (0, 0, 0)
        for index in order {
            let extent = extents[index]
            if x > 0, x + extent.width > target {
                y += shelf + rowGap
                (x, shelf) = (0, 0)
            }
            origins[index] = GraphLayout.Point(x: x, y: y)
            size.width = max(size.width, x + extent.width)
            size.height = max(size.height, y + extent.height)
            x += extent.width + columnGap
            shelf = max(shelf, extent.height)
        }
    }
}

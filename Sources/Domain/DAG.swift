/// A directed acyclic graph over the numbers `0..<nodeCount`: children and parents of each node in
/// two flat arrays (compressed sparse rows), so that 100,000 nodes cost a few megabytes.
///
/// Knows nothing of names; whoever builds one keeps them beside it. Repeated edges are merged.
public struct DAG: Hashable, Sendable {
    public let nodeCount: Int
    private let childStarts: [Int32]
    private let childList: [Int32]
    private let parentStarts: [Int32]
    private let parentList: [Int32]

    /// An edge between two nodes, `from` before `to`.
    public struct Edge: Hashable, Sendable {
        public var from: Int
        public var to: Int

        public init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    /// Some nodes wait for each other: `path[0] → path[1] → … → path[0]`.
    public struct CycleError: Error, Equatable, Sendable {
        /// The nodes of one cycle in edge order, each once.
        public let path: [Int]
    }

    /// Builds the graph in O(nodes + edges).
    ///
    /// - Precondition: every edge's ends lie in `0..<nodeCount`.
    /// - Throws: ``CycleError`` with one whole cycle, where there is one.
    public init(nodeCount: Int, edges: [Edge]) throws(CycleError) {
        for edge in edges {
            precondition(
                (0..<nodeCount).contains(edge.from) && (0..<nodeCount).contains(edge.to),
                "edge \(edge.from) → \(edge.to) leaves 0..<\(nodeCount)")
        }
        self.nodeCount = nodeCount
        let children = Self.rows(nodeCount: nodeCount, edges: edges, by: { $0.from }, to: { $0.to })
        (childStarts, childList) = (children.starts, children.list)
        let parents = Self.rows(nodeCount: nodeCount, edges: edges, by: { $0.to }, to: { $0.from })
        (parentStarts, parentList) = (parents.starts, parents.list)
        if let cycle = findCycle() { throw CycleError(path: cycle) }
    }

    /// The nodes that wait for `node` directly, ascending by the order in which edges were given.
    public func children(of node: Int) -> ArraySlice<Int32> {
        childList[Int(childStarts[node])..<Int(childStarts[node + 1])]
    }

    /// The nodes that `node` waits for directly.
    public func parents(of node: Int) -> ArraySlice<Int32> {
        parentList[Int(parentStarts[node])..<Int(parentStarts[node + 1])]
    }

    public var edgeCount: Int { childList.count }

    /// Every edge, ordered by its start.
    public var edges: [Edge] {
        (0..<nodeCount).flatMap { node in
            children(of: node).map { Edge(from: node, to: Int($0)) }
        }
    }

    /// Every node after all it waits for; among free ones the lower number first, breadth first.
    public func topologicalOrder() -> [Int] {
        var waiting = (0..<nodeCount).map { parents(of: $0).count }
        var order = (0..<nodeCount).filter { waiting[$0] == 0 }
        order.reserveCapacity(nodeCount)
        var next = 0
        while next < order.count {
            for child in children(of: order[next]) {
                waiting[Int(child)] -= 1
                if waiting[Int(child)] == 0 { order.append(Int(child)) }
            }
            next += 1
        }
        return order
    }

    /// Every node that waits for one of `nodes`, directly or not; without `nodes` themselves
    /// unless one waits for another. Ascending. O(nodes + edges reached).
    public func descendants(of nodes: some Sequence<Int>) -> [Int] {
        reach(from: nodes, by: { children(of: $0) })
    }

    /// Every node that one of `nodes` waits for, directly or not. Ascending.
    public func ancestors(of nodes: some Sequence<Int>) -> [Int] {
        reach(from: nodes, by: { parents(of: $0) })
    }

    /// The path with the greatest sum of `weights`, from a root to a leaf; empty without nodes.
    ///
    /// - Precondition: one weight a node.
    public func heaviestPath(weights: [Double]) -> [Int] {
        precondition(weights.count == nodeCount, "\(weights.count) weights, \(nodeCount) nodes")
        var total = weights
        var previous = [Int](repeating: -1, count: nodeCount)
        var last: Int?
        for node in topologicalOrder() {
            for parent in parents(of: node)
            where previous[node] < 0 || total[Int(parent)] > total[previous[node]] {
                previous[node] = Int(parent)
            }
            if previous[node] >= 0 { total[node] += total[previous[node]] }
            if last.map({ total[node] > total[$0] }) ?? true { last = node }
        }
        var path: [Int] = []
        while let node = last {
            path.append(node)
            last = previous[node] >= 0 ? previous[node] : nil
        }
        return path.reversed()
    }

    private func reach(
        from nodes: some Sequence<Int>, by neighbours: (Int) -> ArraySlice<Int32>
    ) -> [Int] {
        var seen = [Bool](repeating: false, count: nodeCount)
        var stack = Array(nodes)
        while let node = stack.popLast() {
            for neighbour in neighbours(node) where !seen[Int(neighbour)] {
                seen[Int(neighbour)] = true
                stack.append(Int(neighbour))
            }
        }
        return (0..<nodeCount).filter { seen[$0] }
    }

    /// Closures, not key paths: those cost more than all the rest of it.
    @inline(__always)
    private static func rows(
        nodeCount: Int, edges: [Edge], by key: (Edge) -> Int, to value: (Edge) -> Int
    ) -> (starts: [Int32], list: [Int32]) {
        var counts = [Int32](repeating: 0, count: nodeCount + 1)
        for edge in edges { counts[key(edge) + 1] += 1 }
        for node in 0..<nodeCount { counts[node + 1] += counts[node] }
        var list = [Int32](repeating: 0, count: edges.count)
        var fill = counts
        for edge in edges {
            let node = key(edge)
            list[Int(fill[node])] = Int32(value(edge))
            fill[node] += 1
        }
        return withoutRepeats(starts: counts, list: list)
    }

    private static func withoutRepeats(
        starts: [Int32], list: [Int32]
    ) -> (starts: [Int32], list: [Int32]) {
        let nodeCount = starts.count - 1
        var lastSeenBy = [Int32](repeating: -1, count: nodeCount)
        var (newStarts, newList): ([Int32], [Int32]) = ([0], [])
        newStarts.reserveCapacity(starts.count)
        newList.reserveCapacity(list.count)
        for node in 0..<nodeCount {
            for other in list[Int(starts[node])..<Int(starts[node + 1])]
            where lastSeenBy[Int(other)] != Int32(node) {
                lastSeenBy[Int(other)] = Int32(node)
                newList.append(other)
            }
            newStarts.append(Int32(newList.count))
        }
        return (newStarts, newList)
    }

    /// One cycle in edge order, found by a depth-first walk without recursion.
    private func findCycle() -> [Int]? {
        enum Mark { case unseen, open, done }
        var marks = [Mark](repeating: .unseen, count: nodeCount)
        var path: [(node: Int, next: Int32)] = []
        for start in 0..<nodeCount where marks[start] == .unseen {
            path.removeAll(keepingCapacity: true)
            path.append((start, childStarts[start]))
            marks[start] = .open
            while let (node, next) = path.last {
                guard next < childStarts[node + 1] else {
                    marks[node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let child = Int(childList[Int(next)])
                if marks[child] == .open {
                    let nodes = path.map(\.node)
                    return nodes.firstIndex(of: child).map { Array(nodes[$0...]) }
                }
                if marks[child] == .unseen {
                    marks[child] = .open
                    path.append((child, childStarts[child]))
                }
            }
        }
        return nil
    }
}

extension DAG {
    /// A graph of `count` nodes that know nothing of each other.
    public init(edgelessNodes count: Int) {
        nodeCount = count
        childStarts = [Int32](repeating: 0, count: count + 1)
        childList = []
        parentStarts = childStarts
        parentList = []
    }
}

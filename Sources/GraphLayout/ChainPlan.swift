/// Which long edges share their bend points: those that leave, or those that enter, one node.
struct ChainPlan {
    /// Edges that share one chain or lane.
    struct Group {
        let sharesStart: Bool
        let edges: [Int32]
    }

    private enum Way: UInt8 { case direct, chainAtStart, chainAtEnd, laneAtStart, laneAtEnd }

    private let graph: ComponentGraph
    private var ways: [Way]
    private let mergesEdges: Bool

    init(_ graph: ComponentGraph, _ ranks: [Int32], longest: Int32, mergesEdges: Bool) {
        self.graph = graph
        self.mergesEdges = mergesEdges
        ways = [Way](repeating: .direct, count: graph.edgeCount)
        var leaving = [Int32](repeating: 0, count: graph.nodeCount)
        var entering = leaving
        func span(_ edge: Int) -> Int32 {
            ranks[Int(graph.edgeTo[edge])] - ranks[Int(graph.edgeFrom[edge])]
        }
        for edge in 0..<graph.edgeCount where span(edge) > 1 {
            leaving[Int(graph.edgeFrom[edge])] += 1
            entering[Int(graph.edgeTo[edge])] += 1
        }
        for edge in 0..<graph.edgeCount where span(edge) > 1 {
            let atStart =
                leaving[Int(graph.edgeFrom[edge])] >= entering[Int(graph.edgeTo[edge])]
            if span(edge) > longest {
                ways[edge] = atStart ? .laneAtStart : .laneAtEnd
            } else {
                ways[edge] = atStart ? .chainAtStart : .chainAtEnd
            }
        }
    }

    /// Nil for an edge that needs no chain.
    func key(_ edge: Int) -> Int32? {
        switch ways[edge] {
        case .direct, .laneAtStart, .laneAtEnd: nil
        case .chainAtStart: graph.edgeFrom[edge]
        case .chainAtEnd: graph.edgeTo[edge]
        }
    }

    func usesLane(_ edge: Int) -> Bool {
        ways[edge] == .laneAtStart || ways[edge] == .laneAtEnd
    }

    func groups() -> [Group] {
        collect(.chainAtStart, at: graph.edgeFrom, sharesStart: true, merges: mergesEdges)
            + collect(.chainAtEnd, at: graph.edgeTo, sharesStart: false, merges: mergesEdges)
    }

    func laneGroups() -> [Group] {
        collect(.laneAtStart, at: graph.edgeFrom, sharesStart: true, merges: true)
            + collect(.laneAtEnd, at: graph.edgeTo, sharesStart: false, merges: true)
    }

    private func collect(
        _ way: Way, at ends: [Int32], sharesStart: Bool, merges: Bool
    ) -> [Group] {
        let edges = (0..<Int32(graph.edgeCount)).filter { ways[Int($0)] == way }
        guard merges else { return edges.map { Group(sharesStart: sharesStart, edges: [$0]) } }
        let rows = Rows.build(
            count: graph.nodeCount, keys: edges.map { ends[Int($0)] }, values: edges)
        return (0..<graph.nodeCount).compactMap { node in
            let range = Int(rows.starts[node])..<Int(rows.starts[node + 1])
            return range.isEmpty
                ? nil : Group(sharesStart: sharesStart, edges: Array(rows.list[range]))
        }
    }
}

/// A connected part with ranks in which every segment leads to the next rank.
///
/// An edge over several ranks passes a bend point (a vertex without a node) in each rank between.
/// Edges that leave the same node share those points up to where they part, or edges that enter
/// the same node from where they meet: whichever joins more. Where that would still take more
/// points than a small multiple of the graph, the longest edges run outside all ranks instead, in
/// lanes, at the price of one vertex each.
struct LayeredGraph {
    /// A shared run of bend points.
    struct Chain {
        /// Whether the edges share their start, else their end.
        let sharesStart: Bool
        /// The first point's vertex and rank; the others follow one by one.
        let firstVertex: Int
        let firstRank: Int
        let lastRank: Int
        /// The segment between the shared node and the chain, and those inside it.
        let endSegment: Int
        let firstInnerSegment: Int
    }

    let nodeCount: Int
    let rankCount: Int
    /// Nodes first, then bend points, then lanes.
    private(set) var ranks: [Int32]
    private(set) var laneStart = 0
    private(set) var segmentFrom: [Int32] = []
    private(set) var segmentTo: [Int32] = []
    /// How many edges run through each segment.
    private(set) var segmentWeight: [Int32] = []
    /// The channel (by the rank before it) in which each segment runs.
    private(set) var segmentChannel: [Int32] = []
    /// Segments from here on touch a lane.
    private(set) var laneSegmentStart = 0
    private(set) var chains: [Chain] = []
    /// Each edge's chain, if it has one, and the segment that is its own.
    private var chainOf: [Int32]
    private var ownSegment: [Int32]
    /// First and last channel that each lane touches.
    private(set) var laneSpans: [ClosedRange<Int32>] = []
    private var laneSharesStart: [Bool] = []
    private var laneEndSegment: [Int32] = []

    var vertexCount: Int { ranks.count }
    /// Vertices that have a place in a rank.
    var placedCount: Int { laneStart }
    func isBend(_ vertex: Int) -> Bool { vertex >= nodeCount }

    init(graph: ComponentGraph, ranks nodeRanks: [Int32], mergesEdges: Bool) {
        nodeCount = graph.nodeCount
        ranks = nodeRanks
        rankCount = Int(nodeRanks.max() ?? -1) + 1
        chainOf = [Int32](repeating: -1, count: graph.edgeCount)
        ownSegment = [Int32](repeating: -1, count: graph.edgeCount)

        let longest = Self.longestSpanInRanks(graph, nodeRanks)
        let plan = ChainPlan(graph, nodeRanks, longest: longest, mergesEdges: mergesEdges)
        for edge in 0..<graph.edgeCount where plan.key(edge) == nil {
            guard !plan.usesLane(edge) else { continue }
            ownSegment[edge] = add(graph.edgeFrom[edge], graph.edgeTo[edge], weight: 1)
        }
        for group in plan.groups() { addChain(group, graph, nodeRanks) }
        laneStart = ranks.count
        laneSegmentStart = segmentFrom.count
        for group in plan.laneGroups() { addLane(group, graph, nodeRanks) }
    }

    /// The segments that `edge` runs through, from its start to its end.
    func segments(ofEdge edge: Int, _ graph: ComponentGraph, _ visit: (Int) -> Void) {
        let own = Int(ownSegment[edge])
        guard chainOf[edge] >= 0 else { return visit(own) }
        let number = Int(chainOf[edge])
        if number >= chains.count {
            let end = Int(laneEndSegment[number - chains.count])
            let sharesStart = laneSharesStart[number - chains.count]
            visit(sharesStart ? end : own)
            return visit(sharesStart ? own : end)
        }
        let chain = chains[number]
        if chain.sharesStart {
            visit(chain.endSegment)
            let last = Int(ranks[Int(graph.edgeTo[edge])]) - 1
            for rank in chain.firstRank..<last {
                visit(chain.firstInnerSegment + rank - chain.firstRank)
            }
            visit(own)
        } else {
            visit(own)
            let first = Int(ranks[Int(graph.edgeFrom[edge])]) + 1
            for rank in first..<chain.lastRank {
                visit(chain.firstInnerSegment + rank - chain.firstRank)
            }
            visit(chain.endSegment)
        }
    }

    @discardableResult
    private mutating func add(
        _ from: Int32, _ to: Int32, weight: Int32, channel: Int32? = nil
    ) -> Int32 {
        segmentFrom.append(from)
        segmentTo.append(to)
        segmentWeight.append(weight)
        segmentChannel.append(channel ?? ranks[Int(from)])
        return Int32(segmentFrom.count - 1)
    }

    private mutating func addChain(
        _ group: ChainPlan.Group, _ graph: ComponentGraph, _ nodeRanks: [Int32]
    ) {
        let number = Int32(chains.count)
        let firstVertex = ranks.count
        let count = group.edges.count
        let other = group.sharesStart ? graph.edgeTo : graph.edgeFrom
        let shared = group.sharesStart ? graph.edgeFrom : graph.edgeTo
        let node = shared[Int(group.edges[0])]
        let otherRanks = group.edges.map { nodeRanks[Int(other[Int($0)])] }
        let nodeRank = nodeRanks[Int(node)]
        let firstRank = group.sharesStart ? nodeRank + 1 : (otherRanks.min() ?? 0) + 1
        let lastRank = group.sharesStart ? (otherRanks.max() ?? 0) - 1 : nodeRank - 1
        for rank in firstRank...lastRank { ranks.append(rank) }
        func vertex(_ rank: Int32) -> Int32 { Int32(firstVertex) + rank - firstRank }

        let end =
            group.sharesStart
            ? add(node, vertex(firstRank), weight: Int32(count))
            : add(vertex(lastRank), node, weight: Int32(count))
        var passing = [Int32](repeating: 0, count: Int(lastRank - firstRank) + 1)
        for rank in otherRanks {
            passing[Int((group.sharesStart ? rank - 1 : rank + 1) - firstRank)] += 1
        }
        if group.sharesStart {
            for index in stride(from: passing.count - 2, through: 0, by: -1) {
                passing[index] += passing[index + 1]
            }
        } else {
            for index in passing.indices.dropFirst() { passing[index] += passing[index - 1] }
        }
        let firstInner = segmentFrom.count
        for rank in firstRank..<lastRank {
            let index = Int(rank - firstRank)
            add(
                vertex(rank), vertex(rank + 1),
                weight: passing[group.sharesStart ? index + 1 : index])
        }
        for (index, edge) in group.edges.enumerated() {
            let rank = otherRanks[index]
            chainOf[Int(edge)] = number
            ownSegment[Int(edge)] =
                group.sharesStart
                ? add(vertex(rank - 1), other[Int(edge)], weight: 1)
                : add(other[Int(edge)], vertex(rank + 1), weight: 1)
        }
        chains.append(
            Chain(
                sharesStart: group.sharesStart, firstVertex: firstVertex,
                firstRank: Int(firstRank), lastRank: Int(lastRank), endSegment: Int(end),
                firstInnerSegment: firstInner))
    }

    private mutating func addLane(
        _ group: ChainPlan.Group, _ graph: ComponentGraph, _ nodeRanks: [Int32]
    ) {
        let lane = Int32(ranks.count)
        let other = group.sharesStart ? graph.edgeTo : graph.edgeFrom
        let node = (group.sharesStart ? graph.edgeFrom : graph.edgeTo)[Int(group.edges[0])]
        let channels = group.edges.map {
            nodeRanks[Int(other[Int($0)])] - (group.sharesStart ? 1 : 0)
        }
        let own = nodeRanks[Int(node)] - (group.sharesStart ? 0 : 1)
        ranks.append(own)
        laneSpans.append(min(own, channels.min() ?? own)...max(own, channels.max() ?? own))
        laneSharesStart.append(group.sharesStart)
        let weight = Int32(group.edges.count)
        laneEndSegment.append(
            group.sharesStart
                ? add(node, lane, weight: weight, channel: own)
                : add(lane, node, weight: weight, channel: own))
        for (edge, channel) in zip(group.edges, channels) {
            chainOf[Int(edge)] = Int32(chains.count + laneSpans.count - 1)
            ownSegment[Int(edge)] =
                group.sharesStart
                ? add(lane, other[Int(edge)], weight: 1, channel: channel)
                : add(other[Int(edge)], lane, weight: 1, channel: channel)
        }
    }

    /// The greatest span that edges may have to pass through the ranks, so that the bend points
    /// stay within a small multiple of the graph.
    private static func longestSpanInRanks(_ graph: ComponentGraph, _ ranks: [Int32]) -> Int32 {
        let budget = 4 * (graph.nodeCount + graph.edgeCount) + 20_000
        var spans: [Int32] = []
        spans.reserveCapacity(graph.edgeCount)
        for edge in 0..<graph.edgeCount {
            spans.append(ranks[Int(graph.edgeTo[edge])] - ranks[Int(graph.edgeFrom[edge])])
        }
        var longest = spans.max() ?? 1
        while longest > 2 {
            var points = 0
            for span in spans where span > 1 && span <= longest { points += Int(span) - 1 }
            if points <= budget { break }
            longest = max(2, longest * 3 / 4)
        }
        return longest
    }
}

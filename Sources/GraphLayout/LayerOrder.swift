/// The order of the vertices in each rank.
struct LayerOrder: Equatable {
    /// Rank after rank in one array; rank `r` has `starts[r]..<starts[r + 1]`.
    var vertices: [Int32]
    let starts: [Int32]
    /// The place of each vertex in its rank.
    var places: [Int32]

    var rankCount: Int { starts.count - 1 }

    /// - Parameter sequence: every placed vertex once; its order within a rank is kept.
    init(_ graph: LayeredGraph, sequence: [Int32]) {
        let keys = sequence.map { graph.ranks[Int($0)] }
        (starts, vertices) = Rows.build(count: graph.rankCount, keys: keys, values: sequence)
        places = [Int32](repeating: 0, count: graph.placedCount)
        for rank in 0..<graph.rankCount { renumber(rank) }
    }

    func range(_ rank: Int) -> Range<Int> { Int(starts[rank])..<Int(starts[rank + 1]) }

    mutating func renumber(_ rank: Int) {
        let start = starts[rank]
        for index in range(rank) { places[Int(vertices[index])] = Int32(index) - start }
    }

    /// Puts those vertices that have a key into the order of their keys; the others stay where
    /// they are. Equal keys keep their order, or turn it round.
    mutating func sort(_ rank: Int, keys: [Double], turnsTies: Bool) {
        let range = range(rank)
        guard range.count > 1 else { return }
        var slots: [Int] = []
        var movable: [(key: Double, tie: Int, vertex: Int32)] = []
        movable.reserveCapacity(range.count)
        for index in range {
            let vertex = vertices[index]
            let key = keys[Int(vertex)]
            if key >= 0 {
                slots.append(index)
                movable.append((key, turnsTies ? -index : index, vertex))
            }
        }
        movable.sort { $0.key == $1.key ? $0.tie < $1.tie : $0.key < $1.key }
        for (slot, entry) in zip(slots, movable) { vertices[slot] = entry.vertex }
        renumber(rank)
    }
}

/// For each placed vertex its neighbours in the next rank and in the one before, with the number
/// of edges behind each.
struct LayerNeighbours {
    let downStarts: [Int32]
    let down: [Int32]
    let downWeight: [Int32]
    let upStarts: [Int32]
    let up: [Int32]
    let upWeight: [Int32]

    func downRange(_ vertex: Int) -> Range<Int> {
        Int(downStarts[vertex])..<Int(downStarts[vertex + 1])
    }

    func upRange(_ vertex: Int) -> Range<Int> {
        Int(upStarts[vertex])..<Int(upStarts[vertex + 1])
    }

    init(_ graph: LayeredGraph) {
        let from = Array(graph.segmentFrom[..<graph.laneSegmentStart])
        let to = Array(graph.segmentTo[..<graph.laneSegmentStart])
        let numbers = (0..<Int32(from.count)).map { $0 }
        let downRows = Rows.build(count: graph.placedCount, keys: from, values: numbers)
        let upRows = Rows.build(count: graph.placedCount, keys: to, values: numbers)
        downStarts = downRows.starts
        upStarts = upRows.starts
        down = downRows.list.map { to[Int($0)] }
        up = upRows.list.map { from[Int($0)] }
        downWeight = downRows.list.map { graph.segmentWeight[Int($0)] }
        upWeight = upRows.list.map { graph.segmentWeight[Int($0)] }
    }
}

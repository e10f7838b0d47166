/// Moves single vertices of a rank to the place at which they cause the fewest crossings.
struct Sifter {
    private let graph: LayeredGraph
    private let neighbours: LayerNeighbours
    // The neighbours' places of each vertex of the rank at hand, ascending, by its own place.
    private var upStarts: [Int32] = []
    private var up: [(place: Int32, weight: Int32)] = []
    private var downStarts: [Int32] = []
    private var down: [(place: Int32, weight: Int32)] = []
    // The rank's order while it changes: places before the round.
    private var sequence: [Int32] = []

    init(_ graph: LayeredGraph, _ neighbours: LayerNeighbours) {
        self.graph = graph
        self.neighbours = neighbours
    }

    /// Goes through all ranks once and returns by how many the crossings became fewer.
    mutating func round(_ order: inout LayerOrder, budget: inout Int, down goesDown: Bool) -> Int {
        var gain = 0
        let count = graph.rankCount
        let perRank = max(budget / 4, 1)
        for step in 0..<count {
            guard budget > 0 else { break }
            gain += sift(
                goesDown ? step : count - 1 - step, &order, budget: &budget, share: perRank)
        }
        return gain
    }

    private mutating func sift(
        _ rank: Int, _ order: inout LayerOrder, budget: inout Int, share: Int
    ) -> Int {
        let range = order.range(rank)
        let count = range.count
        guard count > 1 else { return 0 }
        load(rank, order)
        // Comparing two vertices costs about the sum of their degrees.
        let degrees = up.count + down.count + count
        let window = min(count, max(1, share / (4 * degrees)))
        budget -= degrees * 3
        sequence = (0..<Int32(count)).map { $0 }
        var gain = 0
        var position = [Int32](repeating: 0, count: count)
        for index in 0..<count { position[index] = Int32(index) }
        for vertex in 0..<count {
            guard budget > 0 else { break }
            let place = Int(position[vertex])
            var (best, bestPlace) = (0, place)
            var change = 0
            var steps = 0
            for other in stride(from: place + 1, to: min(count, place + window + 1), by: 1) {
                let (difference, cost) = compare(vertex, Int(sequence[other]))
                change -= difference
                steps += cost
                if change < best { (best, bestPlace) = (change, other) }
            }
            change = 0
            for other in stride(from: place - 1, through: max(0, place - window), by: -1) {
                let (difference, cost) = compare(Int(sequence[other]), vertex)
                change -= difference
                steps += cost
                if change < best { (best, bestPlace) = (change, other) }
            }
            budget -= steps
            guard best < 0 else { continue }
            gain -= best
            let step = bestPlace > place ? 1 : -1
            var at = place
            while at != bestPlace {
                sequence[at] = sequence[at + step]
                position[Int(sequence[at])] = Int32(at)
                at += step
            }
            sequence[at] = Int32(vertex)
            position[vertex] = Int32(at)
        }
        if gain > 0 {
            let old = Array(order.vertices[range])
            for index in 0..<count {
                order.vertices[range.lowerBound + index] = old[Int(sequence[index])]
            }
            order.renumber(rank)
        }
        return gain
    }

    /// Crossings with `a` before `b` less those with `b` before `a`, and the steps this took.
    private func compare(_ a: Int, _ b: Int) -> (difference: Int, cost: Int) {
        let (upDifference, upCost) = Self.compare(
            up, Int(upStarts[a])..<Int(upStarts[a + 1]), Int(upStarts[b])..<Int(upStarts[b + 1]))
        let (downDifference, downCost) = Self.compare(
            down, Int(downStarts[a])..<Int(downStarts[a + 1]),
            Int(downStarts[b])..<Int(downStarts[b + 1]))
        return (upDifference + downDifference, upCost + downCost + 2)
    }

    private static func compare(
        _ list: [(place: Int32, weight: Int32)], _ a: Range<Int>, _ b: Range<Int>
    ) -> (Int, Int) {
        guard !a.isEmpty, !b.isEmpty else { return (0, 0) }
        // Pairs in which the first list's place is the greater cross while `a` stands first.
        var below = 0
        var notAbove = 0
        var (j, k) = (b.lowerBound, b.lowerBound)
        var total = 0
        for index in b { total += Int(list[index].weight) }
        var difference = 0
        for i in a {
            let (place, weight) = list[i]
            while j < b.upperBound, list[j].place < place {
                below += Int(list[j].weight)
                j += 1
            }
            while k < b.upperBound, list[k].place <= place {
                notAbove += Int(list[k].weight)
                k += 1
            }
            difference += Int(weight) * (below - (total - notAbove))
        }
        return (difference, a.count + b.count)
    }

    private mutating func load(_ rank: Int, _ order: LayerOrder) {
        up.removeAll(keepingCapacity: true)
        down.removeAll(keepingCapacity: true)
        upStarts = [0]
        downStarts = [0]
        for index in order.range(rank) {
            let vertex = Int(order.vertices[index])
            Self.append(
                &up, neighbours.up, neighbours.upWeight,
                Int(neighbours.upStarts[vertex])..<Int(neighbours.upStarts[vertex + 1]), order)
            upStarts.append(Int32(up.count))
            Self.append(
                &down, neighbours.down, neighbours.downWeight,
                Int(neighbours.downStarts[vertex])..<Int(neighbours.downStarts[vertex + 1]), order)
            downStarts.append(Int32(down.count))
        }
    }

    private static func append(
        _ list: inout [(place: Int32, weight: Int32)], _ vertices: [Int32], _ weights: [Int32],
        _ range: Range<Int>, _ order: LayerOrder
    ) {
        let start = list.count
        for entry in range { list.append((order.places[Int(vertices[entry])], weights[entry])) }
        guard range.count > 1 else { return }
        list[start...].sort { $0.place < $1.place }
    }
}

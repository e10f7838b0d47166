/// Moves single vertices of a rank to the place at which they cause the fewest crossings.
struct Sifter {
    private let graph: LayeredGraph
    private let neighbours: LayerNeighbours
    // The neighbours' places of each vertex of the rank at hand, ascending, by its own place.
    private var up = SidePlaces()
    private var down = SidePlaces()
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
        let upper = up.compare(a, b)
        let lower = down.compare(a, b)
        return (upper.difference + lower.difference, upper.cost + lower.cost + 1)
    }

    private mutating func load(_ rank: Int, _ order: LayerOrder) {
        up.removeAll()
        down.removeAll()
        for index in order.range(rank) {
            let vertex = Int(order.vertices[index])
            up.append(
                neighbours.up, neighbours.upWeight, neighbours.upRange(vertex), order.places)
            down.append(
                neighbours.down, neighbours.downWeight, neighbours.downRange(vertex), order.places)
        }
    }
}

/// For each vertex of a rank the places of its neighbours on one side, ascending.
private struct SidePlaces {
    private var starts: [Int32] = [0]
    private var entries: [(place: Int32, weight: Int32)] = []
    private var weights: [Int] = []

    var count: Int { entries.count }

    mutating func removeAll() {
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        entries.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
    }

    mutating func append(
        _ vertices: [Int32], _ vertexWeights: [Int32], _ range: Range<Int>, _ places: [Int32]
    ) {
        let start = entries.count
        var total = 0
        for entry in range {
            entries.append((places[Int(vertices[entry])], vertexWeights[entry]))
            total += Int(vertexWeights[entry])
        }
        if range.count > 1 { entries[start...].sort { $0.place < $1.place } }
        starts.append(Int32(entries.count))
        weights.append(total)
    }

    /// As for the whole: pairs in which `a`'s place is the greater cross while `a` stands first.
    func compare(_ a: Int, _ b: Int) -> (difference: Int, cost: Int) {
        let (firstA, lastA) = (Int(starts[a]), Int(starts[a + 1]) - 1)
        let (firstB, lastB) = (Int(starts[b]), Int(starts[b + 1]) - 1)
        guard firstA <= lastA, firstB <= lastB else { return (0, 0) }
        if entries[lastA].place <= entries[firstB].place {
            guard entries[lastA].place == entries[firstB].place else {
                return (-weights[a] * weights[b], 1)
            }
        } else if entries[firstA].place > entries[lastB].place {
            return (weights[a] * weights[b], 1)
        }
        var (below, notAbove) = (0, 0)
        var (j, k) = (firstB, firstB)
        var difference = 0
        for i in firstA...lastA {
            let (place, weight) = entries[i]
            while j <= lastB, entries[j].place < place {
                below += Int(entries[j].weight)
                j += 1
            }
            while k <= lastB, entries[k].place <= place {
                notAbove += Int(entries[k].weight)
                k += 1
            }
            difference += Int(weight) * (below - (weights[b] - notAbove))
        }
        return (difference, lastA - firstA + lastB - firstB + 2)
    }
}

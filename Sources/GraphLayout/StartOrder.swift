/// Orders of the vertices with which the search for few crossings starts.
enum StartOrder {
    /// Each source and what it leads to, before the next source: keeps branches together.
    static func depthFirst(_ graph: LayeredGraph, _ neighbours: LayerNeighbours) -> [Int32] {
        var seen = [Bool](repeating: false, count: graph.placedCount)
        var sequence: [Int32] = []
        sequence.reserveCapacity(graph.placedCount)
        for start in 0..<graph.placedCount
        where !seen[start] && neighbours.upStarts[start] == neighbours.upStarts[start + 1] {
            var stack = [Int32(start)]
            while let vertex = stack.popLast() {
                guard !seen[Int(vertex)] else { continue }
                seen[Int(vertex)] = true
                sequence.append(vertex)
                for entry in neighbours.downRange(Int(vertex)).reversed()
                where !seen[Int(neighbours.down[entry])] {
                    stack.append(neighbours.down[entry])
                }
            }
        }
        return sequence
    }

    /// All sources, then what they lead to, and so on.
    static func breadthFirst(_ graph: LayeredGraph, _ neighbours: LayerNeighbours) -> [Int32] {
        spread(
            (0..<Int32(graph.placedCount)).filter {
                neighbours.upStarts[Int($0)] == neighbours.upStarts[Int($0) + 1]
            }, neighbours.downStarts, neighbours.down, count: graph.placedCount)
    }

    /// All ends, then what leads to them, and so on.
    static func turned(_ graph: LayeredGraph, _ neighbours: LayerNeighbours) -> [Int32] {
        spread(
            (0..<Int32(graph.placedCount)).filter {
                neighbours.downStarts[Int($0)] == neighbours.downStarts[Int($0) + 1]
            }, neighbours.upStarts, neighbours.up, count: graph.placedCount)
    }

    /// `order` with each vertex moved a little, by a small generator (SplitMix64; Steele, Lea,
    /// Flood 2014): a way out of an order that no single move makes better.
    static func shaken(_ order: LayerOrder, seed: UInt64) -> LayerOrder {
        var state = seed
        func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ (value >> 31)) % UInt64(bound))
        }
        var shaken = order
        var keys = [Double](repeating: 0, count: order.places.count)
        for rank in 0..<order.rankCount {
            let range = order.range(rank)
            let reach = max(2, range.count / 3)
            for index in range {
                keys[Int(order.vertices[index])] = Double(
                    index - range.lowerBound + next(below: reach))
            }
            shaken.sort(rank, keys: keys, turnsTies: seed % 2 == 0)
        }
        return shaken
    }

    private static func spread(
        _ first: [Int32], _ starts: [Int32], _ list: [Int32], count: Int
    ) -> [Int32] {
        var seen = [Bool](repeating: false, count: count)
        var sequence = first
        for vertex in first { seen[Int(vertex)] = true }
        var next = 0
        while next < sequence.count {
            let vertex = Int(sequence[next])
            next += 1
            for entry in Int(starts[vertex])..<Int(starts[vertex + 1])
            where !seen[Int(list[entry])] {
                seen[Int(list[entry])] = true
                sequence.append(list[entry])
            }
        }
        return sequence
    }
}

/// Gives each placed vertex its row (the place of its port across the ranks), keeping the order of
/// each rank: long edges straight, parents in the middle of their children.
///
/// Follows Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001): four
/// alignments of vertices with their median neighbours, each made compact, and the mean of the two
/// middle results. Compaction works on the blocks as a whole (longest paths from both sides), which
/// avoids the flaw of the published class shifts. O(vertices + segments).
struct CoordinateAssignment {
    private let graph: LayeredGraph
    private let neighbours: LayerNeighbours
    private let order: LayerOrder
    /// Cells of each vertex before and after its port's row.
    private let before: [Int32]
    private let after: [Int32]
    private let nodeGap: Int32
    private let lineGap: Int32
    /// Segments that must not take part in an alignment, by their place in `neighbours.up`.
    private var isBarred: [Bool] = []

    private init(
        _ graph: LayeredGraph, _ order: LayerOrder, sizes: [Int32], nodeGap: Int, lineGap: Int
    ) {
        self.graph = graph
        self.order = order
        neighbours = LayerNeighbours(graph)
        before = sizes.map { ($0 - 1) / 2 }
        after = sizes.map { $0 - 1 - ($0 - 1) / 2 }
        self.nodeGap = Int32(nodeGap)
        self.lineGap = Int32(lineGap)
        barCrossedSegments()
    }

    /// The rows of all placed vertices, the lowest cell of which is 0.
    ///
    /// - Parameter sizes: how many rows each placed vertex covers.
    static func rows(
        of graph: LayeredGraph, order: LayerOrder, sizes: [Int32], nodeGap: Int, lineGap: Int
    ) -> [Int32] {
        let assignment = CoordinateAssignment(
            graph, order, sizes: sizes, nodeGap: nodeGap, lineGap: lineGap)
        var results = [true, false].flatMap { fromAbove in
            [true, false].map { fromLeft in
                assignment.solve(fromAbove: fromAbove, fromLeft: fromLeft)
            }
        }
        assignment.bringTogether(&results)
        var rows = [Int32](repeating: 0, count: graph.placedCount)
        for vertex in 0..<graph.placedCount {
            var (a, b, c, d) = (
                results[0][vertex], results[1][vertex], results[2][vertex], results[3][vertex]
            )
            if a > b { swap(&a, &b) }
            if c > d { swap(&c, &d) }
            rows[vertex] = (max(a, c) + min(b, d)) >> 1
        }
        let top = rows.indices.reduce(Int32.max) { min($0, rows[$1] - assignment.before[$1]) }
        for vertex in rows.indices { rows[vertex] -= top }
        return rows
    }

    /// Least distance of the rows of two vertices that are neighbours in a rank.
    private func distance(_ left: Int, _ right: Int) -> Int32 {
        let gap = graph.isBend(left) || graph.isBend(right) ? lineGap : nodeGap
        return after[left] + 1 + gap + before[right]
    }

    /// Segments between two bend points must stay straight: whatever crosses one, or branches off
    /// beside one, is barred.
    private mutating func barCrossedSegments() {
        isBarred = [Bool](repeating: false, count: neighbours.up.count)
        for rank in 1..<max(1, graph.rankCount) {
            let range = order.range(rank)
            let lastPlace = Int32(order.range(rank - 1).count) - 1
            var left: Int32 = 0
            var next = range.lowerBound
            for index in range {
                let vertex = Int(order.vertices[index])
                let inner = innerParent(vertex)
                guard inner != nil || index == range.upperBound - 1 else { continue }
                let right = inner.map { order.places[$0] } ?? lastPlace
                while next <= index {
                    let lower = Int(order.vertices[next])
                    let lowerInner = innerParent(lower)
                    for entry in upRange(lower) where Int(neighbours.up[entry]) != lowerInner {
                        let place = order.places[Int(neighbours.up[entry])]
                        if place < left || place > right { isBarred[entry] = true }
                    }
                    next += 1
                }
                left = right
            }
            for index in range {
                let vertex = Int(order.vertices[index])
                let inner = innerParent(vertex)
                for entry in upRange(vertex) {
                    let parent = Int(neighbours.up[entry])
                    guard parent != inner else { continue }
                    if inner != nil || hasInnerChild(parent) { isBarred[entry] = true }
                }
            }
        }
    }

    private func upRange(_ vertex: Int) -> Range<Int> {
        Int(neighbours.upStarts[vertex])..<Int(neighbours.upStarts[vertex + 1])
    }

    private func innerParent(_ vertex: Int) -> Int? {
        guard graph.isBend(vertex) else { return nil }
        for entry in upRange(vertex) where graph.isBend(Int(neighbours.up[entry])) {
            return Int(neighbours.up[entry])
        }
        return nil
    }

    private func hasInnerChild(_ vertex: Int) -> Bool {
        guard graph.isBend(vertex) else { return false }
        for entry in Int(neighbours.downStarts[vertex])..<Int(neighbours.downStarts[vertex + 1])
        where graph.isBend(Int(neighbours.down[entry])) { return true }
        return false
    }

    /// One of the four layouts.
    private func solve(fromAbove: Bool, fromLeft: Bool) -> [Int32] {
        let root = align(fromAbove: fromAbove, fromLeft: fromLeft)
        return compact(root, fromLeft: fromLeft)
    }

    /// The first vertex of the block to which each vertex belongs.
    private func align(fromAbove: Bool, fromLeft: Bool) -> [Int32] {
        var root = (0..<Int32(graph.placedCount)).map { $0 }
        var next = root
        let barredBelow = fromAbove ? [] : barredFromBelow()
        let starts = fromAbove ? neighbours.upStarts : neighbours.downStarts
        let list = fromAbove ? neighbours.up : neighbours.down
        let barred = fromAbove ? isBarred : barredBelow
        var sorted: [(place: Int32, entry: Int)] = []
        for step in 1..<max(1, graph.rankCount) {
            let rank = fromAbove ? step : graph.rankCount - 1 - step
            let range = order.range(rank)
            var limit: Int32 = fromLeft ? -1 : .max
            for offset in 0..<range.count {
                let index = fromLeft ? range.lowerBound + offset : range.upperBound - 1 - offset
                let vertex = order.vertices[index]
                sorted.removeAll(keepingCapacity: true)
                for entry in Int(starts[Int(vertex)])..<Int(starts[Int(vertex) + 1]) {
                    sorted.append((order.places[Int(list[entry])], entry))
                }
                guard !sorted.isEmpty else { continue }
                if sorted.count > 1 { sorted.sort { $0.place < $1.place } }
                let (low, high) = ((sorted.count - 1) / 2, sorted.count / 2)
                for median in fromLeft ? [low, high] : [high, low] {
                    guard next[Int(vertex)] == vertex else { break }
                    let (place, entry) = sorted[median]
                    let other = list[entry]
                    let isFree = fromLeft ? limit < place : limit > place
                    guard isFree, !barred[entry] else { continue }
                    next[Int(other)] = vertex
                    root[Int(vertex)] = root[Int(other)]
                    next[Int(vertex)] = root[Int(vertex)]
                    limit = place
                }
            }
        }
        return root
    }

    /// ``isBarred`` by the place in `neighbours.down`.
    private func barredFromBelow() -> [Bool] {
        var result = [Bool](repeating: false, count: neighbours.down.count)
        var cursor = neighbours.upStarts
        // Both lists hold the segments in one order, so that walking the starts in that order
        // meets each end's entries one after another.
        for vertex in 0..<graph.placedCount {
            for entry in Int(neighbours.downStarts[vertex])..<Int(neighbours.downStarts[vertex + 1])
            {
                let child = Int(neighbours.down[entry])
                var at = Int(cursor[child])
                while Int(neighbours.up[at]) != vertex { at += 1 }
                result[entry] = isBarred[at]
                if at == Int(cursor[child]) { cursor[child] += 1 }
            }
        }
        return result
    }

    /// Places the blocks side by side as tightly as their order allows.
    private func compact(_ root: [Int32], fromLeft: Bool) -> [Int32] {
        // Neighbours in a rank give the order of blocks.
        var (from, to, length): ([Int32], [Int32], [Int32]) = ([], [], [])
        for rank in 0..<graph.rankCount {
            let range = order.range(rank)
            for index in range.dropFirst() {
                let (left, right) = (Int(order.vertices[index - 1]), Int(order.vertices[index]))
                from.append(root[left])
                to.append(root[right])
                length.append(distance(left, right))
            }
        }
        let count = graph.placedCount
        let numbers = (0..<Int32(from.count)).map { $0 }
        let after = Rows.build(count: count, keys: from, values: numbers)
        var waiting = [Int32](repeating: 0, count: count)
        for block in to { waiting[Int(block)] += 1 }
        var sequence = (0..<Int32(count)).filter {
            root[Int($0)] == $0 && waiting[Int($0)] == 0
        }
        var place = [Int32](repeating: 0, count: count)
        var next = 0
        while next < sequence.count {
            let block = Int(sequence[next])
            next += 1
            for entry in Int(after.starts[block])..<Int(after.starts[block + 1]) {
                let edge = Int(after.list[entry])
                let other = Int(to[edge])
                place[other] = max(place[other], place[block] + length[edge])
                waiting[other] -= 1
                if waiting[other] == 0 { sequence.append(Int32(other)) }
            }
        }
        if fromLeft {
            pull(&place, sequence, after, to, length)
        } else {
            pushRight(&place, sequence, after, to, length)
        }
        return root.map { place[Int($0)] }
    }

    /// Moves each block as far right as its right neighbours leave room.
    private func pull(
        _ place: inout [Int32], _ sequence: [Int32], _ after: (starts: [Int32], list: [Int32]),
        _ to: [Int32], _ length: [Int32]
    ) {
        for block in sequence.reversed() {
            let range = Int(after.starts[Int(block)])..<Int(after.starts[Int(block) + 1])
            guard !range.isEmpty else { continue }
            var limit = Int32.max
            for entry in range {
                let edge = Int(after.list[entry])
                limit = min(limit, place[Int(to[edge])] - length[edge])
            }
            place[Int(block)] = max(place[Int(block)], limit)
        }
    }

    /// The mirror image: everything at the far right, then as far left as there is room.
    private func pushRight(
        _ place: inout [Int32], _ sequence: [Int32], _ after: (starts: [Int32], list: [Int32]),
        _ to: [Int32], _ length: [Int32]
    ) {
        let right = place.max() ?? 0
        for block in sequence.reversed() {
            var limit = right
            for entry in Int(after.starts[Int(block)])..<Int(after.starts[Int(block) + 1]) {
                let edge = Int(after.list[entry])
                limit = min(limit, place[Int(to[edge])] - length[edge])
            }
            place[Int(block)] = limit
        }
        // Now the left limits: each block's own, from those before it.
        var floor = [Int32](repeating: .min, count: place.count)
        for block in sequence {
            if floor[Int(block)] != .min {
                place[Int(block)] = min(place[Int(block)], floor[Int(block)])
            }
            for entry in Int(after.starts[Int(block)])..<Int(after.starts[Int(block) + 1]) {
                let edge = Int(after.list[entry])
                let other = Int(to[edge])
                floor[other] = max(floor[other], place[Int(block)] + length[edge])
            }
        }
    }

    /// Shifts the four layouts so that they share an edge with the narrowest: those made from the
    /// left their left one, the others their right one.
    private func bringTogether(_ results: inout [[Int32]]) {
        let extents = results.map { ($0.min() ?? 0, $0.max() ?? 0) }
        guard
            let narrowest = extents.indices.min(by: {
                extents[$0].1 - extents[$0].0 < extents[$1].1 - extents[$1].0
            })
        else { return }
        for index in results.indices {
            let shift =
                index % 2 == 0
                ? extents[narrowest].0 - extents[index].0
                : extents[narrowest].1 - extents[index].1
            for vertex in results[index].indices { results[index][vertex] += shift }
        }
    }
}

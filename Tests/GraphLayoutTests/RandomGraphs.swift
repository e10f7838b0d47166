import Domain

/// Graphs made up by a seed.
enum RandomGraphs {
    struct Generator {
        var state: UInt64
        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ (value >> 31)) % UInt64(bound))
        }
    }

    /// Any edges from lower to higher numbers; may fall into several parts.
    static func any(seed: UInt64) throws -> DAG {
        var random = Generator(state: seed)
        let nodes = 2 + random.next(below: 40)
        let count = random.next(below: nodes * 2)
        let edges = (0..<count).map { _ in
            let from = random.next(below: nodes - 1)
            return DAG.Edge(from: from, to: from + 1 + random.next(below: nodes - from - 1))
        }
        return try DAG(nodeCount: nodes, edges: edges)
    }

    static func sizes(_ count: Int, seed: UInt64) -> [(width: Int, height: Int)] {
        var random = Generator(state: seed &+ 1000)
        return (0..<count).map { _ in (1 + random.next(below: 12), 1 + random.next(below: 4)) }
    }

    static func make(_ count: Int, _ pairs: [(Int, Int)]) throws -> DAG {
        try DAG(nodeCount: count, edges: pairs.map { DAG.Edge(from: $0.0, to: $0.1) })
    }
}

/// Finds an order of each rank in which few edges cross.
///
/// Several starts go through barycentre sweeps; then single vertices are moved to their best place
/// within a window of their rank, as long as that helps (sifting; Matuszewski, Schönfeld, Molitor
/// 1999). The best order found is kept. All effort is counted in elementary steps, so that the
/// same graph and budget always give the same order.
struct CrossingReduction {
    private let graph: LayeredGraph
    private let neighbours: LayerNeighbours
    private var budget: Int
    private var keys: [Double]

    /// The best order found, how many pairs of edges cross in it, and the steps this took.
    static func bestOrder(
        of graph: LayeredGraph, effort: Int
    ) -> (order: LayerOrder, crossings: Int, steps: Int) {
        var search = CrossingReduction(graph, effort: effort)
        let (order, crossings) = search.run()
        return (order, crossings, effort - search.budget)
    }

    private init(_ graph: LayeredGraph, effort: Int) {
        self.graph = graph
        neighbours = LayerNeighbours(graph)
        budget = effort
        keys = [Double](repeating: -1, count: graph.placedCount)
    }

    private mutating func run() -> (LayerOrder, Int) {
        var best = LayerOrder(graph, sequence: StartOrder.depthFirst(graph, neighbours))
        guard graph.rankCount > 1 else { return (best, 0) }
        var fewest = count(best)
        let size = graph.placedCount + neighbours.down.count
        for start in 0..<40 {
            guard fewest > 0, start == 0 || budget > size * 200 else { break }
            var order =
                switch start {
                case 0: best
                case 1: LayerOrder(graph, sequence: StartOrder.breadthFirst(graph, neighbours))
                case 2: LayerOrder(graph, sequence: StartOrder.turned(graph, neighbours))
                default: StartOrder.shaken(best, seed: UInt64(start))
                }
            sweep(&order, startsDown: start % 2 == 0)
            sift(&order)
            let crossings = count(order)
            if crossings < fewest { (best, fewest) = (order, crossings) }
        }
        return (best, fewest)
    }

    private mutating func sweep(_ order: inout LayerOrder, startsDown: Bool) {
        var current = order
        var fewest = count(order)
        var failures = 0
        let cost = (graph.placedCount + neighbours.down.count) * 40
        var round = 0
        while failures < 4, fewest > 0, round < 40 {
            let down = (round % 2 == 0) == startsDown
            let turnsTies = round % 4 >= 2
            if down {
                for rank in 1..<graph.rankCount {
                    barycentre(&current, rank, fromAbove: true, turnsTies)
                }
            } else {
                for rank in stride(from: graph.rankCount - 2, through: 0, by: -1) {
                    barycentre(&current, rank, fromAbove: false, turnsTies)
                }
            }
            let crossings = count(current)
            if crossings < fewest {
                fewest = crossings
                order = current
                failures = 0
            } else {
                failures += 1
            }
            round += 1
            budget -= cost
            if budget <= 0 && round >= 4 { break }
        }
    }

    private mutating func barycentre(
        _ order: inout LayerOrder, _ rank: Int, fromAbove: Bool, _ turnsTies: Bool
    ) {
        let starts = fromAbove ? neighbours.upStarts : neighbours.downStarts
        let list = fromAbove ? neighbours.up : neighbours.down
        let weights = fromAbove ? neighbours.upWeight : neighbours.downWeight
        for index in order.range(rank) {
            let vertex = Int(order.vertices[index])
            var (sum, total) = (0.0, 0.0)
            for entry in Int(starts[vertex])..<Int(starts[vertex + 1]) {
                let weight = Double(weights[entry])
                sum += weight * Double(order.places[Int(list[entry])])
                total += weight
            }
            keys[vertex] = total > 0 ? sum / total : -1
        }
        order.sort(rank, keys: keys, turnsTies: turnsTies)
    }

    private mutating func sift(_ order: inout LayerOrder) {
        var sifter = Sifter(graph, neighbours)
        for round in 0..<12 {
            guard budget > 0 else { return }
            let gain = sifter.round(&order, budget: &budget, down: round % 2 == 0)
            if gain == 0 { return }
        }
    }

    /// The pairs of edges that cross between all ranks, each pair as often as it crosses.
    /// O(segments × log rank size).
    private func count(_ order: LayerOrder) -> Int {
        var crossings = 0
        var counter = CrossingCounter(neighbours)
        for rank in 0..<(graph.rankCount - 1) { crossings += counter.count(order, rank) }
        return crossings
    }

    /// The crossings in each channel.
    static func crossingsByChannel(_ graph: LayeredGraph, _ order: LayerOrder) -> [Int] {
        var counter = CrossingCounter(LayerNeighbours(graph))
        return (0..<(graph.rankCount - 1)).map { counter.count(order, $0) }
    }
}

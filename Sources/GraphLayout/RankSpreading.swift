/// Looks for ranks in which fewer edges cross than in the tightest ones.
///
/// Two nodes that both lead to the same `n` others make about n²/2 crossings however a rank is
/// ordered, as the lines of each others' children stand in the way. With every other one of these
/// children a rank farther, the lines to them pass outside the nearer ones, and half of the
/// crossings are gone; with the second of the two nodes a rank earlier, its lines can run between.
/// Such moves are tried where most edges cross and kept where they pay for the added rank.
struct RankSpreading {
    /// A way to draw a part, up to coordinates.
    struct Plan {
        var ranks: [Int32]
        var layered: LayeredGraph
        var order: LayerOrder
        var crossings: Int
        var merges: Bool
    }

    private let graph: ComponentGraph
    private let topological: [Int32]
    private var budget: Int
    private let rankLimit: Int

    static func plan(for graph: ComponentGraph, effort: Int) -> Plan {
        let ranks = RankAssignment(graph: graph).ranks
        let count = Int(ranks.max() ?? 0) + 1
        var search = RankSpreading(
            graph: graph, topological: graph.topologicalOrder(), budget: effort,
            rankLimit: 2 * count + 2)
        return search.run(ranks)
    }

    private mutating func run(_ ranks: [Int32]) -> Plan {
        let size = graph.nodeCount + graph.edgeCount
        let isSmall = budget > size * 4000
        let quick = size * 400
        var best = evaluate(ranks, merges: true, effort: isSmall ? quick : budget / 2)
        guard isSmall, best.crossings > 0 else { return best }
        consider(ranks, merges: false, effort: quick, &best)
        let thorough = budget / 2
        var improved = true
        while improved, best.crossings > 0 {
            improved = false
            for move in moves(best) {
                guard budget > thorough else { break }
                for merges in [true, false] {
                    if consider(move, merges: merges, effort: quick, &best) { improved = true }
                }
            }
        }
        let found = best.ranks
        for merges in [true, false] where best.crossings > 0 {
            consider(found, merges: merges, effort: min(thorough, size * 20_000), &best)
        }
        return best
    }

    private mutating func evaluate(_ ranks: [Int32], merges: Bool, effort: Int) -> Plan {
        let layered = LayeredGraph(graph: graph, ranks: ranks, mergesEdges: merges)
        let (order, crossings, steps) = CrossingReduction.bestOrder(of: layered, effort: effort)
        budget -= steps
        return Plan(
            ranks: ranks, layered: layered, order: order, crossings: crossings,
            merges: merges)
    }

    /// Takes a plan where it saves enough crossings for what it adds.
    @discardableResult
    private mutating func consider(
        _ ranks: [Int32], merges: Bool, effort: Int, _ best: inout Plan
    ) -> Bool {
        let plan = evaluate(ranks, merges: merges, effort: effort)
        let isWider = plan.layered.rankCount > best.layered.rankCount
        let saved = best.crossings - plan.crossings
        // The same way of drawing, ordered better, costs nothing.
        let isSame = plan.merges == best.merges && plan.ranks == best.ranks
        guard isSame ? saved > 0 : saved >= 2 && saved * (isWider ? 6 : 16) >= best.crossings
        else { return false }
        best = plan
        return true
    }

    /// Ranks to try instead of those of `plan`.
    private func moves(_ plan: Plan) -> [[Int32]] {
        let crossings = CrossingReduction.crossingsByChannel(plan.layered, plan.order)
        var result: [[Int32]] = []
        for rank in 0..<plan.layered.rankCount {
            let before = rank > 0 ? crossings[rank - 1] : 0
            let after = rank < crossings.count ? crossings[rank] : 0
            guard (before + after) * 10 >= plan.crossings, before + after > 0 else { continue }
            let nodes = plan.order.vertices[plan.order.range(rank)].filter {
                Int($0) < graph.nodeCount
            }
            let every2nd = nodes.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            let hubs = nodes.filter { graph.children($0).count >= 3 }
            let drains = nodes.filter { graph.parentCount($0) >= 3 }
            let sources = nodes.filter { graph.parentCount($0) == 0 }
            for distance in 1...2 as ClosedRange<Int32> {
                result.append(pushed(plan.ranks, every2nd, by: distance))
                result.append(pulled(plan.ranks, every2nd, by: distance))
                result.append(pulled(plan.ranks, hubs, by: distance))
                result.append(pushed(plan.ranks, drains, by: distance))
            }
            result.append(pulled(plan.ranks, sources, by: 1))
        }
        var seen: Set<[Int32]> = [plan.ranks]
        return result.filter {
            Int($0.max() ?? 0) < rankLimit && seen.insert($0).inserted
        }
    }

    /// `nodes` and what waits for them, `distance` ranks later.
    private func pushed(_ ranks: [Int32], _ nodes: [Int32], by distance: Int32) -> [Int32] {
        var ranks = ranks
        for node in nodes { ranks[Int(node)] += distance }
        for node in topological {
            for child in graph.children(node) {
                ranks[Int(child)] = max(ranks[Int(child)], ranks[Int(node)] + 1)
            }
        }
        return compacted(ranks)
    }

    /// `nodes` and what they wait for, `distance` ranks earlier.
    private func pulled(_ ranks: [Int32], _ nodes: [Int32], by distance: Int32) -> [Int32] {
        var ranks = ranks
        for node in nodes { ranks[Int(node)] -= distance }
        for node in topological.reversed() {
            for child in graph.children(node) {
                ranks[Int(node)] = min(ranks[Int(node)], ranks[Int(child)] - 1)
            }
        }
        return compacted(ranks)
    }

    /// Without empty ranks, from 0.
    private func compacted(_ ranks: [Int32]) -> [Int32] {
        var used: [Int32] = []
        for rank in ranks.sorted() where rank != used.last { used.append(rank) }
        let numbers = Dictionary(
            used.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        return ranks.map { numbers[$0] ?? 0 }
    }
}

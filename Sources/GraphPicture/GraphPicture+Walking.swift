import Domain
import GraphLayout

extension GraphPicture {
    /// Where to go from a node.
    public enum Step: Sendable, CaseIterable {
        case parent, child
        /// Across the edges: up and down where they lead right, left and right where they lead down.
        case previousSibling, nextSibling
    }

    /// The node at which one arrives from `node`; nil where there is none on that side.
    ///
    /// Parents and children are chosen by the least distance across the edges, the upper (left)
    /// one of two equally far; siblings by distance across, nodes of the same rank first.
    /// O(nodes) for siblings, else O(edges of the node).
    public func neighbour(of node: Int, _ step: Step) -> Int? {
        switch step {
        case .parent:
            return nearest(to: node, edgesEntering(node).map { layout.edges[Int($0)].from })
        case .child:
            return nearest(to: node, layout.edgesLeaving(node).map { layout.edges[$0].to })
        case .previousSibling: return sibling(of: node, isAfter: false)
        case .nextSibling: return sibling(of: node, isAfter: true)
        }
    }

    private func nearest(to node: Int, _ others: [Int]) -> Int? {
        let place = across(node)
        return others.min { a, b in
            (abs(across(a) - place), across(a), a) < (abs(across(b) - place), across(b), b)
        }
    }

    private func sibling(of node: Int, isAfter: Bool) -> Int? {
        let (place, line) = (across(node), along(node))
        var best: (score: Int, node: Int)?
        for other in layout.nodes.indices where other != node {
            let distance = isAfter ? across(other) - place : place - across(other)
            guard distance > 0 else { continue }
            // Leaving the rank costs more than a long way within it.
            let score = distance + 4 * abs(along(other) - line)
            if best.map({ score < $0.score }) ?? true { best = (score, other) }
        }
        return best?.node
    }

    private func across(_ node: Int) -> Int {
        layout.direction == .leftToRight ? layout.nodes[node].portY : layout.nodes[node].portX
    }

    private func along(_ node: Int) -> Int {
        layout.direction == .leftToRight ? layout.nodes[node].x : layout.nodes[node].y
    }
}

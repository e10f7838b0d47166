import Domain
import GraphLayout

/// What must hold for every layout.
enum Soundness {
    /// Each broken rule in words; empty for a sound layout.
    static func problems(of layout: GraphLayout, _ dag: DAG) -> [String] {
        overlaps(layout) + edgeProblems(layout, dag) + lineProblems(layout)
    }

    private static func overlaps(_ layout: GraphLayout) -> [String] {
        var problems: [String] = []
        for (a, first) in layout.nodes.enumerated() {
            if first.x < 0 || first.y < 0 || first.lastX >= layout.size.width
                || first.lastY >= layout.size.height
            {
                problems.append("node \(a) lies outside")
            }
            guard layout.nodes.count < 100 else { continue }
            for (b, second) in layout.nodes.enumerated().dropFirst(a + 1) {
                let isApart =
                    first.lastX < second.x || second.lastX < first.x || first.lastY < second.y
                    || second.lastY < first.y
                if !isApart { problems.append("nodes \(a) and \(b) overlap") }
            }
        }
        return problems
    }

    private static func edgeProblems(_ layout: GraphLayout, _ dag: DAG) -> [String] {
        var problems: [String] = []
        if layout.edges != dag.edges { problems.append("other edges") }
        let isDown = layout.direction == .topDown
        for (number, edge) in layout.edges.enumerated() {
            let points = layout.points(ofEdge: number)
            let (from, to) = (layout.nodes[edge.from], layout.nodes[edge.to])
            let start =
                isDown
                ? GraphLayout.Point(x: from.portX, y: from.lastY)
                : GraphLayout.Point(x: from.lastX, y: from.portY)
            let end =
                isDown
                ? GraphLayout.Point(x: to.portX, y: to.y)
                : GraphLayout.Point(x: to.x, y: to.portY)
            if points.first != start || points.last != end {
                problems.append("edge \(edge) misses its ports")
            }
            if layout.ranks[edge.from] >= layout.ranks[edge.to] {
                problems.append("edge \(edge) leads back")
            }
            for (a, b) in zip(points, points.dropFirst()) where (a.x == b.x) == (a.y == b.y) {
                problems.append("edge \(edge) is not orthogonal at \(a)")
            }
            for point in points
            where point.x < 0 || point.y < 0 || point.x >= layout.size.width
                || point.y >= layout.size.height
            {
                problems.append("edge \(edge) leaves the picture at \(point)")
            }
            guard layout.nodes.count < 100 else { continue }
            for (node, box) in layout.nodes.enumerated() where node != edge.from && node != edge.to
            {
                for (a, b) in zip(points, points.dropFirst())
                where max(a.x, b.x) >= box.x && min(a.x, b.x) <= box.lastX
                    && max(a.y, b.y) >= box.y && min(a.y, b.y) <= box.lastY
                {
                    problems.append("edge \(edge) runs through node \(node)")
                }
            }
        }
        return problems
    }

    private static func lineProblems(_ layout: GraphLayout) -> [String] {
        let touching = LineCrossings(layout).touching
        return touching == 0 ? [] : ["\(touching) pairs of unrelated edges share cells"]
    }
}

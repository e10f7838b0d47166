import Screen

/// What stands before the names of a plan's nodes: only where a node has several children does the
/// tree step in, so that a deep plan, mostly chains, keeps its names in sight.
struct PlanBranches {
    /// One for each node.
    let prefixes: [String]

    /// - Parameter depths: of the nodes, each behind its parent; they may leave out levels.
    init(depths: [Int], _ charset: Charset) {
        var parents: [Int?] = []
        var lastChild: [Int: Int] = [:]
        var children: [Int: Int] = [:]
        var way: [Int] = []
        for (node, depth) in depths.enumerated() {
            while let last = way.last, depths[last] >= depth { way.removeLast() }
            parents.append(way.last)
            if let parent = way.last {
                lastChild[parent] = node
                children[parent, default: 0] += 1
            }
            way.append(node)
        }
        let (fork, end) = (charset.pick("├ ", ascii: "+ "), charset.pick("└ ", ascii: "` "))
        let trunk = charset.pick("│ ", ascii: "| ")
        var trunks: [String] = []
        var prefixes: [String] = []
        for node in depths.indices {
            guard let parent = parents[node] else {
                trunks.append("")
                prefixes.append("")
                continue
            }
            let above = trunks[parent]
            guard children[parent] ?? 0 > 1 else {
                trunks.append(above)
                prefixes.append(above)
                continue
            }
            let isLast = lastChild[parent] == node
            trunks.append(above + (isLast ? "  " : trunk))
            prefixes.append(above + (isLast ? end : fork))
        }
        self.prefixes = prefixes
    }
}

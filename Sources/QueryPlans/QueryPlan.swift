/// How an engine runs a query: a tree of operators, before or after it was run.
public struct QueryPlan: Hashable, Sendable {
    /// `sqlite`, `postgresql`, `duckdb`; other readers name theirs.
    public var engine: String
    public var query: String
    /// Parents before children, in the engine's order; never empty.
    public internal(set) var nodes: [PlanNode]
    /// Milliseconds of the whole query; nil where it was not run.
    public var totalMS: Double?
    public var planningMS: Double?
    /// What a reader should know: figures that this engine does not give, compilation, triggers.
    public var notes: [String]

    public var root: PlanNode { nodes[0] }

    /// Whether the query was run for this plan.
    public var isMeasured: Bool { totalMS != nil }

    /// The places of a node's children, in order.
    public func children(of node: Int) -> [Int] {
        var children: [Int] = []
        var child = node + 1
        while child < nodes[node].end {
            children.append(child)
            child = nodes[child].end
        }
        return children
    }
}

/// What nodes are ranked by.
public enum PlanRank: String, Hashable, Sendable, CaseIterable {
    /// Own time; where no time is known, estimated rows.
    case time
    case rows
    /// How far the estimate was off, by its factor.
    case error
}

extension QueryPlan {
    /// The places of all nodes, the most of `rank` first; equal ones in the plan's order.
    public func ranked(by rank: PlanRank) -> [Int] {
        let values = nodes.map { node -> Double in
            switch rank {
            case .time: node.exclusiveMS ?? (totalMS == nil ? (node.estimatedRows ?? 0) : -1)
            case .rows: node.actualRows ?? node.estimatedRows ?? -1
            case .error: node.estimateError.map { max($0, 1 / $0) } ?? 0
            }
        }
        return nodes.indices.sorted { (values[$0], $1) > (values[$1], $0) }
    }

    /// The node with the most time of its own; without times the largest estimate.
    public var hottest: Int { ranked(by: .time).first ?? 0 }

    /// From the root to the hottest node.
    public var hotPath: [Int] {
        var path: [Int] = []
        var node: Int? = hottest
        while let here = node {
            path.append(here)
            node = nodes[here].parent
        }
        return path.reversed()
    }
}

extension PlanNode {
    /// Rows given over rows expected, both at least 1; nil where one is not known or it never ran.
    public var estimateError: Double? {
        guard let estimatedRows, let actualRows, loops != 0 else { return nil }
        let runs = max(1, loops ?? 1)
        return max(1, actualRows / runs) / max(1, estimatedRows / runs)
    }
}

/// Puts a plan's nodes together, parents first.
public struct PlanBuilder {
    private var nodes: [PlanNode] = []
    private var open: [Int] = []

    public init() {}

    /// Adds a child of the innermost open node, and opens it.
    public mutating func begin(_ node: PlanNode) {
        var node = node
        node.parent = open.last
        node.depth = open.count
        open.append(nodes.count)
        nodes.append(node)
    }

    /// Closes the innermost open node.
    public mutating func end() {
        guard let node = open.popLast() else { return }
        nodes[node].end = nodes.count
    }

    /// The plan; nodes that are still open are closed, several roots get one above them, and each
    /// node its badges.
    public consuming func plan(
        engine: String, query: String, totalMS: Double? = nil, planningMS: Double? = nil,
        notes: [String] = []
    ) -> QueryPlan {
        while !open.isEmpty { end() }
        let roots = nodes.filter { $0.parent == nil }.count
        if roots != 1 {
            var all = PlanNode(operation: "QUERY")
            all.end = nodes.count + 1
            for place in nodes.indices {
                nodes[place].parent = nodes[place].parent.map { $0 + 1 } ?? 0
                nodes[place].depth += 1
                nodes[place].end += 1
            }
            nodes.insert(all, at: 0)
        }
        var plan = QueryPlan(
            engine: engine, query: query, nodes: nodes, totalMS: totalMS, planningMS: planningMS,
            notes: notes)
        plan.pinBadges()
        return plan
    }
}

/// A plan as lines for people: figures to the left, the tree to the right.
public struct PlanText {
    /// Cells of one line: own time, share, time in all, rows, estimated rows, loops, tree.
    public struct Line: Hashable, Sendable {
        public var cells: [String]
        /// The operator with its place in the tree; not yet made safe for a terminal.
        public var tree: String
        public var node: Int
    }

    public static let headings = ["OWN ms", "%", "IN ALL ms", "ROWS", "ESTIMATED", "LOOPS"]

    /// The lines of a plan; with `isUnicode` off the tree is drawn in ASCII.
    public static func lines(_ plan: QueryPlan, isUnicode: Bool = true) -> [Line] {
        let bars = isUnicode ? ("├─ ", "└─ ", "│  ", "   ") : ("|- ", "`- ", "|  ", "   ")
        var lines: [Line] = []
        let whole = plan.nodes.reduce(0) { $0 + ($1.exclusiveMS ?? 0) }
        // Whether the ancestor of each depth has a sibling to come.
        var open: [Bool] = []
        for (place, node) in plan.nodes.enumerated() {
            let isLast = node.parent.map { plan.nodes[$0].end == node.end } ?? true
            open.removeSubrange(min(node.depth, open.count)...)
            var tree = open.dropFirst().map { $0 ? bars.2 : bars.3 }.joined()
            if node.depth > 0 { tree += isLast ? bars.1 : bars.0 }
            open.append(!isLast)
            tree += node.title
            if let detail = node.detail { tree += "  " + detail }
            if !node.badges.isEmpty {
                tree += "  [" + node.badges.map(\.rawValue).joined(separator: " ") + "]"
            }
            lines.append(Line(cells: cells(node, whole), tree: tree, node: place))
        }
        return lines
    }

    private static func cells(_ node: PlanNode, _ whole: Double) -> [String] {
        let share = node.exclusiveMS.map { own in
            PlanNumber.text(whole > 0 ? (own / whole * 100).rounded() : 0)
        }
        return [
            time(node.exclusiveMS), share ?? "-", time(node.inclusiveMS), count(node.actualRows),
            count(node.estimatedRows), count(node.loops),
        ]
    }

    public static func time(_ milliseconds: Double?) -> String {
        guard let milliseconds else { return "-" }
        let digits = milliseconds < 10 ? 1_000.0 : milliseconds < 1_000 ? 10 : 1
        return PlanNumber.text((milliseconds * digits).rounded() / digits)
    }

    public static func count(_ value: Double?) -> String {
        value.map { PlanNumber.text($0.rounded()) } ?? "-"
    }
}

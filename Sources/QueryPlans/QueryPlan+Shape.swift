extension QueryPlan {
    /// What two runs of one query share where its plan did not change: operators, objects and
    /// conditions in their tree. Figures and the values in conditions do not count.
    public var shape: [String] {
        nodes.map { node in
            let detail = node.detail.map { QueryFingerprint($0).query } ?? ""
            return "\(node.depth) \(node.operation)\u{0}\(node.object ?? "")\u{0}\(detail)"
        }
    }
}

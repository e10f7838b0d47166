public import JSONText

extension PlanComparison {
    /// The comparison with its documented keys.
    public var json: JSONValue {
        .object([
            "changed": .bool(isChanged), "before_ms": QueryPlan.number(before.totalMS),
            "after_ms": QueryPlan.number(after.totalMS), "speedup": QueryPlan.number(speedup),
            "nodes": .array(pairs.map(json)),
        ])
    }

    private func json(_ pair: Pair) -> JSONValue {
        .object([
            "change": .string(pair.change.rawValue),
            "before": pair.before.map { Self.json(before.nodes[$0]) } ?? .null,
            "after": pair.after.map { Self.json(after.nodes[$0]) } ?? .null,
            "exclusive_ms_difference": QueryPlan.number(pair.exclusiveMS),
        ])
    }

    private static func json(_ node: PlanNode) -> JSONValue {
        .object([
            "operator": .string(node.operation), "object": .string(orNull: node.object),
            "detail": .string(orNull: node.detail),
            "estimated_rows": QueryPlan.number(node.estimatedRows),
            "actual_rows": QueryPlan.number(node.actualRows),
            "exclusive_ms": QueryPlan.number(node.exclusiveMS),
        ])
    }
}

public import JSONText

extension QueryPlan {
    /// The plan with the documented keys; null where the engine does not know.
    public var json: JSONValue {
        .object([
            "engine": .string(engine), "query": .string(query), "total_ms": Self.number(totalMS),
            "root": rootJSON,
        ])
    }

    /// Built from the last node to the first, so that children are there before their parents.
    private var rootJSON: JSONValue {
        var built = [JSONValue](repeating: .null, count: nodes.count)
        for place in nodes.indices.reversed() {
            let node = nodes[place]
            let children = children(of: place).map { child in
                defer { built[child] = .null }
                return built[child]
            }
            built[place] = .object([
                "operator": .string(node.operation), "object": .string(orNull: node.object),
                "detail": .string(orNull: node.detail),
                "estimated_rows": Self.number(node.estimatedRows),
                "actual_rows": Self.number(node.actualRows),
                "exclusive_ms": Self.number(node.exclusiveMS),
                "inclusive_ms": Self.number(node.inclusiveMS), "loops": Self.number(node.loops),
                "children": .array(children),
                "badges": .array(node.badges.map { .string($0.rawValue) }),
            ])
        }
        return built[0]
    }

    /// Whole numbers without a point; times to the nanosecond.
    static func number(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        if value == value.rounded(), abs(value) < 1e15 { return .integer(Int64(value)) }
        return .number((value * 1e6).rounded() / 1e6)
    }

    /// Reads a plan that ``json`` wrote. Badges are found anew.
    public init(reading json: JSONValue) throws(PlanReadingError) {
        guard let engine = json["engine"]?.string, let root = json["root"],
            root["operator"]?.string != nil
        else { throw PlanReadingError(what: "it has no 'engine' and 'root'") }
        var builder = PlanBuilder()
        var pending: [JSONValue?] = [root]
        while let next = pending.popLast() {
            guard let json = next else {
                builder.end()
                continue
            }
            var node = PlanNode(
                operation: json["operator"]?.string ?? "?", object: json["object"]?.string,
                detail: json["detail"]?.string)
            node.estimatedRows = json["estimated_rows"]?.double
            node.actualRows = json["actual_rows"]?.double
            node.exclusiveMS = json["exclusive_ms"]?.double.map { max(0, $0) }
            node.inclusiveMS = json["inclusive_ms"]?.double
            node.loops = json["loops"]?.double
            // Those that follow from what a file does not hold (spilled bytes) are kept.
            let written = (json["badges"]?.elements ?? []).compactMap { badge in
                badge.string.flatMap { PlanBadge(rawValue: $0) }
            }
            node.badges = written
            builder.begin(node)
            pending.append(nil)
            for child in (json["children"]?.elements ?? []).reversed() { pending.append(child) }
        }
        self = builder.plan(
            engine: engine, query: json["query"]?.string ?? "", totalMS: json["total_ms"]?.double)
        for place in nodes.indices {
            var seen: Set<PlanBadge> = []
            nodes[place].badges.removeAll { !seen.insert($0).inserted }
        }
    }
}

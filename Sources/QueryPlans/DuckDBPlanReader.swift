public import JSONText

/// Reads DuckDB's `EXPLAIN (FORMAT JSON)` and `EXPLAIN (ANALYZE, FORMAT JSON)`.
///
/// DuckDB measures each operator by itself and adds up its threads, so what is inclusive here is a
/// sum, and may exceed the time on the wall.
public enum DuckDBPlanReader {
    public static func read(_ json: JSONValue, query: String) throws(PlanReadingError) -> QueryPlan
    {
        var roots = json.elements
        let isMeasured = json["latency"] != nil || json["cumulative_cardinality"] != nil
        if roots.isEmpty { roots = isMeasured ? json["children"]?.elements ?? [] : [json] }
        // The operator that explains stands above the plan that it explains.
        while roots.count == 1, name(roots[0]) == "EXPLAIN_ANALYZE" {
            roots = roots[0]["children"]?.elements ?? []
        }
        guard !roots.isEmpty, roots.allSatisfy({ name($0) != nil }) else {
            throw PlanReadingError(what: "it holds no operator")
        }
        var builder = PlanBuilder()
        var pending: [JSONValue?] = roots.reversed()
        while let next = pending.popLast() {
            guard let json = next else {
                builder.end()
                continue
            }
            builder.begin(node(json))
            pending.append(nil)
            for child in (json["children"]?.elements ?? []).reversed() { pending.append(child) }
        }
        var notes: [String] = []
        let spilled = json["system_peak_temp_dir_size"]?.double.map { Int64($0) } ?? 0
        if spilled > 0 { notes.append("Up to \(spilled) bytes lay in temporary files.") }
        if isMeasured {
            notes.append("Times are sums over threads; the total is the time on the wall.")
        }
        var plan = builder.plan(
            engine: "duckdb", query: query, totalMS: json["latency"]?.double.map { $0 * 1_000 },
            notes: notes)
        addUp(&plan)
        if isMeasured {
            plan.nodes[0].memoryBytes = json["system_peak_buffer_memory"]?.double.map { Int64($0) }
            if spilled > 0 {
                plan.nodes[0].spillBytes = spilled
                plan.nodes[0].badges.append(.spilled)
            }
        }
        return plan
    }

    private static func name(_ json: JSONValue) -> String? {
        let found = json["operator_name"]?.string ?? json["name"]?.string
        guard let found else { return nil }
        let words = found.split { $0 == " " }
        return words.joined(separator: " ")
    }

    private static func node(_ json: JSONValue) -> PlanNode {
        var operation = name(json) ?? "?"
        let extra = json["extra_info"]
        var object = extra?["Table"]?.string ?? extra?["table"]?.string
        if let function = extra?["Function"]?.string {
            // A table function is named by itself; say what it is.
            object = object ?? function
            operation = json["operator_type"]?.string ?? operation
        }
        var node = PlanNode(operation: operation, object: object, detail: detail(extra))
        if case .object(let members)? = extra {
            node.facts = members.compactMap {
                let text = text($0.value)
                return text.isEmpty || $0.key == "__timing__"
                    ? nil : PlanNode.Fact($0.key, text)
            }
        }
        node.estimatedRows = extra?["Estimated Cardinality"]?.string.flatMap { Double($0) }
        node.actualRows = json["operator_cardinality"]?.double
        node.exclusiveMS = json["operator_timing"]?.double.map { max(0, $0 * 1_000) }
        if let scanned = json["operator_rows_scanned"]?.double, let rows = node.actualRows,
            scanned > rows
        {
            node.removedRows = scanned - rows
        }
        return node
    }

    private static let details = [
        "Join Type", "Conditions", "Filters", "Expression", "Groups", "Aggregates", "Order By",
        "Top",
        "CTE Name",
    ]

    private static func detail(_ extra: JSONValue?) -> String? {
        let parts = details.compactMap { key in
            extra?[key].map(text).flatMap { $0.isEmpty ? nil : $0 }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            text.split(whereSeparator: \.isNewline).joined(separator: ", ")
        case .array(let values): values.map(text).joined(separator: ", ")
        case .integer(let number): "\(number)"
        case .number(let number): PlanNumber.text(number)
        case .bool(let value): value ? "yes" : "no"
        case .null, .object: ""
        }
    }

    /// The time of each node with everything below it. Children follow their parents.
    private static func addUp(_ plan: inout QueryPlan) {
        for place in plan.nodes.indices.reversed() {
            guard let own = plan.nodes[place].exclusiveMS else { continue }
            let whole = own + (plan.nodes[place].inclusiveMS ?? 0)
            plan.nodes[place].inclusiveMS = whole
            if let parent = plan.nodes[place].parent, plan.nodes[parent].exclusiveMS != nil {
                plan.nodes[parent].inclusiveMS = (plan.nodes[parent].inclusiveMS ?? 0) + whole
            }
        }
    }
}

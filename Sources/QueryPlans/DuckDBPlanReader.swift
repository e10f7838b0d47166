public import JSONText

/// Reads DuckDB's `EXPLAIN (FORMAT JSON)` and `EXPLAIN (ANALYZE, FORMAT JSON)`, and profiles that it
/// wrote to a file.
///
/// Names have changed with its versions: until 1.0 an operator had `name`, `timing`, `cardinality`
/// and a text of lines as `extra_info`; since then it has `operator_name`, `operator_timing`,
/// `operator_cardinality`, and an object.
///
/// DuckDB measures each operator by itself and adds up its threads, so what is inclusive here is a
/// sum, and may exceed the time on the wall.
public enum DuckDBPlanReader {
    public static func read(_ json: JSONValue, query: String) throws(PlanReadingError) -> QueryPlan
    {
        var roots = json.elements
        // A profile has the query at its root, and no operator.
        let isMeasured =
            json["latency"] != nil || json["cumulative_cardinality"] != nil
            || json["result"] != nil || name(json) == nil && json["children"] != nil
        if roots.isEmpty { roots = isMeasured ? json["children"]?.elements ?? [] : [json] }
        // The operator that explains stands above the plan that it explains.
        while roots.count == 1, explainers.contains(name(roots[0]) ?? "") {
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
        let spilled = json["system_peak_temp_dir_size"]?.count ?? 0
        if spilled > 0 { notes.append("Up to \(spilled) bytes lay in temporary files.") }
        if isMeasured {
            notes.append("Times are sums over threads; the total is the time on the wall.")
        }
        var plan = builder.plan(
            engine: "duckdb", query: query,
            totalMS: isMeasured
                ? json[anyOf: "latency", "timing", "result"]?.double.map { $0 * 1_000 } : nil,
            notes: notes)
        addUp(&plan)
        if isMeasured {
            plan.nodes[0].memoryBytes = json["system_peak_buffer_memory"]?.count
            if spilled > 0 {
                plan.nodes[0].spillBytes = spilled
                plan.nodes[0].badges.append(.spilled)
            }
        }
        return plan
    }

    /// Operators that stand above the plan that they explain.
    private static let explainers: Set = ["EXPLAIN_ANALYZE", "EXPLAIN"]

    private static func name(_ json: JSONValue) -> String? {
        guard let found = json[anyOf: "operator_name", "name", "operator_type"]?.string else {
            return nil
        }
        return found.split { $0 == " " }.joined(separator: " ")
    }

    private static func node(_ json: JSONValue) -> PlanNode {
        let extra = extra(json)
        var operation = name(json) ?? "?"
        var object = extra[anyOf: "Table", "table"]?.planText
        if let function = extra["Function"]?.string {
            // A table function is named by itself; say what it is.
            object = object ?? function
            operation = json["operator_type"]?.string ?? operation
        }
        var node = PlanNode(operation: operation, object: object, detail: detail(extra))
        if case .object(let members) = extra {
            node.facts = members.compactMap {
                let text = $0.value.planText
                return text.isEmpty || $0.key == "__timing__"
                    ? nil : PlanNode.Fact($0.key, text)
            }
        }
        node.facts += facts(json)
        node.estimatedRows = extra["Estimated Cardinality"].flatMap { value in
            value.double ?? value.string.flatMap { Double($0) }
        }
        node.actualRows = json[anyOf: "operator_cardinality", "cardinality"]?.double
        node.exclusiveMS = json[anyOf: "operator_timing", "timing"]?.double.map {
            max(0, $0 * 1_000)
        }
        if let scanned = json["operator_rows_scanned"]?.double, let rows = node.actualRows,
            scanned > rows
        {
            node.removedRows = scanned - rows
        }
        return node
    }

    /// What else an operator has; figures of the whole query stand in each of them as zero.
    private static func facts(_ json: JSONValue) -> [PlanNode.Fact] {
        let shown: Set = [
            "children", "extra_info", "extra-info", "operator_name", "operator_type", "name",
            "operator_timing", "timing", "operator_cardinality", "cardinality", "timings",
        ]
        guard case .object(let members) = json else { return [] }
        return members.compactMap { member in
            let text = shown.contains(member.key) ? "" : member.value.planText
            return ["", "0", "0.0"].contains(text) ? nil : PlanNode.Fact(member.key, text)
        }
    }

    /// The words about an operator, as an object in every version.
    private static func extra(_ json: JSONValue) -> JSONValue {
        let found = json[anyOf: "extra_info", "extra-info"] ?? .null
        guard case .string(let text) = found else { return found }
        var members: [JSONValue.Member] = []
        var parts: [String] = []
        for part in text.split(separator: "[INFOSEPARATOR]") {
            let lines = part.split(whereSeparator: \.isNewline).map {
                $0.trimmed
            }.filter { !$0.isEmpty }
            guard let first = lines.first else { continue }
            if lines.count == 1, first.hasPrefix("EC: ") || first.hasPrefix("EC:") {
                members.append(
                    .init("Estimated Cardinality", .string(String(first.dropFirst(3)).trimmed)))
            } else {
                parts.append(lines.joined(separator: ", "))
            }
        }
        if name(json)?.hasSuffix("_SCAN") == true, !parts.isEmpty {
            members.append(.init("Table", .string(parts.removeFirst())))
        }
        if !parts.isEmpty {
            members.append(.init("Expression", .string(parts.joined(separator: "; "))))
        }
        return .object(members)
    }

    private static let details = [
        "Join Type", "Conditions", "Filters", "Expression", "Groups", "Aggregates", "Order By",
        "Top",
        "CTE Name",
    ]

    private static func detail(_ extra: JSONValue) -> String? {
        let parts = details.compactMap { key in
            extra[key].map(\.planText).flatMap { $0.isEmpty ? nil : $0 }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
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

extension StringProtocol {
    /// Without blanks at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(start[...last])
    }
}

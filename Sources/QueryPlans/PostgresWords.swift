import JSONText

/// What a node of PostgreSQL's plan is called, in the words of its text form.
enum PostgresWords {
    static func operation(_ json: JSONValue) -> String {
        let type = json["Node Type"]?.string ?? "?"
        var name = type
        switch type {
        case "Aggregate": name = aggregate(json)
        case "SetOp": name = json["Strategy"]?.string == "Hashed" ? "HashSetOp" : "SetOp"
        case "ModifyTable": name = json["Operation"]?.string ?? type
        case "Nested Loop", "Hash Join", "Merge Join":
            if let join = json["Join Type"]?.string, join != "Inner" {
                let method = type.replacing(" Join", with: "")
                name = "\(method) \(join) Join"
            }
        case "Index Scan", "Index Only Scan":
            if json["Scan Direction"]?.string == "Backward" { name += " Backward" }
        case "Foreign Scan":
            if let operation = json["Operation"]?.string, operation != "Select" {
                name = "Foreign " + operation
            }
        default: break
        }
        if json["Parallel Aware"] == .bool(true) { name = "Parallel " + name }
        if json["Async Capable"] == .bool(true) { name = "Async " + name }
        return name
    }

    private static func aggregate(_ json: JSONValue) -> String {
        let names = [
            "Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate",
        ]
        let name = json["Strategy"]?.string.flatMap { names[$0] } ?? "Aggregate"
        let mode = json["Partial Mode"]?.string ?? "Simple"
        return mode == "Simple" ? name : mode + " " + name
    }

    static func object(_ json: JSONValue) -> String? {
        let type = json["Node Type"]?.string ?? ""
        if type == "Bitmap Index Scan" { return json["Index Name"]?.string }
        let keys = [
            "Relation Name", "CTE Name", "Function Name", "Table Function Name", "Tuplestore Name",
            "Custom Plan Provider",
        ]
        if let name = keys.lazy.compactMap({ json[$0]?.string }).first { return name }
        let isNamed = ["Subquery Scan", "Values Scan", "WorkTable Scan"].contains(type)
        return isNamed ? json["Alias"]?.string : nil
    }

    /// What is worth a line beside the operator, in this order.
    private static let details: [(key: String, word: String)] = [
        ("Subplan Name", ""), ("Index Name", "using"), ("Index Cond", ""),
        ("Recheck Cond", "recheck"),
        ("TID Cond", ""), ("Hash Cond", ""), ("Merge Cond", ""), ("Join Filter", "join filter"),
        ("Filter", "filter"), ("One-Time Filter", "filter once"), ("Sort Key", "by"),
        ("Presorted Key", "presorted by"), ("Group Key", "by"), ("Cache Key", "keyed by"),
        ("Order By", "ordered by"), ("Run Condition", "while"), ("Command", ""),
        ("Subplans Removed", "subplans pruned:"),
    ]

    static func detail(_ json: JSONValue) -> String? {
        let parts = details.compactMap { key, word -> String? in
            guard let value = json[key] else { return nil }
            if key == "Index Name", json["Node Type"]?.string == "Bitmap Index Scan" { return nil }
            let text = value.planText
            return text.isEmpty ? nil : word.isEmpty ? text : word + " " + text
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Shown elsewhere, or of no use to a reader.
    private static let skipped: Set<String> = [
        "Node Type", "Plans", "Workers", "Output", "Actual Rows", "Actual Loops", "Plan Rows",
        "Parallel Aware", "Async Capable", "Relation Name",
    ]

    static func facts(_ json: JSONValue) -> [PlanNode.Fact] {
        guard case .object(let members) = json else { return [] }
        let facts = members.compactMap { member -> PlanNode.Fact? in
            if skipped.contains(member.key) { return nil }
            let text = member.value.planText
            return text.isEmpty ? nil : PlanNode.Fact(member.key, text)
        }
        return facts + (json["Workers"]?.elements ?? []).map(worker)
    }

    /// What one process did of a parallel node.
    private static func worker(_ json: JSONValue) -> PlanNode.Fact {
        guard case .object(let members) = json else {
            return PlanNode.Fact("Worker", json.planText)
        }
        let rest = JSONValue.object(members.filter { $0.key != "Worker Number" })
        return PlanNode.Fact(
            "Worker " + (json["Worker Number"]?.planText ?? "?"), rest.planText)
    }
}

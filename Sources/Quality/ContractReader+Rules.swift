import Domain
import JSONText

extension ContractReader {
    private static let metrics = [
        "rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues",
    ]

    mutating func rule(_ node: SourceNode) -> QualityRule? {
        guard node.entries != nil else {
            report("a quality rule is \(node.kind)", "Write a map with 'metric:'.", at: node.place)
            return nil
        }
        let metric = text(node, "metric") ?? text(node, "rule")
        let type = text(node, "type") ?? (metric == nil ? "text" : "library")
        let arguments = node["arguments"]
        let measure: QualityRule.Measure
        switch (type, metric) {
        case ("sql", _):
            guard let query = text(node, "query") else {
                report("the rule has no 'query'", "Add the SQL.", at: node.place)
                return nil
            }
            measure = .sql(query)
        case ("library", "rowCount"): measure = .rowCount
        case ("library", "nullValues"): measure = .nullValues
        case ("library", "missingValues"):
            measure = .missingValues(arguments?["missingValues"]?.items?.map(\.json) ?? [])
        case ("library", "invalidValues"):
            measure = .invalidValues(
                valid: arguments?["validValues"]?.items?.map(\.json),
                pattern: arguments?["pattern"]?.text)
        case ("library", "duplicateValues"):
            measure = .duplicateValues(
                arguments?["properties"]?.items?.compactMap(\.text) ?? [])
        case ("text", _): measure = .words
        case ("custom", _): measure = .unrunnable("it is meant for another program")
        default:
            let name = metric ?? type
            let near = nearestName(to: name, among: Self.metrics)
            report(
                "there is no metric '\(name)'",
                near.map { "Write '\($0)' instead." }
                    ?? "Write one of \(Self.metrics.joined(separator: ", ")).",
                at: node["metric"]?.place ?? node.place)
            return nil
        }
        return QualityRule(
            measure: measure, bound: bound(node),
            isPercent: ["percent", "percentage", "%"].contains(text(node, "unit")?.lowercased()),
            severity: text(node, "severity"), dimension: text(node, "dimension"),
            description: text(node, "description"), place: node.place)
    }

    private static let operators: [(key: String, comparison: Threshold.Comparison)] = [
        ("mustBe", .equal), ("mustNotBe", .unequal), ("mustBeGreaterThan", .more),
        ("mustBeGreaterOrEqualTo", .atLeast), ("mustBeGreaterThanOrEqualTo", .atLeast),
        ("mustBeLessThan", .less), ("mustBeLessOrEqualTo", .atMost),
        ("mustBeLessThanOrEqualTo", .atMost),
    ]

    private mutating func bound(_ node: SourceNode) -> RuleBound? {
        for (key, comparison) in Self.operators {
            guard let value = node[key] else { continue }
            if let number = value.number { return .comparison(comparison, number) }
            if comparison == .equal || comparison == .unequal,
                value.text ?? "" != "" || value.flag != nil,
                text(node, "type") == "sql"
            {
                return .value(value.json, isWanted: comparison == .equal)
            }
            report("'\(key)' is \(value.kind)", "Write a number.", at: value.place)
            return nil
        }
        for (key, isInside) in [("mustBeBetween", true), ("mustNotBeBetween", false)] {
            guard let value = node[key] else { continue }
            if let pair = value.items?.compactMap(\.number), pair.count == 2 {
                return isInside ? .between(pair[0], pair[1]) : .notBetween(pair[0], pair[1])
            }
            report("'\(key)' is no pair of numbers", "Write [least, most].", at: value.place)
            return nil
        }
        return nil
    }
}

public import Domain
import JSONText

/// Reads `*.odcs.yaml`.
public struct ContractReader {
    private let source: SourceFile
    private var problems: [SourceProblem] = []

    /// A contract and what is wrong with it; nil where nothing could be read.
    public static func read(_ bytes: [UInt8], file: String) -> (Contract?, [SourceProblem]) {
        do throws(SourceProblem) {
            let root = try SourceText.read(bytes, file: file)
            var reader = ContractReader(
                source: SourceFile(name: file, text: String(decoding: bytes, as: UTF8.self)))
            let contract = reader.contract(root)
            return (contract, reader.problems)
        } catch {
            return (nil, [error])
        }
    }

    private mutating func report(_ problem: String, _ remedy: String, at place: SourcePlace) {
        problems.append(source.problem(problem, remedy, at: place))
    }

    private mutating func contract(_ root: SourceNode) -> Contract? {
        guard root.entries != nil else {
            report(
                "a contract is a map, this is \(root.kind)", "Write 'kind: DataContract'.",
                at: root.place)
            return nil
        }
        for key in ["apiVersion", "kind", "id", "version", "status"] where root[key] == nil {
            report("the contract has no '\(key)'", "Add '\(key):'.", at: root.place)
        }
        if let kind = root["kind"], kind.text != "DataContract" {
            report("the kind is no DataContract", "Write 'kind: DataContract'.", at: kind.place)
        }
        let api = text(root, "apiVersion") ?? ""
        if !api.isEmpty, !api.hasPrefix("v3.") {
            report(
                "'\(api)' is no version that is known", "Write 'apiVersion: v3.1.0'.",
                at: root["apiVersion"]?.place ?? root.place)
        }
        let objects = list(root, "schema").compactMap { object($0) }
        let levels = list(root, "slaProperties").compactMap { level($0) }
        return Contract(
            name: text(root, "name") ?? text(root, "id") ?? "contract",
            id: text(root, "id") ?? "", version: text(root, "version") ?? "",
            status: text(root, "status") ?? "", apiVersion: api, objects: objects,
            serviceLevels: levels, source: root)
    }

    /// The text of a key; a number is taken as it is written: `version: 1.2`.
    private mutating func text(_ node: SourceNode, _ key: String) -> String? {
        guard let value = node[key], !value.isNull else { return nil }
        if let text = value.text { return text }
        if let number = value.number { return RuleBound.number(number) }
        report("'\(key)' is \(value.kind)", "Write a text.", at: value.place)
        return nil
    }

    private mutating func flag(_ node: SourceNode, _ key: String) -> Bool {
        guard let value = node[key], !value.isNull else { return false }
        if let flag = value.flag { return flag }
        report("'\(key)' is \(value.kind)", "Write true or false.", at: value.place)
        return false
    }

    private mutating func list(_ node: SourceNode, _ key: String) -> [SourceNode] {
        guard let value = node[key], !value.isNull else { return [] }
        if let items = value.items { return items }
        report("'\(key)' is \(value.kind)", "Write a list.", at: value.place)
        return []
    }

    private mutating func named(_ node: SourceNode, _ what: String) -> String? {
        if node.entries != nil, let name = text(node, "name") { return name }
        report("\(what) has no 'name'", "Add 'name:'.", at: node.place)
        return nil
    }

    private mutating func object(_ node: SourceNode) -> ContractObject? {
        guard let name = named(node, "an entry of 'schema'") else { return nil }
        let properties = list(node, "properties").compactMap { property($0) }
        return ContractObject(
            name: name, physicalName: text(node, "physicalName"), properties: properties,
            quality: list(node, "quality").compactMap { rule($0) }, place: node.place)
    }

    private static let logicalTypes = [
        "string", "integer", "number", "boolean", "date", "timestamp", "time", "array", "object",
    ]

    private mutating func property(_ node: SourceNode) -> ContractProperty? {
        guard let name = named(node, "a property") else { return nil }
        let type = text(node, "logicalType")
        if let type, !Self.logicalTypes.contains(type) {
            let near = nearestName(to: type, among: Self.logicalTypes)
            report(
                "'\(type)' is no logical type",
                near.map { "Write '\($0)' instead." }
                    ?? "Write one of \(Self.logicalTypes.joined(separator: ", ")).",
                at: node["logicalType"]?.place ?? node.place)
        }
        var options: [String: JSONValue] = [:]
        for entry in node["logicalTypeOptions"]?.entries ?? [] {
            let isText = ["pattern", "format", "timezone", "defaultTimezone"].contains(entry.key)
            let isNumber = [
                "minLength", "maxLength", "multipleOf", "minItems", "maxItems",
            ].contains(entry.key)
            if isText && entry.value.text == nil || isNumber && entry.value.number == nil {
                report(
                    "'\(entry.key)' is \(entry.value.kind)",
                    "Write a \(isText ? "text" : "number").", at: entry.value.place)
                continue
            }
            options[entry.key] = entry.value.json
        }
        var allowed = node["enum"]?.items?.map(\.json)
        if allowed == nil, case .array(let values)? = options["enum"] { allowed = values }
        return ContractProperty(
            name: name, physicalName: text(node, "physicalName"), logicalType: type,
            physicalType: text(node, "physicalType"), isRequired: flag(node, "required"),
            isUnique: flag(node, "unique"), isPrimaryKey: flag(node, "primaryKey"),
            options: options, allowed: allowed,
            quality: list(node, "quality").compactMap { rule($0) }, place: node.place)
    }

    private static let metrics = [
        "rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues",
    ]

    private mutating func rule(_ node: SourceNode) -> QualityRule? {
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
        case ("text", _): measure = .unrunnable("it is said in words")
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
            measure: measure, bound: bound(node), isPercent: text(node, "unit") == "percent",
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

    private mutating func level(_ node: SourceNode) -> ServiceLevel? {
        guard node.entries != nil, let property = text(node, "property") else {
            report("a service level has no 'property'", "Add 'property:'.", at: node.place)
            return nil
        }
        return ServiceLevel(
            property: property, value: node["value"]?.json ?? .null, unit: text(node, "unit"),
            element: text(node, "element"), place: node.place)
    }
}

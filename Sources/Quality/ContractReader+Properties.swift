import Domain
import JSONText

extension ContractReader {
    private static let logicalTypes = [
        "string", "integer", "number", "boolean", "date", "timestamp", "time", "array", "object",
        "map", "vector",
    ]

    mutating func property(
        _ node: SourceNode, named given: String? = nil
    ) -> ContractProperty? {
        guard let name = given ?? named(node, "a property") else { return nil }
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
        var children = list(node, "properties").compactMap { property($0) }
        if let items = node["items"], items.entries != nil, let item = property(items, named: "[]")
        {
            children.append(item)
        }
        return ContractProperty(
            name: name, physicalName: text(node, "physicalName"), logicalType: type,
            physicalType: text(node, "physicalType"), isRequired: flag(node, "required"),
            isUnique: flag(node, "unique"), isPrimaryKey: flag(node, "primaryKey"),
            keyPosition: node["primaryKeyPosition"]?.json.count ?? 0, options: options,
            allowed: allowed(node, options["enum"]),
            quality: list(node, "quality").compactMap { rule($0) }, children: children,
            place: node.place)
    }

    /// The values that a property may have: `enum`, a list of values or of maps with `value`; the
    /// older `logicalTypeOptions.enum`; a custom property `enum`. NULL is none of them: whether a
    /// value may be missing is said by `required`.
    private mutating func allowed(_ node: SourceNode, _ option: JSONValue?) -> [JSONValue]? {
        let listed = list(node, "enum").compactMap { entry -> JSONValue? in
            guard entry.entries != nil else { return entry.json }
            if let value = entry["value"] { return value.json }
            report("an entry of 'enum' has no 'value'", "Add 'value:'.", at: entry.place)
            return nil
        }
        var values: [JSONValue]?
        if !listed.isEmpty {
            values = listed
        } else if case .array(let items)? = option {
            values = items
        } else {
            let custom = node["customProperties"]?.items ?? []
            values = custom.first { $0["property"]?.text == "enum" }?["value"]?.items?.map(\.json)
        }
        return values?.filter { $0 != .null }
    }

    /// A relationship; the one of a property starts there.
    mutating func reference(
        _ node: SourceNode, of property: String?
    ) -> ContractReference? {
        guard node.entries != nil else {
            report(
                "a relationship is \(node.kind)", "Write a map with 'to: table.property'.",
                at: node.place)
            return nil
        }
        guard let to = names(node, "to") else { return nil }
        guard let from = property.map({ [$0] }) ?? names(node, "from") else { return nil }
        return ContractReference(
            sources: from, targets: to,
            isForeignKey: (text(node, "type") ?? "foreignKey") == "foreignKey", place: node.place)
    }

    /// A text, or a list of texts.
    private mutating func names(_ node: SourceNode, _ key: String) -> [String]? {
        guard let value = node[key], !value.isNull else {
            report(
                "a relationship has no '\(key)'", "Add '\(key): table.property'.", at: node.place)
            return nil
        }
        if let text = value.text { return [text] }
        if let items = value.items {
            let texts = items.compactMap(\.text)
            if texts.count == items.count { return texts }
        }
        report(
            "'\(key)' is \(value.kind)", "Write 'table.property', or a list of them.",
            at: value.place)
        return nil
    }
}

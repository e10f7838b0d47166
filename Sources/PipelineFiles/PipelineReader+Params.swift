internal import Domain
internal import YAMLReading

extension PipelineReader {
    mutating func readParams(_ node: Int) {
        for entry in document.entries(of: node, "params") ?? [] {
            paramNames.insert(entry.name)
            if !DocumentReader.isVariableName(entry.name) {
                document.error(
                    at: entry.key, "'\(entry.name.short)' cannot name a parameter",
                    "Use letters, digits and '_', not starting with a digit.")
            }
            let target = document.tree.resolved(entry.value)
            switch document.tree.nodes[target].kind {
            case .mapping: readParam(entry)
            case .sequence:
                document.refuseType(
                    of: entry.value, entry.name.short,
                    expected: "a default value or { type, default, enum, description }")
            default:
                let kind = document.impliedKind(of: target)
                let value =
                    document.tree.isNull(target) ? nil : document.value(target, as: kind)
                pipeline.params.append(
                    PipelineParameter(name: entry.name, kind: kind, defaultValue: value))
            }
        }
    }

    private mutating func readParam(_ param: DocumentReader.Entry) {
        var found: [String: DocumentReader.Entry] = [:]
        for entry in document.entries(of: param.value, param.name.short) ?? [] {
            if PipelineKeys.param.contains(entry.name) {
                found[entry.name] = entry
            } else {
                document.unknownKey(
                    entry, in: "parameter '\(param.name.short)'", among: PipelineKeys.param)
            }
        }
        let defaultNode = found["default"].flatMap { document.tree.isNull($0.value) ? nil : $0 }
        var kind = defaultNode.map {
            document.impliedKind(of: document.tree.resolved($0.value))
        }
        if let type = found["type"] {
            guard let named = parameterKind(type.value) else { return }
            kind = named
        }
        var parameter = PipelineParameter(name: param.name, kind: kind ?? .string)
        if let entry = found["description"] {
            parameter.description = document.text(entry.value, "description")
        }
        if let entry = found["enum"] { parameter.allowed = allowed(entry.value, of: parameter) }
        if let entry = defaultNode {
            parameter.defaultValue = checkedValue(entry.value, "default", of: parameter)
            if let value = parameter.defaultValue, !parameter.allowed.isEmpty,
                !parameter.allowed.contains(value)
            {
                let nearest = document.log.nearest(to: value, among: parameter.allowed)
                document.error(
                    at: entry.value,
                    "default '\(value.short)' of parameter '\(param.name.short)' is not in its enum",
                    nearest.map { "Write '\($0.short)', or add the value to 'enum'." }
                        ?? "Add it to 'enum', or choose one of its values.")
            }
        }
        pipeline.params.append(parameter)
    }

    private mutating func parameterKind(_ node: Int) -> PipelineParameter.Kind? {
        guard let text = document.text(node, "type", expected: "a type's name") else { return nil }
        if let kind = PipelineParameter.Kind(rawValue: text) { return kind }
        let usual = [
            "str": "string", "text": "string", "int": "integer", "float": "number",
            "double": "number", "bool": "boolean", "date": "string",
        ]
        let names = PipelineParameter.Kind.allCases.map(\.rawValue)
        let nearest = usual[text] ?? document.log.nearest(to: text, among: names)
        document.error(
            at: node, "unknown parameter type '\(text.short)'",
            nearest.map { "Write '\($0)'." } ?? "The types: \(names.joined(separator: ", ")).")
        return nil
    }

    private mutating func allowed(_ node: Int, of parameter: PipelineParameter) -> [String] {
        let target = document.tree.resolved(node)
        let items = document.tree.children(of: target)
        guard document.tree.nodes[target].kind == .sequence, !items.isEmpty else {
            document.refuseType(of: node, "enum", expected: "a list of values")
            return []
        }
        return items.compactMap { checkedValue($0, "enum", of: parameter) }
    }

    private mutating func checkedValue(
        _ node: Int, _ what: String, of parameter: PipelineParameter
    ) -> String? {
        let target = document.tree.resolved(node)
        if document.tree.isScalar(target), !document.tree.isNull(target),
            let value = document.value(target, as: parameter.kind)
        {
            return value
        }
        document.error(
            at: node,
            "'\(what)' of parameter '\(parameter.name.short)' must be of type "
                + "\(parameter.kind.rawValue), but \(document.description(of: node)) stands here",
            "Write a value of that type, or change 'type'.")
        return nil
    }
}

extension DocumentReader {
    /// The type that a bare value has by its looks.
    fileprivate func impliedKind(of node: Int) -> PipelineParameter.Kind {
        for kind in [PipelineParameter.Kind.boolean, .integer, .number]
        where value(node, as: kind) != nil {
            return kind
        }
        return .string
    }

    /// A scalar as templates show a value of this type; nil where it is none.
    fileprivate func value(_ node: Int, as kind: PipelineParameter.Kind) -> String? {
        let scalar = tree.nodes[node]
        if kind == .string { return scalar.text }
        guard scalar.kind == .plain, !scalar.isTaggedText else { return nil }
        return kind.normalised(scalar.text)
    }
}

extension PipelineParameter.Kind {
    /// `text` as templates show a value of this type; nil where it is none.
    func normalised(_ text: String) -> String? {
        switch self {
        case .string: return text
        case .integer: return Int64(text).map { String($0) }
        case .number:
            let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
            guard isDecimal, let number = Double(text), number.isFinite else { return nil }
            return text
        case .boolean:
            switch text {
            case "true", "True", "TRUE": return "true"
            case "false", "False", "FALSE": return "false"
            default: return nil
            }
        }
    }
}

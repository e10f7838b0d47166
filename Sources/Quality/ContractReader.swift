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

    mutating func report(_ problem: String, _ remedy: String, at place: SourcePlace) {
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
    mutating func text(_ node: SourceNode, _ key: String) -> String? {
        guard let value = node[key], !value.isNull else { return nil }
        if let text = value.text { return text }
        if let number = value.number { return RuleBound.number(number) }
        report("'\(key)' is \(value.kind)", "Write a text.", at: value.place)
        return nil
    }

    mutating func flag(_ node: SourceNode, _ key: String) -> Bool {
        guard let value = node[key], !value.isNull else { return false }
        if let flag = value.flag { return flag }
        report("'\(key)' is \(value.kind)", "Write true or false.", at: value.place)
        return false
    }

    mutating func list(_ node: SourceNode, _ key: String) -> [SourceNode] {
        guard let value = node[key], !value.isNull else { return [] }
        if let items = value.items { return items }
        report("'\(key)' is \(value.kind)", "Write a list.", at: value.place)
        return []
    }

    mutating func named(_ node: SourceNode, _ what: String) -> String? {
        if node.entries != nil, let name = text(node, "name") { return name }
        report("\(what) has no 'name'", "Add 'name:'.", at: node.place)
        return nil
    }

    private mutating func object(_ node: SourceNode) -> ContractObject? {
        guard let name = named(node, "an entry of 'schema'") else { return nil }
        let nodes = list(node, "properties")
        let properties = nodes.compactMap { property($0) }
        var references: [ContractReference] = []
        for node in nodes {
            guard let name = node["name"]?.text else { continue }
            references += list(node, "relationships").compactMap { reference($0, of: name) }
        }
        references += list(node, "relationships").compactMap { reference($0, of: nil) }
        for index in references.indices {
            // Sources may repeat the name of their own table.
            references[index].sources = references[index].sources.map {
                $0.hasPrefix(name + ".") ? String($0.dropFirst(name.count + 1)) : $0
            }
        }
        return ContractObject(
            name: name, physicalName: text(node, "physicalName"), properties: properties,
            quality: list(node, "quality").compactMap { rule($0) }, references: references,
            place: node.place)
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

public import Domain

/// How a project differs from an earlier `manifest.json`, for the selection method `state:`.
public struct ProjectChanges: Sendable {
    /// What differs in a node: `new`, or some of `body`, `configs`, `relation`, `contract`.
    let kinds: [String: Set<String>]

    /// - Throws: where `bytes` is no manifest.
    public init(
        _ project: TransformProject, since bytes: [UInt8], file: String
    ) throws(SourceProblem) {
        let root = try EarlierManifest.root(bytes, file: file)
        var earlier: [String: YAMLValue] = [:]
        for group in [root["nodes"], root["sources"], root["exposures"], root["unit_tests"]] {
            for pair in group?.pairs ?? [] { earlier[pair.key] = pair.value }
        }
        var kinds: [String: Set<String>] = [:]
        for node in project.nodes {
            guard let old = earlier[node.uniqueID] else {
                kinds[node.uniqueID] = ["new"]
                continue
            }
            var changed: Set<String> = []
            if let sum = old["checksum"]?["checksum"]?.text, !sum.isEmpty, sum != node.checksum {
                changed.insert("body")
            }
            if let config = old["unrendered_config"]?.plainMap,
                node.kind != .source, node.kind != .exposure,
                ConfigValue.map(config).sortedText != ConfigValue.map(node.config).sortedText
            {
                changed.insert("configs")
            }
            if let config = old["config"]?.plainMap["contract"]?.map?["enforced"]?.bool,
                node.kind == .model,
                config || node.config["contract"]?.map?["enforced"]?.bool == true,
                Self.contract(of: old) != Self.contract(of: node)
            {
                changed.insert("contract")
            }
            if let name = old["relation_name"]?.text, let now = node.relation?.sql, name != now {
                changed.insert("relation")
            }
            if !changed.isEmpty { kinds[node.uniqueID] = changed }
        }
        self.kinds = kinds
    }

    /// What an enforced contract promises: the columns with their types.
    private static func contract(of node: TransformNode) -> [String] {
        guard node.config["contract"]?.map?["enforced"]?.bool == true else { return ["none"] }
        return node.columns.map { "\($0.name) \($0.dataType ?? "")" }
    }

    private static func contract(of old: YAMLValue) -> [String] {
        guard old["config"]?["contract"]?.plainMap["enforced"]?.bool == true else {
            return ["none"]
        }
        return (old["columns"]?.pairs ?? []).map {
            "\($0.key) \($0.value["data_type"]?.text ?? "")"
        }
    }

    /// Whether `state:<value>` takes the node: `new`, `old`, `modified`, `modified.body` …
    func takes(_ id: String, _ value: String) -> Bool {
        let changed = kinds[id]
        switch value {
        case "new": return changed == ["new"]
        case "old": return changed != ["new"]
        case "modified": return changed != nil
        case "unmodified": return changed == nil
        default:
            // A new node differs in every part, as dbt has it.
            let part = value.split(separator: ".").last.map(String.init) ?? ""
            return changed.map { $0.contains(part) || $0 == ["new"] } ?? false
        }
    }

    static let values = [
        "new", "old", "modified", "unmodified", "modified.body", "modified.configs",
        "modified.relation", "modified.contract",
    ]
}

extension ConfigValue {
    /// The value with sorted keys, to be compared.
    public var sortedText: String {
        switch self {
        case .map(let map):
            "{"
                + map.pairs.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.sortedText)" }
                .joined(separator: ",") + "}"
        case .list(let items): "[" + items.map(\.sortedText).joined(separator: ",") + "]"
        default: text
        }
    }
}

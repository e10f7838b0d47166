public import Domain

/// Where nodes stand that a run leaves out: `--defer` reads them from another schema, as an earlier
/// manifest has them.
public struct Deferral: Sendable {
    /// The names of relations in SQL, by the nodes' ids.
    private let relations: [String: String]
    /// The nodes that run: they are read from where they are built.
    private let running: Set<String>
    /// Whether the other place goes before a relation that is here.
    let favorsState: Bool

    /// - Parameter bytes: a `manifest.json`.
    /// - Throws: where it is none.
    public init(
        manifest bytes: [UInt8], file: String, running: Set<String>, favorsState: Bool
    ) throws(SourceProblem) {
        let root = try EarlierManifest.root(bytes, file: file)
        var relations: [String: String] = [:]
        for pair in root["nodes"]?.pairs ?? [] {
            if let name = pair.value["relation_name"]?.text { relations[pair.key] = name }
        }
        self.relations = relations
        self.running = running
        self.favorsState = favorsState
    }

    /// The other place of `node`, in SQL; nil where it runs itself or stands nowhere else.
    func relation(of node: TransformNode) -> String? {
        running.contains(node.uniqueID) ? nil : relations[node.uniqueID]
    }
}

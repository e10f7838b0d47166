public import Transform

extension ProjectLineage {
    /// The lineage of a project whose tables may or may not be there.
    ///
    /// - Parameter known: the columns of a relation that somebody noted, by the node's id; where they
    ///   are not noted the database is asked, and for seeds their files.
    public init(
        reading project: TransformProject, files: ProjectFiles, database: any RunDatabase,
        known: [String: [String]] = [:]
    ) {
        let session = TransformSession(project: project, database: database)
        self.init(
            project, compile: { try session.compile($0).sql },
            columns: { node in
                if let names = known[node.uniqueID] { return names }
                if node.kind == .seed, let bytes = files.read(node.path) {
                    return CSVTable.header(of: bytes, config: node.config)
                }
                let found = node.relation.flatMap { try? database.columns(of: $0) } ?? []
                return found.isEmpty ? nil : found.map(\.name)
            })
    }
}

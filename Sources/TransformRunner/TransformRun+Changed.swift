import Transform

extension TransformRun {
    /// Notes what a node is made of, and says whether that is what it was made of last time.
    ///
    /// A fingerprint covers the compiled SQL, the configuration and the fingerprints of the
    /// parents; it knows nothing of rows that changed in a source.
    func isUnchanged(_ node: TransformNode) throws -> Bool {
        guard [.model, .seed, .snapshot].contains(node.kind),
            settings.earlierFingerprints != nil
        else { return false }
        let print = try fingerprint(of: node)
        guard let relation = node.relation, !isFullRefresh,
            settings.earlierFingerprints?[node.uniqueID] == print
        else { return false }
        return try database.kind(of: relation) != nil
    }

    func fingerprint(of node: TransformNode) throws -> String {
        if let known = fingerprints[node.uniqueID] { return known }
        var text: [UInt8] = []
        switch node.kind {
        case .seed: text = files.read(node.path) ?? []
        case .source, .exposure: text = Array((node.relation?.sql ?? "").utf8)
        default: text = Array(try session.compile(node).sql.utf8)
        }
        text += Array(ConfigValue.map(node.config).sortedText.utf8)
        for id in node.dependencies.sorted() {
            guard let parent = project.node(id) else { continue }
            text += Array(try fingerprint(of: parent).utf8)
        }
        let print = Digest.hex(Digest.sha256(text))
        note(fingerprint: print, of: node.uniqueID)
        return print
    }
}

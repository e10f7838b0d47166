import Domain

/// A `manifest.json` that an earlier command left.
enum EarlierManifest {
    /// Its root, which has `nodes`.
    ///
    /// - Throws: where `bytes` is no manifest.
    static func root(_ bytes: [UInt8], file: String) throws(SourceProblem) -> YAMLValue {
        let root = try YAMLReader.read(bytes, file: file)
        guard root["nodes"] != nil else {
            throw SourceProblem(
                file: file, place: root.place, lineText: "",
                problem: "the file is no manifest", remedy: "Give a manifest.json.")
        }
        return root
    }
}

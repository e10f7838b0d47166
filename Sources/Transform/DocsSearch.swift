/// Finds words in the documentation of a project.
public enum DocsSearch {
    public struct Entry: Hashable, Sendable {
        public var uniqueID: String
        /// nil where the node itself is meant.
        public var column: String?
        public var description: String
        public var path: String
    }

    /// The nodes and columns whose name or description holds every word, whatever its case.
    ///
    /// Names come before descriptions; linear in the size of the documentation.
    public static func entries(of project: TransformProject, words: [String]) -> [Entry] {
        let wanted = words.flatMap { $0.lowercased().split(whereSeparator: \.isWhitespace) }
        var byName: [Entry] = []
        var byText: [Entry] = []
        func add(_ name: String, _ entry: Entry) {
            let title = name.lowercased()
            if wanted.allSatisfy({ title.contains($0) }) {
                byName.append(entry)
            } else {
                let text = title + " " + entry.description.lowercased()
                if wanted.allSatisfy({ text.contains($0) }) { byText.append(entry) }
            }
        }
        for node in project.nodes where node.kind != .test && node.kind != .operation {
            add(
                node.name,
                Entry(
                    uniqueID: node.uniqueID, column: nil, description: node.description,
                    path: node.path))
            for column in node.columns {
                add(
                    column.name,
                    Entry(
                        uniqueID: node.uniqueID, column: column.name,
                        description: column.description, path: node.path))
            }
        }
        return byName + byText
    }
}

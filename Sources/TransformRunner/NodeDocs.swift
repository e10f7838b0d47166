import SQLLineage
public import Transform

/// What there is to say of a node: its description, and every column's type, origins and tests.
public struct NodeDocs: Sendable {
    public struct Column: Hashable, Sendable {
        public var name: String
        /// As the database says it, or else the project; empty where nobody does.
        public var type: String
        public var description: String
        /// The names of the tests on it, in the order of the files.
        public var tests: [String]
        /// `(node, column, how)` of the columns that it comes from.
        public var origins: [Origin]
    }

    public struct Origin: Hashable, Sendable {
        /// A unique id, or the name of a table that no node makes.
        public var node: String
        public var column: String
        /// `identity`, `transformation`, `aggregation`.
        public var how: String
    }

    public let node: TransformNode
    public let columns: [Column]
    /// Why the columns could not be followed.
    public let problem: String?

    /// - Parameters:
    ///   - found: where its columns come from, as far as that could be seen.
    ///   - types: the types that the database has, by column.
    public init(
        _ node: TransformNode, of project: TransformProject, _ found: ProjectLineage.Node?,
        types: [String: String]
    ) {
        var tests: [String: [String]] = [:]
        for test in project.nodes where test.kind == .test {
            guard let generic = test.generic, generic.attachedTo == node.uniqueID,
                let column = generic.columnName
            else { continue }
            let name = generic.namespace.map { "\($0).\(generic.name)" } ?? generic.name
            tests[column.lowercased(), default: []].append(name)
        }
        self.init(node, tests: tests, found, types: types)
    }

    /// - Parameter tests: the names of tests by column, in lower case.
    public init(
        _ node: TransformNode, tests: [String: [String]], _ found: ProjectLineage.Node?,
        types: [String: String]
    ) {
        self.node = node
        problem = found?.problem
        let written = Dictionary(
            node.columns.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first }
        )
        let typed = Dictionary(
            types.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        var columns: [Column] = []
        var seen: Set<String> = []
        func add(_ name: String, _ origins: [Origin]) {
            let key = name.lowercased()
            guard name != "*", seen.insert(key).inserted else { return }
            columns.append(
                Column(
                    name: name, type: typed[key] ?? written[key]?.dataType ?? "",
                    description: written[key]?.description ?? "", tests: tests[key] ?? [],
                    origins: origins))
        }
        for column in found?.columns ?? [] {
            add(
                column.name,
                column.origins.filter(\.kind.isDirect).map {
                    Origin(node: $0.table, column: $0.column, how: $0.kind.rawValue.lowercased())
                })
        }
        // What SQL did not say the project or the database may.
        for column in node.columns { add(column.name, []) }
        for name in types.keys.sorted() { add(name, []) }
        self.columns = columns
    }

    /// For people: a heading, the description, a line a column.
    public var text: String {
        var lines = ["\(node.uniqueID)  \(node.path)"]
        if !node.tags.isEmpty { lines.append("tags: " + node.tags.joined(separator: ", ")) }
        if !node.description.isEmpty { lines += ["", node.description] }
        if let problem { lines += ["", "columns could not be followed: \(problem)"] }
        lines.append("")
        for column in columns {
            var line = "  " + column.name
            if !column.type.isEmpty { line += " \(column.type.lowercased())" }
            if !column.origins.isEmpty {
                line +=
                    " ← "
                    + column.origins.map { "\($0.node).\($0.column)" }
                    .joined(separator: ", ")
            }
            if !column.tests.isEmpty { line += " [\(column.tests.joined(separator: ", "))]" }
            lines.append(line)
            if !column.description.isEmpty { lines.append("      " + column.description) }
        }
        return lines.joined(separator: "\n")
    }
}

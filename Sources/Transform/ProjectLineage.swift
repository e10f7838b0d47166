import Domain
public import SQLLineage

/// The column lineage of a whole project.
public struct ProjectLineage: Sendable {
    /// A column of a node.
    public struct Place: Hashable, Sendable {
        public var node: String
        public var column: String

        public init(node: String, column: String) {
            self.node = node
            self.column = column
        }
    }

    /// What a node's columns come from.
    public struct Node: Sendable {
        public var uniqueID: String
        /// In the node's order; the table of each origin is the unique id of a node, or a name of
        /// the database that no node has.
        public var columns: [LineageColumn]
        /// The columns that decide which rows there are.
        public var indirect: [ColumnOrigin]
        public var unknown: [UnknownColumn]
        /// Why there is none, where the SQL could not be compiled or understood.
        public var problem: String?
    }

    /// In an order in which parents come first.
    public private(set) var nodes: [Node] = []
    private var byID: [String: Int] = [:]

    /// Follows every model, snapshot and analysis.
    ///
    /// - Parameters:
    ///   - compile: the SQL of a node.
    ///   - columns: the columns of a relation that has no SQL here, such as a source's or a seed's;
    ///     nil where they are not known.
    public init(
        _ project: TransformProject, compile: (TransformNode) throws -> String,
        columns: (TransformNode) -> [String]?
    ) {
        var ids: [String: String] = [:]
        for node in project.nodes {
            guard [.model, .seed, .snapshot, .source].contains(node.kind) else { continue }
            if node.isEphemeral {
                ids["__dbt__cte__" + node.name.lowercased()] = node.uniqueID
            } else if let table = node.relation?.tableName {
                ids[table.lowercased()] = node.uniqueID
            }
        }
        var known: [String: [String]] = [:]
        for position in project.graph.topologicalOrder() {
            let node = project.nodes[position]
            var entry = Node(uniqueID: node.uniqueID, columns: [], indirect: [], unknown: [])
            switch node.kind {
            case .seed, .source:
                let names = columns(node) ?? node.columns.map(\.name)
                if !names.isEmpty { known[node.uniqueID] = names }
                entry.columns = names.map { LineageColumn(name: $0, origins: []) }
            case .model, .snapshot, .analysis:
                Self.follow(node, compile, ids, known, &entry)
                if entry.problem == nil, !entry.columns.contains(where: { $0.name == "*" }) {
                    known[node.uniqueID] = entry.columns.map(\.name)
                } else if let names = columns(node), !names.isEmpty {
                    known[node.uniqueID] = names
                }
            default: continue
            }
            byID[node.uniqueID] = nodes.count
            nodes.append(entry)
        }
    }

    private static func follow(
        _ node: TransformNode, _ compile: (TransformNode) throws -> String,
        _ ids: [String: String], _ known: [String: [String]], _ entry: inout Node
    ) {
        let sql: String
        do {
            sql = try compile(node)
        } catch {
            entry.problem = "the SQL could not be compiled: \(error)"
            return
        }
        let found = LineageResolver.lineage(
            of: sql, isOpaque: { ids[$0] != nil && $0.hasPrefix("__dbt__cte__") },
            catalogue: { ids[$0.lowercased()].flatMap { known[$0] } })
        guard let found else {
            entry.problem = "the SQL is no query that could be followed"
            return
        }
        func placed(_ origin: ColumnOrigin) -> ColumnOrigin {
            ColumnOrigin(
                table: ids[origin.table.lowercased()] ?? origin.table, column: origin.column,
                kind: origin.kind)
        }
        entry.columns = found.columns.map {
            LineageColumn(name: $0.name, origins: $0.origins.map(placed))
        }
        entry.indirect = found.indirect.map(placed)
        entry.unknown = found.unknown
        guard node.kind == .snapshot else { return }
        for name in ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"] {
            let title = node.config["snapshot_meta_column_names"]?.map?[name]?.text ?? name
            entry.columns.append(LineageColumn(name: title, origins: []))
        }
    }

    public func node(_ id: String) -> Node? { byID[id].map { nodes[$0] } }

    /// The columns that a column comes from, one step after the other, the nearest first.
    public func upstream(of place: Place) -> [(from: ColumnOrigin, to: Place)] {
        var result: [(ColumnOrigin, Place)] = []
        var waiting = [place]
        var seen: Set<Place> = [place]
        while !waiting.isEmpty {
            let current = waiting.removeFirst()
            let column = node(current.node)?.columns.first {
                $0.name.lowercased() == current.column.lowercased()
            }
            for origin in column?.origins ?? [] {
                result.append((origin, current))
                let next = Place(node: origin.table, column: origin.column)
                if seen.insert(next).inserted { waiting.append(next) }
            }
        }
        return result
    }

    /// The columns that come from a column, the nearest first.
    public func downstream(of place: Place) -> [(from: ColumnOrigin, to: Place)] {
        var users: [Place: [(ColumnOrigin, Place)]] = [:]
        for node in nodes {
            for column in node.columns {
                for origin in column.origins {
                    let key = Place(node: origin.table, column: origin.column.lowercased())
                    users[key, default: []].append(
                        (origin, Place(node: node.uniqueID, column: column.name)))
                }
            }
        }
        var result: [(ColumnOrigin, Place)] = []
        var waiting = [place]
        var seen: Set<Place> = [place]
        while !waiting.isEmpty {
            let current = waiting.removeFirst()
            let key = Place(node: current.node, column: current.column.lowercased())
            for (origin, user) in users[key] ?? [] {
                result.append((origin, user))
                if seen.insert(user).inserted { waiting.append(user) }
            }
        }
        return result
    }
}

public import TransformHistory

/// A dbt project as the pane shows it.
public struct ProjectView: Sendable {
    /// A column of a node.
    public struct Place: Hashable, Sendable {
        /// A unique id, or a table that no node of the project makes.
        public var node: String
        public var column: String

        public init(node: String, column: String) {
            self.node = node
            self.column = column
        }
    }

    /// A column that another comes from.
    public struct Origin: Hashable, Sendable {
        public var place: Place
        /// How: `identity`, `transformation`, `aggregation`.
        public var how: String

        public init(place: Place, how: String) {
            self.place = place
            self.how = how
        }
    }

    public struct Column: Hashable, Sendable {
        public var name: String
        /// As the database says it, or else the project; empty where nobody does.
        public var type: String
        public var description: String
        /// The names of the tests on it.
        public var tests: [String]
        public var origins: [Origin]

        public init(
            name: String, type: String = "", description: String = "", tests: [String] = [],
            origins: [Origin] = []
        ) {
            self.name = name
            self.type = type
            self.description = description
            self.tests = tests
            self.origins = origins
        }
    }

    public struct Node: Sendable {
        public var id: String
        public var name: String
        /// `model`, `seed`, `snapshot`, `source`, `exposure`.
        public var kind: String
        /// `table`, `view` …; empty for what is not built.
        public var materialized: String
        public var path: String
        public var description: String
        public var tags: [String]
        public var columns: [Column]
        /// Oldest first.
        public var history: [NodeRecord]
        /// Why its columns could not be followed.
        public var problem: String?

        public init(
            id: String, name: String, kind: String, materialized: String = "", path: String = "",
            description: String = "", tags: [String] = [], columns: [Column] = [],
            history: [NodeRecord] = [], problem: String? = nil
        ) {
            self.id = id
            self.name = name
            self.kind = kind
            self.materialized = materialized
            self.path = path
            self.description = description
            self.tags = tags
            self.columns = columns
            self.history = history
            self.problem = problem
        }
    }

    public var name: String
    /// Its folder, relative to the workspace.
    public var folder: String
    /// In an order in which parents come first.
    public var nodes: [Node]
    /// What is wrong with the project; nil where nothing is.
    public var problem: String?

    public init(name: String, folder: String, nodes: [Node] = [], problem: String? = nil) {
        self.name = name
        self.folder = folder
        self.nodes = nodes
        self.problem = problem
    }
}

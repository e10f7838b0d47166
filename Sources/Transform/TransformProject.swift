public import Domain

/// A dbt project, read: its nodes, how they depend on each other, and what is wrong with it.
public struct TransformProject: Sendable {
    public let name: String
    /// The chosen output of the profile.
    public let targetName: String
    /// Its `type`: the engine that the project was written for.
    public let engine: String
    /// The engine that its nodes run on.
    public let dialect: SQLDialect
    /// Every enabled node; tests after models, in the order of the files.
    public let nodes: [TransformNode]
    /// The ids of the disabled ones.
    public let disabled: [String]
    /// Edges between positions of ``nodes``: `from` must be built before `to`.
    public let graph: DAG
    /// Every mistake found, errors and warnings; a project with an error must not run.
    public let problems: [SourceProblem]
    /// The hooks of all packages, the project's own last.
    public let onRunStart: [RunHook]
    public let onRunEnd: [RunHook]
    /// Whether a failed hook at the start skips every node; dbt's default is to go on.
    public let skipsAfterFailedStart: Bool
    public let targetPath: String
    public let cleanTargets: [String]
    /// The folders of the project that hold what people wrote.
    public let sourceFolders: [String]
    /// `selectors.yml`: definitions by name.
    public let selectors: [(name: String, definition: ConfigValue, isDefault: Bool)]
    let environment: ProjectEnvironment
    let macros: MacroLibrary
    private let index: [String: Int]
    /// The folders of packages by their names, with a `/` at their ends; the project's own is empty.
    private let packageFolders: [String: String]

    init(
        name: String, environment: ProjectEnvironment, macros: MacroLibrary,
        nodes: [TransformNode], disabled: [String], graph: DAG, problems: [SourceProblem],
        packages: [PackageSettings],
        selectors: [(name: String, definition: ConfigValue, isDefault: Bool)]
    ) {
        self.name = name
        targetName = environment.target["name"]?.text ?? ""
        engine = environment.target["type"]?.text ?? "sqlite"
        dialect = environment.dialect
        self.nodes = nodes
        self.disabled = disabled
        self.graph = graph
        self.problems = problems
        let settings = packages.first
        let ordered = packages.dropFirst().sorted { $0.name < $1.name } + packages.prefix(1)
        onRunStart = ordered.flatMap { RunHook.all($0.onRunStart, of: $0, kind: "on-run-start") }
        onRunEnd = ordered.flatMap { RunHook.all($0.onRunEnd, of: $0, kind: "on-run-end") }
        skipsAfterFailedStart = settings?.skipsAfterFailedStart ?? false
        targetPath = settings?.targetPath ?? "target"
        cleanTargets = settings?.cleanTargets ?? []
        sourceFolders =
            settings.map {
                $0.modelPaths + $0.seedPaths + $0.testPaths + $0.macroPaths + $0.snapshotPaths
                    + $0.analysisPaths
            } ?? []
        self.selectors = selectors
        packageFolders = Dictionary(
            packages.map { ($0.name, $0.folder) }, uniquingKeysWith: { first, _ in first })
        self.environment = environment
        self.macros = macros
        index = Dictionary(
            nodes.enumerated().map { ($0.element.uniqueID, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// Whether nothing forbids a run.
    public var isSound: Bool { !problems.contains { $0.severity == .error } }

    /// The position of a node in ``nodes``.
    public func position(of uniqueID: String) -> Int? { index[uniqueID] }

    /// A node's file as dbt's artifacts have it: from the folder of its package.
    public func originalPath(of node: TransformNode) -> String {
        guard let folder = packageFolders[node.package], node.path.hasPrefix(folder) else {
            return node.path
        }
        return String(node.path.dropFirst(folder.count))
    }

    public func node(_ uniqueID: String) -> TransformNode? { index[uniqueID].map { nodes[$0] } }

    /// The default place of the database file, where the profile names one.
    public var databasePath: String? {
        let target = environment.target
        if let paths = target["schemas_and_paths"]?.map {
            return paths[environment.defaultSchema]?.text ?? paths.pairs.first?.value.text
        }
        return target["path"]?.text
    }

    /// SQL of the project, for instance of a hook, as SQLite takes it.
    public func rewritten(_ sql: String) -> String { environment.rewritten(sql).sql }

    /// Whether the options, not the profile, say which engine it is.
    public var wasToldItsEngine: Bool { environment.options.dialect != nil }

    /// A setting of the chosen output, such as `host`; nil where it has none.
    public func targetSetting(_ key: String) -> ConfigValue? { environment.target[key] }
}

/// A text of SQL before or after all nodes.
public struct RunHook: Hashable, Sendable {
    public var package: String
    /// `on-run-start` or `on-run-end`.
    public var kind: String
    /// Its place among the hooks of its package.
    public var index: Int
    public var text: String

    public var uniqueID: String { "operation.\(package).\(package)-\(kind)-\(index)" }

    static func all(_ texts: [String], of package: PackageSettings, kind: String) -> [RunHook] {
        texts.enumerated().map {
            RunHook(package: package.name, kind: kind, index: $0.offset, text: $0.element)
        }
    }
}

extension TransformProject {
    /// A relation of that name in the schema of the target.
    public func relation(named name: String) -> RelationName {
        RelationName(
            database: environment.database, schema: environment.defaultSchema, identifier: name,
            defaultSchema: environment.defaultSchema, dialect: dialect)
    }
}

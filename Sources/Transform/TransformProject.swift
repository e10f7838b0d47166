public import Domain

/// A dbt project, read: its nodes, how they depend on each other, and what is wrong with it.
public struct TransformProject: Sendable {
    public let name: String
    /// The chosen output of the profile.
    public let targetName: String
    /// Its `type`: the engine that the project was written for.
    public let engine: String
    /// Every enabled node; tests after models, in the order of the files.
    public let nodes: [TransformNode]
    /// The ids of the disabled ones.
    public let disabled: [String]
    /// Edges between positions of ``nodes``: `from` must be built before `to`.
    public let graph: DAG
    /// Every mistake found, errors and warnings; a project with an error must not run.
    public let problems: [SourceProblem]
    public let onRunStart: [String]
    public let onRunEnd: [String]
    public let targetPath: String
    public let cleanTargets: [String]
    /// `selectors.yml`: definitions by name.
    public let selectors: [(name: String, definition: ConfigValue, isDefault: Bool)]
    let environment: ProjectEnvironment
    let macros: MacroLibrary
    private let index: [String: Int]

    init(
        name: String, environment: ProjectEnvironment, macros: MacroLibrary,
        nodes: [TransformNode], disabled: [String], graph: DAG, problems: [SourceProblem],
        settings: PackageSettings?,
        selectors: [(name: String, definition: ConfigValue, isDefault: Bool)]
    ) {
        self.name = name
        targetName = environment.target["name"]?.text ?? ""
        engine = environment.target["type"]?.text ?? "sqlite"
        self.nodes = nodes
        self.disabled = disabled
        self.graph = graph
        self.problems = problems
        onRunStart = settings?.onRunStart ?? []
        onRunEnd = settings?.onRunEnd ?? []
        targetPath = settings?.targetPath ?? "target"
        cleanTargets = settings?.cleanTargets ?? []
        self.selectors = selectors
        self.environment = environment
        self.macros = macros
        index = Dictionary(
            nodes.enumerated().map { ($0.element.uniqueID, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// Whether nothing forbids a run.
    public var isSound: Bool { !problems.contains { $0.severity == .error } }

    /// The position of a node in ``nodes``.
    public func position(of uniqueID: String) -> Int? { index[uniqueID] }

    public func node(_ uniqueID: String) -> TransformNode? { index[uniqueID].map { nodes[$0] } }

    /// The default place of the database file, where the profile names one.
    public var databasePath: String? {
        let target = environment.target
        if let paths = target["schemas_and_paths"]?.map {
            return paths[environment.defaultSchema]?.text ?? paths.pairs.first?.value.text
        }
        return target["path"]?.text
    }
}

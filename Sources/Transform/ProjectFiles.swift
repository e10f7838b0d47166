/// The files of a project, wherever they come from; the core never touches a disk.
public struct ProjectFiles: Sendable {
    /// Paths from the project's root with `/` between, in any order.
    public var paths: [String]
    /// The bytes of one of ``paths``; nil where it cannot be read.
    public var read: @Sendable (String) -> [UInt8]?

    public init(paths: [String], read: @escaping @Sendable (String) -> [UInt8]?) {
        self.paths = paths
        self.read = read
    }

    /// Files held in memory.
    public init(_ files: [String: String]) {
        let bytes = files.mapValues { Array($0.utf8) }
        self.init(paths: files.keys.sorted()) { bytes[$0] }
    }
}

/// What a person says at the start of a command.
public struct TransformOptions: Sendable {
    /// `--vars`.
    public var vars = ConfigMap()
    /// `--target`; nil takes the profile's own.
    public var target: String?
    /// `--profile`.
    public var profile: String?
    /// `--engine`: instead of the profile's own.
    public var dialect: SQLDialect?
    /// The text of `profiles.yml` where it was found outside the project.
    public var profiles: [UInt8]?
    public var environment: [String: String] = [:]
    public var isFullRefresh = false
    /// `--empty`: models see no rows of their parents.
    public var isEmpty = false
    /// `--sample`: of parents with an `event_time` models see only rows of this time.
    public var sample: Microbatch.Window?
    /// `--store-failures`, as templates see it.
    public var storesFailures = false
    /// The command's name as dbt's `flags.WHICH` has it.
    public var command = "run"
    /// When the command began, as `YYYY-MM-DD HH:MM:SS` in UTC.
    public var startedAt = "1970-01-01 00:00:00"
    public var invocationID = "00000000-0000-0000-0000-000000000000"

    public init() {}
}

/// One `dbt_project.yml`.
struct PackageSettings: Sendable {
    var name: String
    /// The folder from the root, with a `/` at its end; empty for the project itself.
    var folder: String
    var version: String?
    var profile: String?
    var modelPaths: [String]
    var seedPaths: [String]
    var testPaths: [String]
    var macroPaths: [String]
    var snapshotPaths: [String]
    var analysisPaths: [String]
    var docsPaths: [String]
    var packagesPath: String
    var targetPath: String
    var cleanTargets: [String]
    var vars: ConfigMap
    var trees: [String: ConfigMap]
    var onRunStart: [String]
    var onRunEnd: [String]
    var dispatch: [ConfigMap]
    /// `restrict-access`: whether only its own nodes may refer to its protected models.
    var restrictsAccess: Bool
    /// `flags: {skip_nodes_if_on_run_start_fails: true}`.
    var skipsAfterFailedStart: Bool

    init(_ root: YAMLValue, folder: String) {
        func list(_ keys: [String], _ fallback: [String]) -> [String] {
            for key in keys {
                if let value = root[key] { return value.items.compactMap(\.text).map(Self.trimmed) }
            }
            return fallback
        }
        self.folder = folder
        restrictsAccess = root["restrict-access"]?.plain.bool ?? false
        skipsAfterFailedStart =
            root["flags"]?["skip_nodes_if_on_run_start_fails"]?.plain.bool ?? false
        name = root["name"]?.text ?? ""
        version = root["version"]?.text
        profile = root["profile"]?.text
        modelPaths = list(["model-paths", "source-paths"], ["models"])
        seedPaths = list(["seed-paths", "data-paths"], ["seeds"])
        testPaths = list(["test-paths"], ["tests"])
        macroPaths = list(["macro-paths"], ["macros"])
        snapshotPaths = list(["snapshot-paths"], ["snapshots"])
        analysisPaths = list(["analysis-paths"], ["analyses"])
        docsPaths = list(["docs-paths"], [])
        packagesPath = Self.trimmed(root["packages-install-path"]?.text ?? "dbt_packages")
        targetPath = Self.trimmed(root["target-path"]?.text ?? "target")
        cleanTargets = list(["clean-targets"], [targetPath])
        vars = root["vars"]?.plainMap ?? ConfigMap()
        trees = [:]
        for key in ["models", "seeds", "snapshots", "sources", "exposures", "unit_tests"] {
            if let tree = root[key] { trees[key] = tree.plainMap }
        }
        for key in ["tests", "data_tests"] {
            if let tree = root[key] { trees["data_tests"] = tree.plainMap }
        }
        onRunStart = list(["on-run-start"], [])
        onRunEnd = list(["on-run-end"], [])
        dispatch = root["dispatch"]?.items.map(\.plainMap) ?? []
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        while path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    static let knownKeys: Set<String> = [
        "name", "version", "config-version", "profile", "model-paths", "source-paths",
        "seed-paths", "data-paths", "test-paths", "macro-paths", "snapshot-paths",
        "analysis-paths", "docs-paths", "asset-paths", "function-paths", "target-path",
        "log-path", "packages-install-path", "clean-targets", "vars", "models", "seeds",
        "snapshots", "sources", "exposures", "tests", "data_tests", "unit_tests", "on-run-start",
        "on-run-end", "require-dbt-version", "quoting", "query-comment", "flags", "dispatch",
        "metrics", "semantic-models", "saved-queries", "restrict-access", "dbt-cloud", "functions",
    ]
}

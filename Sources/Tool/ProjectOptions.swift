import ArgumentParser
import Domain
import Foundation
import Transform
import TransformConnections
import TransformFiles
import TransformRunner
import WholeFiles

/// Which project a `transform` command works on, and how it is read.
struct ProjectOptions: ParsableArguments {
    @Option(
        name: .customLong("project-dir"),
        help: "The folder of dbt_project.yml; DBT_PROJECT_DIR, else the current one.")
    var givenProjectDir: String?

    @Option(
        name: .customLong("profiles-dir"),
        help: "The folder of profiles.yml; DBT_PROFILES_DIR, the project's own, ~/.dbt.")
    var profilesDir: String?

    @Option(help: "A profile, instead of the project's.")
    var profile: String?

    @Option(name: .shortAndLong, help: "A target of the profile.")
    var target: String?

    @Option(help: "Variables, as YAML or JSON.")
    var vars: String?

    @Option(
        help: """
            sqlite, duckdb: run on that engine, whatever the profile names; dbt: have the installed \
            dbt do it, for build, run, test, seed and snapshot.
            """)
    var engine: String?

    @Option(help: "The file of SQLite or DuckDB, instead of the profile's.")
    var database: String?

    @Option(name: .customLong("target-path"), help: "The folder of artifacts.")
    var targetPath: String?

    var projectDir: String {
        givenProjectDir ?? ProcessInfo.processInfo.environment["DBT_PROJECT_DIR"] ?? "."
    }

    func validate() throws {
        guard engine == nil || ["sqlite", "duckdb", "dbt"].contains(engine) else {
            throw ValidationError(
                "--engine \(engine ?? "") is not known: write sqlite, duckdb or dbt.")
        }
    }

    /// Where dbt leaves `run_results.json`, as far as that is known before the project is read.
    var resultsPath: String {
        let target =
            targetPath ?? ProcessInfo.processInfo.environment["DBT_TARGET_PATH"] ?? "target"
        return (target.hasPrefix("/") ? target : projectDir + "/" + target) + "/run_results.json"
    }

    /// `--vars`, read.
    var varsMap: ConfigMap {
        get throws { try vars.map { try ConfigMap.reading($0, file: "--vars") } ?? ConfigMap() }
    }

    /// What was named in place of the project's own, as `run_results.json` keeps it.
    var named: [(String, String)] {
        [("target", target), ("profile", profile)].compactMap { key, value in
            value.map { (key, $0) }
        }
    }

    /// With what an earlier command was given, as far as this one was not.
    func taking(_ earlier: EarlierRun) throws -> ProjectOptions {
        var result = self
        if vars == nil, !earlier.vars.isEmpty { result.vars = earlier.vars.jsonText }
        result.target = target ?? earlier.target
        result.profile = profile ?? earlier.profile
        return result
    }

    /// Reads the project; what is wrong with it goes to standard error.
    ///
    /// - Throws: An exit code where the project is not sound.
    func load(
        _ command: String, isFullRefresh: Bool = false, isEmpty: Bool = false,
        storesFailures: Bool = false, sample: String? = nil
    ) throws -> LoadedProject {
        var options = TransformOptions()
        options.command = command
        options.isFullRefresh = isFullRefresh
        options.isEmpty = isEmpty
        options.storesFailures = storesFailures
        options.target = target
        options.profile = profile
        options.dialect = engine.flatMap { SQLDialect(profileType: $0) }
        options.environment = ProcessInfo.processInfo.environment
        let now = CivilTime(utc: SystemClock.now())
        options.startedAt = now.isoDate + " " + now.clockText
        options.sample = try sample.map {
            try Microbatch.Window(sample: $0, now: options.startedAt)
        }
        options.invocationID = UUID().uuidString.lowercased()
        options.vars = try varsMap
        options.profiles = try profiles(of: options.environment)
        let files = ProjectFiles.onDisk(projectDir)
        let named = targetPath ?? options.environment["DBT_TARGET_PATH"]
        let project = TransformProject.load(
            files, options: options,
            cache: .onDisk(projectDir, targetFolder: named))
        show(project.problems)
        guard project.isSound else { throw Exit.usedWrongly }
        return LoadedProject(
            project: project, files: files, folder: projectDir, startedAt: options.startedAt,
            invocationID: options.invocationID,
            targetFolder: named)
    }

    /// The first hundred problems, errors first; how many more there are.
    private func show(_ problems: [SourceProblem]) {
        let most = 100
        let sorted =
            problems.count > most
            ? problems.filter { $0.severity == .error } + problems.filter { $0.severity != .error }
            : problems
        for problem in sorted.prefix(most) { Console.error(problem.report) }
        if sorted.count > most { Console.error("… and \(sorted.count - most) more problems") }
    }

    private func profiles(of environment: [String: String]) throws -> [UInt8]? {
        if let profilesDir = profilesDir ?? environment["DBT_PROFILES_DIR"] {
            let path = profilesDir + "/profiles.yml"
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw NodeTrouble(
                    "There is no readable '\(path)'.",
                    "Give the folder of a profiles.yml with --profiles-dir, or leave it out: then "
                        + "the project's own and ~/.dbt are looked at.")
            }
            return Array(bytes)
        }
        let own = projectDir + "/profiles.yml"
        guard !FileManager.default.fileExists(atPath: own) else { return nil }
        let home = environment["HOME"] ?? "/"
        return FileManager.default.contents(atPath: home + "/.dbt/profiles.yml").map { Array($0) }
    }

    /// Opens the database that the options or the profile name, and makes its folder.
    ///
    /// - Throws: A `UserFacingError` where the profile is for an engine that is not here.
    func open(_ loaded: LoadedProject) throws -> any RunDatabase {
        let project = loaded.project
        guard SQLDialect(profileType: project.engine) != nil || project.wasToldItsEngine else {
            throw ForeignEngineError(engine: project.engine, target: project.targetName)
        }
        guard project.dialect == .sqlite else { return try connect(loaded) }
        // The file of another engine must not be opened as one of SQLite.
        let own = project.engine == "sqlite" ? project.databasePath.map { loaded.path($0) } : nil
        let fallback =
            engine == "sqlite" && project.engine != "sqlite"
            ? loaded.artifact("\(project.name).sqlite") : nil
        guard let path = database ?? own ?? fallback else {
            throw ValidationError("The profile names no database file: give --database FILE.")
        }
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        return try SQLiteDatabase(path: path)
    }

    /// So long a file of DuckDB that another process holds is waited for, in seconds.
    private static let lockSeconds = 3_600

    /// Opens DuckDB or PostgreSQL.
    private func connect(_ loaded: LoadedProject) throws -> any RunDatabase {
        let project = loaded.project
        let isForeign = project.dialect == .duckdb && project.engine != "duckdb"
        let fallback = isForeign ? loaded.artifact("\(project.name).duckdb") : nil
        let target = try TargetConnection(
            project, file: database ?? fallback,
            absolute: { path in
                let place = loaded.path(path)
                return place.hasPrefix("/")
                    ? place : FileManager.default.currentDirectoryPath + "/" + place
            })
        if let path = target.file {
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(),
                withIntermediateDirectories: true)
        }
        return try target.open(waitSeconds: Self.lockSeconds)
    }
}

/// A profile for an engine that this program does not run by itself.
struct ForeignEngineError: UserFacingError {
    var engine: String
    var target: String

    var problem: String { "The target '\(target)' is for the engine '\(engine)'." }
    var remedy: String {
        "Give --engine sqlite to run the project on SQLite, --engine dbt to have dbt do it, or choose a "
            + "target of type sqlite, duckdb or postgres."
    }
}

/// A sound project and where it came from.
struct LoadedProject {
    var project: TransformProject
    var files: ProjectFiles
    var folder: String
    var startedAt: String
    var invocationID: String
    /// `--target-path`.
    var targetFolder: String?

    /// A path of the project as this process reaches it.
    func path(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

    /// The path of an artifact in the target folder.
    func artifact(_ name: String) -> String {
        path(targetFolder ?? project.targetPath) + "/" + name
    }

    var resultsPath: String { artifact("run_results.json") }

    /// Writes an artifact, and its folder where there is none.
    func write(_ text: String, to name: String) throws {
        let path = artifact(name)
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try DraftFile.write(text, to: path, mode: 0o644)
    }

    /// The statuses that the last command left, and that command's name.
    ///
    /// - Throws: A `UserFacingError` where there is no such file or no sense in it.
    func earlierRun(in folder: String? = nil) throws -> EarlierRun {
        let path = folder.map { $0 + "/run_results.json" } ?? resultsPath
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw NoEarlierRunError(path: path)
        }
        return try EarlierRun(Array(bytes), file: path)
    }
}

/// Nothing has run yet that could be taken up.
struct NoEarlierRunError: UserFacingError {
    var path: String
    var problem: String { "There is no \(path) to take up." }
    var remedy: String { "Run the project first, or name the folder with --state." }
}

import ArgumentParser
import Domain
import Foundation
import Transform
import TransformFiles
import TransformRunner

/// What every `transform` command takes.
struct ProjectOptions: ParsableArguments {
    @Option(name: .customLong("project-dir"), help: "The folder of dbt_project.yml.")
    var projectDir = "."

    @Option(
        name: .customLong("profiles-dir"),
        help: "The folder of profiles.yml; the project's own, then ~/.dbt, unless given.")
    var profilesDir: String?

    @Option(help: "A target of the profile.")
    var target: String?

    @Option(name: .shortAndLong, parsing: .upToNextOption, help: "Nodes to take (dbt's syntax).")
    var select: [String] = []

    @Option(parsing: .upToNextOption, help: "Nodes to leave out.")
    var exclude: [String] = []

    @Option(help: "A selector of selectors.yml.")
    var selector: String?

    @Option(help: "Variables, as YAML or JSON.")
    var vars: String?

    @Option(help: "The engine; sqlite is the only one so far.")
    var engine = "sqlite"

    @Option(help: "The SQLite file, instead of the profile's.")
    var database: String?

    func validate() throws {
        guard engine == "sqlite" else {
            throw ValidationError("--engine \(engine) is not supported yet; it takes 'sqlite'.")
        }
    }

    /// Reads the project; what is wrong with it goes to standard error.
    ///
    /// - Throws: An exit code where the project is not sound.
    func load(_ command: String, isFullRefresh: Bool = false) throws -> LoadedProject {
        var options = TransformOptions()
        options.command = command
        options.isFullRefresh = isFullRefresh
        options.target = target
        options.environment = ProcessInfo.processInfo.environment
        let now = CivilTime(utc: SystemClock.now())
        options.startedAt = now.isoDate + " " + now.clockText
        options.invocationID = UUID().uuidString.lowercased()
        if let vars { options.vars = try ConfigMap.reading(vars, file: "--vars") }
        options.profiles = try profiles()
        let files = ProjectFiles.onDisk(projectDir)
        let project = TransformProject.load(files, options: options)
        for problem in project.problems { Console.error(problem.report) }
        guard project.isSound else { throw Exit.usedWrongly }
        return LoadedProject(
            project: project, files: files, folder: projectDir, startedAt: options.startedAt,
            invocationID: options.invocationID)
    }

    private func profiles() throws -> [UInt8]? {
        if let profilesDir {
            let path = profilesDir + "/profiles.yml"
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw ValidationError("There is no readable \(path).")
            }
            return Array(bytes)
        }
        let own = projectDir + "/profiles.yml"
        guard !FileManager.default.fileExists(atPath: own) else { return nil }
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/"
        return FileManager.default.contents(atPath: home + "/.dbt/profiles.yml").map { Array($0) }
    }

    /// The positions of the nodes that the options name; nil: all.
    func selected(in project: TransformProject) throws -> Set<Int>? {
        let selection = NodeSelection(project)
        if let selector { return try selection.positions(selector: selector) }
        guard !select.isEmpty || !exclude.isEmpty else { return nil }
        return try selection.positions(select: select, exclude: exclude)
    }

    /// Opens the database that the options or the profile name, and makes its folder.
    func open(_ loaded: LoadedProject) throws -> SQLiteDatabase {
        let named = database ?? loaded.project.databasePath.map { loaded.path($0) }
        guard let path = named else {
            throw ValidationError("The profile names no database file: give --database FILE.")
        }
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        return try SQLiteDatabase(path: path)
    }
}

/// A sound project and where it came from.
struct LoadedProject {
    var project: TransformProject
    var files: ProjectFiles
    var folder: String
    var startedAt: String
    var invocationID: String

    /// A path of the project as this process reaches it.
    func path(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

    var resultsPath: String { path(project.targetPath) + "/run_results.json" }
}

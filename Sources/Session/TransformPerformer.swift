import Domain
import Foundation
import JSONText
import PipelineFiles
import Transform
import TransformFiles
import TransformHistory
import TransformPanes
import TransformRunner
import Workspace

/// Performs the effects of the pane of dbt projects, once all pipelines are read.
struct TransformPerformer: Sendable {
    private let host: WorkspaceHost

    init(host: WorkspaceHost) { self.host = host }

    /// The answer. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: TransformDesk.Effect) async throws -> TransformDesk.Answer {
        try TransformWork(workspace: await host.pipelines.all()).answer(to: effect)
    }
}

/// Finds and reads dbt projects, and what their runs left.
private struct TransformWork {
    let workspace: Workspace

    /// The answer. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: TransformDesk.Effect) throws -> TransformDesk.Answer {
        switch effect {
        case .read: return .read(try folders().map(read))
        case .histories(let folders):
            var result: [String: [String: [NodeRecord]]] = [:]
            for folder in folders {
                result[folder] = NodeHistory(targetFolder: targetFolder(of: folder, nil)).records
            }
            return .histories(result)
        }
    }

    private func absolute(_ path: String) -> String {
        path.isEmpty || path == "."
            ? workspace.root : path.hasPrefix("/") ? path : workspace.root + "/" + path
    }

    // MARK: Projects

    /// Folders of projects: those that pipelines name, the workspace itself, folders right below it.
    private func folders() -> [String] {
        var result: [String] = []
        func add(_ folder: String) {
            guard !result.contains(folder), !folder.contains("{{"),
                FileManager.default.fileExists(atPath: absolute(folder) + "/dbt_project.yml")
            else { return }
            result.append(folder)
        }
        for pipeline in workspace.entries.compactMap(\.known) {
            for task in pipeline.tasks {
                if case .transform(let transform) = task.action {
                    add(transform.projectFolder ?? ".")
                }
            }
        }
        add(".")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: workspace.root)) ?? []
        for name in names.sorted() where !name.hasPrefix(".") { add(name) }
        return result
    }

    /// The folder of a project's artifacts; without a project by the environment or dbt's default.
    private func targetFolder(of folder: String, _ project: TransformProject?) -> String {
        let named = ProcessInfo.processInfo.environment["DBT_TARGET_PATH"]
        let settings = project?.targetPath ?? Self.targetPath(in: absolute(folder))
        let target = named ?? settings
        return target.hasPrefix("/") ? target : absolute(folder) + "/" + target
    }

    /// `target-path` as the project file has it, without reading the project.
    private static func targetPath(in folder: String) -> String {
        let bytes = FileManager.default.contents(atPath: folder + "/dbt_project.yml") ?? Data()
        let map = try? ConfigMap.reading(
            String(decoding: bytes, as: UTF8.self), file: "dbt_project.yml")
        return map?["target-path"]?.string ?? "target"
    }

    private func read(_ folder: String) throws -> ProjectView {
        var options = TransformOptions()
        options.command = "docs"
        options.environment = ProcessInfo.processInfo.environment
        options.startedAt = Clock.now().iso8601
        options.invocationID = UUID().uuidString.lowercased()
        let path = absolute(folder)
        if !FileManager.default.fileExists(atPath: path + "/profiles.yml") {
            let place =
                options.environment["DBT_PROFILES_DIR"]
                ?? (options.environment["HOME"] ?? "/") + "/.dbt"
            options.profiles = FileManager.default.contents(atPath: place + "/profiles.yml")
                .map { Array($0) }
        }
        let files = ProjectFiles.onDisk(path)
        let project = TransformProject.load(files, options: options)
        guard project.isSound else {
            let first = project.problems.first { $0.severity == .error }
            return ProjectView(
                name: project.name.isEmpty ? folder : project.name, folder: folder,
                problem: first.map { "\($0.file):\($0.place.line): \($0.problem)" })
        }
        let target = targetFolder(of: folder, project)
        let types = Self.catalogue(target + "/catalog.json")
        let lineage = ProjectLineage(
            reading: project, files: files, database: try database(of: project, in: path),
            known: types.mapValues { $0.map(\.name) })
        let history = NodeHistory(targetFolder: target).records
        let tests = Self.tests(of: project)
        let nodes = project.graph.topologicalOrder().compactMap { position -> ProjectView.Node? in
            let node = project.nodes[position]
            guard [.model, .seed, .snapshot, .source, .exposure].contains(node.kind) else {
                return nil
            }
            let docs = NodeDocs(
                node, tests: tests[node.uniqueID] ?? [:], lineage.node(node.uniqueID),
                types: Dictionary(
                    (types[node.uniqueID] ?? []).map { ($0.name, $0.type) },
                    uniquingKeysWith: { first, _ in first }))
            return Self.view(docs, history: history[node.uniqueID] ?? [])
        }
        return ProjectView(name: project.name, folder: folder, nodes: nodes)
    }

    /// What macros ask while the SQL is compiled: the file of SQLite where there is one. Other engines
    /// are left alone, for DuckDB lets one process in and a server may be far; there what the last run
    /// noted has to do.
    private func database(
        of project: TransformProject, in folder: String
    ) throws -> SQLiteDatabase {
        guard project.engine == "sqlite", let path = project.databasePath else {
            return try SQLiteDatabase(path: ":memory:")
        }
        let place = path.hasPrefix("/") ? path : folder + "/" + path
        let isThere = FileManager.default.fileExists(atPath: place)
        return try SQLiteDatabase(path: isThere ? place : ":memory:")
    }

    private static func tests(of project: TransformProject) -> [String: [String: [String]]] {
        var result: [String: [String: [String]]] = [:]
        for test in project.nodes where test.kind == .test {
            guard let generic = test.generic, let column = generic.columnName else { continue }
            let name = generic.namespace.map { "\($0).\(generic.name)" } ?? generic.name
            result[generic.attachedTo, default: [:]][column.lowercased(), default: []].append(name)
        }
        return result
    }

    private static func view(_ docs: NodeDocs, history: [NodeRecord]) -> ProjectView.Node {
        let node = docs.node
        let isBuilt = node.kind == .model || node.kind == .snapshot
        return ProjectView.Node(
            id: node.uniqueID,
            name: node.kind == .source
                ? "\(node.sourceName ?? "").\(node.name)" : node.searchName,
            kind: node.kind.rawValue, materialized: isBuilt ? node.materialized : "",
            path: node.path, description: node.description, tags: node.tags,
            columns: docs.columns.map { column in
                ProjectView.Column(
                    name: column.name, type: column.type, description: column.description,
                    tests: column.tests,
                    origins: column.origins.map {
                        ProjectView.Origin(
                            place: ProjectView.Place(node: $0.node, column: $0.column),
                            how: $0.how)
                    })
            }, history: history, problem: docs.problem)
    }

    /// The columns that `catalog.json` notes, by node.
    private static func catalogue(_ path: String) -> [String: [(name: String, type: String)]] {
        guard let bytes = FileManager.default.contents(atPath: path),
            let catalogue = try? JSONValue(reading: Array(bytes))
        else { return [:] }
        var result: [String: [(name: String, type: String)]] = [:]
        for key in ["nodes", "sources"] {
            guard case .object(let nodes)? = catalogue[key] else { continue }
            for node in nodes {
                guard case .object(let columns)? = node.value["columns"] else { continue }
                result[node.key] = columns.map { ($0.key, $0.value["type"]?.string ?? "") }
            }
        }
        return result
    }
}

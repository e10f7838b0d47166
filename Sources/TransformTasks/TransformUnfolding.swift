public import Domain
import Foundation
import Transform
import TransformFiles
import TransformRunner

/// Tasks that build a dbt project, unfolded into one task a node.
///
/// A `transform` task could run as one process, as dbt does; but then a pipeline would show, retry
/// and clear a hundred tables as one. So the pipeline is rewritten when it is read: in place of the
/// task stands a group of its name, with a task for each seed, model, snapshot and test, which need
/// each other as dbt orders them. All that tasks can do then holds for nodes.
public enum TransformUnfolding {
    /// So many nodes at most; a greater project stays one task.
    static let mostNodes = 5_000

    /// `pipeline` with its transform tasks unfolded.
    ///
    /// A task stays whole where its nodes are not known before it runs (templates, `$VARIABLES`,
    /// `--state`), where its project has mistakes (they are told when it runs), and where something
    /// hangs on it as one task: a mapping, assets, hooks, files, or a branch that names it.
    public static func unfolded(_ pipeline: Pipeline) -> Pipeline {
        var result = pipeline
        result.tasks = []
        var ends: [TaskID: [TaskID]] = [:]
        let branches = Set(pipeline.tasks.filter(\.isBranch).map(\.id))
        var taken = Set(pipeline.tasks.map(\.id))
        for task in pipeline.tasks {
            guard case .transform(let transform) = task.action, task.canUnfold,
                branches.isDisjoint(with: task.needs),
                let unfolding = Unfolding(task, transform, pipeline), unfolding.take(&taken)
            else {
                result.tasks.append(task)
                continue
            }
            result.tasks += unfolding.tasks
            ends[task.id] = unfolding.last
        }
        guard !ends.isEmpty else { return pipeline }
        for index in result.tasks.indices {
            var seen: Set<TaskID> = []
            result.tasks[index].needs = result.tasks[index].needs.flatMap { ends[$0] ?? [$0] }
                .filter { seen.insert($0).inserted }
        }
        return result
    }
}

extension TaskDefinition {
    fileprivate var isBranch: Bool {
        switch action {
        case .branch, .shortCircuit: true
        default: false
        }
    }

    /// Whether nothing hangs on the task as one.
    fileprivate var canUnfold: Bool {
        options.mapping == nil && options.outlets.isEmpty && options.hooks.isEmpty
            && options.inputs.isEmpty && options.products.isEmpty && options.role == .work
    }
}

/// One task's nodes.
private struct Unfolding {
    private(set) var tasks: [TaskDefinition] = []
    /// The tasks that no other of them needs.
    private(set) var last: [TaskID] = []

    init?(_ task: TaskDefinition, _ transform: TransformTask, _ pipeline: Pipeline) {
        guard var arguments = TransformArguments(transform.arguments),
            let command = RunCommand(rawValue: arguments.verb)
        else { return nil }
        let given = transform.projectFolder ?? arguments.projectFolder ?? task.workingDirectory
        guard !(given ?? "").contains("{{"), !(task.workingDirectory ?? "").contains("{{") else {
            return nil
        }
        func absolute(_ path: String, in folder: String) -> String {
            path.hasPrefix("/") ? path : folder + "/" + path
        }
        // `project_dir` is relative to the pipeline's folder, `--project-dir` to the task's.
        let working = absolute(task.workingDirectory ?? ".", in: pipeline.folder)
        let folder =
            transform.projectFolder.map { absolute($0, in: pipeline.folder) }
            ?? arguments.projectFolder.map { absolute($0, in: working) } ?? working
        arguments.options.environment = ProcessInfo.processInfo.environment
        var unknown: Set<String> = []
        for entry in pipeline.environment + task.environment {
            let isTemplate = entry.value.contains("{{")
            arguments.options.environment[entry.name] = isTemplate ? nil : entry.value
            if isTemplate { unknown.insert(entry.name) } else { unknown.remove(entry.name) }
        }
        let files = ProjectFiles.onDisk(folder)
        // A variable that only a run knows matters where the project asks for it.
        guard !files.mention(unknown) else { return nil }
        arguments.options.profiles = files.profiles(
            in: folder, arguments.profilesFolder.map { absolute($0, in: working) },
            arguments.options.environment)
        let project = TransformProject.load(files, options: arguments.options)
        guard project.isSound else { return nil }
        let selected: Set<Int>
        do throws(NodeSelection.Mistake) {
            selected = try arguments.positions(in: project) ?? Set(project.nodes.indices)
        } catch {
            return nil
        }
        let wanted = selected.filter {
            let node = project.nodes[$0]
            return command.runs(node.kind) && node.kind.isExecutable && !node.isEphemeral
                && !node.isEmpty
        }
        guard !wanted.isEmpty, wanted.count <= TransformUnfolding.mostNodes else { return nil }
        fill(task, transform, arguments, project, RunPlan(project, command, wanted))
    }

    private mutating func fill(
        _ task: TaskDefinition, _ transform: TransformTask, _ arguments: TransformArguments,
        _ project: TransformProject, _ plan: RunPlan
    ) {
        let group = GroupID((task.group.map { $0.name + "." } ?? "") + task.id.name)
        func made(_ name: String, _ node: String, needs: [TaskID]) -> TaskDefinition {
            var made = task
            made.id = TaskID(task.id.name + "." + name)
            let words = [arguments.verb, "--node", TransformArguments.quoted(node)]
            let folder = arguments.projectFolder.map {
                ["--project-dir", TransformArguments.quoted($0)]
            }
            made.action = .transform(
                TransformTask(
                    arguments: (words + (folder ?? []) + arguments.repeated)
                        .joined(separator: " "), projectFolder: transform.projectFolder))
            made.group = group
            made.needs = needs
            return made
        }
        var before = task.needs
        if !project.onRunStart.isEmpty {
            tasks.append(made("on-run-start", "on-run-start", needs: task.needs))
            before = [tasks[0].id]
        }
        let names = Self.names(project, plan)
        var needed: Set<TaskID> = []
        for position in plan.order where plan.selected.contains(position) {
            let node = project.nodes[position]
            let parents = plan.nearestSelected(before: position)
                .compactMap { names[$0].map { TaskID(task.id.name + "." + $0) } }
            var definition = made(
                names[position] ?? node.name, node.uniqueID,
                needs: parents.isEmpty ? before : parents)
            if !parents.isEmpty {
                definition.triggerRule = .allSuccess
                needed.formUnion(parents)
            }
            if !node.description.isEmpty { definition.description = node.description }
            tasks.append(definition)
        }
        last = tasks.map(\.id).filter { !needed.contains($0) && $0 != before.first }
        if !project.onRunEnd.isEmpty {
            var end = made("on-run-end", "on-run-end", needs: last)
            end.triggerRule = .allDone
            tasks.append(end)
            last.append(end.id)
        }
    }

    /// The nodes' names as tasks: their own where no other has it, else with package and kind.
    private static func names(_ project: TransformProject, _ plan: RunPlan) -> [Int: String] {
        func plain(_ text: String) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { scalar in
                        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                            || "_-.".unicodeScalars.contains(scalar) ? scalar : "_"
                    }.prefix(200)))
        }
        var counts: [String: Int] = [:]
        func short(_ node: TransformNode) -> String {
            plain(node.kind == .unitTest ? "unit." + node.name : node.name)
        }
        for position in plan.selected { counts[short(project.nodes[position]), default: 0] += 1 }
        return Dictionary(
            uniqueKeysWithValues: plan.selected.map { position in
                let node = project.nodes[position]
                let name = short(node)
                return (position, counts[name] == 1 ? name : plain(node.uniqueID))
            })
    }

    /// Notes the ids; false where one is in use, or cannot be one.
    func take(_ taken: inout Set<TaskID>) -> Bool {
        let ids = tasks.map(\.id)
        guard taken.isDisjoint(with: ids), Set(ids).count == ids.count,
            ids.allSatisfy({ TaskID.isValid($0.name) })
        else { return false }
        taken.formUnion(ids)
        return true
    }
}

extension ProjectFiles {
    /// Whether a file that asks for variables holds one of these names.
    fileprivate func mention(_ names: Set<String>) -> Bool {
        guard !names.isEmpty else { return false }
        return paths.contains { path in
            guard !path.hasSuffix(".csv"), let bytes = read(path) else { return false }
            let text = String(decoding: bytes, as: UTF8.self)
            return text.contains("env_var") && names.contains { text.contains($0) }
        }
    }

    /// `profiles.yml` from outside of the project, as `spillway transform` looks for it.
    fileprivate func profiles(
        in folder: String, _ given: String?, _ environment: [String: String]
    ) -> [UInt8]? {
        let manager = FileManager.default
        if let place = given ?? environment["DBT_PROFILES_DIR"] {
            return manager.contents(atPath: place + "/profiles.yml").map { Array($0) }
        }
        guard !manager.fileExists(atPath: folder + "/profiles.yml") else { return nil }
        let home = environment["HOME"] ?? "/"
        return manager.contents(atPath: home + "/.dbt/profiles.yml").map { Array($0) }
    }
}

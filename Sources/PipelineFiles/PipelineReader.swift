internal import Domain
internal import YAMLReading

/// Reads the top of a pipeline file; tasks, parameters and the graph have files of their own.
struct PipelineReader {
    var document: DocumentReader
    let workspace: WorkspaceSettings
    let checks: PipelineFileChecks
    var pipeline: Pipeline
    var paramNames: Set<String> = []
    var defaults = TaskDefaults() { didSet { hasDefaults = defaults != TaskDefaults() } }
    /// Whether ``defaults`` say anything.
    private(set) var hasDefaults = false
    var connectionNames: Set<String> = []
    /// Every need as it stands in the file, in task order.
    var needs: [Need] = []

    /// Keys whose sense depends on others of their task, by the task's number.
    var maxActive: [Int: (count: Int, node: Int)] = [:]
    var failsRun: [Int: Int] = [:]
    var lateChecks: [LateCheck] = []
    /// What stands under 'teardown', which is needed as well.
    var teardownNodes: Set<Int> = []
    var mapSources: [(task: Int, source: Int, node: Int)] = []
    var mappedValues = 0
    /// What `groups` says, by name.
    var groups: [String: GroupSettings] = [:]
    /// Names of groups that are sound.
    var checkedGroups: Set<String> = []
    /// Tasks with a 'map', whether it says something that can be mapped over or not.
    var mappedTasks: Set<Int> = []
    /// Tasks that decide what goes on, and where they say so.
    var deciders: [(task: Int, node: Int)] = []

    struct Need {
        var task: Int
        var node: Int
        var name: String
    }

    init(
        document: DocumentReader, folder: String, workspace: WorkspaceSettings,
        checks: PipelineFileChecks
    ) {
        self.document = document
        self.workspace = workspace
        self.checks = checks
        pipeline = Pipeline(
            name: PipelineName(Self.baseName(of: document.source.file)),
            file: document.source.file, folder: folder)
    }

    mutating func read() -> Pipeline {
        guard let root = document.tree.root, !document.tree.isNull(root) else {
            document.log.add(
                .error, at: SourcePlace(line: 1, column: 1), in: document.source,
                "this file is empty", "Write at least 'tasks:' with one task.")
            return pipeline
        }
        guard let entries = document.entries(of: root, "the pipeline") else { return pipeline }
        var found: [String: DocumentReader.Entry] = [:]
        for entry in entries {
            if PipelineKeys.pipeline.contains(entry.name) {
                found[entry.name] = entry
            } else if !entry.name.hasPrefix("x-") {
                document.unknownKey(
                    entry, in: "the pipeline", among: PipelineKeys.pipeline,
                    remedy: PipelineKeys.remedy(forPipelineKey: entry.name))
            }
        }
        if readMistakenGenerator(entries, found) { return pipeline }
        readName(found["name"], root: root)
        readSchedule(found)
        readLimits(found)
        if let entry = found["description"] {
            pipeline.description = document.text(entry.value, "description")
        }
        // In this order: templates know the parameters, tasks the defaults and connections.
        if let entry = found["params"] { readParams(entry.value) }
        if let entry = found["env"] {
            pipeline.environment = document.environment(entry.value, params: paramNames)
        }
        readConnections(found["connections"])
        if let entry = found["defaults"] {
            defaults = document.taskDefaults(entry.value, params: paramNames)
        }
        defaults = defaults.over(workspace.defaults)
        defaults.past = defaults.past.over(pastKeys(found))
        if let entry = found["secrets"] {
            let secrets = document.secrets(entry.value)
            defaults.extras.secrets =
                secrets.filter { !defaults.extras.secrets.contains($0) }
                + defaults.extras.secrets
        }
        if let entry = found["on_deadline"], found["deadline"] == nil {
            document.error(
                at: entry.key, "'on_deadline' means nothing without 'deadline'",
                "Add when the run should have ended, such as deadline: { after: 2h }.")
        }
        for occasion in [Hook.Occasion.success, .failure, .deadline] {
            if let entry = found[occasion.rawValue] {
                pipeline.hooks += document.hooks(entry, on: occasion, params: paramNames)
            }
        }
        if let entry = found["groups"] { readGroups(entry) }
        readTasks(found["tasks"], root: root)
        return pipeline
    }

    /// A file with `generate` that is not read as a generator: says why.
    private mutating func readMistakenGenerator(
        _ entries: [DocumentReader.Entry], _ found: [String: DocumentReader.Entry]
    ) -> Bool {
        guard let generate = found["generate"] else {
            if let timeout = found["generate_timeout"] {
                document.error(
                    at: timeout.key, "'generate_timeout' means nothing without 'generate'",
                    "Remove it.")
            }
            return false
        }
        _ = document.text(generate.value, "generate", expected: "a command")
        if let timeout = found["generate_timeout"],
            document.duration(timeout.value, "generate_timeout") == .zero
        {
            document.error(
                at: timeout.value, "a 'generate_timeout' of zero leaves no time at all",
                "Write 10s or more.")
        }
        for entry in entries
        where found[entry.name] != nil && !entry.name.hasPrefix("generate") {
            document.error(
                at: entry.key, "'\(entry.name)' cannot stand beside 'generate'",
                "Have the command write it: its output is the whole pipeline.")
        }
        return true
    }

    private mutating func readName(_ entry: DocumentReader.Entry?, root: Int) {
        guard let entry else {
            if !TaskID.isValid(pipeline.name.name) {
                document.error(
                    at: root,
                    "the file's name '\(pipeline.name.name.short)' cannot name a pipeline",
                    "Add 'name:' with letters, digits, '_', '-' and '.'.")
            }
            return
        }
        guard let name = document.text(entry.value, "name") else { return }
        pipeline.name = PipelineName(name)
        if !TaskID.isValid(name) || name.utf8.count > 200 {
            document.error(
                at: entry.value, "'\(name.short)' cannot name a pipeline",
                "Use letters, digits, '_', '-' and '.', and no '-' in front; "
                    + "at most 200 bytes.")
        }
    }

    private mutating func readLimits(_ found: [String: DocumentReader.Entry]) {
        for (key, path) in [
            ("max_active_tasks", \Pipeline.maxActiveTasks),
            ("max_active_runs", \Pipeline.maxActiveRuns),
        ] {
            guard let entry = found[key] else { continue }
            if let limit = document.integer(entry.value, key, in: 1...1_000_000) {
                pipeline[keyPath: path] = limit
            }
        }
    }

    private mutating func readConnections(_ entry: DocumentReader.Entry?) {
        if let entry {
            pipeline.connections = document.connections(entry.value, params: paramNames)
        }
        connectionNames = Set(pipeline.connections.map(\.name.name))
        for connection in workspace.connections
        where connectionNames.insert(connection.name.name).inserted {
            pipeline.connections.append(connection)
        }
    }

    /// `orders` of `pipelines/orders.yml`.
    private static func baseName(of file: String) -> String {
        let last = file.split(separator: "/").last.map { String($0) } ?? file
        for suffix in [".yml", ".yaml"] where last.hasSuffix(suffix) {
            return String(last.dropLast(suffix.count))
        }
        return last
    }
}

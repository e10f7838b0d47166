internal import Domain
internal import YAMLReading

/// What only some tasks say: mapping, roles, assets, fingerprints.
extension PipelineReader {
    /// What is to be looked at again once all tasks are known.
    struct LateCheck {
        var task: Int
        var node: Int
        var what: What

        enum What {
            /// The task, or task and key, that the items come from.
            case mapSource(String)
            case teardownOf(String)
        }
    }

    /// Reads a key of that kind; false for every other.
    mutating func readOption(
        _ field: DocumentReader.Entry, of index: Int, into task: inout TaskDefinition
    ) -> Bool {
        switch field.name {
        case "map":
            mappedTasks.insert(index)
            readMap(field, of: index, into: &task)
        case "max_active":
            if let limit = document.integer(field.value, "max_active", in: 1...1_000_000) {
                maxActive[index] = (limit, field.key)
            }
        case "setup":
            if document.boolean(field.value, "setup") == true { task.options.role = .setup }
        case "teardown": readTeardown(field, of: index, into: &task)
        case "fails_run":
            if document.boolean(field.value, "fails_run") == true { failsRun[index] = field.key }
        case "outlets":
            task.options.outlets = document.items(of: field.value).compactMap { asset($0) }
        case "inputs": task.options.inputs = paths(field)
        case "outputs": task.options.products = paths(field)
        default: return false
        }
        return true
    }

    private mutating func paths(_ field: DocumentReader.Entry) -> [String] {
        document.items(of: field.value).compactMap {
            document.template($0, field.name, expected: "a path", params: paramNames)
        }
    }

    mutating func asset(_ node: Int) -> AssetName? {
        guard let name = document.text(node, "asset", expected: "the name of an asset") else {
            return nil
        }
        if name.isEmpty || name.utf8.count > 500 {
            document.error(
                at: node, "an asset's name has 1 to 500 bytes", "Write such as orders, or a URL.")
            return nil
        }
        return AssetName(name)
    }

    // MARK: Mapping

    private mutating func readMap(
        _ field: DocumentReader.Entry, of index: Int, into task: inout TaskDefinition
    ) {
        let target = document.tree.resolved(field.value)
        let expected = "a list, or { from: TASK.KEY }"
        switch document.tree.nodes[target].kind {
        case .sequence:
            let nodes = document.tree.children(of: target)
            guard nodes.count <= TaskMapping.limit else {
                return document.error(
                    at: field.value,
                    "\(nodes.count) items are more than can be mapped over",
                    "Map over at most \(TaskMapping.limit): let each item stand for many.")
            }
            let items = nodes.compactMap { outputValue($0, depth: 0) }
            task.options.mapping = TaskMapping(source: .items(items))
        case .mapping:
            for entry in document.entries(of: field.value, "map") ?? [] {
                guard entry.name == "from" else {
                    document.unknownKey(entry, in: "'map'", among: ["from"])
                    continue
                }
                guard let source = document.text(entry.value, "from", expected: "TASK.KEY") else {
                    continue
                }
                // Which part of it is the task, the list of tasks will tell.
                task.options.mapping = TaskMapping(
                    source: .output(TaskID(source), key: TaskOutput.bareKey))
                lateChecks.append(
                    LateCheck(task: index, node: entry.value, what: .mapSource(source)))
            }
            if task.options.mapping == nil, !document.log.hasErrors {
                document.error(
                    at: field.value, "'map' does not say over what", "Write \(expected).")
            }
        default: document.refuseType(of: field.value, "map", expected: expected)
        }
    }

    /// A YAML value as JSON; templates in its texts are checked.
    private mutating func outputValue(_ node: Int, depth: Int) -> OutputValue? {
        let target = document.tree.resolved(node)
        let scalar = document.tree.nodes[target]
        // Aliases may stand for far more than is written.
        mappedValues += 1
        guard mappedValues <= 4 * TaskMapping.limit else {
            if mappedValues == 4 * TaskMapping.limit + 1 {
                document.error(
                    at: node, "the items of this file's 'map' keys are too many values",
                    "Write them by a task, as its output.")
            }
            return nil
        }
        switch scalar.kind {
        case .sequence:
            guard depth < 32 else { return nil }
            return .list(
                document.tree.children(of: target).compactMap {
                    outputValue($0, depth: depth + 1)
                })
        case .mapping:
            guard depth < 32 else { return nil }
            return .object(
                (document.entries(of: node, "an item") ?? []).compactMap { entry in
                    outputValue(entry.value, depth: depth + 1).map { .init(entry.name, $0) }
                })
        default:
            if document.tree.isNull(target) { return .null }
            document.checkTemplate(node, params: paramNames)
            if scalar.kind == .plain, !scalar.isTaggedText {
                if ["true", "True", "TRUE"].contains(scalar.text) { return .boolean(true) }
                if ["false", "False", "FALSE"].contains(scalar.text) { return .boolean(false) }
                if let value = OutputValue(json: scalar.text), case .number = value { return value }
            }
            return .text(scalar.text)
        }
    }

    // MARK: Roles

    /// `true`, or the setups that it takes down.
    private mutating func readTeardown(
        _ field: DocumentReader.Entry, of index: Int, into task: inout TaskDefinition
    ) {
        let target = document.tree.resolved(field.value)
        let scalar = document.tree.nodes[target]
        if scalar.kind == .plain, ["true", "false"].contains(scalar.text) {
            if scalar.text == "true" { task.options.role = .teardown(failsRun: false) }
            return
        }
        task.options.role = .teardown(failsRun: false)
        readNeeds(field.value, of: index, into: &task)
        for item in document.items(of: field.value) {
            teardownNodes.insert(item)
            if let name = document.text(item, "teardown", expected: "true, or the setups' ids") {
                lateChecks.append(LateCheck(task: index, node: item, what: .teardownOf(name)))
            }
        }
    }

    // MARK: Once all tasks are known

    mutating func checkOptions() {
        for (index, limit) in maxActive.sorted(by: { $0.key < $1.key }) {
            guard pipeline.tasks[index].options.mapping != nil else {
                document.error(
                    at: limit.node, "'max_active' means nothing for a task without 'map'",
                    "Remove it, or use a pool.")
                continue
            }
            if !pipeline.tasks[index].action.takesSlot {
                document.error(
                    at: limit.node, "'max_active' means nothing for tasks that take no slot",
                    "Remove it.")
            }
            pipeline.tasks[index].options.mapping?.maxActive = limit.count
        }
        for (index, node) in failsRun.sorted(by: { $0.key < $1.key }) {
            guard case .teardown = pipeline.tasks[index].options.role else {
                document.error(
                    at: node, "'fails_run' means nothing for a task that is no teardown",
                    "Remove it: every other task fails its run.")
                continue
            }
            pipeline.tasks[index].options.role = .teardown(failsRun: true)
        }
        guard !lateChecks.isEmpty else { return }
        var positions: [String: Int] = [:]
        for (position, task) in pipeline.tasks.enumerated() { positions[task.id.name] = position }
        for check in lateChecks {
            switch check.what {
            case .mapSource(let text): resolveMap(check, text, positions)
            case .teardownOf(let name):
                if let other = positions[name], pipeline.tasks[other].options.role != .setup {
                    document.error(
                        at: check.node, "'\(name.short)' is no setup to be taken down",
                        "Add 'setup: true' to it.")
                }
            }
        }
    }

    /// `task.key` or `task`; the id of a task may itself hold dots.
    private mutating func resolveMap(
        _ check: LateCheck, _ text: String, _ positions: [String: Int]
    ) {
        var name = text[...]
        var key: String?
        while positions[String(name)] == nil, let dot = name.lastIndex(of: ".") {
            key = String(text[text.index(after: dot)...])
            name = name[..<dot]
        }
        guard let source = positions[String(name)] else {
            let first = String(text.prefix { $0 != "." })
            let names = pipeline.tasks.lazy.map(\.id.name)
            return document.error(
                at: check.node, "'map' takes its items from '\(text.short)', which is no task",
                document.log.nearest(to: first, among: names).map { "Write '\($0.short)'." }
                    ?? "Write { from: TASK.KEY } with a task of this file.")
        }
        guard source != check.task else {
            return document.error(
                at: check.node, "a task cannot take its items from itself",
                "Name a task that it needs.")
        }
        let id = pipeline.tasks[source].id
        pipeline.tasks[check.task].options.mapping?.source = .output(
            id, key: key ?? TaskOutput.bareKey)
        mapSources.append((check.task, source, check.node))
    }

    /// A task must have what it takes items from above it; where it does not say so, it needs it.
    mutating func needMapSources(_ graph: DAG) {
        for (task, source, node) in mapSources
        where !graph.parents(of: task).contains(Int32(source))
            && !graph.ancestors(of: [task]).contains(source)
        {
            let id = pipeline.tasks[source].id
            pipeline.tasks[task].needs.append(id)
            needs.append(Need(task: task, node: node, name: id.name))
        }
    }
}

extension TaskAction {
    /// Whether an attempt takes a slot of its pool; waits and runs of other pipelines do not.
    var takesSlot: Bool {
        switch self {
        case .wait, .pipeline: false
        default: true
        }
    }
}

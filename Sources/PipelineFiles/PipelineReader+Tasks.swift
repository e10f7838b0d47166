internal import Domain
internal import YAMLReading

extension PipelineReader {
    mutating func readTasks(_ entry: DocumentReader.Entry?, root: Int) {
        guard let entry else {
            document.error(
                at: root, "'tasks' is missing",
                "Add it: tasks: { hello: { run: \"echo hello\" } }.")
            return
        }
        var index: [String: Int] = [:]
        guard let tasks = document.entries(of: entry.value, "tasks", index: &index) else { return }
        let target = document.tree.resolved(entry.value)
        if document.tree.children(of: target).isEmpty {
            document.error(at: entry.value, "'tasks' is empty", "Add at least one task.")
        }
        pipeline.tasks.reserveCapacity(tasks.count)
        for task in tasks {
            checkID(task)
            readTask(task)
        }
        checkOptions()
        checkNeeds(index)
        checkTemplates(index)
    }

    private mutating func readTask(_ entry: DocumentReader.Entry) {
        let index = pipeline.tasks.count
        var task = TaskDefinition(id: TaskID(entry.name), action: .shell(""))
        document.taskBeingRead = (index, task.id)
        defer {
            pipeline.tasks.append(task)
            document.taskBeingRead = nil
        }
        let kind = document.tree.nodes[document.tree.resolved(entry.value)].kind
        guard kind == .mapping else {
            let isCommand = kind != .sequence && !document.tree.isNull(entry.value)
            document.error(
                at: entry.value,
                "task '\(entry.name.short)' must be a mapping, but "
                    + "\(document.description(of: entry.value)) stands here",
                isCommand
                    ? "Write { run: COMMAND }."
                    : "Say what it does: \(ActionEntries.examples)")
            return
        }
        var values = TaskDefaults()
        var action = ActionEntries()
        for field in document.entries(of: entry.value, entry.name.short) ?? [] {
            switch field.name {
            case "needs": readNeeds(field.value, of: index, into: &task)
            case let name where ActionEntries.kinds.contains(name): action.kinds.append(field)
            case let name where ActionEntries.qualifiers.contains(name):
                action.qualifiers.append(field)
            case "group": task.group = group(field.value)
            case "description":
                task.description = document.text(field.value, "description")
            default:
                if document.readShared(field, into: &values, params: paramNames) {
                    if field.name == "pool" { checkPool(values.pool, at: field.value) }
                } else if readOption(field, of: index, into: &task) {
                    continue
                } else if PipelineKeys.later.contains(field.name) {
                    document.notSupportedYet(field)
                } else {
                    document.unknownKey(
                        field, in: "task '\(entry.name.short)'", among: PipelineKeys.task,
                        remedy: PipelineKeys.remedy(forTaskKey: field.name))
                }
            }
        }
        if let read = readAction(action, of: entry) { task.action = read }
        if let group = task.group, !groups.isEmpty { values = values.over(settings(of: group)) }
        if hasDefaults { values = values.over(defaults) }
        if values.extras != TaskExtras() { values.extras.apply(to: &task.options) }
        checkOptions(of: task, values, at: entry)
        if case .teardown = task.options.role, values.triggerRule == nil {
            task.triggerRule = .allDoneSetupSuccess
        }
        task.retries = values.retries ?? task.retries
        task.retryDelay = values.retryDelay ?? task.retryDelay
        task.timeout = values.timeout
        task.triggerRule = values.triggerRule ?? task.triggerRule
        task.environment = values.environment
        task.workingDirectory = values.workingDirectory
        task.pool = values.pool ?? task.pool
        task.past = values.past.dependency
        // A wait's time counts over all its attempts.
        if case .wait(var sensor) = task.action {
            sensor.timeout = task.timeout ?? sensor.timeout
            task.action = .wait(sensor)
            task.timeout = nil
        }
    }

    /// What does not go together in one task.
    private mutating func checkOptions(
        of task: TaskDefinition, _ values: TaskDefaults, at entry: DocumentReader.Entry
    ) {
        guard task.hasOptions else { return }
        let pool = values.pool ?? .standard
        let slots = workspace.pools[pool] ?? 128
        if task.options.poolSlots > slots {
            document.error(
                at: entry.key,
                "task '\(task.id.name.short)' takes \(task.options.poolSlots) slots of pool "
                    + "'\(pool.name.short)', which has \(slots)",
                "Take fewer, or give the pool more in spillway.yml.")
        }
        if task.options.mapping != nil {
            switch task.action {
            case .branch, .shortCircuit:
                document.error(
                    at: entry.key, "a task that decides what goes on cannot have 'map'",
                    "Map over what follows instead.")
            default: break
            }
        }
    }

    private mutating func group(_ node: Int) -> GroupID? {
        guard let name = document.text(node, "group") else { return nil }
        checkGroupName(name, at: node)
        return GroupID(name)
    }

    private mutating func checkPool(_ pool: PoolName?, at node: Int) {
        guard let pool, pool != .standard, workspace.pools[pool] == nil else { return }
        let names = workspace.pools.keys.map(\.name).sorted()
        let nearest = document.log.nearest(to: pool.name, among: names)
        document.warning(
            at: node, "pool '\(pool.name.short)' is not declared; it has 128 slots",
            nearest.map { "Write '\($0.short)', or add it under 'pools' in spillway.yml." }
                ?? "Add it to spillway.yml: pools: { \(pool.name.short): 4 }.")
    }

    private mutating func checkID(_ entry: DocumentReader.Entry) {
        let id = entry.name
        if Self.isPlainID(id) { return }
        if id.hasPrefix("-") {
            let bare = String(id.drop { $0 == "-" })
            document.error(
                at: entry.key, "task id '\(id.short)' looks like an option",
                TaskID.isValid(bare)
                    ? "Write '\(bare.short)': a task id does not start with '-'."
                    : "Start it with a letter, a digit or '_'.")
        } else if id.utf8.count > 250 {
            document.error(
                at: entry.key, "this task id is longer than 250 bytes", "Shorten it.")
        } else if !TaskID.isValid(id) {
            document.error(
                at: entry.key, "'\(id.short)' cannot name a task",
                "Use letters, digits, '_', '-' and '.', and no '-' in front.")
        }
    }

    /// Whether the id is valid by ASCII alone: the usual case, without Unicode properties.
    private static func isPlainID(_ id: String) -> Bool {
        guard let first = id.utf8.first, first != 45, first != 46, id.utf8.count <= 250 else {
            return false
        }
        return id.utf8.allSatisfy {
            switch $0 {
            case 48...57, 65...90, 97...122, 45, 46, 95: true
            default: false
            }
        }
    }
}

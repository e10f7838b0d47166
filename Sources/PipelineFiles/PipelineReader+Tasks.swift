internal import Domain

extension PipelineReader {
    mutating func readTasks(_ entry: DocumentReader.Entry?, root: Int) {
        guard let entry else {
            document.error(
                at: root, "'tasks' is missing",
                "Add it: tasks: { hello: { run: \"echo hello\" } }.")
            return
        }
        guard let tasks = document.entries(of: entry.value, "tasks") else { return }
        let target = document.tree.resolved(entry.value)
        if document.tree.children(of: target).isEmpty {
            document.error(at: entry.value, "'tasks' is empty", "Add at least one task.")
        }
        pipeline.tasks.reserveCapacity(tasks.count)
        for task in tasks {
            checkID(task)
            readTask(task)
        }
        checkNeeds()
    }

    private mutating func readTask(_ entry: DocumentReader.Entry) {
        let index = pipeline.tasks.count
        var task = TaskDefinition(id: TaskID(entry.name), action: .shell(""))
        defer { pipeline.tasks.append(task) }
        let kind = document.tree.nodes[document.tree.resolved(entry.value)].kind
        guard kind == .mapping else {
            let isCommand = kind != .sequence && !document.tree.isNull(entry.value)
            document.error(
                at: entry.value,
                "task '\(entry.name.short)' must be a mapping, but "
                    + "\(document.description(of: entry.value)) stands here",
                isCommand ? "Write { run: COMMAND }." : "Give it a 'run' or an 'sql'.")
            return
        }
        var values = TaskDefaults()
        var action = ActionEntries()
        for field in document.entries(of: entry.value, entry.name.short) ?? [] {
            switch field.name {
            case "run": action.run = field
            case "sql": action.sql = field
            case "connection": action.connection = field
            case "needs": readNeeds(field.value, of: index, into: &task)
            case "group": task.group = group(field.value)
            case "description":
                task.description = document.text(field.value, "description")
            default:
                if document.readShared(field, into: &values, params: paramNames) {
                    if field.name == "pool" { checkPool(values.pool, at: field.value) }
                } else if PipelineKeys.laterInTask.contains(field.name) {
                    if PipelineKeys.laterActions.contains(field.name) { action.isLater = true }
                    document.notSupportedYet(field)
                } else {
                    document.unknownKey(
                        field, in: "task '\(entry.name.short)'", among: PipelineKeys.task)
                }
            }
        }
        if let read = readAction(action, of: entry) { task.action = read }
        values = values.over(defaults)
        task.retries = values.retries ?? task.retries
        task.retryDelay = values.retryDelay ?? task.retryDelay
        task.timeout = values.timeout
        task.triggerRule = values.triggerRule ?? task.triggerRule
        task.environment = values.environment
        task.workingDirectory = values.workingDirectory
        task.pool = values.pool ?? task.pool
    }

    private struct ActionEntries {
        var run: DocumentReader.Entry?
        var sql: DocumentReader.Entry?
        var connection: DocumentReader.Entry?
        /// Something of a later version says what the task does.
        var isLater = false
    }

    private mutating func readAction(
        _ action: ActionEntries, of task: DocumentReader.Entry
    ) -> TaskAction? {
        switch (action.run, action.sql) {
        case (let run?, nil):
            if let connection = action.connection {
                document.error(
                    at: connection.key, "'connection' means nothing for a 'run' task",
                    "Remove it, or write 'sql' instead of 'run'.")
            }
            return command(run.value, "run").map { .shell($0) }
        case (nil, let sql?):
            return readSQL(sql, connection: action.connection)
        case (let run?, let sql?):
            let later = max(run.key, sql.key)
            document.error(
                at: later, "task '\(task.name.short)' has both 'run' and 'sql'",
                "Make two tasks of it.")
        case (nil, nil):
            if !action.isLater {
                document.error(
                    at: task.key, "task '\(task.name.short)' has neither 'run' nor 'sql'",
                    "Say what it does: run: COMMAND, or sql: FILE.sql.")
            }
        }
        return nil
    }

    private mutating func readSQL(
        _ sql: DocumentReader.Entry, connection: DocumentReader.Entry?
    ) -> TaskAction? {
        let text = command(sql.value, "sql")
        var name: String?
        if let connection {
            name = document.text(connection.value, "connection")
            if let name, !connectionNames.contains(name) {
                let nearest = document.log.nearest(to: name, among: connectionNames.sorted())
                document.error(
                    at: connection.value, "unknown connection '\(name.short)'",
                    nearest.map { "Write '\($0.short)', or add it under 'connections'." }
                        ?? "Add it: connections: { \(name.short): sqlite:warehouse.db }.")
            }
        } else {
            document.error(
                at: sql.key, "an 'sql' task needs a 'connection'",
                "Add connection: NAME, with the name under 'connections'.")
        }
        guard let text, let name else { return nil }
        let isFile = text.hasSuffix(".sql") && !text.utf8.contains(UInt8(ascii: "\n"))
        return .sql(isFile ? .file(text) : .inline(text), on: ConnectionName(name))
    }

    private mutating func command(_ node: Int, _ name: String) -> String? {
        let expected = name == "run" ? "a command" : "a .sql file or statements"
        guard
            let text = document.template(node, name, expected: expected, params: paramNames)
        else { return nil }
        if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0a || $0 == 0x09 }) {
            document.error(at: node, "'\(name)' is empty", "Write \(expected).")
        }
        return text
    }

    private mutating func group(_ node: Int) -> GroupID? {
        guard let name = document.text(node, "group") else { return nil }
        if !TaskID.isValid(name) {
            document.error(
                at: node, "'\(name.short)' cannot name a group",
                "Use letters, digits, '_', '-' and '.', and no '-' in front.")
        }
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

internal import Domain
internal import YAMLReading

/// What a task says of the work it does: one key names the kind, others qualify it.
struct ActionEntries {
    /// The keys that say what a task does; each task has exactly one.
    static let kinds: Set<String> = [
        "run", "sql", "transform", "check", "spark", "wait", "pipeline", "branch", "short_circuit",
    ]
    /// The keys that mean something with some kinds only.
    static let qualifiers: Set<String> = [
        "connection", "project_dir", "engine", "csv", "table", "params", "poke_interval",
        "soft_fail",
        "ignore_downstream_trigger_rules",
    ]

    static let examples = "run: COMMAND, sql: FILE.sql, transform: build, check: SUITE.yml …"

    /// In file order.
    var kinds: [DocumentReader.Entry] = []
    var qualifiers: [DocumentReader.Entry] = []

    /// Takes out the qualifier of that name.
    mutating func take(_ name: String) -> DocumentReader.Entry? {
        qualifiers.firstIndex { $0.name == name }.map { qualifiers.remove(at: $0) }
    }
}

extension PipelineReader {
    mutating func readAction(
        _ entries: ActionEntries, of task: DocumentReader.Entry
    ) -> TaskAction? {
        var entries = entries
        guard let kind = entries.kinds.first else {
            document.error(
                at: task.key, "task '\(task.name.short)' does not say what it does",
                "Add one of: \(ActionEntries.examples)")
            return nil
        }
        if entries.kinds.count > 1 {
            let second = entries.kinds[1]
            document.error(
                at: second.key,
                "task '\(task.name.short)' has both '\(kind.name)' and '\(second.name)'",
                "Make two tasks of it.")
            return nil
        }
        if kind.name == "branch" || kind.name == "short_circuit" {
            deciders.append((pipeline.tasks.count, kind.key))
        }
        let action: TaskAction? =
            switch kind.name {
            case "run": command(kind.value, "run", "a command").map { .shell($0) }
            case "sql": readSQL(kind, &entries)
            case "transform": readTransform(kind, &entries)
            case "check": readCheck(kind, &entries)
            case "wait": readWait(kind, &entries)
            case "pipeline": readChild(kind, &entries)
            case "branch": command(kind.value, "branch", "a command").map { .branch($0) }
            case "short_circuit": readShortCircuit(kind, &entries)
            default: readSpark(kind)
            }
        for qualifier in entries.qualifiers {
            document.error(
                at: qualifier.key,
                "'\(qualifier.name)' means nothing for a '\(kind.name)' task",
                Self.remedy(forQualifier: qualifier.name))
        }
        return action
    }

    private static func remedy(forQualifier name: String) -> String {
        switch name {
        case "connection": "Remove it, or write 'sql' or 'check' instead."
        case "params": "Remove it; it goes with 'pipeline'."
        case "poke_interval", "soft_fail": "Remove it; it goes with 'wait'."
        case "ignore_downstream_trigger_rules": "Remove it; it goes with 'short_circuit'."
        case "project_dir", "engine": "Remove it; it goes with 'transform'."
        default: "Remove it; it goes with 'check'."
        }
    }

    /// A text that may hold templates and is more than blanks.
    mutating func command(_ node: Int, _ name: String, _ expected: String) -> String? {
        guard
            let text = document.template(node, name, expected: expected, params: paramNames)
        else { return nil }
        if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0a || $0 == 0x09 }) {
            document.error(at: node, "'\(name)' is empty", "Write \(expected).")
        }
        return text
    }

    // MARK: SQL

    private mutating func readSQL(
        _ sql: DocumentReader.Entry, _ entries: inout ActionEntries
    ) -> TaskAction? {
        let text = command(sql.value, "sql", "a .sql file or statements")
        guard let entry = entries.take("connection") else {
            document.error(
                at: sql.key, "an 'sql' task needs a 'connection'",
                "Add connection: NAME, with the name under 'connections'.")
            return nil
        }
        guard let name = knownConnection(entry.value), let text else { return nil }
        return .sql(script(text, at: sql.value), on: name)
    }

    /// One line that ends with `.sql` is a file's path, everything else statements.
    mutating func script(_ text: String, at node: Int) -> SQLScript {
        guard text.hasSuffix(".sql"), !text.utf8.contains(UInt8(ascii: "\n")) else {
            return .inline(text)
        }
        refer(to: .script(text), at: node)
        return .file(text)
    }

    /// The name of a connection; one that is not defined is a problem.
    mutating func knownConnection(_ node: Int) -> ConnectionName? {
        guard let name = document.text(node, "connection") else { return nil }
        if !connectionNames.contains(name) {
            let nearest = document.log.nearest(to: name, among: connectionNames.sorted())
            document.error(
                at: node, "unknown connection '\(name.short)'",
                nearest.map { "Write '\($0.short)', or add it under 'connections'." }
                    ?? "Add it: connections: { \(name.short): sqlite:warehouse.db }.")
        }
        return ConnectionName(name)
    }

    // MARK: Transform and check

    private mutating func readTransform(
        _ entry: DocumentReader.Entry, _ entries: inout ActionEntries
    ) -> TaskAction? {
        let arguments = command(
            entry.value, "transform", "a command such as build --select +orders")
        var task = TransformTask(arguments: arguments ?? "")
        if let folder = entries.take("project_dir") {
            task.projectFolder = document.template(
                folder.value, "project_dir", expected: "a folder", params: paramNames)
        }
        if let engine = entries.take("engine") {
            let name = document.text(engine.value, "engine", expected: "sqlite or dbt")
            if let name, ["sqlite", "dbt"].contains(name) {
                task.arguments += " --engine \(name)"
            } else if let name {
                document.error(
                    at: engine.value, "'\(name.short)' is no engine for 'transform'",
                    "Write 'sqlite' or 'dbt'.")
            }
        }
        guard let arguments else { return nil }
        let verbs = ["build", "run", "test", "seed", "snapshot", "retry", "compile", "ls"]
        let verb = arguments.split { $0 == " " || $0 == "\n" }.first.map { String($0) } ?? ""
        if !verb.isEmpty, !verb.hasPrefix("{{"), !verbs.contains(verb) {
            let nearest = document.log.nearest(to: verb, among: verbs)
            document.error(
                at: entry.value, "'\(verb.short)' is no command of 'transform'",
                nearest.map { "Write '\($0)'." }
                    ?? "Begin with one of: \(verbs.joined(separator: ", ")).")
        }
        return .transform(task)
    }

    private mutating func readCheck(
        _ entry: DocumentReader.Entry, _ entries: inout ActionEntries
    ) -> TaskAction? {
        let suite = command(entry.value, "check", "the file of a suite, such as checks/orders.yml")
        if let suite { refer(to: .suite(suite), at: entry.value) }
        var task = CheckTask(suite: suite ?? "")
        let connection = entries.take("connection")
        if let connection { task.connection = knownConnection(connection.value) }
        if let csv = entries.take("csv") {
            task.csv = document.template(
                csv.value, "csv", expected: "a CSV file", params: paramNames)
            if let connection {
                document.error(
                    at: max(csv.key, connection.key),
                    "a check looks at a 'csv' or at a 'connection', not at both",
                    "Remove one of them.")
            }
        }
        if let table = entries.take("table") {
            task.table = document.template(
                table.value, "table", expected: "the name of a table", params: paramNames)
        }
        return suite == nil ? nil : .check(task)
    }

    // MARK: Spark

    private static var sparkKeys: [String] {
        ["app", "master", "deploy_mode", "class", "conf", "args"]
            + SparkList.Option.allCases.map(\.rawValue)
    }

    private mutating func readSpark(_ spark: DocumentReader.Entry) -> TaskAction? {
        let target = document.tree.resolved(spark.value)
        if document.tree.isScalar(target) {
            return command(spark.value, "spark", "an application such as jobs/features.py").map {
                .spark(SparkTask(application: $0))
            }
        }
        var task = SparkTask(application: "")
        var hasApplication = false
        for entry in document.entries(of: spark.value, "spark") ?? [] {
            switch entry.name {
            case "app":
                hasApplication = true
                task.application =
                    command(entry.value, "app", "an application such as jobs/features.py") ?? ""
            case "master": task.master = sparkText(entry)
            case "deploy_mode": task.deployMode = sparkText(entry)
            case "class": task.mainClass = sparkText(entry)
            case "conf": task.settings = sparkSettings(entry.value)
            case "args": task.arguments = sparkItems(entry)
            default:
                if let option = SparkList.Option(rawValue: entry.name) {
                    task.lists.append(SparkList(option: option, items: sparkItems(entry)))
                } else {
                    document.unknownKey(entry, in: "'spark'", among: Self.sparkKeys)
                }
            }
        }
        if !hasApplication {
            document.error(
                at: spark.key, "this 'spark' task names no application",
                "Add it: spark: { app: jobs/features.py }.")
        }
        return .spark(task)
    }

    private mutating func sparkText(_ entry: DocumentReader.Entry) -> String? {
        document.template(entry.value, entry.name, params: paramNames)
    }

    private mutating func sparkItems(_ entry: DocumentReader.Entry) -> [String] {
        document.items(of: entry.value).compactMap {
            document.template($0, entry.name, params: paramNames)
        }
    }

    private mutating func sparkSettings(_ node: Int) -> [EnvironmentEntry] {
        var settings: [EnvironmentEntry] = []
        for entry in document.entries(of: node, "conf") ?? [] {
            if !entry.name.hasPrefix("spark.") {
                document.error(
                    at: entry.key, "'\(entry.name.short)' is no setting of Spark",
                    "Its settings begin with 'spark.'.")
            }
            if let value = document.template(entry.value, entry.name.short, params: paramNames) {
                settings.append(EnvironmentEntry(name: entry.name, value: value))
            }
        }
        return settings
    }
}

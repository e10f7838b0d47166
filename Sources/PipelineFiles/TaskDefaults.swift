public import Domain
internal import YAMLReading

/// What tasks take where they say nothing themselves; nil where this says nothing either.
public struct TaskDefaults: Hashable, Sendable {
    public var retries: Int?
    public var retryDelay: Span?
    public var timeout: Span?
    public var triggerRule: TriggerRule?
    public var environment: [EnvironmentEntry]
    public var workingDirectory: String?
    public var pool: PoolName?
    /// What tasks wait for in the run before.
    public var past = PastKeys()
    /// What is said beside these.
    public var extras = TaskExtras()

    public init(
        retries: Int? = nil, retryDelay: Span? = nil, timeout: Span? = nil,
        triggerRule: TriggerRule? = nil, environment: [EnvironmentEntry] = [],
        workingDirectory: String? = nil, pool: PoolName? = nil
    ) {
        self.retries = retries
        self.retryDelay = retryDelay
        self.timeout = timeout
        self.triggerRule = triggerRule
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.pool = pool
    }

    /// These, and what `wider` says where these are silent.
    func over(_ wider: TaskDefaults) -> TaskDefaults {
        var both = TaskDefaults(
            retries: retries ?? wider.retries, retryDelay: retryDelay ?? wider.retryDelay,
            timeout: timeout ?? wider.timeout, triggerRule: triggerRule ?? wider.triggerRule,
            environment: environment.over(wider.environment),
            workingDirectory: workingDirectory ?? wider.workingDirectory,
            pool: pool ?? wider.pool)
        both.past = past.over(wider.past)
        if extras != wider.extras {
            both.extras = extras.over(wider.extras)
        } else {
            both.extras = extras
        }
        return both
    }
}

extension [EnvironmentEntry] {
    /// `wider` first, its values replaced where these name the same variable.
    func over(_ wider: [EnvironmentEntry]) -> [EnvironmentEntry] {
        if wider.isEmpty { return self }
        if isEmpty { return wider }
        let names = Set(map(\.name))
        return wider.filter { !names.contains($0.name) } + self
    }
}

extension DocumentReader {
    /// Reads one of the keys that tasks and defaults share into `values`; false for other keys.
    mutating func readShared(
        _ entry: Entry, into values: inout TaskDefaults, params: Set<String>?
    ) -> Bool {
        switch entry.name {
        case "retries": values.retries = integer(entry.value, "retries", in: 0...1_000_000)
        case "retry_delay": values.retryDelay = duration(entry.value, "retry_delay")
        case "timeout":
            values.timeout = duration(entry.value, "timeout")
            if values.timeout == .zero {
                error(
                    at: entry.value, "a timeout of zero ends every attempt at once",
                    "Leave 'timeout' out for none, or give a duration such as 10m.")
            }
        case "trigger_rule": values.triggerRule = triggerRule(entry.value)
        case "env": values.environment = environment(entry.value, params: params)
        case "cwd": values.workingDirectory = template(entry.value, "cwd", params: params)
        case "pool": values.pool = text(entry.value, "pool").map { PoolName($0) }
        case "depends_on_past", "wait_for_downstream": readPast(entry, into: &values.past)
        default: return readExtra(entry, into: &values.extras, params: params)
        }
        return true
    }

    mutating func taskDefaults(_ node: Int, params: Set<String>?) -> TaskDefaults {
        var values = TaskDefaults()
        for entry in entries(of: node, "defaults") ?? [] {
            if readShared(entry, into: &values, params: params) { continue }
            if PipelineKeys.later.contains(entry.name) {
                notSupportedYet(entry)
            } else {
                unknownKey(
                    entry, in: "defaults", among: PipelineKeys.defaults,
                    remedy: PipelineKeys.remedy(forDefault: entry.name))
            }
        }
        return values
    }

    /// A text that may hold templates, checked.
    mutating func template(
        _ node: Int, _ name: String, expected: String = "a text", params: Set<String>?
    ) -> String? {
        guard let text = text(node, name, expected: expected) else { return nil }
        checkTemplate(node, params: params)
        return text
    }

    mutating func environment(_ node: Int, params: Set<String>?) -> [EnvironmentEntry] {
        var list: [EnvironmentEntry] = []
        for entry in entries(of: node, "env") ?? [] {
            if !Self.isVariableName(entry.name) {
                error(
                    at: entry.key, "'\(entry.name.short)' cannot name an environment variable",
                    "Use letters, digits and '_', not starting with a digit.")
            }
            if let value = template(entry.value, entry.name.short, params: params) {
                list.append(EnvironmentEntry(name: entry.name, value: value))
            }
        }
        return list
    }

    private mutating func triggerRule(_ node: Int) -> TriggerRule? {
        guard let text = text(node, "trigger_rule", expected: "the name of a rule") else {
            return nil
        }
        if let rule = TriggerRule(rawValue: text) { return rule }
        let names = TriggerRule.allCases.map(\.rawValue)
        let old = ["dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"]
        let nearest = old[text] ?? log.nearest(to: text, among: names)
        error(
            at: node, "unknown trigger rule '\(text.short)'",
            nearest.map { "Write '\($0)'." } ?? "The rules: \(names.joined(separator: ", ")).")
        return nil
    }

    /// Letters, digits and `_`, not starting with a digit.
    static func isVariableName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            switch $0 {
            case 48...57, 65...90, 97...122, 95: true
            default: false
            }
        }
    }

    /// - Parameter isShared: whether they are the workspace's, which may say how they are protected.
    mutating func connections(
        _ node: Int, params: Set<String>?, isShared: Bool = false
    ) -> [ConnectionDefinition] {
        var list: [ConnectionDefinition] = []
        for entry in entries(of: node, "connections") ?? [] {
            if !TaskID.isValid(entry.name) {
                error(
                    at: entry.key, "'\(entry.name.short)' cannot name a connection",
                    "Use letters, digits, '_', '-' and '.', and no '-' in front.")
            }
            let expected = "a database such as sqlite:warehouse.db or postgresql://host/shop"
            var node = entry.value
            if tree.nodes[tree.resolved(node)].kind == .mapping {
                guard let inner = connectionURL(entry, isShared: isShared) else { continue }
                node = inner
            }
            guard
                let url = template(
                    node, entry.name.short, expected: expected, params: params)
            else { continue }
            let scheme = url.prefix { $0 != ":" }
            let known = ["sqlite", "duckdb", "postgresql", "postgres"]
            if !known.contains(String(scheme)) || scheme.utf8.count == url.utf8.count {
                error(
                    at: node, "not supported yet: a connection to '\(url.short)'",
                    "Write sqlite:PATH, duckdb:PATH or postgresql://HOST/DATABASE.")
            } else if url == "sqlite:" || url == "duckdb:" {
                error(
                    at: node, "the connection names no file",
                    "Write \(expected).")
            }
            list.append(ConnectionDefinition(name: ConnectionName(entry.name), url: url))
        }
        return list
    }

    /// The node of `url` in the long form of a connection.
    private mutating func connectionURL(_ connection: Entry, isShared: Bool) -> Int? {
        var url: Int?
        for field in entries(of: connection.value, connection.name.short) ?? [] {
            switch field.name {
            case "url": url = field.value
            case "circuit" where isShared: break
            case "circuit":
                error(
                    at: field.key, "a circuit protects a connection in all runs",
                    "Define connection '\(connection.name.short)' in spillway.yml, with the circuit."
                )
            default:
                unknownKey(
                    field, in: "connection '\(connection.name.short)'",
                    among: isShared ? ["url", "circuit"] : ["url"])
            }
        }
        if url == nil {
            error(
                at: connection.key, "connection '\(connection.name.short)' has no url",
                "Write { url: sqlite:warehouse.db }.")
        }
        return url
    }
}

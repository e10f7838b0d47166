public import Domain
internal import YAMLReading

/// What tasks, groups and defaults may say beside the usual; nil where nothing is said.
public struct TaskExtras: Hashable, Sendable {
    public var multiplier: Double?
    public var maxDelay: Span?
    public var jitter: Double?
    public var poolSlots: Int?
    public var priority: Int?
    public var weightRule: WeightRule?
    public var skipCodes: [Int32]?
    public var failCodes: [Int32]?
    /// Added to those of wider defaults.
    public var secrets: [String] = []
    public var hooks: [Hook] = []
    /// Each of them; nil where nothing is said of it.
    public var memoryLimit: Int64?
    public var cpuTimeLimit: Span?
    public var nice: Int32?
    public var isIdempotent: Bool?

    public init() {}

    /// These, and what `wider` says where these are silent; of hooks those for other occasions.
    func over(_ wider: TaskExtras) -> TaskExtras {
        var both = self
        both.multiplier = multiplier ?? wider.multiplier
        both.maxDelay = maxDelay ?? wider.maxDelay
        both.jitter = jitter ?? wider.jitter
        both.poolSlots = poolSlots ?? wider.poolSlots
        both.priority = priority ?? wider.priority
        both.weightRule = weightRule ?? wider.weightRule
        both.skipCodes = skipCodes ?? wider.skipCodes
        both.failCodes = failCodes ?? wider.failCodes
        both.secrets = wider.secrets + secrets.filter { !wider.secrets.contains($0) }
        both.memoryLimit = memoryLimit ?? wider.memoryLimit
        both.cpuTimeLimit = cpuTimeLimit ?? wider.cpuTimeLimit
        both.nice = nice ?? wider.nice
        both.isIdempotent = isIdempotent ?? wider.isIdempotent
        let said = Set(hooks.map(\.occasion))
        both.hooks = wider.hooks.filter { !said.contains($0.occasion) } + hooks
        return both
    }

    func apply(to options: inout TaskOptions) {
        if multiplier != nil || jitter != nil || maxDelay != nil {
            let grows = multiplier.map { $0 != 1 } ?? false
            // Airflow's growing pauses have its jitter unless it is said otherwise.
            options.backoff = RetryBackoff(
                multiplier: multiplier ?? 1, maxDelay: maxDelay, jitter: jitter ?? (grows ? 1 : 0))
        }
        options.poolSlots = poolSlots ?? options.poolSlots
        options.priority = priority ?? options.priority
        options.weightRule = weightRule
        options.exitCodes = ExitCodes(
            skip: skipCodes ?? ExitCodes.standard.skip, fail: failCodes ?? ExitCodes.standard.fail)
        options.limits = TaskLimits(memory: memoryLimit, cpuTime: cpuTimeLimit, nice: nice ?? 0)
        options.isIdempotent = isIdempotent ?? false
        options.secrets = secrets
        options.hooks = hooks
    }
}

extension DocumentReader {
    /// Reads one of the further keys that tasks, groups and defaults share; false for other keys.
    mutating func readExtra(
        _ entry: Entry, into extras: inout TaskExtras, params: Set<String>?
    ) -> Bool {
        switch entry.name {
        case "retry_backoff":
            let target = tree.resolved(entry.value)
            if tree.nodes[target].text == "true", tree.nodes[target].kind == .plain {
                extras.multiplier = 2
            } else {
                extras.multiplier = decimal(
                    entry.value, "retry_backoff", "a factor above 0, or true for 2"
                ) { $0 > 0 }
            }
        case "retry_max_delay": extras.maxDelay = duration(entry.value, "retry_max_delay")
        case "retry_jitter":
            extras.jitter = decimal(
                entry.value, "retry_jitter", "a share from 0 to 1"
            ) { (0...1).contains($0) }
        case "pool_slots":
            extras.poolSlots = integer(entry.value, "pool_slots", in: 1...1_000_000)
        case "priority":
            extras.priority = integer(entry.value, "priority", in: -1_000_000...1_000_000)
        case "weight_rule": extras.weightRule = weightRule(entry.value)
        case "skip_exit_code": extras.skipCodes = exitCodes(entry)
        case "fail_exit_code": extras.failCodes = exitCodes(entry)
        case "secrets": extras.secrets = secrets(entry.value)
        case "idempotent": extras.isIdempotent = boolean(entry.value, "idempotent")
        case "limits": readLimits(entry, into: &extras)
        default:
            guard let occasion = Hook.Occasion(rawValue: entry.name), occasion != .deadline else {
                return false
            }
            extras.hooks += hooks(entry, on: occasion, params: params)
        }
        return true
    }

    private mutating func decimal(
        _ node: Int, _ name: String, _ expected: String, _ isFit: (Double) -> Bool
    ) -> Double? {
        let target = tree.resolved(node)
        if tree.nodes[target].kind == .plain, let number = Double(tree.nodes[target].text),
            number.isFinite, isFit(number)
        {
            return number
        }
        refuseType(of: node, name, expected: expected)
        return nil
    }

    private mutating func weightRule(_ node: Int) -> WeightRule? {
        guard let text = text(node, "weight_rule", expected: "the name of a rule") else {
            return nil
        }
        if let rule = WeightRule(rawValue: text) { return rule }
        let names = WeightRule.allCases.map(\.rawValue)
        error(
            at: node, "unknown weight rule '\(text.short)'",
            log.nearest(to: text, among: names).map { "Write '\($0)'." }
                ?? "The rules: \(names.joined(separator: ", ")).")
        return nil
    }

    /// A code, a list of codes, or `none`.
    private mutating func exitCodes(_ entry: Entry) -> [Int32]? {
        let target = tree.resolved(entry.value)
        if tree.nodes[target].kind == .plain, tree.nodes[target].text == "none" { return [] }
        return items(of: entry.value).compactMap { item in
            integer(item, entry.name, in: 1...255).map { Int32($0) }
        }
    }

    mutating func secrets(_ node: Int) -> [String] {
        items(of: node).compactMap { item -> String? in
            guard let name = text(item, "secrets", expected: "the name of a variable") else {
                return nil
            }
            if Self.isVariableName(name) { return name }
            error(
                at: item, "'\(name.short)' cannot name an environment variable",
                "Use letters, digits and '_', not starting with a digit.")
            return nil
        }
    }

    /// `COMMAND`, `bell`, `{ run: … }`, `{ webhook: URL }`, `{ toast: TEXT }`, or a list of those.
    mutating func hooks(
        _ entry: Entry, on occasion: Hook.Occasion, params: Set<String>?
    ) -> [Hook] {
        isReadingHooks = true
        defer { isReadingHooks = false }
        var hooks: [Hook] = []
        let expected = "a command, bell, or one of { run: … }, { webhook: URL }, { toast: TEXT }"
        for item in items(of: entry.value) {
            let target = tree.resolved(item)
            guard tree.nodes[target].kind == .mapping else {
                guard
                    let text = template(item, entry.name, expected: expected, params: params)
                else { continue }
                hooks.append(Hook(occasion, text == "bell" ? .bell : .command(text)))
                continue
            }
            for field in entries(of: item, entry.name) ?? [] {
                switch field.name {
                case "run":
                    if let text = template(field.value, "run", params: params) {
                        hooks.append(Hook(occasion, .command(text)))
                    }
                case "webhook":
                    if let url = webhook(field.value, params: params) {
                        hooks.append(Hook(occasion, .webhook(url)))
                    }
                case "toast":
                    if let text = template(field.value, "toast", params: params) {
                        hooks.append(Hook(occasion, .toast(text)))
                    }
                case "bell":
                    if boolean(field.value, "bell") == true { hooks.append(Hook(occasion, .bell)) }
                default:
                    unknownKey(
                        field, in: "'\(entry.name)'", among: ["run", "webhook", "toast", "bell"])
                }
            }
        }
        return hooks
    }

    private mutating func webhook(_ node: Int, params: Set<String>?) -> String? {
        guard let url = template(node, "webhook", expected: "a URL", params: params) else {
            return nil
        }
        if url.hasPrefix("http://") || url.hasPrefix("https://") || url.hasPrefix("{{") {
            return url
        }
        error(
            at: node, "'\(url.short)' is no URL for a webhook",
            "Begin it with http:// or https://.")
        return nil
    }
}

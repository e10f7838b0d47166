public import Domain
internal import YAMLReading

/// What becomes of active runs when the terminal of the workbench or of `run` goes away.
public enum HangupPolicy: String, Hashable, Sendable, CaseIterable {
    /// They go on to their end without it.
    case proceed = "continue"
    case cancel
}

/// What `spillway.yml` says of a whole workspace.
public struct WorkspaceSettings: Hashable, Sendable {
    /// Usable by every pipeline that does not define one of the same name.
    public var connections: [ConnectionDefinition]
    /// Slots of each pool, 1…
    public var pools: [PoolName: Int]
    /// Rates and circuits of the pools that have any.
    public var policies: [PoolName: PoolPolicy] = [:]
    /// What tasks take where neither they nor their pipeline's `defaults` say anything.
    public var defaults: TaskDefaults
    /// Tasks that may run at once over all pipelines, 1…; nil: as many as there are cores.
    public var parallelism: Int?
    /// Name of a theme; whether it exists is for the reader of themes to say.
    public var theme: String?
    /// Name of a set of keys.
    public var keys: String?
    /// What becomes of active runs when the terminal goes away.
    public var onHangup: HangupPolicy
    /// How long runs and logs are kept.
    public var retention = RetentionPolicy()

    public init(
        connections: [ConnectionDefinition] = [], pools: [PoolName: Int] = [:],
        defaults: TaskDefaults = TaskDefaults(), parallelism: Int? = nil, theme: String? = nil,
        keys: String? = nil, onHangup: HangupPolicy = .proceed
    ) {
        self.connections = connections
        self.pools = pools
        self.defaults = defaults
        self.parallelism = parallelism
        self.theme = theme
        self.keys = keys
        self.onHangup = onHangup
    }

    /// The settings in a file's bytes, without what has a problem, and all its problems by place.
    ///
    /// An empty file is a good one. Never throws; whatever the bytes, the cost is linear.
    public static func read(
        bytes: [UInt8], file: String
    ) -> (settings: WorkspaceSettings, problems: [SourceProblem]) {
        switch DocumentReader.open(bytes, file: file) {
        case .failure(let problem):
            return (WorkspaceSettings(), [problem])
        case .success(var document):
            let settings = document.workspaceSettings()
            return (settings, document.log.sorted(in: document.source))
        }
    }
}

extension DocumentReader {
    private static var settingsKeys: [String] {
        [
            "connections", "pools", "defaults", "parallelism", "theme", "keys", "on_hangup",
            "retention",
        ]
    }

    fileprivate mutating func workspaceSettings() -> WorkspaceSettings {
        var settings = WorkspaceSettings()
        guard let root = tree.root, !tree.isNull(root) else { return settings }
        for entry in entries(of: root, "spillway.yml") ?? [] {
            switch entry.name {
            case "connections":
                settings.connections = connections(entry.value, params: [], isShared: true)
                readCircuits(entry.value, into: &settings)
            case "pools": readPools(entry.value, into: &settings)
            case "defaults": settings.defaults = taskDefaults(entry.value, params: nil)
            case "parallelism":
                settings.parallelism = integer(entry.value, "parallelism", in: 1...100_000)
            case "theme": settings.theme = text(entry.value, "theme", expected: "a theme's name")
            case "keys": settings.keys = text(entry.value, "keys", expected: "a key set's name")
            case "on_hangup": settings.onHangup = hangupPolicy(entry.value) ?? .proceed
            case let name where name.hasPrefix("x-"): break
            case "retention": settings.retention = retention(entry.value)
            default: unknownKey(entry, in: "spillway.yml", among: Self.settingsKeys)
            }
        }
        return settings
    }

    private mutating func hangupPolicy(_ node: Int) -> HangupPolicy? {
        guard let word = text(node, "on_hangup", expected: "continue or cancel") else {
            return nil
        }
        if let policy = HangupPolicy(rawValue: word) { return policy }
        error(
            at: node, "on_hangup cannot be '\(word.short)'",
            "Write 'continue' to let active runs go on, or 'cancel' to end them.")
        return nil
    }

    /// The circuits of connections.
    private mutating func readCircuits(_ node: Int, into settings: inout WorkspaceSettings) {
        for entry in entries(of: node, "connections") ?? []
        where tree.nodes[tree.resolved(entry.value)].kind == .mapping {
            for field in entries(of: entry.value, entry.name.short) ?? []
            where field.name == "circuit" {
                let guardian = PoolName.guarding(ConnectionName(entry.name))
                settings.policies[guardian] = PoolPolicy(circuit: circuit(field))
            }
        }
    }

    private mutating func readPools(_ node: Int, into settings: inout WorkspaceSettings) {
        for entry in entries(of: node, "pools") ?? [] {
            let pool = PoolName(entry.name)
            guard tree.nodes[tree.resolved(entry.value)].kind == .mapping else {
                if let slots = integer(entry.value, entry.name.short, in: 1...1_000_000) {
                    settings.pools[pool] = slots
                }
                continue
            }
            var policy = PoolPolicy()
            for field in entries(of: entry.value, entry.name.short) ?? [] {
                switch field.name {
                case "slots":
                    if let slots = integer(field.value, "slots", in: 1...1_000_000) {
                        settings.pools[pool] = slots
                    }
                case "rate": policy.rate = rate(field.value)
                case "circuit": policy.circuit = circuit(field)
                default:
                    unknownKey(
                        field, in: "pool '\(entry.name.short)'",
                        among: ["slots", "rate", "circuit"])
                }
            }
            // Airflow's default pool has as many.
            if settings.pools[pool] == nil { settings.pools[pool] = 128 }
            if policy != PoolPolicy() { settings.policies[pool] = policy }
        }
    }

    /// `10/1m` or `10/m`: ten launches a minute.
    private mutating func rate(_ node: Int) -> PoolPolicy.Rate? {
        guard let text = text(node, "rate", expected: "launches in a time, such as 10/1m") else {
            return nil
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        // `3/s` is three a second.
        let time = parts.last.map { $0.first?.isLetter == true ? "1" + $0 : String($0) } ?? ""
        if parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count),
            let period = Span(durationText: time), period > .zero
        {
            return PoolPolicy.Rate(count: count, period: period)
        }
        error(
            at: node, "'\(text.short)' is no rate",
            "Write how many launches in how long a time, for example 10/1m.")
        return nil
    }

    private mutating func circuit(_ entry: Entry) -> PoolPolicy.Circuit? {
        var circuit = PoolPolicy.Circuit(
            failures: 5, window: .seconds(60), cooldown: .seconds(30))
        for field in entries(of: entry.value, "circuit") ?? [] {
            switch field.name {
            case "failures":
                circuit.failures = integer(field.value, "failures", in: 1...1_000) ?? 5
            case "window": circuit.window = duration(field.value, "window") ?? circuit.window
            case "cooldown":
                circuit.cooldown = duration(field.value, "cooldown") ?? circuit.cooldown
            default:
                unknownKey(field, in: "'circuit'", among: ["failures", "window", "cooldown"])
            }
        }
        return circuit
    }
}

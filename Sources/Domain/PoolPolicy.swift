/// How a pool protects what its tasks work on, beside its slots.
public struct PoolPolicy: Hashable, Sendable {
    /// How often a pool may launch.
    public struct Rate: Hashable, Sendable {
        /// Launches within `period`, 1…
        public var count: Int
        public var period: Span

        public init(count: Int, period: Span) {
            self.count = count
            self.period = period
        }
    }

    /// When a pool launches nothing because what it works on is broken.
    public struct Circuit: Hashable, Sendable {
        /// So many failed attempts within `window` open it, 1…
        public var failures: Int
        public var window: Span
        /// How long it stays open before one attempt may try again.
        public var cooldown: Span

        public init(failures: Int, window: Span, cooldown: Span) {
            self.failures = failures
            self.window = window
            self.cooldown = cooldown
        }
    }

    public var rate: Rate?
    public var circuit: Circuit?

    public init(rate: Rate? = nil, circuit: Circuit? = nil) {
        self.rate = rate
        self.circuit = circuit
    }
}

extension PoolName {
    private static let guardianPrefix = "connection:"

    /// Stands for a connection where policies are named: its circuit protects what all tasks on it
    /// work on, whatever pools they are in.
    public static func guarding(_ connection: ConnectionName) -> PoolName {
        PoolName(guardianPrefix + connection.name)
    }

    /// Whether it stands for a connection; such a one has no slots to count.
    public var isGuardian: Bool { name.hasPrefix(Self.guardianPrefix) }

    /// `pool api`, `connection warehouse`
    public var title: String {
        isGuardian ? "connection " + name.dropFirst(Self.guardianPrefix.count) : "pool " + name
    }
}

extension TaskDefinition {
    /// Stands for the connection that it works on; nil where it names none.
    public var guardian: PoolName? {
        switch action {
        case .sql(_, let connection): .guarding(connection)
        case .check(let check): check.connection.map { .guarding($0) }
        default: nil
        }
    }
}

/// Where a circuit stands.
public enum CircuitState: String, Hashable, Sendable, CaseIterable {
    case closed
    /// Nothing is launched.
    case open
    /// One attempt tries whether all is well again.
    case halfOpen = "half_open"
}

/// Why a pool launches nothing though it may have slots.
public enum PoolHold: Hashable, Sendable {
    /// Its rate allows the next launch then.
    case rate(until: Instant)
    /// Its circuit is open until then.
    case circuit(until: Instant)
    /// Its circuit tries one task, and how that ends decides.
    case probe

    /// What a task of the pool waits for, in words; nil where the time has come.
    public func words(of pool: PoolName, at now: Instant) -> String? {
        switch self {
        case .rate(let until):
            until > now
                ? "waits for \(pool.title): its rate allows the next at \(until.iso8601)" : nil
        case .circuit(let until):
            until > now
                ? "waits for \(pool.title): its circuit is open until \(until.iso8601)" : nil
        case .probe: "waits for \(pool.title): its circuit tries one task first"
        }
    }
}

import Domain

/// Whether a pool may launch now, by its rate and its circuit.
struct PoolGate: Hashable, Sendable {
    private(set) var policy: PoolPolicy
    private(set) var circuit = CircuitState.closed
    /// Of the last launches, as many as the rate counts.
    private var launches: [Instant] = []
    /// Of the last failures, as many as the circuit counts.
    private var failures: [Instant] = []
    private var opensUntil: Instant?
    private var hasProbe = false

    init(policy: PoolPolicy) { self.policy = policy }

    mutating func setPolicy(_ policy: PoolPolicy) {
        self.policy = policy
        if policy.circuit == nil { (circuit, opensUntil, hasProbe) = (.closed, nil, false) }
    }

    /// When the gate may open by itself; nil where it is open, or waits for its probe to end.
    func blockedUntil(_ now: Instant) -> Instant? {
        var until: Instant?
        if circuit == .open, let opensUntil { until = opensUntil }
        if let rate = policy.rate, launches.count >= rate.count {
            let next = launches[launches.count - rate.count].advanced(by: rate.period)
            if next > now { until = max(until ?? next, next) }
        }
        return until
    }

    func isOpen(at now: Instant) -> Bool {
        if circuit == .halfOpen, hasProbe { return false }
        return circuit != .open && blockedUntil(now) == nil
    }

    mutating func noteLaunch(at now: Instant) {
        if circuit == .halfOpen { hasProbe = true }
        guard let rate = policy.rate else { return }
        launches.append(now)
        if launches.count > rate.count { launches.removeFirst(launches.count - rate.count) }
    }

    /// An attempt has ended; `hasFailed` is nil where its end says nothing of what it works on.
    /// Whether the circuit's state changed.
    mutating func noteEnd(hasFailed: Bool?, at now: Instant) -> Bool {
        guard let rule = policy.circuit else { return false }
        let before = circuit
        switch (circuit, hasFailed) {
        case (.halfOpen, nil): hasProbe = false
        case (.halfOpen, true?): open(rule, at: now)
        case (.halfOpen, false?): (circuit, hasProbe, failures) = (.closed, false, [])
        case (.closed, true?):
            failures.append(now)
            failures.removeAll { now.since($0) > rule.window }
            if failures.count >= rule.failures { open(rule, at: now) }
        default: break
        }
        return circuit != before
    }

    private mutating func open(_ rule: PoolPolicy.Circuit, at now: Instant) {
        (circuit, hasProbe, failures) = (.open, false, [])
        opensUntil = now.advanced(by: rule.cooldown)
    }

    /// Goes on where the time for it has come; whether the circuit's state changed.
    mutating func wake(at now: Instant) -> Bool {
        guard circuit == .open, let until = opensUntil, until <= now else { return false }
        (circuit, opensUntil, hasProbe) = (.halfOpen, nil, false)
        return true
    }
}

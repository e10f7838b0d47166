import Domain

/// Whether a pool may launch now, by its rate and its circuit.
struct PoolGate: Hashable, Sendable {
    private(set) var policy: PoolPolicy
    private(set) var circuit = CircuitState.closed
    /// The last launches in order of time, as many as the rate counts.
    private var launches: [Launch] = []
    /// Of the last failures, as many as the circuit counts.
    private var failures: [Instant] = []
    private var opensUntil: Instant?
    private var hasProbe = false

    private struct Launch: Hashable {
        /// When it was ordered, and once that is known, when its work began.
        var at: Instant
        var hasBegun = false
    }

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
            let next = launches[launches.count - rate.count].at.advanced(by: rate.period)
            if next > now { until = max(until ?? next, next) }
        }
        return until
    }

    /// Why nothing is launched now; of two reasons the one that lasts longer.
    func hold(at now: Instant) -> PoolHold? {
        if circuit == .halfOpen, hasProbe { return .probe }
        guard let until = blockedUntil(now) else { return nil }
        return circuit == .open && until == opensUntil
            ? .circuit(until: until) : .rate(until: until)
    }

    func isOpen(at now: Instant) -> Bool {
        if circuit == .halfOpen, hasProbe { return false }
        return circuit != .open && blockedUntil(now) == nil
    }

    mutating func noteLaunch(at now: Instant) {
        if circuit == .halfOpen { hasProbe = true }
        guard let rate = policy.rate else { return }
        launches.append(Launch(at: now))
        if launches.count > rate.count { launches.removeFirst(launches.count - rate.count) }
    }

    /// The work of the oldest launch that had not begun has begun: the rate counts it from now on, so
    /// that a slow start does not bring it together with the next ones. Whether that changes anything.
    mutating func noteStart(at now: Instant) -> Bool {
        guard let index = launches.firstIndex(where: { !$0.hasBegun }) else { return false }
        launches[index].hasBegun = true
        guard now > launches[index].at else { return false }
        launches[index].at = now
        launches.sort { $0.at < $1.at }
        return true
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

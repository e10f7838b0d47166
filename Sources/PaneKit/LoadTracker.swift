/// Which loads are under way and which must be repeated when they come back, so that a burst of
/// changes asks once more, not once each.
public struct LoadTracker<Effect: Hashable & Sendable>: Sendable {
    private var underWay: Set<Effect> = []
    private var repeated: Set<Effect> = []

    public init() {}

    /// The effect to perform now: `effect`, or nothing while the same one is under way.
    public mutating func begin(_ effect: Effect) -> [Effect] {
        if underWay.contains(effect) {
            repeated.insert(effect)
            return []
        }
        underWay.insert(effect)
        return [effect]
    }

    /// Takes note that `effect` was answered; gives it again where it was asked for meanwhile.
    public mutating func end(_ effect: Effect) -> [Effect] {
        underWay.remove(effect)
        return repeated.remove(effect) != nil ? begin(effect) : []
    }

    /// Takes note that `effect` failed; what was asked for meanwhile is given up with it.
    public mutating func fail(_ effect: Effect) {
        underWay.remove(effect)
        repeated.remove(effect)
    }
}

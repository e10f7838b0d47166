public import Domain

/// The user's own clock: what time it is, and how far it is from UTC.
public struct LocalClock: Hashable, Sendable {
    public var now: Instant
    /// Seconds east of UTC.
    public var offset: Int

    public init(now: Instant, offset: Int) {
        self.now = now
        self.offset = offset
    }

    /// What the user's clock showed at `instant`.
    public func civilTime(_ instant: Instant) -> CivilTime {
        CivilTime(utc: instant.advanced(by: .seconds(Int64(offset))))
    }
}

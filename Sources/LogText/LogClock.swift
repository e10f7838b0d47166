public import Domain

/// What a line's time of day leaves open: the zone it means and the day it belongs to.
public struct LogClock: Hashable, Sendable {
    /// The zone of times that name none, in seconds east of UTC.
    public var secondsEastOfUTC: Int
    /// Times without a year or a date are put as near to this as they can be: a run's start.
    public var reference: Instant

    public init(secondsEastOfUTC: Int = 0, reference: Instant) {
        self.secondsEastOfUTC = secondsEastOfUTC
        self.reference = reference
    }
}

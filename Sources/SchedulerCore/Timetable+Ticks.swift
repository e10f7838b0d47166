public import Domain

/// Where the ticks lie, whatever the bounds of the timetable.
extension Timetable {
    private static let microsecond = Span(microseconds: 1)

    /// The first tick strictly after `instant`; nil where the calendar ends.
    public func tick(after instant: Instant) -> Instant? {
        switch ticks {
        case .cron(let schedules):
            return schedules.compactMap { $0.next(after: instant) }.min()
        case .every(let length, let anchor):
            let steps = Self.wholeSteps(from: anchor, to: instant, length)
            return Self.tick(anchor, length, steps + 1)
        case .once, .continuous: return nil
        }
    }

    /// The first tick at `instant` or after it.
    func tick(atOrAfter instant: Instant) -> Instant? {
        tick(after: instant.advanced(by: Span(microseconds: -1)))
    }

    /// The last tick at `instant` or before it; nil where there is none in 800 years.
    func tick(atOrBefore instant: Instant) -> Instant? {
        switch ticks {
        case .cron(let schedules):
            return schedules.compactMap { $0.last(atOrBefore: instant) }.max()
        case .every(let length, let anchor):
            return Self.tick(anchor, length, Self.wholeSteps(from: anchor, to: instant, length))
        case .once, .continuous: return nil
        }
    }

    /// The last tick strictly before `instant`.
    func tick(before instant: Instant) -> Instant? {
        tick(atOrBefore: instant.advanced(by: Span(microseconds: -1)))
    }

    /// How many lengths fit from `anchor` to `instant`, rounded down.
    private static func wholeSteps(
        from anchor: Instant, to instant: Instant, _ length: Span
    ) -> Int64 {
        let distance = instant.since(anchor).microseconds
        let quotient = distance / length.microseconds
        return distance % length.microseconds < 0 ? quotient - 1 : quotient
    }

    /// Nil where the tick lies beyond what an instant can say.
    private static func tick(_ anchor: Instant, _ length: Span, _ steps: Int64) -> Instant? {
        let (distance, overflow) = steps.multipliedReportingOverflow(by: length.microseconds)
        let (sum, sumOverflow) = anchor.microseconds.addingReportingOverflow(distance)
        return overflow || sumOverflow ? nil : Instant(microseconds: sum)
    }
}

extension CronSchedule {
    /// The last time it fired at `instant` or before it; nil where that is more than 800 years ago.
    ///
    /// Looks back over stretches of doubling length until one holds a tick, and then halves: about
    /// fifty calls of ``next(after:)``.
    public func last(atOrBefore instant: Instant) -> Instant? {
        let now = instant.seconds
        var length: Int64 = 60
        while !fires(after: now - length, through: now) {
            length *= 2
            if length > 800 * 366 * 86_400 { return nil }
        }
        // It fires after `low` and not after `high`; both by `now`.
        var (low, high) = (now - length, now)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if fires(after: middle, through: now) { low = middle } else { high = middle }
        }
        return next(after: Instant(seconds: low))
    }

    private func fires(after start: Int64, through end: Int64) -> Bool {
        next(after: Instant(seconds: start)).map { $0.seconds <= end } ?? false
    }
}

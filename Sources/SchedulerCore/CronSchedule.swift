public import Domain

/// A cron expression read in a time zone: when it fires, on the line of real time.
public struct CronSchedule: Hashable, Sendable {
    /// What happens where the clocks are changed.
    public enum Policy: String, Hashable, Sendable, CaseIterable {
        /// Debian's cron. A job whose minute or hour begins with `*` follows the clock on the wall:
        /// what falls into a gap does not happen, what falls into an hour that comes twice happens
        /// twice. Any other job fires once: after the gap, or in the first of the two hours. Days
        /// of month and weekdays must both match where one of the fields begins with `*`.
        case vixie
        /// Airflow 3's. A job that runs in every hour adds elapsed time; any other one fires in the
        /// second of two equal hours, and is moved on by a gap's length. Days of month and weekdays
        /// must both match only where one of the fields allows every day.
        case airflow
    }

    public let expression: CronExpression
    public let zone: TimeZoneRules
    public let policy: Policy
    private let calendar: DayCalendar

    public init(_ expression: CronExpression, zone: TimeZoneRules, policy: Policy = .vixie) {
        self.expression = expression
        self.zone = zone
        self.policy = policy
        let rule =
            switch policy {
            case .vixie: expression.vixieDayRule
            case .airflow: expression.airflowDayRule
            }
        calendar = DayCalendar(expression, rule: rule)
    }

    /// When it fires next, strictly after `instant`; nil after the year 9999.
    ///
    /// Skips to the matching month, day and minute; about 0.1 µs, sparse expressions included.
    public func next(after instant: Instant) -> Instant? {
        let second = instant.seconds
        let next =
            switch policy {
            case .vixie where expression.startsWithStar.isDisjoint(with: [.minute, .hour]):
                nextFixed(after: second)
            case .vixie: nextOnWall(after: second)
            case .airflow: nextOfAirflow(after: second)
            }
        return next.map { Instant(seconds: $0) }
    }

    /// The next time that the clock on the wall shows a match.
    private func nextOnWall(after second: Int64) -> Int64? {
        var period = zone.period(at: second + 1)
        var from = second + 1 + period.offset
        while let match = calendar.next(from: from) {
            if match < period.end + period.offset { return match - period.offset }
            period = zone.period(at: period.end)
            from = period.start + period.offset
        }
        return nil
    }

    /// The next match, where what a gap swallows happens right after it, and what comes twice
    /// happens the first time.
    private func nextFixed(after second: Int64) -> Int64? {
        var period = zone.period(at: second + 1)
        var from = second + 1 + period.offset
        if period.start > -TimeZoneRules.Period.forever {
            let before = zone.period(at: period.start - 1)
            if let late = firstAfterGap(before, period), late > second { return late }
            from = max(from, firstUnseen(before, period))
        }
        while let match = calendar.next(from: from) {
            if match < period.end + period.offset { return match - period.offset }
            let before = period
            period = zone.period(at: before.end)
            if let late = firstAfterGap(before, period) { return late }
            from = firstUnseen(before, period)
        }
        return nil
    }

    /// The first minute of `period`, where the gap before it holds a match.
    private func firstAfterGap(
        _ before: TimeZoneRules.Period, _ period: TimeZoneRules.Period
    ) -> Int64? {
        guard movedByGap(before, period) != nil else { return nil }
        let wall = period.start + period.offset
        return wall + (-wall).floorRemainder(by: 60) - period.offset
    }

    /// The first time on the wall in `period` that the one before did not show.
    private func firstUnseen(
        _ before: TimeZoneRules.Period, _ period: TimeZoneRules.Period
    ) -> Int64 {
        period.start + max(period.offset, before.offset)
    }

    /// As Airflow's `CronMixin._get_next`, a match on a clock without a zone that is then placed,
    /// asked again and again from long ago: what a gap swallows moves on by its length and hides
    /// the matches that it overtakes, what comes twice happens the second time.
    private func nextOfAirflow(after second: Int64) -> Int64? {
        var period = zone.period(at: second)
        var from = second + 1 + period.offset
        // A job of every hour adds the elapsed time to the last one, whatever the clocks do.
        if expression.hours == CronExpression.everyHour {
            return calendar.next(from: from).map { $0 - period.offset }
        }
        if period.start > -TimeZoneRules.Period.forever,
            let moved = movedByGap(zone.period(at: period.start - 1), period)
        {
            if moved > second { return moved }
            from = max(from, moved + 1 + period.offset)
        }
        while let match = calendar.next(from: from) {
            let next = zone.period(at: min(period.end, TimeZoneRules.Period.forever))
            if match < period.end + min(period.offset, next.offset) { return match - period.offset }
            if let moved = movedByGap(period, next) { return moved }
            from = next.start + next.offset
            period = next
        }
        return nil
    }

    /// When the first match in the gap before `period` fires: as if the clock had not been changed.
    private func movedByGap(
        _ before: TimeZoneRules.Period, _ period: TimeZoneRules.Period
    ) -> Int64? {
        guard period.offset > before.offset,
            let match = calendar.next(from: period.start + before.offset),
            match < period.start + period.offset
        else { return nil }
        return match - before.offset
    }
}

import Domain

/// The days and minutes on which a cron expression matches, on a clock without a zone.
///
/// A month's days are one 32-bit mask: the field's days, and a seven-day pattern for each weekday
/// that a month can begin with; so whole months are skipped in a few instructions.
struct DayCalendar: Hashable, Sendable {
    private let minutes: UInt64
    private let hours: UInt64
    private let months: UInt64
    private let days: UInt64
    private let rule: CronExpression.DayRule
    /// Days of months that begin on Sunday, Monday, … Saturday that the weekday field allows.
    private let weekdayMasks: [UInt64]

    /// Years after this one have no next time.
    private static let lastYear = 9_999

    init(_ cron: CronExpression, rule: CronExpression.DayRule) {
        minutes = cron.minutes
        hours = cron.hours
        months = cron.months
        days = cron.days
        self.rule = rule
        weekdayMasks = (0..<7).map { first in
            (1...31).reduce(UInt64(0)) { mask, day in
                let weekday = (first + day - 1) % 7
                let isAllowed =
                    cron.weekdays >> UInt64(weekday) & 1 == 1
                    || cron.nthWeekdays >> UInt64((day - 1) / 7 * 7 + weekday) & 1 == 1
                return isAllowed ? mask | 1 << UInt64(day) : mask
            }
        }
    }

    /// The days of a month of `length` days that begins on `weekday`, a bit each.
    private func mask(length: Int, beginningOn weekday: Int) -> UInt64 {
        let byDay = days & 1 == 1 ? days | 1 << UInt64(length) : days
        let byWeekday = weekdayMasks[weekday]
        let both = rule == .both ? byDay & byWeekday : byDay | byWeekday
        return both & (UInt64(2) << UInt64(length) &- 2)
    }

    /// Whether any month of the calendar has a day that matches.
    var everFires: Bool {
        (1...12).contains { month in
            months >> UInt64(month) & 1 == 1
                && (2000...2001).contains { year in
                    (0..<7).contains { weekday in
                        mask(
                            length: CivilTime.days(inMonth: month, of: year),
                            beginningOn: weekday) != 0
                    }
                }
        }
    }

    /// Whether the minute that begins at `seconds` on the clock matches.
    func matches(_ seconds: Int64) -> Bool { next(from: seconds) == seconds }

    /// The first matching minute at or after `seconds`, both counted on the clock from 1970; nil
    /// after the year 9999.
    func next(from seconds: Int64) -> Int64? {
        let minute = seconds.floorDivided(by: 60) + (seconds.floorRemainder(by: 60) == 0 ? 0 : 1)
        let start = minute.floorDivided(by: 1_440)
        let date = CivilTime.date(daysSinceEpoch: start)
        let (year, month) = (date.year, date.month)
        guard year <= Self.lastYear else { return nil }
        let first = start - Int64(date.day - 1)
        let weekday = Int((first + 4).floorRemainder(by: 7))
        if months >> UInt64(month) & 1 == 1 {
            let length = CivilTime.days(inMonth: month, of: year)
            let mask = mask(length: length, beginningOn: weekday)
            if mask >> UInt64(date.day) & 1 == 1,
                let time = time(from: Int(minute.floorRemainder(by: 1_440)))
            {
                return (start * 1_440 + Int64(time)) * 60
            }
            let later = mask & (UInt64.max << UInt64(date.day + 1))
            if later != 0 {
                return instant(first + Int64(later.trailingZeroBitCount - 1))
            }
        }
        return laterMonth(after: year, month)
    }

    private func laterMonth(after year: Int, _ month: Int) -> Int64? {
        var (year, month) = (year, month)
        while year <= Self.lastYear {
            let later = months & (UInt64.max << UInt64(month + 1))
            guard later != 0 else {
                (year, month) = (year + 1, 0)
                continue
            }
            month = later.trailingZeroBitCount
            let first = CivilTime.daysSinceEpoch(year: year, month: month, day: 1)
            let mask = mask(
                length: CivilTime.days(inMonth: month, of: year),
                beginningOn: Int((first + 4).floorRemainder(by: 7)))
            if mask != 0 { return instant(first + Int64(mask.trailingZeroBitCount - 1)) }
        }
        return nil
    }

    /// The first matching minute of a day.
    private func instant(_ day: Int64) -> Int64 {
        let time = hours.trailingZeroBitCount * 60 + minutes.trailingZeroBitCount
        return (day * 1_440 + Int64(time)) * 60
    }

    /// The first matching minute of a day at or after its minute `start`.
    private func time(from start: Int) -> Int? {
        let (hour, minute) = (start / 60, start % 60)
        if hours >> UInt64(hour) & 1 == 1 {
            let later = minutes & (UInt64.max << UInt64(minute))
            if later != 0 { return hour * 60 + later.trailingZeroBitCount }
        }
        let later = hours & (UInt64.max << UInt64(hour + 1))
        return later == 0 ? nil : later.trailingZeroBitCount * 60 + minutes.trailingZeroBitCount
    }
}

extension Int64 {
    /// The quotient rounded down; `divisor` is positive.
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// The remainder of ``floorDivided(by:)``, never negative.
    func floorRemainder(by divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}

/// A date and time of day as a calendar and a clock show it, without a zone.
///
/// The proleptic Gregorian calendar; the day-number arithmetic is Howard Hinnant's
/// `days_from_civil` (chrono-Compatible Low-Level Date Algorithms, 2013).
public struct CivilTime: Hashable, Sendable, Comparable {
    public var year: Int
    /// 1…12
    public var month: Int
    /// 1…31
    public var day: Int
    /// 0…23
    public var hour: Int
    /// 0…59
    public var minute: Int
    /// 0…59
    public var second: Int

    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The civil time that a clock showing UTC shows at `instant`.
    public init(utc instant: Instant) { self.init(secondsSinceEpoch: instant.seconds) }

    /// The civil time of a clock that counts `secondsSinceEpoch` from 1970-01-01 00:00:00.
    public init(secondsSinceEpoch: Int64) {
        var days = secondsSinceEpoch / 86_400
        var rest = secondsSinceEpoch % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let date = Self.date(daysSinceEpoch: days)
        self.init(
            year: date.year, month: date.month, day: date.day, hour: Int(rest / 3_600),
            minute: Int(rest % 3_600 / 60), second: Int(rest % 60))
    }

    /// Seconds from 1970-01-01 00:00:00 on the same clock.
    public var secondsSinceEpoch: Int64 {
        Self.daysSinceEpoch(year: year, month: month, day: day) * 86_400
            + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// The instant at which a UTC clock shows this.
    public var asUTC: Instant { Instant(seconds: secondsSinceEpoch) }

    /// 0 = Sunday … 6 = Saturday.
    public var weekday: Int {
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        return Int(((days % 7) + 7 + 4) % 7)
    }

    public static func < (left: CivilTime, right: CivilTime) -> Bool {
        (left.year, left.month, left.day, left.secondOfDay)
            < (right.year, right.month, right.day, right.secondOfDay)
    }

    private var secondOfDay: Int { hour * 3_600 + minute * 60 + second }

    /// The number of days in `month` of `year`, 28…31.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether `year` has a 29 February.
    public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Days from 1970-01-01 to the given date.
    public static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date `days` after 1970-01-01.
    public static func date(daysSinceEpoch days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1))
    }
}

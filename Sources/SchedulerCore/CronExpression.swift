public import Domain

/// A schedule in five fields, as cron has it: `0 6 * * MON-FRI`, `@daily`.
///
/// Beside lists, ranges, steps and names: `L` among the days of the month is the last one, and
/// `w#n` among the weekdays the n-th of its month (`FRI#2`). It fires at least once in 400 years.
public struct CronExpression: Hashable, Sendable {
    /// As it was written.
    public let text: String
    /// A bit a minute, 0…59.
    let minutes: UInt64
    /// A bit an hour, 0…23.
    let hours: UInt64
    /// A bit a day of the month, 1…31; bit 0 for the last one.
    let days: UInt64
    /// A bit a month, 1…12.
    let months: UInt64
    /// A bit a weekday, 0 Sunday…6.
    let weekdays: UInt64
    /// Bit `7 * (n - 1) + w` for the n-th weekday w of the month.
    let nthWeekdays: UInt64
    /// Whether the field begins with `*`.
    let startsWithStar: FieldFlags

    struct FieldFlags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8

        static let minute = FieldFlags(rawValue: 1)
        static let hour = FieldFlags(rawValue: 2)
        static let day = FieldFlags(rawValue: 4)
        static let month = FieldFlags(rawValue: 8)
        static let weekday = FieldFlags(rawValue: 16)
    }

    /// How day of month and weekday go together.
    enum DayRule: Hashable, Sendable {
        case both, either
    }

    /// Reads five fields parted by blanks, or a macro: `@yearly`, `@annually`, `@quarterly`,
    /// `@monthly`, `@weekly`, `@daily`, `@midnight`, `@hourly`. Case does not matter.
    ///
    /// - Throws: ``CronSyntaxError`` at the first thing that is wrong, and for schedules that never
    ///   fire, such as `0 0 30 2 *`.
    public init(_ text: String) throws(CronSyntaxError) {
        var parser = CronParser(text)
        let fields = try parser.fields()
        self.text = text
        minutes = fields[0].bits
        hours = fields[1].bits
        days = fields[2].bits
        months = fields[3].bits
        weekdays = fields[4].bits
        nthWeekdays = fields[4].nthBits
        let flags: [FieldFlags] = [.minute, .hour, .day, .month, .weekday]
        startsWithStar = FieldFlags(
            zip(flags, fields).filter { $1.startsWithStar }.map { $0.0 })
        guard DayCalendar(self, rule: vixieDayRule).everFires else {
            throw CronSyntaxError(
                text: text, column: parser.columns[2],
                problem: "no month it names has such a day, so it never fires",
                remedy: "Change the day of the month, the month or the weekday.")
        }
    }

    /// Debian's cron: both must match where one of the fields begins with `*`.
    var vixieDayRule: DayRule {
        startsWithStar.isDisjoint(with: [.day, .weekday]) ? .either : .both
    }

    /// Airflow's croniter: either may match unless one of the fields allows every day.
    var airflowDayRule: DayRule {
        let everyDay = days & Self.everyDay == Self.everyDay
        let everyWeekday = weekdays == Self.everyWeekday
        return everyDay || everyWeekday ? .both : .either
    }

    static let everyDay: UInt64 = 0xFFFF_FFFE
    static let everyWeekday: UInt64 = 0x7F
    static let everyHour: UInt64 = 0xFF_FFFF
    static let everyMinute: UInt64 = 0xFFF_FFFF_FFFF_FFFF
    static let everyMonth: UInt64 = 0x1FFE
}

/// Why a cron expression was refused, and where.
public struct CronSyntaxError: UserFacingError, Hashable {
    /// The whole expression; not yet made safe for a terminal.
    public let text: String
    /// Where it is wrong: a Unicode scalar of `text`, counted from 1; one after the last where
    /// something is missing.
    public let column: Int
    public let problem: String
    public let remedy: String

    init(text: String, column: Int, problem: String, remedy: String) {
        (self.text, self.column) = (text, column)
        self.problem = "Cron expression '\(text)', column \(column): \(problem)."
        self.remedy = remedy
    }
}

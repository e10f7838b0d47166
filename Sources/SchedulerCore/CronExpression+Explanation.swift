public import Domain

extension CronExpression {
    /// The schedule in words, for people: `at 06:00 on day 13 of the month or on Friday`. Says
    /// whether day and weekday must both match, which the policies see differently.
    public func explanation(policy: CronSchedule.Policy = .vixie) -> String {
        let rule =
            switch policy {
            case .vixie: vixieDayRule
            case .airflow: airflowDayRule
            }
        return [timeWords, dayWords(rule), monthWords].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private var timeWords: String {
        let (minute, hour) = (Self.members(minutes), Self.members(hours))
        if minute.count * hour.count <= 4 {
            let times = hour.flatMap { hour in
                minute.map { Self.twoDigits(hour) + ":" + Self.twoDigits($0) }
            }
            return "at " + Self.sentence(times)
        }
        let isEveryMinute = minutes == Self.everyMinute
        let part =
            isEveryMinute
            ? "every minute"
            : "at " + Self.counted("minute", Self.ranges(minute.map { ($0, "\($0)") }))
        if hours == Self.everyHour { return isEveryMinute ? part : part + " of every hour" }
        return part + " of " + Self.counted("hour", Self.ranges(hour.map { ($0, "\($0)") }))
    }

    private func dayWords(_ rule: DayRule) -> String {
        let byDay = days & Self.everyDay == Self.everyDay ? nil : dayOfMonthWords
        let byWeekday = weekdays == Self.everyWeekday ? nil : weekdayWords
        switch (byDay, byWeekday, rule) {
        case (let byDay?, let byWeekday?, .both): return "on \(byDay) and only on \(byWeekday)"
        case (let byDay?, let byWeekday?, .either): return "on \(byDay) or on \(byWeekday)"
        case (let words?, nil, .both), (nil, let words?, .both): return "on \(words)"
        default: return "every day"
        }
    }

    private var dayOfMonthWords: String {
        let numbers = Self.members(days & Self.everyDay)
        var parts: [String] = []
        if !numbers.isEmpty {
            parts.append(Self.counted("day", Self.ranges(numbers.map { ($0, "\($0)") })))
        }
        if days & 1 == 1 { parts.append("the last day") }
        return Self.sentence(parts) + " of the month"
    }

    private var weekdayWords: String {
        let names = [
            "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
        ]
        // Weeks are told from Monday, so that a working week is one range.
        let plain = Self.members(weekdays).map { ($0 + 6) % 7 }.sorted()
        var parts = Self.ranges(plain.map { ($0, names[($0 + 1) % 7]) })
        let order = ["first", "second", "third", "fourth", "fifth"]
        for number in Self.members(nthWeekdays) {
            parts.append("the \(order[number / 7]) \(names[number % 7]) of the month")
        }
        return Self.sentence(parts)
    }

    private var monthWords: String {
        if months == Self.everyMonth { return "" }
        let names = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ]
        return "in " + Self.sentence(Self.ranges(Self.members(months).map { ($0, names[$0 - 1]) }))
    }

    private static func members(_ bits: UInt64) -> [Int] {
        (0..<64).filter { bits >> UInt64($0) & 1 == 1 }
    }

    /// Three or more neighbours become `first-last`; the rest stand alone.
    private static func ranges(_ values: [(number: Int, name: String)]) -> [String] {
        var parts: [String] = []
        var start = 0
        while start < values.count {
            var end = start
            while end + 1 < values.count, values[end + 1].number == values[end].number + 1 {
                end += 1
            }
            if end - start >= 2 {
                parts.append(values[start].name + "-" + values[end].name)
            } else {
                parts += values[start...end].map(\.name)
            }
            start = end + 1
        }
        return parts
    }

    private static func counted(_ noun: String, _ parts: [String]) -> String {
        let isOne = parts.count == 1 && parts[0].allSatisfy(\.isNumber)
        return noun + (isOne ? " " : "s ") + sentence(parts)
    }

    private static func sentence(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

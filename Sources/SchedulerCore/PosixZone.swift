import Domain

/// A zone as the POSIX variable `TZ` describes it, with the wider hours of RFC 9636:
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZone: Hashable, Sendable {
    /// A day of each year, and a time on it that may lie outside of it.
    struct Rule: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            /// 1…365; 29 February is never counted.
            case julian(Int)
            /// 0…365
            case ofYear(Int)
            /// Weekday 0…6 from Sunday in week 1…5 of a month; 5 is the last one.
            case ofMonth(Int, week: Int, weekday: Int)
        }

        var day: Day
        /// Seconds after midnight, −167 to 167 hours.
        var time: Int64

        /// The rule's moment in `year`, as seconds since 1970 on the clock that it is read on.
        func seconds(in year: Int) -> Int64 { daysSinceEpoch(in: year) * 86_400 + time }

        private func daysSinceEpoch(in year: Int) -> Int64 {
            let first = CivilTime.daysSinceEpoch(year: year, month: 1, day: 1)
            switch day {
            case .julian(let day):
                let leap = CivilTime.isLeap(year) && day >= 60
                return first + Int64(day - 1) + (leap ? 1 : 0)
            case .ofYear(let day): return first + Int64(day)
            case .ofMonth(let month, let week, let weekday):
                let first = CivilTime(year: year, month: month, day: 1)
                var day = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
                if day > CivilTime.days(inMonth: month, of: year) { day -= 7 }
                return CivilTime.daysSinceEpoch(year: year, month: month, day: day)
            }
        }
    }

    struct Daylight: Hashable, Sendable {
        var offset: Int64
        var start: Rule
        var end: Rule
    }

    /// Seconds east of UTC.
    var standardOffset: Int64
    var daylight: Daylight?

    /// The changes of one year in order; where both fall together, daylight time wins, which is how
    /// daylight time all year is written.
    func changes(in year: Int) -> [(at: Int64, offset: Int64)] {
        guard let daylight else { return [] }
        let start = (daylight.start.seconds(in: year) - standardOffset, daylight.offset)
        let end = (daylight.end.seconds(in: year) - daylight.offset, standardOffset)
        return start.0 < end.0 ? [start, end] : [end, start]
    }

    /// Returns nil for what is no such rule.
    init?(_ text: [UInt8]) {
        var reader = PosixReader(rest: text[...])
        guard reader.skipName(), let west = reader.time(maxHours: 24) else { return nil }
        standardOffset = -west
        guard !reader.isAtEnd else { return }
        guard reader.skipName() else { return nil }
        var offset = standardOffset + 3_600
        if !reader.isAtEnd, reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.time(maxHours: 24) else { return nil }
            offset = -west
        }
        // Without rules: those of the United States, as the C libraries have it.
        if reader.isAtEnd { reader.rest = Array(",M3.2.0,M11.1.0".utf8)[...] }
        guard reader.skip(","), let start = reader.rule(), reader.skip(","),
            let end = reader.rule(), reader.isAtEnd
        else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }
}

private struct PosixReader {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A name of letters, or of anything between `<` and `>`.
    mutating func skipName() -> Bool {
        if skip("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { (65...90).contains($0 & 0xDF) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    mutating func number(in range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix { (48...57).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        return range.contains(value) ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maxHours: Int64) -> Int64? {
        let sign: Int64 = skip("-") ? -1 : 1
        if sign == 1 { _ = skip("+") }
        guard let hours = number(in: 0...maxHours) else { return nil }
        var seconds = hours * 3_600
        if skip(":") {
            guard let minutes = number(in: 0...59) else { return nil }
            seconds += minutes * 60
            if skip(":") {
                guard let rest = number(in: 0...59) else { return nil }
                seconds += rest
            }
        }
        return sign * seconds
    }

    /// `Mm.w.d`, `Jn` or `n`, each with an optional `/time`; 02:00 otherwise.
    mutating func rule() -> PosixZone.Rule? {
        let day: PosixZone.Rule.Day
        if skip("M") {
            guard let month = number(in: 1...12), skip("."), let week = number(in: 1...5),
                skip("."), let weekday = number(in: 0...6)
            else { return nil }
            day = .ofMonth(Int(month), week: Int(week), weekday: Int(weekday))
        } else if skip("J") {
            guard let number = number(in: 1...365) else { return nil }
            day = .julian(Int(number))
        } else {
            guard let number = number(in: 0...365) else { return nil }
            day = .ofYear(Int(number))
        }
        guard skip("/") else { return PosixZone.Rule(day: day, time: 7_200) }
        return time(maxHours: 167).map { PosixZone.Rule(day: day, time: $0) }
    }
}

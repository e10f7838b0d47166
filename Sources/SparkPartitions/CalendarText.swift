/// Dates and times of day as Spark reads them from text; the proleptic Gregorian calendar.
enum CalendarText {
    /// Days from 1970-01-01 to `yyyy-[m]m-[d]d`, of which month and day may be missing; behind a whole
    /// date a blank or `T` and anything may follow.
    static func days(_ text: some StringProtocol) -> Int32? {
        let text = text.withoutBlanksAround
        guard let divide = text.firstIndex(where: { $0 == " " || $0 == "T" }) else {
            return date(text)
        }
        let date = text[..<divide]
        return date.dropFirst().count { $0 == "-" } == 2 ? self.date(date) : nil
    }

    private static func date(_ text: Substring) -> Int32? {
        var text = text
        let isNegative = text.first == "-"
        if isNegative || text.first == "+" { text = text.dropFirst() }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), (4...7).contains(parts[0].count),
            let year = number(parts[0]),
            let month = parts.count > 1 ? number(parts[1]) : 1, (1...12).contains(month),
            let day = parts.count > 2 ? number(parts[2]) : 1, day >= 1,
            parts.dropFirst().allSatisfy({ (1...2).contains($0.count) })
        else { return nil }
        let signed = isNegative ? -year : year
        guard day <= length(ofMonth: month, year: signed) else { return nil }
        return Int32(exactly: days(year: signed, month: month, day: day))
    }

    /// Microseconds from 1970 in UTC to `date[ T]h:m[:s[.f]][offset]`; without an offset it is UTC.
    ///
    /// - Parameter mayHaveZone: whether an offset may stand behind it.
    static func microseconds(_ text: some StringProtocol, mayHaveZone: Bool = true) -> Int64? {
        let text = text.withoutBlanksAround
        guard let divide = text.firstIndex(where: { $0 == " " || $0 == "T" }) else {
            return date(text).map { Int64($0) * 86_400_000_000 }
        }
        guard let day = date(text[..<divide]) else { return nil }
        var time = text[text.index(after: divide)...]
        var offset: Int64 = 0
        var hasZone = false
        if let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let seconds = seconds(ofOffset: time[time.index(after: sign)...]) else {
                return nil
            }
            offset = time[sign] == "-" ? -seconds : seconds
            time = time[..<sign]
            hasZone = true
        }
        for name in ["Z", "UTC", "GMT", "UT"] where time.hasSuffix(name) {
            time = time.dropLast(name.count)
            hasZone = true
        }
        guard mayHaveZone || !hasZone else { return nil }
        while time.last == " " { time = time.dropLast() }
        let parts = time.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let hour = number(parts[0]), hour < 24,
            let minute = parts.count > 1 ? number(parts[1]) : 0, minute < 60
        else { return nil }
        var (second, fraction) = (0, 0)
        if parts.count > 2 {
            let halves = parts[2].split(separator: ".", omittingEmptySubsequences: false)
            guard halves.count <= 2, let whole = number(halves[0]), whole < 60 else { return nil }
            second = whole
            if halves.count == 2 {
                let digits = halves[1].prefix(6)
                // A point without digits behind it is let pass.
                guard let value = digits.isEmpty ? 0 : number(digits),
                    halves[1].allSatisfy(\.isASCIIDigit)
                else { return nil }
                fraction = value
                for _ in digits.count..<6 { fraction *= 10 }
            }
        }
        let seconds =
            Int64(day) * 86_400 + Int64(hour * 3_600 + minute * 60 + second) - offset
        return seconds * 1_000_000 + Int64(fraction)
    }

    /// Seconds of `h`, `hh`, `hhmm`, `hh:mm` and `hh:mm:ss`.
    private static func seconds(ofOffset text: Substring) -> Int64? {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 1, text.count == 4 || text.count == 6 {
            parts = stride(from: 0, to: text.count, by: 2).map { text.dropFirst($0).prefix(2) }
        }
        let numbers = parts.compactMap { $0.count <= 2 ? number($0) : nil }
        guard (1...3).contains(parts.count), numbers.count == parts.count, numbers[0] <= 18,
            numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        return zip(numbers, [3_600, 60, 1]).reduce(0) { $0 + Int64($1.0 * $1.1) }
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.count <= 9, text.allSatisfy(\.isASCIIDigit) else { return nil }
        return Int(text)
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01; years are counted from March, so that a leap day ends one.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let march = month > 2 ? year : year - 1
        let era = (march >= 0 ? march : march - 399) / 400
        let yearOfEra = march - era * 400
        let monthOfYear = (month + 9) % 12
        let dayOfYear = (153 * monthOfYear + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension Character {
    var isASCIIDigit: Bool { isASCII && isNumber }
}

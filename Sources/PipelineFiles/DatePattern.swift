internal import Domain

/// Dates by `strftime` patterns: the codes that Airflow users write, in English, in UTC.
enum DatePattern {
    /// Codes understood when writing.
    static let writable = "aAbBdHIjmMpSuwyYFTfzZ%"

    /// The first code of `pattern` that is not understood, or nil.
    static func unknownCode(in pattern: String) -> String? {
        var scalars = pattern.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else { continue }
            guard let code = scalars.next() else { return "%" }
            if !writable.unicodeScalars.contains(code) { return "%" + String(code) }
        }
        return nil
    }

    /// `date` written by `pattern`; codes that are not understood stay as they are.
    static func write(_ date: Instant, by pattern: String) -> String {
        let time = CivilTime(utc: date)
        var text = ""
        var scalars = pattern.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            guard let code = scalars.next() else { return text + "%" }
            text += field(code, of: time, date)
        }
        return text
    }

    private static func field(
        _ code: Unicode.Scalar, of time: CivilTime, _ date: Instant
    ) -> String {
        switch code {
        case "Y": padded(time.year, 4)
        case "y": padded(((time.year % 100) + 100) % 100, 2)
        case "m": padded(time.month, 2)
        case "d": padded(time.day, 2)
        case "H": padded(time.hour, 2)
        case "I": padded((time.hour + 11) % 12 + 1, 2)
        case "M": padded(time.minute, 2)
        case "S": padded(time.second, 2)
        case "p": time.hour < 12 ? "AM" : "PM"
        case "f": padded(Int(date.microseconds - date.seconds &* 1_000_000), 6)
        case "j": padded(dayOfYear(time), 3)
        case "u": String(time.weekday == 0 ? 7 : time.weekday)
        case "w": String(time.weekday)
        case "a": String(weekdays[time.weekday].prefix(3))
        case "A": weekdays[time.weekday]
        case "b": String(months[time.month - 1].prefix(3))
        case "B": months[time.month - 1]
        case "F": time.isoDate
        case "T": time.clockText
        case "z": "+0000"
        case "Z": "UTC"
        case "%": "%"
        default: "%" + String(code)
        }
    }

    /// The date and time that `text` says by `pattern` (`%Y %y %m %d %H %M %S %j %b %B %F %T`);
    /// nil where it does not fit or is no date.
    static func read(_ text: String, by pattern: String) -> Instant? {
        var rest = text.unicodeScalars[...]
        var time = CivilTime(year: 1900, month: 1, day: 1)
        var codes = pattern.replacingAll("%F", by: "%Y-%m-%d").replacingAll("%T", by: "%H:%M:%S")
            .unicodeScalars.makeIterator()
        while let scalar = codes.next() {
            guard scalar == "%", let code = codes.next(), code != "%" else {
                guard rest.popFirst() == scalar else { return nil }
                continue
            }
            guard take(code, from: &rest, into: &time) else { return nil }
        }
        guard rest.isEmpty, (1...12).contains(time.month), time.day >= 1,
            time.day <= CivilTime.days(inMonth: time.month, of: time.year), time.hour < 24,
            time.minute < 60, time.second < 60
        else { return nil }
        return time.asUTC
    }

    private static func take(
        _ code: Unicode.Scalar, from rest: inout Substring.UnicodeScalarView,
        into time: inout CivilTime
    ) -> Bool {
        switch code {
        case "Y": return number(4, from: &rest, into: &time.year)
        case "y":
            var short = 0
            guard number(2, from: &rest, into: &short) else { return false }
            // POSIX: 69…99 are of the twentieth century.
            time.year = short < 69 ? 2000 + short : 1900 + short
            return true
        case "m": return number(2, from: &rest, into: &time.month)
        case "d": return number(2, from: &rest, into: &time.day)
        case "H": return number(2, from: &rest, into: &time.hour)
        case "M": return number(2, from: &rest, into: &time.minute)
        case "S": return number(2, from: &rest, into: &time.second)
        case "b", "B":
            let word = String(rest.prefix { $0.properties.isAlphabetic })
            let found = months.firstIndex {
                $0.lowercased() == word.lowercased()
                    || $0.prefix(3).lowercased() == word.lowercased()
            }
            guard let found else { return false }
            rest = rest.dropFirst(word.unicodeScalars.count)
            time.month = found + 1
            return true
        default: return false
        }
    }

    /// One to `width` digits.
    private static func number(
        _ width: Int, from rest: inout Substring.UnicodeScalarView, into value: inout Int
    ) -> Bool {
        let digits = rest.prefix(width).prefix { ("0"..."9").contains($0) }
        guard let number = Int(String(digits)) else { return false }
        value = number
        rest = rest.dropFirst(digits.count)
        return true
    }

    private static func dayOfYear(_ time: CivilTime) -> Int {
        Int(
            CivilTime.daysSinceEpoch(year: time.year, month: time.month, day: time.day)
                - CivilTime.daysSinceEpoch(year: time.year, month: 1, day: 1) + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - text.utf8.count))
        return (number < 0 ? "-" : "") + zeros + text
    }

    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
}

extension String {
    fileprivate func replacingAll(_ code: String, by text: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: code) {
            result += rest[..<range.lowerBound] + text
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}

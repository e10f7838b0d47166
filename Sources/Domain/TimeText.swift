extension Instant {
    /// ISO 8601 in UTC to the second, as logs and JSON carry it: `2026-01-02T03:04:05Z`.
    ///
    /// A fraction is written only where there is one, with three or six digits.
    public var iso8601: String { civilText(separator: "T") + fractionText + "Z" }

    /// ISO 8601 in UTC as Airflow's `ts` writes it: `2026-01-02T03:04:05+00:00`.
    public var airflowTimestamp: String {
        let micros = microsecondOfSecond
        let fraction = micros == 0 ? "" : "." + digits(micros, 6)
        return civilText(separator: "T") + fraction + "+00:00"
    }

    /// The UTC date: `2026-01-02`.
    public var isoDate: String { CivilTime(utc: self).isoDate }

    private func civilText(separator: String) -> String {
        let time = CivilTime(utc: self)
        return time.isoDate + separator + time.clockText
    }

    private var fractionText: String {
        let micros = microsecondOfSecond
        if micros == 0 { return "" }
        return micros % 1_000 == 0 ? "." + digits(micros / 1_000, 3) : "." + digits(micros, 6)
    }

    private var microsecondOfSecond: Int { Int(microseconds - seconds &* 1_000_000) }

    /// Reads a date (`2026-01-02`) or a date and time (`2026-01-02T03:04[:05[.123]]`, `T` or a
    /// blank) with an optional `Z` or `±hh:mm`; without a zone it is UTC.
    ///
    /// Returns nil for anything else, and for dates that no calendar has.
    public init?(iso8601 text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
            reader.skip("-"), let day = reader.number(2), (1...12).contains(month), day >= 1,
            day <= CivilTime.days(inMonth: month, of: year)
        else { return nil }
        var time = CivilTime(year: year, month: month, day: day)
        var micros: Int64 = 0
        if reader.skip("T") || reader.skip("t") || reader.skip(" ") {
            guard let hour = reader.number(2), hour < 24, reader.skip(":"),
                let minute = reader.number(2), minute < 60
            else { return nil }
            (time.hour, time.minute) = (hour, minute)
            if reader.skip(":") {
                guard let second = reader.number(2), second < 60 else { return nil }
                time.second = second
                if reader.skip(".") {
                    guard let fraction = reader.fraction() else { return nil }
                    micros = fraction
                }
            }
        }
        guard let offset = reader.zoneOffset(), reader.isAtEnd else { return nil }
        let seconds = time.secondsSinceEpoch - Int64(offset)
        self = Instant(seconds: seconds).advanced(by: Span(microseconds: micros))
    }
}

extension CivilTime {
    /// `2026-01-02`
    public var isoDate: String { digits(year, 4) + "-" + digits(month, 2) + "-" + digits(day, 2) }

    /// `03:04:05`
    public var clockText: String {
        digits(hour, 2) + ":" + digits(minute, 2) + ":" + digits(second, 2)
    }
}

/// `number` in decimal, padded with zeros to at least `width` digits.
func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - text.utf8.count))
    return (number < 0 ? "-" : "") + zeros + text
}

private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let byte = rest.first, (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
            rest = rest.dropFirst()
        }
        return value
    }

    /// The digits after a decimal point, as microseconds; further digits are dropped.
    mutating func fraction() -> Int64? {
        var (micros, scale, count): (Int64, Int64, Int) = (0, 100_000, 0)
        while let byte = rest.first, (48...57).contains(byte) {
            micros += Int64(byte - 48) * scale
            scale /= 10
            count += 1
            rest = rest.dropFirst()
        }
        return count == 0 ? nil : micros
    }

    /// Seconds east of UTC; nil where what stands there is no zone.
    mutating func zoneOffset() -> Int? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), hours < 24 else { return nil }
        _ = skip(":")
        let minutes = isAtEnd ? 0 : number(2)
        guard let minutes, minutes < 60 else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }
}

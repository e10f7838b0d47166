public import Domain

/// Finds the time that a log line states.
///
/// Understood within the first 64 bytes (256 of a JSON line): ISO 8601 with `T` or a blank, `,` or
/// `.` and a zone; `2026/01/02 …`; log4j's `yy/MM/dd HH:mm:ss`; syslog's `Jan  2 03:04:05`;
/// Apache's `02/Jan/2026:03:04:05 +0000`; seconds, milli-, micro- or nanoseconds since 1970 at a
/// line's start or as a value; and a bare `03:04:05` at the start, as dbt writes it. All may stand
/// in brackets or quotes, and colour codes (SGR) may stand before them.
///
/// A value to be kept while reading on: it remembers the last minute seen, which makes the next
/// line of the same minute several times cheaper. The results do not depend on it.
public struct LogTimestampReader: Sendable {
    public let clock: LogClock
    private var minuteKey: (UInt64, UInt64) = (0, 0)
    private var minuteSeconds: Int64 = 0

    private static let reach = 64
    private static let reachOfJSON = 256

    public init(clock: LogClock) { self.clock = clock }

    /// The time of `line`, or nil where it states none.
    public mutating func time(of line: [UInt8]) -> Instant? {
        line.withUnsafeBufferPointer { time(of: $0) }
    }

    /// The same over bytes in place.
    public mutating func time(of line: UnsafeBufferPointer<UInt8>) -> Instant? {
        let line = LineBytes(line)
        let reach = min(line.count, line[0] == 123 ? Self.reachOfJSON : Self.reach)
        var previous: UInt8 = 32
        var index = 0
        // Where the text begins: behind colour codes.
        var start = 0
        while index < reach {
            let byte = line[index]
            if byte == 0x1B, let end = line.endOfColourCode(at: index) {
                if index == start { start = end }
                (index, previous) = (end, 32)
                continue
            }
            if byte.isDigit {
                if !previous.isWord || isISOStart(line, index),
                    let time = numeric(line, index, previous: previous, isStart: index == start)
                {
                    return time
                }
                repeat { index += 1 } while line[index].isDigit
                previous = 48
                continue
            }
            if byte &- 65 < 26, !previous.isWord, let time = syslog(line, index) { return time }
            previous = byte
            index += 1
        }
        return nil
    }

    /// A `T` or a letter may stand before a date only where the date is unmistakable.
    private func isISOStart(_ line: LineBytes, _ index: Int) -> Bool {
        !line[index - 1].isDigit && line[index + 4] == 45 && line[index + 7] == 45
    }

    private mutating func numeric(
        _ line: LineBytes, _ index: Int, previous: UInt8, isStart: Bool
    ) -> Instant? {
        switch line[index + 4] {
        case 45, 47:
            if let time = yearFirst(line, index) { return time }
        default: break
        }
        switch line[index + 2] {
        case 47:
            return line[index + 5] == 47 ? log4j(line, index) : apache(line, index)
        case 58:
            return isStart || previous == 91 ? timeOfDay(line, index) : nil
        default:
            let isValue = isStart || previous == 91 || previous == 61 || previous == 58
            return isValue || (previous == 32 && line[index - 2] == 58)
                ? epoch(line, index) : nil
        }
    }

    /// `2026-01-02T03:04:05.678+01:00` and its kin.
    private mutating func yearFirst(_ line: LineBytes, _ index: Int) -> Instant? {
        guard let head = line.word(at: index), let tail = line.word(at: index + 8) else {
            return nil
        }
        let minute: Int64
        if (head, tail) == minuteKey {
            minute = minuteSeconds
        } else {
            let separator = line[index + 10]
            guard line[index + 4] == line[index + 7], separator == 84 || separator == 32,
                let year = number(line, index, 4), let month = number(line, index + 5, 2),
                let day = number(line, index + 8, 2), let hour = number(line, index + 11, 2),
                line[index + 13] == 58, let minuteOfHour = number(line, index + 14, 2),
                let time = civil(year, month, day, hour, minuteOfHour, 0)
            else { return nil }
            minute = time.secondsSinceEpoch
            minuteKey = (head, tail)
            minuteSeconds = minute
        }
        var place = index + 16
        var seconds = 0
        if line[place] == 58 {
            guard let number = number(line, place + 1, 2), number <= 60 else { return nil }
            seconds = number
            place += 3
        }
        let micros = fraction(line, &place)
        return instant(minute + Int64(seconds), micros, zone(line, place))
    }

    /// `26/01/02 03:04:05`
    private func log4j(_ line: LineBytes, _ index: Int) -> Instant? {
        guard line[index + 8] == 32, let year = number(line, index, 2),
            let month = number(line, index + 3, 2), let day = number(line, index + 6, 2)
        else { return nil }
        var place = index + 9
        guard let clockTime = clockTime(line, &place),
            let time = civil(2_000 + year, month, day, clockTime.0, clockTime.1, clockTime.2)
        else { return nil }
        return instant(time.secondsSinceEpoch, fraction(line, &place), nil)
    }

    /// `02/Jan/2026:03:04:05 +0000`
    private func apache(_ line: LineBytes, _ index: Int) -> Instant? {
        guard let day = number(line, index, 2), let month = month(line, index + 3),
            line[index + 6] == 47, let year = number(line, index + 7, 4), line[index + 11] == 58
        else { return nil }
        var place = index + 12
        guard let clockTime = clockTime(line, &place),
            let time = civil(year, month, day, clockTime.0, clockTime.1, clockTime.2)
        else { return nil }
        return instant(time.secondsSinceEpoch, 0, zone(line, place))
    }

    /// `Jan  2 03:04:05`, the year being the one that brings it nearest to the reference.
    private func syslog(_ line: LineBytes, _ index: Int) -> Instant? {
        guard line[index + 3] == 32, line[index + 6] == 32, let month = month(line, index) else {
            return nil
        }
        let day =
            line[index + 4] == 32 ? number(line, index + 5, 1) : number(line, index + 4, 2)
        var place = index + 7
        guard let day, let clockTime = clockTime(line, &place) else { return nil }
        let micros = fraction(line, &place)
        let year = CivilTime(utc: clock.reference).year
        return nearest(
            (year - 1...year + 1).compactMap { year in
                civil(year, month, day, clockTime.0, clockTime.1, clockTime.2).map {
                    instant($0.secondsSinceEpoch, micros, nil)
                }
            })
    }

    /// `03:04:05`, on the day that brings it nearest to the reference.
    private func timeOfDay(_ line: LineBytes, _ index: Int) -> Instant? {
        var place = index
        guard let clockTime = clockTime(line, &place) else { return nil }
        let micros = fraction(line, &place)
        guard !line[place].isWord, line[place] != 58 else { return nil }
        let seconds = Int64(clockTime.0 * 3_600 + clockTime.1 * 60 + clockTime.2)
        let today = clock.reference.seconds / 86_400 * 86_400
        return nearest(
            [-86_400, 0, 86_400].map { instant(today + $0 + seconds, micros, nil) })
    }

    /// Seconds (10 digits, perhaps with a fraction), milli- (13), micro- (16) or nanoseconds (19).
    private func epoch(_ line: LineBytes, _ index: Int) -> Instant? {
        var (end, value): (Int, Int64) = (index, 0)
        while line[end].isDigit, end - index < 20 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(line[end] - 48))
            if overflow || carry { return nil }
            value = sum
            end += 1
        }
        let digits = end - index
        var micros: Int64
        switch digits {
        case 10: micros = value * 1_000_000 + fraction(line, &end)
        case 13: micros = value * 1_000 + fraction(line, &end) / 1_000
        case 16: micros = value
        case 19: micros = value / 1_000
        default: return nil
        }
        // 2001-09-09 to 2096: other numbers of ten digits are not taken for times.
        guard !line[end].isWord, line[end] != 45, micros >= 1_000_000_000_000_000,
            micros < 4_000_000_000_000_000
        else { return nil }
        return Instant(microseconds: micros)
    }

    private func nearest(_ times: [Instant]) -> Instant? {
        times.min {
            distance($0, clock.reference) < distance($1, clock.reference)
        }
    }

    private func distance(_ one: Instant, _ other: Instant) -> Span {
        one < other ? other.since(one) : one.since(other)
    }

    private func instant(_ seconds: Int64, _ micros: Int64, _ zone: Int?) -> Instant {
        Instant(seconds: seconds - Int64(zone ?? clock.secondsEastOfUTC))
            .advanced(by: Span(microseconds: micros))
    }

    private func civil(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int
    ) -> CivilTime? {
        guard (1...12).contains(month), day >= 1, day <= CivilTime.days(inMonth: month, of: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return CivilTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    private func clockTime(_ line: LineBytes, _ place: inout Int) -> (Int, Int, Int)? {
        guard let hour = number(line, place, 2), line[place + 2] == 58,
            let minute = number(line, place + 3, 2), line[place + 5] == 58,
            let second = number(line, place + 6, 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        place += 8
        return (hour, minute, second)
    }

    @inline(__always)
    private func number(_ line: LineBytes, _ index: Int, _ width: Int) -> Int? {
        var value = 0
        for offset in 0..<width {
            let byte = line[index + offset]
            guard byte.isDigit else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }

    /// `.678` or `,678` as microseconds; further digits are dropped.
    @inline(__always)
    private func fraction(_ line: LineBytes, _ place: inout Int) -> Int64 {
        guard line[place] == 46 || line[place] == 44, line[place + 1].isDigit else { return 0 }
        place += 1
        var (micros, scale): (Int64, Int64) = (0, 100_000)
        while line[place].isDigit {
            micros += Int64(line[place] - 48) * scale
            scale /= 10
            place += 1
        }
        return micros
    }

    /// `Z`, `+01:00`, ` +0100`, in seconds east of UTC; nil for none.
    @inline(__always)
    private func zone(_ line: LineBytes, _ index: Int) -> Int? {
        let index = line[index] == 32 ? index + 1 : index
        let sign: Int
        switch line[index] {
        case 90: return 0
        case 43: sign = 1
        case 45: sign = -1
        default: return nil
        }
        guard let hours = number(line, index + 1, 2), hours < 24 else { return nil }
        let minutesAt = line[index + 3] == 58 ? index + 4 : index + 3
        guard let minutes = number(line, minutesAt, 2), minutes < 60,
            !line[minutesAt + 2].isDigit
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private func month(_ line: LineBytes, _ index: Int) -> Int? {
        let names: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        return names.firstIndex { line.holds($0, at: index) }.map { $0 + 1 }
    }
}

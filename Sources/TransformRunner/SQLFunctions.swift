import CSQLite
import Domain
import Transform

/// Functions of other engines, so that SQL written for them runs on SQLite unmodified.
///
/// Dates are texts `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`; what is no date gives NULL, as SQLite's
/// own functions do. The fraction of a second is kept only where nothing is added.
enum SQLFunctions {
    static func register(on handle: OpaquePointer?) {
        add(handle, "md5", 1) { values in
            text(values[0]).map { .blob(Digest.md5($0.utf8)) } ?? .null
        }
        add(handle, "date_trunc", 2) { values in
            guard let part = text(values[0]), let time = time(values[1]) else { return .null }
            return truncated(time, part).map { .text(shown($0, isDate: false)) } ?? .null
        }
        for name in ["dateadd", "date_add"] {
            add(handle, name, 3) { values in
                guard let part = text(values[0]), let count = whole(values[1]),
                    let (time, isDate) = dated(values[2]),
                    let moved = moved(time, part, count)
                else { return .null }
                let keeps =
                    isDate && ["day", "week", "month", "quarter", "year"].contains(singular(part))
                return .text(shown(moved, isDate: keeps))
            }
        }
        for name in ["datediff", "date_diff"] {
            add(handle, name, 3) { values in
                guard let part = text(values[0]), let from = time(values[1]),
                    let to = time(values[2])
                else { return .null }
                return difference(part, from, to).map { .int($0) } ?? .null
            }
        }
        for name in ["date_part", "datepart"] {
            add(handle, name, 2) { values in
                guard let part = text(values[0]), let time = time(values[1]) else { return .null }
                return component(part, time).map { .int($0) } ?? .null
            }
        }
        for name in ["regexp", "regexp_matches"] {
            add(handle, name, 2) { values in
                // `x regexp p` calls regexp(p, x); regexp_matches(x, p) is the other way round.
                let isOperator = name == "regexp"
                guard let pattern = text(values[isOperator ? 0 : 1]),
                    let subject = text(values[isOperator ? 1 : 0]),
                    let regex = try? Regex(pattern)
                else { return .null }
                return .int(subject.firstMatch(of: regex) == nil ? 0 : 1)
            }
        }
        add(handle, "split_part", 3) { values in
            guard let subject = text(values[0]), let mark = text(values[1]),
                let index = whole(values[2]), !mark.isEmpty, index != 0
            else { return .null }
            let parts = subject.split(separator: mark, omittingEmptySubsequences: false)
            let place = index > 0 ? index - 1 : parts.count + index
            return .text(parts.indices.contains(place) ? String(parts[place]) : "")
        }
        add(handle, "left", 2) { values in
            guard let subject = text(values[0]), let count = whole(values[1]) else { return .null }
            return .text(
                String(
                    count < 0
                        ? subject.dropLast(min(-count, subject.count)) : subject.prefix(count)))
        }
        add(handle, "right", 2) { values in
            guard let subject = text(values[0]), let count = whole(values[1]) else { return .null }
            return .text(
                String(
                    count < 0
                        ? subject.dropFirst(min(-count, subject.count)) : subject.suffix(count)))
        }
        for name in ["lpad", "rpad"] {
            for count in [Int32(2), 3] {
                add(handle, name, count) { pad($0, isLeft: name == "lpad") }
            }
        }
        // Concatenates as PostgreSQL and DuckDB do: NULL counts as nothing.
        add(handle, "concat", -1) { .text($0.compactMap(text).joined()) }
        add(handle, "nvl", 2) { $0[0] == .null ? $0[1] : $0[0] }
        for (name, sign) in [("greatest", 1), ("least", -1)] {
            add(handle, name, -1) { values in
                values.filter { $0 != .null }.max { order($0, $1) * sign < 0 } ?? .null
            }
        }
        registerForeign(on: handle)
    }

    private static func pad(_ values: [SQLValue], isLeft: Bool) -> SQLValue {
        guard let subject = text(values[0]), let width = whole(values[1]) else { return .null }
        let fill = values.count > 2 ? text(values[2]) ?? " " : " "
        let missing = min(width, 1_000_000) - subject.count
        guard missing > 0, !fill.isEmpty else {
            return .text(String(subject.prefix(max(0, width))))
        }
        let filler = String(
            String(repeating: fill, count: missing / fill.count + 1).prefix(missing))
        return .text(isLeft ? filler + subject : subject + filler)
    }

    static func order(_ left: SQLValue, _ right: SQLValue) -> Int {
        func number(_ value: SQLValue) -> Double? {
            switch value {
            case .int(let number): Double(number)
            case .double(let number): number
            default: nil
            }
        }
        if let one = number(left), let two = number(right) {
            return one < two ? -1 : one > two ? 1 : 0
        }
        // SQLite puts numbers before texts.
        if number(left) != nil { return -1 }
        if number(right) != nil { return 1 }
        let (one, two) = (text(left) ?? "", text(right) ?? "")
        return one == two ? 0 : one < two ? -1 : 1
    }

    // MARK: Values

    static func text(_ value: SQLValue) -> String? {
        switch value {
        case .null: nil
        case .int(let number): String(number)
        case .double(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        case .bool(let flag): flag ? "true" : "false"
        }
    }

    static func whole(_ value: SQLValue) -> Int? {
        switch value {
        case .int(let number): number
        case .double(let number): Int(exactly: number.rounded(.towardZero))
        case .text(let text): Int(text)
        default: nil
        }
    }

    static func time(_ value: SQLValue) -> CivilTime? { dated(value)?.time }

    /// A date or a date with a time, and whether it is a date alone.
    static func dated(_ value: SQLValue) -> (time: CivilTime, isDate: Bool)? {
        guard let text = text(value) else { return nil }
        var numbers: [Int] = []
        var current: Int?
        for byte in text.utf8.prefix(19) {
            if (48...57).contains(byte) {
                current = (current ?? 0) * 10 + Int(byte - 48)
            } else {
                guard [45, 58, 32, 84].contains(byte), let number = current else { return nil }
                numbers.append(number)
                current = nil
            }
        }
        if let number = current { numbers.append(number) }
        guard [3, 5, 6].contains(numbers.count) else { return nil }
        var time = CivilTime(year: numbers[0], month: numbers[1], day: numbers[2])
        if numbers.count > 3 { (time.hour, time.minute) = (numbers[3], numbers[4]) }
        if numbers.count > 5 { time.second = numbers[5] }
        guard (1...9_999).contains(time.year), (1...12).contains(time.month), time.day >= 1,
            time.day <= CivilTime.days(inMonth: time.month, of: time.year), time.hour < 24,
            time.minute < 60, time.second < 60
        else { return nil }
        return (time, numbers.count == 3)
    }

    static func shown(_ time: CivilTime, isDate: Bool) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = String(repeating: "0", count: max(0, 4 - "\(time.year)".count)) + "\(time.year)"
        let date = "\(year)-\(two(time.month))-\(two(time.day))"
        return isDate ? date : "\(date) \(two(time.hour)):\(two(time.minute)):\(two(time.second))"
    }

    static func singular(_ part: String) -> String {
        let lower = part.lowercased()
        return lower.hasSuffix("s") ? String(lower.dropLast()) : lower
    }

    static func truncated(_ time: CivilTime, _ part: String) -> CivilTime? {
        let day = CivilTime(year: time.year, month: time.month, day: time.day)
        switch singular(part) {
        case "second": return time
        case "minute":
            var cut = time
            cut.second = 0
            return cut
        case "hour":
            var cut = day
            cut.hour = time.hour
            return cut
        case "day": return day
        case "week":
            // Weeks begin on Monday, as in PostgreSQL.
            let back = Int64((time.weekday + 6) % 7) * 86_400
            return CivilTime(secondsSinceEpoch: day.secondsSinceEpoch - back)
        case "month": return CivilTime(year: time.year, month: time.month, day: 1)
        case "quarter":
            return CivilTime(year: time.year, month: (time.month - 1) / 3 * 3 + 1, day: 1)
        case "year": return CivilTime(year: time.year, month: 1, day: 1)
        default: return nil
        }
    }

    static func moved(_ time: CivilTime, _ part: String, _ count: Int) -> CivilTime? {
        guard abs(count) < 1_000_000_000 else { return nil }
        let seconds = ["second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800]
        if let unit = seconds[singular(part)] {
            let sum = time.secondsSinceEpoch + Int64(count) * Int64(unit)
            let result = CivilTime(secondsSinceEpoch: sum)
            return (1...9_999).contains(result.year) ? result : nil
        }
        guard let months = ["month": 1, "quarter": 3, "year": 12][singular(part)] else {
            return nil
        }
        let total = time.year * 12 + time.month - 1 + count * months
        guard (12..<120_000).contains(total) else { return nil }
        var result = time
        (result.year, result.month) = (total / 12, total % 12 + 1)
        result.day = min(time.day, CivilTime.days(inMonth: result.month, of: result.year))
        return result
    }

    /// The number of boundaries of `part` between two times.
    static func difference(_ part: String, _ from: CivilTime, _ to: CivilTime) -> Int? {
        switch singular(part) {
        case "year": return to.year - from.year
        case "quarter":
            return (to.year - from.year) * 4 + (to.month - 1) / 3 - (from.month - 1) / 3
        case "month": return (to.year - from.year) * 12 + to.month - from.month
        default:
            let units = ["second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800]
            guard let unit = units[singular(part)], let start = truncated(from, part),
                let end = truncated(to, part)
            else { return nil }
            return Int((end.secondsSinceEpoch - start.secondsSinceEpoch) / Int64(unit))
        }
    }

    static func component(_ part: String, _ time: CivilTime) -> Int? {
        let newYear = CivilTime(year: time.year, month: 1, day: 1).secondsSinceEpoch
        let dayOfYear = Int((time.secondsSinceEpoch - newYear) / 86_400) + 1
        switch part.lowercased() {
        case "year": return time.year
        case "quarter": return (time.month - 1) / 3 + 1
        case "month": return time.month
        case "day": return time.day
        case "hour": return time.hour
        case "minute": return time.minute
        case "second": return time.second
        case "dow", "dayofweek": return time.weekday
        case "isodow": return time.weekday == 0 ? 7 : time.weekday
        case "doy", "dayofyear": return dayOfYear
        case "epoch": return Int(time.secondsSinceEpoch)
        case "week":
            // ISO 8601: the week of the Thursday.
            let shift = Int64(3 - (time.weekday + 6) % 7) * 86_400
            let thursday = CivilTime(secondsSinceEpoch: time.secondsSinceEpoch + shift)
            let start = CivilTime(year: thursday.year, month: 1, day: 1).secondsSinceEpoch
            return Int((thursday.secondsSinceEpoch - start) / 86_400) / 7 + 1
        default: return nil
        }
    }

    // MARK: Registration

    private final class Box {
        let body: ([SQLValue]) -> SQLValue
        init(_ body: @escaping ([SQLValue]) -> SQLValue) { self.body = body }
    }

    static func add(
        _ handle: OpaquePointer?, _ name: String, _ count: Int32,
        _ body: @escaping ([SQLValue]) -> SQLValue
    ) {
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC
        sqlite3_create_function_v2(
            handle, name, count, flags, box,
            { context, count, values in
                guard let data = sqlite3_user_data(context) else { return }
                let box = Unmanaged<Box>.fromOpaque(data).takeUnretainedValue()
                let given = (0..<Int(count)).map { SQLFunctions.value(values?[$0]) }
                SQLFunctions.answer(context, box.body(given))
            }, nil, nil,
            { data in
                if let data { Unmanaged<Box>.fromOpaque(data).release() }
            })
    }

    static func value(_ value: OpaquePointer?) -> SQLValue {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return .int(Int(sqlite3_value_int64(value)))
        case SQLITE_FLOAT: return .double(sqlite3_value_double(value))
        case SQLITE_NULL: return .null
        case SQLITE_BLOB:
            let count = Int(sqlite3_value_bytes(value))
            guard let bytes = sqlite3_value_blob(value) else { return .blob([]) }
            return .blob(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
        default:
            guard let text = sqlite3_value_text(value) else { return .null }
            let count = Int(sqlite3_value_bytes(value))
            return .text(
                String(
                    decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        }
    }

    static func answer(_ context: OpaquePointer?, _ value: SQLValue) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: sqlite3_result_null(context)
        case .int(let number): sqlite3_result_int64(context, Int64(number))
        case .double(let number): sqlite3_result_double(context, number)
        case .text(let text):
            sqlite3_result_text(context, text, Int32(clamping: text.utf8.count), transient)
        case .blob(let bytes):
            sqlite3_result_blob(context, bytes, Int32(clamping: bytes.count), transient)
        case .bool(let flag): sqlite3_result_int64(context, flag ? 1 : 0)
        }
    }
}

import CSQLite
import Domain
import Foundation
import Transform

/// More functions that SQL of PostgreSQL, DuckDB and Snowflake takes for granted.
extension SQLFunctions {
    static func registerForeign(on handle: OpaquePointer?) {
        registerTimes(on: handle)
        registerTexts(on: handle)
        add(handle, "iff", 3) { isTrue($0[0]) ? $0[1] : $0[2] }
        add(handle, "if", 3) { isTrue($0[0]) ? $0[1] : $0[2] }
        add(handle, "zeroifnull", 1) { $0[0] == .null ? .int(0) : $0[0] }
        add(handle, "div0", 2) { values in
            guard let above = number(values[0]), let below = number(values[1]) else { return .null }
            return .double(below == 0 ? 0 : above / below)
        }
        SQLAggregates.register(on: handle)
    }

    private static func registerTimes(on handle: OpaquePointer?) {
        for part in [
            "year", "quarter", "month", "week", "day", "hour", "minute", "second", "dayofweek",
            "dayofyear",
        ] {
            add(handle, part, 1) { values in
                dated(values[0]).flatMap { component(part, $0.time) }.map { .int($0) } ?? .null
            }
        }
        for count in [Int32(2), 3] {
            add(handle, "convert_timezone", count) { values in
                // convert_timezone(from, to, time); with two arguments the time is in UTC.
                let zones = values.dropLast().map { text($0).flatMap(TimeZone.init(identifier:)) }
                guard let time = dated(values[values.count - 1])?.time, let last = zones.last,
                    let target = last, let first = zones.first, let source = first ?? nil
                else { return .null }
                var moment = time.secondsSinceEpoch
                if values.count == 3 { moment -= Int64(offset(source, at: moment)) }
                moment += Int64(offset(target, at: moment))
                return .text(shown(CivilTime(secondsSinceEpoch: moment), isDate: false))
            }
        }
        add(handle, "last_day", 1) { values in
            guard var time = dated(values[0])?.time else { return .null }
            time.day = CivilTime.days(inMonth: time.month, of: time.year)
            return .text(shown(time, isDate: true))
        }
        for name in ["make_date", "date_from_parts"] {
            add(handle, name, 3) { values in
                guard let year = whole(values[0]), let month = whole(values[1]),
                    let day = whole(values[2]), (1...9_999).contains(year),
                    (1...12).contains(month),
                    (1...CivilTime.days(inMonth: month, of: year)).contains(day)
                else { return .null }
                return .text(shown(CivilTime(year: year, month: month, day: day), isDate: true))
            }
        }
        for (name, names) in [
            (
                "dayname",
                ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
            ),
            (
                "monthname",
                [
                    "January", "February", "March", "April", "May", "June", "July", "August",
                    "September", "October", "November", "December",
                ]
            ),
        ] {
            add(handle, name, 1) { values in
                guard let time = dated(values[0])?.time else { return .null }
                return .text(names[name == "dayname" ? time.weekday : time.month - 1])
            }
        }
    }

    private static func offset(_ zone: TimeZone, at moment: Int64) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment)))
    }

    private static func registerTexts(on handle: OpaquePointer?) {
        for name in ["strpos", "position_of"] {
            add(handle, name, 2) { values in
                guard let whole = text(values[0]), let part = text(values[1]) else { return .null }
                guard let found = whole.firstRange(of: part) else {
                    return .int(part.isEmpty ? 1 : 0)
                }
                return .int(whole.distance(from: whole.startIndex, to: found.lowerBound) + 1)
            }
        }
        for name in ["starts_with", "startswith", "ends_with", "endswith", "contains"] {
            add(handle, name, 2) { values in
                guard let whole = text(values[0]), let part = text(values[1]) else { return .null }
                let holds =
                    name.hasPrefix("start")
                    ? whole.hasPrefix(part)
                    : name.hasPrefix("end") ? whole.hasSuffix(part) : whole.contains(part)
                return .int(holds ? 1 : 0)
            }
        }
        add(handle, "len", 1) { values in text(values[0]).map { .int($0.count) } ?? .null }
        add(handle, "reverse", 1) { values in
            text(values[0]).map { .text(String($0.reversed())) } ?? .null
        }
        add(handle, "repeat", 2) { values in
            guard let part = text(values[0]), let count = whole(values[1]),
                part.utf8.count * max(0, count) <= 10_000_000
            else { return .null }
            return .text(String(repeating: part, count: max(0, count)))
        }
        add(handle, "initcap", 1) { values in
            guard let subject = text(values[0]) else { return .null }
            var result = ""
            var isInside = false
            for character in subject {
                let isPart = character.isLetter || character.isNumber
                result += !isPart || isInside ? character.lowercased() : character.uppercased()
                isInside = isPart
            }
            return .text(result)
        }
        for count in [Int32(3), 4] {
            // PostgreSQL and DuckDB replace the first match but with the flag `g`.
            add(handle, "regexp_replace", count) { values in
                guard let subject = text(values[0]), let pattern = text(values[1]),
                    let new = text(values[2]), let regex = try? Regex(pattern)
                else { return .null }
                let isGlobal = values.count > 3 && (text(values[3]) ?? "").contains("g")
                return .text(
                    subject.replacing(regex, with: new, maxReplacements: isGlobal ? .max : 1))
            }
        }
        for count in [Int32(2), 3] {
            add(handle, "regexp_extract", count) { values in
                guard let subject = text(values[0]), let pattern = text(values[1]),
                    let regex = try? Regex(pattern)
                else { return .null }
                let group = values.count > 2 ? whole(values[2]) ?? 0 : 0
                guard let match = subject.firstMatch(of: regex),
                    match.output.indices.contains(group)
                else { return .text("") }
                return .text(String(match.output[group].substring ?? ""))
            }
        }
    }

    private static func isTrue(_ value: SQLValue) -> Bool { (number(value) ?? 0) != 0 }

    static func number(_ value: SQLValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        case .text(let text): Double(text)
        case .bool(let flag): flag ? 1 : 0
        case .null, .blob: nil
        }
    }
}

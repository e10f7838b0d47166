import Domain
import Jinja

/// `modules.datetime`, `modules.re`, `modules.itertools`: the parts that projects use.
final class ModulesObject: JinjaObject {
    private let startedAt: String
    init(_ startedAt: String) { self.startedAt = startedAt }
    override var typeName: String { "modules" }

    override func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "datetime":
            let delta = JinjaValue.object(
                JinjaFunction("timedelta") { call in
                    func part(_ index: Int, _ name: String) -> Int {
                        call.argument(index, name)?.whole ?? 0
                    }
                    let (days, overflow) = part(0, "days").multipliedReportingOverflow(by: 86_400)
                    guard !overflow, abs(days) < 1 << 50 else { throw JinjaFault("days too large") }
                    let rest =
                        Double(part(1, "seconds")) + Double(part(4, "minutes")) * 60
                        + Double(part(5, "hours")) * 3_600 + Double(part(6, "weeks")) * 604_800
                    guard abs(rest) < 1e15 else { throw JinjaFault("timedelta too large") }
                    return .object(SpanObject(seconds: days + Int(rest)))
                })
            return .mapping([
                ("datetime", .object(DateKind(isDate: false, startedAt))),
                ("date", .object(DateKind(isDate: true, startedAt))), ("timedelta", delta),
            ])
        case "itertools":
            return .mapping([
                (
                    "product",
                    .object(
                        JinjaFunction("product") { call in
                            var rows: [[JinjaValue]] = [[]]
                            for list in call.positional {
                                let items = try list.iterated()
                                guard rows.count * max(1, items.count) <= 1_000_000 else {
                                    throw JinjaFault("a product of more than 1000000 rows")
                                }
                                rows = rows.flatMap { row in items.map { row + [$0] } }
                            }
                            return .array(rows.map { .tuple($0) })
                        })
                ),
                (
                    "chain",
                    .object(
                        JinjaFunction("chain") { call in
                            .array(try call.positional.flatMap { try $0.iterated() })
                        })
                ),
            ])
        case "re": return RegexModule.value
        default: return nil
        }
    }
}

/// Formats and reads civil times in the patterns of `strftime`.
enum DateText {
    static func format(_ time: CivilTime, _ pattern: String) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November", "December",
        ]
        var result = ""
        var scalars = Array(pattern.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let kind = scalars.popFirst() else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let start = CivilTime(year: time.year, month: 1, day: 1).secondsSinceEpoch
            let dayOfYear = Int((time.secondsSinceEpoch - start) / 86_400) + 1
            switch kind {
            case "Y":
                result +=
                    String(repeating: "0", count: max(0, 4 - "\(time.year)".count)) + "\(time.year)"
            case "y": result += two(((time.year % 100) + 100) % 100)
            case "m": result += two(time.month)
            case "d": result += two(time.day)
            case "H": result += two(time.hour)
            case "I": result += two((time.hour + 11) % 12 + 1)
            case "M": result += two(time.minute)
            case "S": result += two(time.second)
            case "f": result += "000000"
            case "p": result += time.hour < 12 ? "AM" : "PM"
            case "A": result += days[time.weekday]
            case "a": result += days[time.weekday].prefix(3)
            case "B": result += months[max(0, min(11, time.month - 1))]
            case "b": result += months[max(0, min(11, time.month - 1))].prefix(3)
            case "j":
                result += String(repeating: "0", count: 3 - "\(dayOfYear)".count) + "\(dayOfYear)"
            case "w": result += "\(time.weekday)"
            case "u": result += "\(time.weekday == 0 ? 7 : time.weekday)"
            case "z", "Z": break
            case "%": result += "%"
            default: result += "%" + String(kind)
            }
        }
        return result
    }

    static func parse(_ text: String, _ pattern: String) -> CivilTime? {
        var time = CivilTime(year: 1900, month: 1, day: 1)
        var rest = Array(text.unicodeScalars)[...]
        var scalars = Array(pattern.unicodeScalars)[...]
        func number(_ most: Int) -> Int? {
            var value: Int?
            var count = 0
            while count < most, let digit = rest.first, (48...57).contains(digit.value) {
                value = (value ?? 0) * 10 + Int(digit.value - 48)
                rest.removeFirst()
                count += 1
            }
            return value
        }
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let kind = scalars.popFirst() else {
                guard rest.popFirst() == scalar else { return nil }
                continue
            }
            guard let value = number(kind == "Y" ? 4 : kind == "f" ? 6 : kind == "j" ? 3 : 2) else {
                return nil
            }
            switch kind {
            case "Y": time.year = value
            case "y": time.year = value < 69 ? 2_000 + value : 1_900 + value
            case "m": time.month = value
            case "d": time.day = value
            case "H": time.hour = value
            case "M": time.minute = value
            case "S": time.second = value
            case "f": break
            default: return nil
            }
        }
        guard rest.isEmpty, isValid(time) else { return nil }
        return time
    }

    static func isValid(_ time: CivilTime) -> Bool {
        (1...9_999).contains(time.year) && (1...12).contains(time.month) && time.day >= 1
            && time.day <= CivilTime.days(inMonth: time.month, of: time.year)
            && (0...23).contains(time.hour) && (0...59).contains(time.minute)
            && (0...59).contains(time.second)
    }
}

/// A `timedelta`.
final class SpanObject: JinjaObject {
    let seconds: Int
    init(seconds: Int) { self.seconds = seconds }
    override var typeName: String { "timedelta" }
    override func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "days": .int(seconds / 86_400)
        case "seconds": .int(seconds % 86_400)
        case "total_seconds":
            .object(JinjaFunction(name) { [seconds] _ in .double(Double(seconds)) })
        default: nil
        }
    }
}

/// `modules.re`: match, fullmatch, search, findall, split, sub.
enum RegexModule {
    static var value: JinjaValue {
        func compiled(_ pattern: String) throws -> Regex<AnyRegexOutput> {
            do {
                return try Regex(pattern)
            } catch {
                throw JinjaFault("the pattern '\(pattern)' is not understood")
            }
        }
        func function(
            _ name: String,
            _ body: @escaping (Regex<AnyRegexOutput>, JinjaCall) throws -> JinjaValue
        ) -> (String, JinjaValue) {
            (
                name,
                .object(
                    JinjaFunction("re.\(name)") { call in
                        try body(compiled(call.text(0, "pattern")), call)
                    })
            )
        }
        func found(_ match: Regex<AnyRegexOutput>.Match?) -> JinjaValue {
            guard let match else { return .none }
            let groups = (0..<match.output.count).map { index -> JinjaValue in
                match.output[index].substring.map { .string(String($0)) } ?? .none
            }
            return .mapping([
                (
                    "group",
                    .object(
                        JinjaFunction("group") { call in
                            let index = call.argument(0, "group")?.whole ?? 0
                            guard groups.indices.contains(index) else {
                                throw JinjaFault("no such group")
                            }
                            return groups[index]
                        })
                ),
                (
                    "groups",
                    .object(JinjaFunction("groups") { _ in .tuple(Array(groups.dropFirst())) })
                ),
            ])
        }
        return .mapping([
            function("match") { regex, call in
                found(try regex.prefixMatch(in: call.text(1, "string")))
            },
            function("fullmatch") { regex, call in
                found(try regex.wholeMatch(in: call.text(1, "string")))
            },
            function("search") { regex, call in
                found(try regex.firstMatch(in: call.text(1, "string")))
            },
            function("findall") { regex, call in
                let text = try call.text(1, "string")
                return .array(text.matches(of: regex).map(Self.listed))
            },
            function("split") { regex, call in
                .array(
                    try call.text(1, "string").split(
                        separator: regex,
                        maxSplits: Self.most(call.argument(2, "maxsplit")?.whole),
                        omittingEmptySubsequences: false
                    ).map { .string(String($0)) })
            },
            function("sub") { regex, call in
                let other = try call.text(1, "repl")
                return .string(
                    try call.text(2, "string").replacing(
                        regex, maxReplacements: Self.most(call.argument(3, "count")?.whole)
                    ) { Self.expanded(other, $0) })
            },
        ])
    }

    /// Python's 0 is no limit.
    private static func most(_ count: Int?) -> Int {
        count.flatMap { $0 > 0 ? $0 : nil } ?? .max
    }

    private static func text(_ match: Regex<AnyRegexOutput>.Match, _ group: Int) -> String {
        guard match.output.indices.contains(group) else { return "" }
        return match.output[group].substring.map(String.init) ?? ""
    }

    /// An entry of `findall`: the match, its only group, or its groups.
    private static func listed(_ match: Regex<AnyRegexOutput>.Match) -> JinjaValue {
        switch match.output.count {
        case 1: .string(text(match, 0))
        case 2: .string(text(match, 1))
        case let count: .tuple((1..<count).map { .string(text(match, $0)) })
        }
    }

    /// `\1`, `\g<1>` and `\\` of a replacement.
    private static func expanded(
        _ replacement: String, _ match: Regex<AnyRegexOutput>.Match
    ) -> String {
        var result = ""
        var rest = replacement[...]
        while let mark = rest.firstIndex(of: "\\") {
            result += rest[..<mark]
            rest = rest[rest.index(after: mark)...]
            guard let next = rest.first else { return result + "\\" }
            if next == "g", rest.dropFirst().first == "<", let end = rest.firstIndex(of: ">"),
                let group = Int(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
            {
                result += text(match, group)
                rest = rest[rest.index(after: end)...]
            } else if next.isASCII, next.isNumber {
                let digits = rest.prefix(2).prefix { $0.isASCII && $0.isNumber }
                result += text(match, Int(digits) ?? 0)
                rest = rest.dropFirst(digits.count)
            } else {
                result += next == "n" ? "\n" : next == "t" ? "\t" : String(next)
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}

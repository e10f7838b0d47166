import Domain
import Jinja

/// `modules.datetime.datetime` and `modules.datetime.date`: to be called, and asked for times.
final class DateKind: JinjaObject {
    private let isDate: Bool
    private let startedAt: String

    init(isDate: Bool, _ startedAt: String) {
        self.isDate = isDate
        self.startedAt = startedAt
    }

    override var typeName: String { isDate ? "date" : "datetime" }
    override var isCallable: Bool { true }

    override func call(_ call: JinjaCall) throws -> JinjaValue {
        func part(_ index: Int, _ name: String, _ fallback: Int) -> Int {
            call.argument(index, name)?.whole ?? fallback
        }
        var time = CivilTime(
            year: part(0, "year", 0), month: part(1, "month", 0), day: part(2, "day", 0))
        if !isDate {
            time.hour = part(3, "hour", 0)
            time.minute = part(4, "minute", 0)
            time.second = part(5, "second", 0)
        }
        guard DateText.isValid(time) else { throw JinjaFault("there is no such day or time") }
        return .object(DateObject(time, isDate: isDate))
    }

    override func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "now", "utcnow", "today":
            .object(
                JinjaFunction(name) { [isDate, startedAt] _ in
                    .object(DateObject(startedAt, isDate: isDate))
                })
        case "strptime":
            .object(
                JinjaFunction(name) { call in
                    let text = try call.text(0, "date_string")
                    let format = try call.text(1, "format")
                    guard let time = DateText.parse(text, format) else {
                        throw JinjaFault("time data '\(text)' does not match format '\(format)'")
                    }
                    return .object(DateObject(time))
                })
        case "fromisoformat":
            .object(
                JinjaFunction(name) { [isDate] call in
                    let text = try call.text(0, "date_string")
                    for format in ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"] {
                        guard let time = DateText.parse(text, format) else { continue }
                        return .object(DateObject(time, isDate: isDate))
                    }
                    throw JinjaFault("Invalid isoformat string: '\(text)'")
                })
        default: nil
        }
    }
}

/// A moment: `run_started_at`, `modules.datetime.datetime.now()`.
final class DateObject: JinjaObject {
    private let time: CivilTime
    private let isDate: Bool

    init(_ time: CivilTime, isDate: Bool = false) {
        self.time =
            isDate ? CivilTime(year: time.year, month: time.month, day: time.day) : time
        self.isDate = isDate
    }

    convenience init(_ text: String, isDate: Bool = false) {
        self.init(
            DateText.parse(text, "%Y-%m-%d %H:%M:%S")
                ?? CivilTime(year: 1_970, month: 1, day: 1), isDate: isDate)
    }

    override var text: String {
        DateText.format(time, isDate ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S")
    }
    override var typeName: String { isDate ? "date" : "datetime" }

    override func equals(_ other: JinjaObject) -> Bool {
        (other as? DateObject).map { $0.time == time && $0.isDate == isDate } ?? false
    }

    override func combined(with other: JinjaValue, by symbol: String) -> JinjaValue? {
        guard case .object(let object) = other else { return nil }
        if let span = object as? SpanObject {
            return symbol == "+" ? moved(span.seconds) : symbol == "-" ? moved(-span.seconds) : nil
        }
        guard symbol == "-", let date = object as? DateObject else { return nil }
        return .object(
            SpanObject(seconds: Int(time.secondsSinceEpoch - date.time.secondsSinceEpoch)))
    }

    private func moved(_ seconds: Int) -> JinjaValue {
        let (sum, overflow) = time.secondsSinceEpoch.addingReportingOverflow(Int64(seconds))
        guard !overflow, abs(sum) < 250_000_000_000 else { return .object(self) }
        return .object(DateObject(CivilTime(secondsSinceEpoch: sum), isDate: isDate))
    }

    override func attribute(_ name: String) -> JinjaValue? {
        func function(_ body: @escaping (JinjaCall) throws -> JinjaValue) -> JinjaValue {
            .object(JinjaFunction(name, body))
        }
        switch name {
        case "year": return .int(time.year)
        case "month": return .int(time.month)
        case "day": return .int(time.day)
        case "hour": return .int(time.hour)
        case "minute": return .int(time.minute)
        case "second": return .int(time.second)
        case "strftime":
            return function { [time] in
                .string(DateText.format(time, try $0.text(0, "format")))
            }
        case "isoformat":
            return function { [time, isDate] _ in
                .string(DateText.format(time, isDate ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S"))
            }
        case "date": return function { [time] _ in .object(DateObject(time, isDate: true)) }
        case "replace":
            return function { [time, isDate] call in
                var changed = time
                func part(_ index: Int, _ name: String) -> Int? {
                    call.argument(index, name)?.whole
                }
                changed.year = part(0, "year") ?? time.year
                changed.month = part(1, "month") ?? time.month
                changed.day = part(2, "day") ?? time.day
                changed.hour = part(3, "hour") ?? time.hour
                changed.minute = part(4, "minute") ?? time.minute
                changed.second = part(5, "second") ?? time.second
                guard DateText.isValid(changed) else { throw JinjaFault("there is no such day") }
                return .object(DateObject(changed, isDate: isDate))
            }
        case "timestamp":
            return function { [time] _ in .double(Double(time.secondsSinceEpoch)) }
        case "weekday": return function { [time] _ in .int((time.weekday + 6) % 7) }
        case "isoweekday": return function { [time] _ in .int((time.weekday + 6) % 7 + 1) }
        default: return nil
        }
    }
}

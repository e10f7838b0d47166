public import Domain
import SchedulerCore

/// Times as people in a zone read and write them.
public enum LocalTime {
    /// The instant that `text` says: where it names no offset, by the clocks of `zone`.
    ///
    /// A time that a clock change leaves out is as much later as the clocks were put forward; of one
    /// that comes twice the first is meant. Nil where it is no date and no time, or the machine has
    /// no such zone.
    public static func instant(_ text: String, zone: String) -> Instant? {
        guard let plain = Instant(iso8601: text) else { return nil }
        // A second offset behind the first would be one too many.
        guard Instant(iso8601: text + "Z") != nil else { return plain }
        return Zones.rules(named: zone).map { instant(showing: plain, in: $0) }
    }

    /// The last microsecond of the day in `zone` where `text` is a bare date, else its instant.
    public static func end(_ text: String, zone: String) -> Instant? {
        guard text.utf8.count == 10, let day = Instant(iso8601: text) else {
            return instant(text, zone: zone)
        }
        let next = day.advanced(by: .seconds(86_400))
        return Zones.rules(named: zone).map {
            instant(showing: next, in: $0).advanced(by: Span(microseconds: -1))
        }
    }

    /// `Sun 2026-03-29 06:00 +0200`; seconds where there are any.
    public static func text(_ instant: Instant, zone: String) -> String {
        let rules = Zones.rules(named: zone) ?? .utc
        let time = rules.civilTime(at: instant)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][time.weekday]
        let clock = time.second == 0 ? String(time.clockText.prefix(5)) : time.clockText
        return "\(day) \(time.isoDate) \(clock) \(offset(rules.offset(at: instant), colon: ""))"
    }

    /// `2026-03-29T06:00:00+02:00`
    public static func iso8601(_ instant: Instant, zone: String) -> String {
        let rules = Zones.rules(named: zone) ?? .utc
        let time = rules.civilTime(at: instant)
        return "\(time.isoDate)T\(time.clockText)\(offset(rules.offset(at: instant), colon: ":"))"
    }

    /// - Parameter plain: the instant at which a clock of UTC shows the time wanted.
    private static func instant(showing plain: Instant, in rules: TimeZoneRules) -> Instant {
        // Before and after a change near by; zones differ from UTC by less than a day.
        let before = rules.offset(at: plain.advanced(by: .seconds(-86_400)))
        let after = rules.offset(at: plain.advanced(by: .seconds(86_400)))
        let first = plain.advanced(by: .seconds(-Int64(before)))
        if rules.offset(at: first) == before { return first }
        let second = plain.advanced(by: .seconds(-Int64(after)))
        return rules.offset(at: second) == after ? second : first
    }

    private static func offset(_ seconds: Int, colon: String) -> String {
        let minutes = abs(seconds) / 60
        let parts = [minutes / 60, minutes % 60].map { ($0 < 10 ? "0" : "") + "\($0)" }
        return (seconds < 0 ? "-" : "+") + parts.joined(separator: colon)
    }
}

public import Domain
public import SchedulerCore
import Synchronization

/// Cron expressions in the zones of this machine.
public enum Schedules {
    /// When `expression` fires in `zone`.
    ///
    /// - Throws: A `UserFacingError`: the expression is none, or the machine has no such zone.
    public static func cron(
        _ expression: String, zone: String, policy: CronSchedule.Policy = .vixie
    ) throws -> CronSchedule {
        let expression = try CronExpression(expression)
        guard let rules = Zones.rules(named: zone) else {
            throw UnknownZoneError(name: zone, nearest: nearestName(to: zone, among: Zones.names))
        }
        return CronSchedule(expression, zone: rules, policy: policy)
    }

    static func problem(
        inCron expression: String
    ) -> (column: Int, problem: String, remedy: String)? {
        do {
            _ = try CronExpression(expression)
            return nil
        } catch {
            return (error.column, error.problem, error.remedy)
        }
    }
}

/// The time zones that this machine knows, each read once.
public enum Zones {
    private static let known = Mutex<[String: TimeZoneRules?]>([:])

    /// The rules of an IANA zone; nil where the machine has none of that name.
    public static func rules(named name: String) -> TimeZoneRules? {
        known.withLock { known in
            if let rules = known[name] { return rules }
            let rules = load(name)
            known[name] = .some(rules)
            return rules
        }
    }

    /// The date that a calendar in `zone` shows at `instant`: `2026-01-02`.
    public static func localDate(_ instant: Instant, zone: String) -> String {
        (rules(named: zone) ?? .utc).civilTime(at: instant).isoDate
    }

    /// The names of the zones of this machine, as its table of places has them.
    static var names: [String] {
        guard case .success(let bytes) = Disk.contents(of: "/usr/share/zoneinfo/tzdata.zi") else {
            return ["UTC"]
        }
        // `Z Europe/Berlin …` is a zone, `L Europe/Berlin Arctic/Longyearbyen` another name of one.
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count >= 2 else { return nil }
            switch words[0].first {
            case UInt8(ascii: "Z"): return String(decoding: words[1], as: UTF8.self)
            case UInt8(ascii: "L") where words.count > 2:
                return String(decoding: words[2], as: UTF8.self)
            default: return nil
            }
        }
    }

    private static func load(_ name: String) -> TimeZoneRules? {
        if name == "UTC" { return .utc }
        // A zone's name becomes part of a path.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".")
                && part.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
        guard isPlain, name.utf8.count <= 100,
            case .success(let bytes) = Disk.contents(of: "/usr/share/zoneinfo/" + name)
        else { return nil }
        return try? TimeZoneRules(name: name, tzif: bytes)
    }
}

/// The machine has no zone of that name.
public struct UnknownZoneError: UserFacingError, Hashable {
    public let name: String
    /// The name of the machine's that resembles it most.
    public let nearest: String?
    public var problem: String { "This machine knows no time zone '\(name)'." }
    public var remedy: String {
        nearest.map { "Did you mean '\($0)'?" }
            ?? "Write an IANA name such as Europe/Berlin; Debian keeps them in the package tzdata."
    }
}

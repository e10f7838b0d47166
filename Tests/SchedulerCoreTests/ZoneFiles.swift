import Domain
import Foundation
import SchedulerCore
import Synchronization

/// The system's time zones, each read once.
enum ZoneFiles {
    private static let known = Mutex<[String: TimeZoneRules]>([:])

    static func zone(_ name: String) throws -> TimeZoneRules {
        if let zone = known.withLock({ $0[name] }) { return zone }
        let bytes = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/" + name))
        let zone = try TimeZoneRules(name: name, tzif: Array(bytes))
        known.withLock { $0[name] = zone }
        return zone
    }

    static func schedule(
        _ cron: String, _ zone: String, _ policy: CronSchedule.Policy = .vixie
    ) throws -> CronSchedule {
        CronSchedule(try CronExpression(cron), zone: try Self.zone(zone), policy: policy)
    }
}

extension CronSchedule {
    /// The next `count` times after `instant`, as ISO 8601.
    func times(after instant: Instant, count: Int) -> [String] {
        var times: [String] = []
        var last = instant
        for _ in 0..<count {
            guard let next = next(after: last) else { break }
            times.append(next.iso8601)
            last = next
        }
        return times
    }
}

import Domain
import SchedulerCore
import TestRandom
import Testing

/// A random schedule as text and, beside it, as sets: the reference does not parse.
private struct RandomCron {
    var text: String
    var minutes: Set<Int>
    var hours: Set<Int>
    var days: Set<Int>
    var weekdays: Set<Int>
    var words: [String]

    init(_ random: inout SeededRandom) {
        (words, minutes, hours, days, weekdays, text) = ([], [], [], [], [], "")
        func field(_ range: ClosedRange<Int>, stars: Int) -> (String, Set<Int>) {
            let size = range.count
            if random.chance(stars) { return ("*", Set(range)) }
            if random.chance(25) {
                let step = Int.random(in: 2...max(2, size / 2), using: &random)
                return (
                    "*/\(step)",
                    Set(stride(from: range.lowerBound, through: range.upperBound, by: step))
                )
            }
            if random.chance(30) {
                let low = Int.random(in: range, using: &random)
                let high = Int.random(in: low...range.upperBound, using: &random)
                return ("\(low)-\(high)", Set(low...high))
            }
            let values = Set(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    Int.random(in: range, using: &random)
                })
            return (values.sorted().map(String.init).joined(separator: ","), values)
        }
        let minute = field(0...59, stars: 20)
        let hour = field(0...23, stars: 25)
        let day = field(1...31, stars: 60)
        let weekday = field(0...6, stars: 60)
        (minutes, hours, days, weekdays) = (minute.1, hour.1, day.1, weekday.1)
        words = [minute.0, hour.0, day.0, "*", weekday.0]
        text = words.joined(separator: " ")
    }

    func matches(_ wall: CivilTime, _ policy: CronSchedule.Policy) -> Bool {
        guard minutes.contains(wall.minute), hours.contains(wall.hour) else { return false }
        let byDay = days.contains(wall.day)
        let byWeekday = weekdays.contains(wall.weekday)
        let both =
            switch policy {
            case .vixie: words[2].hasPrefix("*") || words[4].hasPrefix("*")
            case .airflow: days.count == 31 || weekdays.count == 7
            }
        return both ? byDay && byWeekday : byDay || byWeekday
    }

    var isWildcard: Bool { words[0].hasPrefix("*") || words[1].hasPrefix("*") }
}

@Suite("Schedules against a walk through every minute")
struct CronPropertyTests {
    static let zones = [
        "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo",
        "America/Santiago", "Pacific/Chatham", "Asia/Kathmandu", "Africa/Casablanca",
        "America/St_Johns", "Europe/Dublin", "Pacific/Apia", "Antarctica/Troll",
    ]

    /// Every minute from a day before to two days after a clock change, and what fires in it.
    private static func walk(
        _ cron: RandomCron, _ zone: TimeZoneRules, from start: Int64, minutes: Int,
        _ policy: CronSchedule.Policy
    ) -> [Int64] {
        func matches(_ wall: Int64) -> Bool {
            cron.matches(CivilTime(secondsSinceEpoch: wall), policy)
        }
        // A wall time comes twice at most three hours apart.
        let margin = 180
        let walls = (-margin..<minutes + margin).map { step in
            let second = start + Int64(step) * 60
            return second + Int64(zone.offset(at: Instant(seconds: second)))
        }
        let seen = Dictionary(zip(walls, walls.indices)) { first, _ in first }
        let seenLast = Dictionary(zip(walls, walls.indices)) { _, last in last }
        var fired: [Int64] = []
        // Airflow: walls up to this one were overtaken by a time moved out of a gap.
        var overtaken = Int64.min
        for step in 0..<minutes {
            let now = start + Int64(step) * 60
            let index = step + margin
            let (here, last) = (walls[index], walls[index - 1])
            let skipped = stride(from: last + 60, to: here, by: 60)
            let wasSeen = seen[here] != index
            let comesAgain = seenLast[here] != index
            switch policy {
            case .vixie where cron.isWildcard:
                if matches(here) { fired.append(now) }
            case .vixie:
                if (!wasSeen && matches(here)) || skipped.contains(where: matches) {
                    fired.append(now)
                }
            case .airflow:
                if let first = skipped.first(where: matches) {
                    fired.append(now + first - last - 60)
                    overtaken = here + first - last - 60
                } else if here > overtaken, !comesAgain, matches(here) {
                    fired.append(now)
                }
            }
        }
        return fired
    }

    @Test("the next time is the walk's next", arguments: (1...40).map { UInt64($0) })
    func walk(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for policy in CronSchedule.Policy.allCases {
            let name = try #require(Self.zones.randomElement(using: &random))
            let zone = try ZoneFiles.zone(name)
            let year = Int.random(in: 2000...2040, using: &random)
            let day = CivilTime.daysSinceEpoch(year: year, month: 1, day: 1)
            let changes = (0..<365).map { (day + $0) * 86_400 }.filter {
                zone.offset(at: Instant(seconds: $0))
                    != zone.offset(at: Instant(seconds: $0 + 86_400))
            }
            let middle = changes.randomElement(using: &random) ?? day * 86_400
            let cron = RandomCron(&random)
            // Airflow adds elapsed time in jobs of every hour, which the walk does not know.
            if policy == .airflow, cron.hours.count == 24 { continue }
            guard let expression = try? CronExpression(cron.text) else { continue }
            let schedule = CronSchedule(expression, zone: zone, policy: policy)
            let start = middle - 86_400
            let expected = Self.walk(cron, zone, from: start, minutes: 3 * 1_440, policy)
            var found: [Int64] = []
            var last = Instant(seconds: start - 1)
            while let next = schedule.next(after: last), next.seconds < start + 3 * 86_400 {
                #expect(next > last)
                found.append(next.seconds)
                last = next
            }
            #expect(found == expected, "\(cron.text) in \(name) from \(start), \(policy)")
            // From anywhere between, the answer is the same.
            for _ in 0..<50 {
                let after = start + Int64.random(in: 0..<2 * 86_400, using: &random)
                let next = expected.first { $0 > after }
                guard let next else { continue }
                #expect(
                    schedule.next(after: Instant(seconds: after))?.seconds == next,
                    "\(cron.text) in \(name) after \(after), \(policy)")
            }
        }
    }
}

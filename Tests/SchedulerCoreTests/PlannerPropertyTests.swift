import Domain
import SchedulerCore
import TestRandom
import Testing

/// A schedule as a sorted list of ticks, evaluated by walking: knows nothing of cron arithmetic.
private struct BruteForce {
    var ticks: [Int64]
    var interval: DataInterval
    var start: Int64?
    var end: Int64?
    var catchesUp: Bool

    /// When the run of tick number `index` may start; nil where its interval never ends.
    func runAfter(_ index: Int) -> Int64? {
        if interval == .previous { return index + 1 < ticks.count ? ticks[index + 1] : nil }
        return ticks[index]
    }

    func isAllowed(_ tick: Int64) -> Bool {
        (start.map { tick >= $0 } ?? true) && (end.map { tick <= $0 } ?? true)
    }

    /// All ticks whose runs are due and unmade at `now`, as the words of the manual say it.
    func due(after last: Int64?, now: Int64, followedSince: Int64) -> [Int64] {
        var missed = ticks.indices.filter { index in
            guard let after = runAfter(index), after <= now, isAllowed(ticks[index]) else {
                return false
            }
            if let last { return ticks[index] > last }
            return start != nil || after > followedSince
        }
        if !catchesUp, let newest = missed.last {
            // Only the newest due tick of all counts; one beyond the end date makes none due.
            let newestOfAll = ticks.indices.last { runAfter($0).map { $0 <= now } ?? false }
            missed = newest == newestOfAll ? [newest] : []
        }
        return missed.map { ticks[$0] }
    }
}

@Suite("The planner against a walk through every tick")
struct PlannerPropertyTests {
    /// Some schedule, its timetable and its ticks from a day before to twelve days after `origin`.
    private static func schedule(
        _ random: inout SeededRandom, origin: Int64
    ) throws -> (Timetable, BruteForce) {
        let texts = [
            "0 * * * *", "*/20 * * * *", "0 6 * * *", "30 1,13 * * 1-5", "0 0 */2 * *",
            "15 2 * * *",
        ]
        let zone = try ZoneFiles.zone(
            ["UTC", "Europe/Berlin", "America/New_York"].randomElement(using: &random) ?? "UTC")
        let start: Int64? =
            random.chance(70)
            ? origin + Int64.random(in: -20...40, using: &random) * 3_600 : nil
        let ticks: Timetable.Ticks
        var walked: Set<Int64> = []
        let window = (origin - 40 * 86_400)...(origin + 40 * 86_400)
        if random.chance(30) {
            let length = Int64.random(in: 1...40, using: &random) * 1_800
            let anchor = start ?? 0
            ticks = .every(.seconds(length), anchor: Instant(seconds: anchor))
            for second in stride(from: window.lowerBound, through: window.upperBound, by: 60)
            where (second - anchor) % length == 0 {
                walked.insert(second)
            }
        } else {
            let schedules = try (0..<Int.random(in: 1...2, using: &random)).map { _ in
                CronSchedule(
                    try CronExpression(texts.randomElement(using: &random) ?? "@daily"),
                    zone: zone)
            }
            ticks = .cron(schedules)
            for schedule in schedules {
                var instant = Instant(seconds: window.lowerBound)
                while let next = schedule.next(after: instant), next.seconds <= window.upperBound {
                    walked.insert(next.seconds)
                    instant = next
                }
            }
        }
        let interval: DataInterval = random.chance(40) ? .previous : .point
        let end =
            random.chance(25) ? origin + Int64.random(in: 50...200, using: &random) * 3_600 : nil
        let catchesUp = random.chance(50)
        return (
            Timetable(
                ticks, interval: interval, start: start.map { Instant(seconds: $0) },
                end: end.map { Instant(seconds: $0) }, catchesUp: catchesUp),
            BruteForce(
                ticks: walked.sorted(), interval: interval, start: start, end: end,
                catchesUp: catchesUp)
        )
    }

    @Test(
        "whatever the clock, pauses and ends of runs do: the same runs, each once, within the limit",
        arguments: 1...150)
    func sameRuns(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        // Around the end of summer time 2025 in both zones.
        let origin: Int64 = 1_761_350_400
        let (timetable, reference) = try Self.schedule(&random, origin: origin)
        let limit = Int.random(in: 1...4, using: &random)
        var planner = SchedulePlanner()
        var (now, last): (Int64, Int64?) = (origin, nil)
        var (active, isPaused) = (0, false)
        planner.follow(
            [.init(name: "p", timetable: timetable, maxActiveRuns: limit)],
            at: Instant(seconds: now)
        ) { _ in SchedulePlanner.Past() }
        var followedSince = now
        var made: [Int64] = []
        for _ in 0..<60 {
            switch Int.random(in: 0..<100, using: &random) {
            case ..<55: now += Int64.random(in: 1...4 * 3_600, using: &random)
            case ..<65: now += Int64.random(in: 1...3, using: &random) * 86_400
            case ..<72:
                now -= Int64.random(in: 1...10 * 3_600, using: &random)
                planner.clockWasSet(to: Instant(seconds: now))
                followedSince = min(followedSince, now)
            case ..<82:
                isPaused.toggle()
                planner.setPaused("p", isPaused)
            default:
                if active > 0 {
                    active -= 1
                    planner.settled("p")
                }
            }
            let runs = planner.takeDue(at: Instant(seconds: now)).map(\.run)
            var expected: [Int64] = []
            while !isPaused, active < limit,
                let tick = reference.due(after: last, now: now, followedSince: followedSince).first
            {
                expected.append(tick)
                last = tick
                active += 1
            }
            #expect(runs.map(\.logicalDate.seconds) == expected, "seed \(seed), at \(now)")
            for run in runs {
                #expect(run.runAfter.seconds <= now)
                #expect(!made.contains(run.logicalDate.seconds), "made twice, seed \(seed)")
            }
            made += expected
            if let wake = planner.nextWake {
                #expect(wake.seconds > now, "it would spin: seed \(seed)")
            }
        }
    }

    @Test("looking back finds the tick that looking forwards passes", arguments: 1...60)
    func lookingBack(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let zone = try ZoneFiles.zone(
            ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"].randomElement(
                using: &random) ?? "UTC")
        let text =
            ["*/7 * * * *", "30 2 * * *", "0 0 29 2 *", "5 4 * * SUN", "59 23 L * *"].randomElement(
                using: &random) ?? "@daily"
        for policy in CronSchedule.Policy.allCases {
            let schedule = CronSchedule(try CronExpression(text), zone: zone, policy: policy)
            let from = Int64.random(in: 1_600_000_000...1_900_000_000, using: &random)
            guard let first = schedule.next(after: Instant(seconds: from)),
                let second = schedule.next(after: first)
            else { continue }
            let between = Instant(
                seconds: Int64.random(in: first.seconds..<second.seconds, using: &random))
            #expect(schedule.last(atOrBefore: between) == first, "\(text) \(policy) \(between)")
            #expect(schedule.last(atOrBefore: second) == second)
        }
    }

    @Test("five hundred schedules wake for the earliest; nothing is due before")
    func manySchedules() throws {
        var planner = SchedulePlanner()
        let schedule = CronSchedule(try CronExpression("0 6 * * *"), zone: .utc)
        let entries = (0..<500).map { number in
            SchedulePlanner.Entry(
                name: PipelineName("p\(number)"),
                timetable: Timetable(
                    number == 77
                        ? .every(.seconds(60), anchor: Instant(seconds: 0)) : .cron([schedule])),
                maxActiveRuns: 1)
        }
        planner.follow(entries, at: Instant(seconds: 30)) { _ in .init() }
        #expect(planner.nextWake == Instant(seconds: 60))
        #expect(planner.takeDue(at: Instant(seconds: 59)).isEmpty)
        #expect(planner.takeDue(at: Instant(seconds: 60)).map(\.pipeline) == ["p77"])
        // Its limit is reached: it wakes nobody until the run has ended.
        #expect(planner.nextWake == Instant(seconds: 6 * 3_600))
        planner.settled("p77")
        #expect(planner.nextWake == Instant(seconds: 120))
    }
}

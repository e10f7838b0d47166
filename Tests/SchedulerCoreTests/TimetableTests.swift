import Domain
import SchedulerCore
import Testing

/// `01-04 12:00` of 2025 in UTC.
private func at(_ text: String) -> Instant {
    let full = "2025-" + text.replacing(" ", with: "T") + (text.contains(":") ? ":00Z" : "")
    return Instant(iso8601: full) ?? Instant(seconds: 0)
}

private func cron(_ text: String, zone: TimeZoneRules = .utc) throws -> Timetable.Ticks {
    .cron([CronSchedule(try CronExpression(text), zone: zone)])
}

/// `01-01→01-02` for an interval and the time the run starts, the year left out.
private func words(_ run: PlannedRun?) -> String {
    guard let run else { return "none" }
    func short(_ instant: Instant) -> String {
        String(instant.iso8601.dropFirst(5)).replacing("T00:00:00Z", with: "")
            .replacing(":00:00Z", with: "h").replacing("T", with: " ")
    }
    let interval = "\(short(run.dataIntervalStart))→\(short(run.dataIntervalEnd))"
    return "\(short(run.logicalDate)) [\(interval)] at \(short(run.runAfter))"
}

@Suite("Timetables, as the reference works them out")
struct TimetableTests {
    @Test("daily with catch-up: every tick from the start on, at its time or at the next")
    func catchUp() throws {
        let point = Timetable(try cron("0 0 * * *"), start: at("01-01"), catchesUp: true)
        #expect(
            point.runs(after: nil, now: at("01-04 12:00"), count: 5).map(words) == [
                "01-01 [01-01→01-01] at 01-01", "01-02 [01-02→01-02] at 01-02",
                "01-03 [01-03→01-03] at 01-03", "01-04 [01-04→01-04] at 01-04",
                "01-05 [01-05→01-05] at 01-05",
            ])
        let previous = Timetable(
            try cron("0 0 * * *"), interval: .previous, start: at("01-01"), catchesUp: true)
        #expect(
            previous.runs(after: nil, now: at("01-04 12:00"), count: 4).map(words) == [
                "01-01 [01-01→01-02] at 01-02", "01-02 [01-02→01-03] at 01-03",
                "01-03 [01-03→01-04] at 01-04", "01-04 [01-04→01-05] at 01-05",
            ])
    }

    @Test("daily without catch-up: the newest that is due, then what comes")
    func newestOnly() throws {
        let point = Timetable(try cron("0 0 * * *"), start: at("01-01"))
        #expect(
            point.runs(after: nil, now: at("01-04 12:00"), count: 2).map(words) == [
                "01-04 [01-04→01-04] at 01-04", "01-05 [01-05→01-05] at 01-05",
            ])
        let previous = Timetable(
            try cron("0 0 * * *"), interval: .previous, start: at("01-01"))
        #expect(
            previous.runs(after: nil, now: at("01-04 12:00"), count: 2).map(words) == [
                "01-03 [01-03→01-04] at 01-04", "01-04 [01-04→01-05] at 01-05",
            ])
    }

    @Test("after a pause only the newest missed run is made")
    func unpaused() throws {
        let now = at("01-06 10:00")
        let previous = Timetable(
            try cron("0 0 * * *"), interval: .previous, start: at("01-01"))
        #expect(
            words(previous.nextRun(after: at("01-02"), now: now)) == "01-05 [01-05→01-06] at 01-06")
        let point = Timetable(try cron("0 0 * * *"), start: at("01-01"))
        #expect(
            point.runs(after: at("01-02"), now: now, count: 2).map(words) == [
                "01-06 [01-06→01-06] at 01-06", "01-07 [01-07→01-07] at 01-07",
            ])
    }

    @Test("weekdays: the interval of Friday reaches over the weekend, and a start is rounded up")
    func weekdays() throws {
        let table = Timetable(
            try cron("0 6 * * 1-5"), interval: .previous, start: at("01-02 06:00"),
            catchesUp: true)
        #expect(
            table.runs(after: nil, now: at("01-07"), count: 3).map(words) == [
                "01-02 06h [01-02 06h→01-03 06h] at 01-03 06h",
                "01-03 06h [01-03 06h→01-06 06h] at 01-06 06h",
                "01-06 06h [01-06 06h→01-07 06h] at 01-07 06h",
            ])
        let rounded = Timetable(
            try cron("0 0 * * *"), interval: .previous, start: at("01-01 06:00"),
            catchesUp: true)
        #expect(rounded.nextRun(after: nil, now: at("01-04"))?.logicalDate == at("01-02"))
    }

    @Test("a fixed length counts from the start")
    func fixedLength() throws {
        let table = Timetable(
            .every(.seconds(6 * 3_600), anchor: at("01-01")), interval: .previous,
            start: at("01-01"))
        #expect(
            table.runs(after: nil, now: at("01-04 13:00"), count: 2).map(words) == [
                "01-04 06h [01-04 06h→01-04 12h] at 01-04 12h",
                "01-04 12h [01-04 12h→01-04 18h] at 01-04 18h",
            ])
    }

    @Test("with a length of interval the logical date is its start, and the tick the time to run")
    func lengthOfInterval() throws {
        let table = Timetable(
            try cron("0 0 * * *"), interval: .length(.seconds(86_400)), start: at("01-01"),
            catchesUp: true)
        let runs = table.runs(after: nil, now: at("01-04"), count: 2)
        #expect(runs[0].logicalDate.iso8601 == "2024-12-31T00:00:00Z")
        #expect(runs[0].runAfter == at("01-01"))
        #expect(runs[1].runAfter == at("01-02"))
    }

    @Test("an interval over the end of summer time has twenty-five hours")
    func daylightSaving() throws {
        let zone = try ZoneFiles.zone("America/New_York")
        let table = Timetable(
            try cron("0 0 * * *", zone: zone), interval: .previous, start: at("11-01 04:00"),
            catchesUp: true)
        #expect(
            table.runs(after: nil, now: at("11-05"), count: 3).map(words) == [
                "11-01 04h [11-01 04h→11-02 04h] at 11-02 04h",
                "11-02 04h [11-02 04h→11-03 05h] at 11-03 05h",
                "11-03 05h [11-03 05h→11-04 05h] at 11-04 05h",
            ])
    }

    @Test("the end date is the last tick that may run; behind it nothing comes")
    func endDate() throws {
        let table = Timetable(
            try cron("0 0 * * *"), start: at("01-01"), end: at("01-02"), catchesUp: true)
        #expect(table.runs(after: nil, now: at("01-09"), count: 9).count == 2)
        let newest = Timetable(try cron("0 0 * * *"), start: at("01-01"), end: at("01-02"))
        #expect(newest.nextRun(after: nil, now: at("01-09")) == nil)
        #expect(newest.nextRun(after: at("01-02"), now: at("01-02")) == nil)
    }

    @Test("without a start date it begins with the next run, and never before the last one")
    func withoutStart() throws {
        let table = Timetable(try cron("0 0 * * *"))
        #expect(table.nextRun(after: nil, now: at("01-04 12:00"))?.runAfter == at("01-05"))
        #expect(table.nextRun(after: at("01-02"), now: at("01-04 12:00"))?.runAfter == at("01-04"))
        // The clock was set back by a year: nothing is run a second time.
        let back = at("01-04 12:00").advanced(by: .seconds(-365 * 86_400))
        #expect(table.nextRun(after: at("01-04"), now: back)?.runAfter == at("01-05"))
    }

    @Test("several expressions are one schedule; a tick of two of them is one")
    func union() throws {
        let both = Timetable(
            .cron([
                CronSchedule(try CronExpression("0 6 * * *"), zone: .utc),
                CronSchedule(try CronExpression("0 */6 * * *"), zone: .utc),
            ]), start: at("01-01"), catchesUp: true)
        #expect(
            both.ticks(from: at("01-01"), through: at("01-02"), limit: 9).map(\.seconds)
                == (0...4).map { at("01-01").seconds + $0 * 6 * 3_600 })
    }

    @Test("once is once, and continuous begins anew each time")
    func singular() {
        let once = Timetable(.once, start: at("01-01"))
        #expect(once.runs(after: nil, now: at("01-04"), count: 3).map(\.runAfter) == [at("01-01")])
        let continuous = Timetable(.continuous)
        #expect(continuous.nextRun(after: nil, now: at("01-04"))?.runAfter == at("01-04"))
        #expect(
            continuous.nextRun(after: at("01-04"), now: at("01-04"))?.runAfter
                == at("01-04").advanced(by: .seconds(1)))
    }

    @Test("a run by hand is for the newest complete interval")
    func manual() throws {
        let table = Timetable(try cron("0 0 * * *"), interval: .previous)
        let interval = table.manualInterval(at: at("01-04 12:00"))
        #expect(interval.start == at("01-03"))
        #expect(interval.end == at("01-04"))
    }
}

import Domain
import Foundation
import SchedulerCore
import Testing

@Suite("When schedules fire")
struct CronScheduleTests {
    struct Case: Decodable, Sendable, CustomStringConvertible {
        var id: Int
        var cron: String
        var tz: String
        var start_utc: String
        var next_utc: [String]
        var airflow_utc: [String]?

        var description: String { "\(id): \(cron) in \(tz)" }
    }

    static func cases() throws -> [Case] {
        struct File: Decodable { var cases: [Case] }
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/cron-cases", withExtension: "json"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
    }

    @Test("all reference cases, with both policies")
    func reference() throws {
        let cases = try Self.cases()
        #expect(cases.count == 60)
        for one in cases {
            let start = try #require(Instant(iso8601: one.start_utc))
            let ours = try ZoneFiles.schedule(one.cron, one.tz)
            #expect(ours.times(after: start, count: one.next_utc.count) == one.next_utc, "\(one)")
            let airflow = try ZoneFiles.schedule(one.cron, one.tz, .airflow)
            let expected = one.airflow_utc ?? one.next_utc
            #expect(airflow.times(after: start, count: expected.count) == expected, "\(one)")
        }
    }

    /// A row of the reference's worked table; instants without their year.
    struct Example: Sendable {
        var cron, zone, after: String
        var ours, airflow: [String]

        init(
            _ cron: String, _ zone: String, _ after: String, _ ours: String, _ airflow: String
        ) {
            (self.cron, self.zone, self.after) = (cron, zone, after)
            let year = after.prefix(5)
            func full(_ text: String) -> [String] {
                text.split(separator: " ").map { year + $0.dropLast() + ":00Z" }
            }
            (self.ours, self.airflow) = (full(ours), full(airflow))
        }
    }

    @Test("the worked examples around clock changes")
    func examples() throws {
        for example in Self.examples {
            let after = try #require(Instant(iso8601: example.after))
            let ours = try ZoneFiles.schedule(example.cron, example.zone)
            #expect(ours.times(after: after, count: 3) == example.ours, "\(example.cron)")
            let airflow = try ZoneFiles.schedule(example.cron, example.zone, .airflow)
            #expect(airflow.times(after: after, count: 3) == example.airflow, "\(example.cron)")
        }
    }

    static let examples = [
        Example(
            "30 2 * * *", "America/New_York", "2025-03-08T17:00:00Z",
            "03-09T07:00Z 03-10T06:30Z 03-11T06:30Z",
            "03-09T07:30Z 03-10T06:30Z 03-11T06:30Z"),
        Example(
            "0 2 * * *", "America/New_York", "2025-03-08T17:00:00Z",
            "03-09T07:00Z 03-10T06:00Z 03-11T06:00Z",
            "03-09T07:00Z 03-10T06:00Z 03-11T06:00Z"),
        Example(
            "0,30 2 * * *", "America/New_York", "2025-03-09T05:00:00Z",
            "03-09T07:00Z 03-10T06:00Z 03-10T06:30Z",
            "03-09T07:00Z 03-10T06:00Z 03-10T06:30Z"),
        Example(
            "*/30 * * * *", "America/New_York", "2025-03-09T06:15:00Z",
            "03-09T06:30Z 03-09T07:00Z 03-09T07:30Z",
            "03-09T06:30Z 03-09T07:00Z 03-09T07:30Z"),
        Example(
            "0 */2 * * *", "America/New_York", "2025-03-09T04:30:00Z",
            "03-09T05:00Z 03-09T08:00Z 03-09T10:00Z",
            "03-09T05:00Z 03-09T07:00Z 03-09T08:00Z"),
        Example(
            "*/20 2 * * *", "America/New_York", "2025-03-09T05:00:00Z",
            "03-10T06:00Z 03-10T06:20Z 03-10T06:40Z",
            "03-09T07:00Z 03-10T06:00Z 03-10T06:20Z"),
        Example(
            "30 1 * * *", "America/New_York", "2025-11-01T17:00:00Z",
            "11-02T05:30Z 11-03T06:30Z 11-04T06:30Z",
            "11-02T06:30Z 11-03T06:30Z 11-04T06:30Z"),
        Example(
            "0 1,3 * * *", "America/New_York", "2025-11-02T04:30:00Z",
            "11-02T05:00Z 11-02T08:00Z 11-03T06:00Z",
            "11-02T06:00Z 11-02T08:00Z 11-03T06:00Z"),
        Example(
            "*/30 * * * *", "America/New_York", "2025-11-02T05:15:00Z",
            "11-02T05:30Z 11-02T06:00Z 11-02T06:30Z",
            "11-02T05:30Z 11-02T06:00Z 11-02T06:30Z"),
        Example(
            "0 * * * *", "Europe/Berlin", "2025-10-25T23:30:00Z",
            "10-26T00:00Z 10-26T01:00Z 10-26T02:00Z",
            "10-26T00:00Z 10-26T01:00Z 10-26T02:00Z"),
        Example(
            "30 2 * * *", "Europe/Berlin", "2025-10-25T12:00:00Z",
            "10-26T00:30Z 10-27T01:30Z 10-28T01:30Z",
            "10-26T01:30Z 10-27T01:30Z 10-28T01:30Z"),
        Example(
            "30 2 * * *", "Europe/Berlin", "2025-03-29T12:00:00Z",
            "03-30T01:00Z 03-31T00:30Z 04-01T00:30Z",
            "03-30T01:30Z 03-31T00:30Z 04-01T00:30Z"),
        Example(
            "15 2 * * *", "Australia/Lord_Howe", "2025-10-04T03:00:00Z",
            "10-04T15:30Z 10-05T15:15Z 10-06T15:15Z",
            "10-04T15:45Z 10-05T15:15Z 10-06T15:15Z"),
        Example(
            "45 1 * * *", "Australia/Lord_Howe", "2025-04-05T03:00:00Z",
            "04-05T14:45Z 04-06T15:15Z 04-07T15:15Z",
            "04-05T15:15Z 04-06T15:15Z 04-07T15:15Z"),
        Example(
            "30 0 * * *", "Africa/Cairo", "2025-04-24T12:00:00Z",
            "04-24T22:00Z 04-25T21:30Z 04-26T21:30Z",
            "04-24T22:30Z 04-25T21:30Z 04-26T21:30Z"),
        Example(
            "0 0 * * *", "America/Santiago", "2025-09-06T12:00:00Z",
            "09-07T04:00Z 09-08T03:00Z 09-09T03:00Z",
            "09-07T04:00Z 09-08T03:00Z 09-09T03:00Z"),
    ]

    @Test("sparse days are found, however far away")
    func sparse() throws {
        let start = Instant(seconds: 1_767_225_600)
        func first(_ cron: String) throws -> [String] {
            try ZoneFiles.schedule(cron, "Europe/Berlin").times(after: start, count: 2)
        }
        #expect(try first("0 12 29 2 *") == ["2028-02-29T11:00:00Z", "2032-02-29T11:00:00Z"])
        #expect(try first("0 12 29 2 */7") == ["2032-02-29T11:00:00Z", "2060-02-29T11:00:00Z"])
        #expect(try first("0 12 L 2 *") == ["2026-02-28T11:00:00Z", "2027-02-28T11:00:00Z"])
        #expect(try first("0 12 * * FRI#2") == ["2026-01-09T11:00:00Z", "2026-02-13T11:00:00Z"])
        #expect(try first("@quarterly") == ["2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z"])
    }

    @Test("a day a year on which the clocks are set back: both passes, then the next year")
    func yearlyOverlap() throws {
        let schedule = try ZoneFiles.schedule("*/30 2 26 10 *", "Europe/Berlin")
        let start = try #require(Instant(iso8601: "2025-10-26T00:10:00Z"))
        #expect(
            schedule.times(after: start, count: 5) == [
                "2025-10-26T00:30:00Z", "2025-10-26T01:00:00Z", "2025-10-26T01:30:00Z",
                "2026-10-26T01:00:00Z", "2026-10-26T01:30:00Z",
            ])
        let gap = try ZoneFiles.schedule("30 2 25-31 3 */7", "Europe/Berlin")
        #expect(
            gap.times(after: start, count: 2) == ["2026-03-29T01:00:00Z", "2027-03-28T01:00:00Z"])
    }

    @Test("far beyond the zone file its footer goes on, and after the year 9999 nothing comes")
    func farAway() throws {
        let schedule = try ZoneFiles.schedule("0 12 * * *", "Europe/Berlin")
        for (after, next) in [
            ("2999-07-01T00:00:00Z", "2999-07-01T10:00:00Z"),
            ("2999-12-01T00:00:00Z", "2999-12-01T11:00:00Z"),
            ("9999-07-01T00:00:00Z", "9999-07-01T10:00:00Z"),
        ] {
            let after = try #require(Instant(iso8601: after))
            #expect(schedule.next(after: after)?.iso8601 == next)
        }
        #expect(schedule.next(after: Instant(microseconds: .max)) == nil)
        #expect(schedule.next(after: Instant(seconds: 253_402_300_800)) == nil)
        let first = try #require(schedule.next(after: Instant(microseconds: .min)))
        #expect(first > Instant(microseconds: .min))
    }
}

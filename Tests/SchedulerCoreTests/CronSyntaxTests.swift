import Domain
import SchedulerCore
import TestRandom
import Testing

@Suite("Reading schedules")
struct CronSyntaxTests {
    @Test(
        "what is wrong is refused, with its column",
        arguments: [
            ("", 1, "0 fields"), ("* * * *", 8, "4 fields"), ("* * * * * *", 11, "6 fields"),
            ("60 * * * *", 1, "60 is out of range for the minute field"),
            ("0 24 * * *", 3, "24 is out of range for the hour field"),
            ("0 0 0 * *", 5, "0 is out of range for the day of month field"),
            ("0 0 * 13 *", 7, "13 is out of range for the month field"),
            ("0 0 * * 8", 9, "8 is out of range for the weekday field"),
            ("5-1 * * * *", 1, "from 5 down to 1"),
            ("0 0 * * FRI-SUN", 9, "from 5 down to 0"),
            ("*/0 * * * *", 3, "a step of 0"), ("*/ * * * *", 3, "the step after '/'"),
            ("1,,2 * * * *", 3, "an empty item"), ("1, * * * *", 3, "an empty item"),
            (",1 * * * *", 1, "an empty item"), ("1- * * * *", 3, "has no end"),
            ("0 0 30 2 *", 5, "never fires"), ("0 0 31 4,6,9,11 *", 5, "never fires"),
            ("0 0 */31 * 1#5", 5, "never fires"),
            ("x * * * *", 1, "'x' does not belong"), ("0 0 ? * *", 5, "'?' does not belong"),
            ("0 0 * FOO *", 7, "'FOO' is no month"), ("0 0 * * 5#6", 11, "not 1 to 5"),
            ("0 0 * * 5#", 11, "not 1 to 5"), ("@reboot", 1, "no such macro"),
            ("1-2-3 * * * *", 4, "'-' does not belong"), ("-1 * * * *", 1, "'-' does not belong"),
            ("99999999999999999999 * * * *", 1, "out of range"), ("0 0 5L * *", 6, "'L' does not"),
        ] as [(String, Int, String)])
    func refused(text: String, column: Int, words: String) throws {
        let error = #expect(throws: CronSyntaxError.self) { try CronExpression(text) }
        #expect(error?.column == column)
        #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
        #expect(error?.remedy.isEmpty == false)
    }

    @Test("different ways of writing a schedule mean the same")
    func synonyms() throws {
        let after = Instant(seconds: 1_767_225_600)
        func times(_ text: String) throws -> [String] {
            CronSchedule(try CronExpression(text), zone: .utc).times(after: after, count: 20)
        }
        for (left, right) in [
            ("@daily", "0 0 * * *"), ("@Midnight", "0 0 * * *"), (" @hourly ", "0 * * * *"),
            ("@weekly", "0 0 * * SUN"), ("@yearly", "0 0 1 jan *"), ("@monthly", "0 0 1 * *"),
            ("@quarterly", "0 0 1 1,4,7,10 *"), ("0\t0  * * 7", "0 0 * * 0"),
            ("0 0 * * 5-7", "0 0 * * FRI,SAT,SUN"), ("5/20 * * * *", "5,25,45 * * * *"),
            ("10-30/10 * * * *", "10,20,30 * * * *"), ("0 0 * * mon#1", "0 0 * * 1#1"),
        ] {
            #expect(try times(left) == times(right), "\(left) and \(right)")
        }
        #expect(
            try times("0 0 13 * 5").prefix(3) == [
                "2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z",
            ])
        #expect(
            try times("0 0 */2 * 1").prefix(2) == [
                "2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z",
            ])
    }

    @Test(
        "a schedule in words, with its and or or",
        arguments: [
            ("0 6 13 * 5", "at 06:00 on day 13 of the month or on Friday"),
            (
                "0 0 */2 * 1",
                "at 00:00 on days 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, "
                    + "29 and 31 of the month and only on Monday"
            ),
            ("30 6,18 * * *", "at 06:30 and 18:30 every day"),
            (
                "*/15 * * * MON-FRI",
                "at minutes 0, 15, 30 and 45 of every hour on Monday-Friday"
            ),
            ("* 9-17 * * *", "every minute of hours 9-17 every day"),
            ("* * * * *", "every minute every day"),
            ("5 * * * SUN", "at minute 5 of every hour on Sunday"),
            (
                "0 0 1,L JAN,JUL *",
                "at 00:00 on day 1 and the last day of the month in January and July"
            ),
            ("0 12 * * FRI#2", "at 12:00 on the second Friday of the month"),
            ("0 0 1-31 * 1", "at 00:00 every day"),
        ])
    func explanation(text: String, words: String) throws {
        #expect(try CronExpression(text).explanation() == words)
    }

    @Test("the words follow the policy where it sees day and weekday differently")
    func explanationOfPolicy() throws {
        let cron = try CronExpression("0 0 */10 * 1")
        #expect(cron.explanation(policy: .vixie).hasSuffix("of the month and only on Monday"))
        #expect(cron.explanation(policy: .airflow).hasSuffix("of the month or on Monday"))
    }

    @Test("no text makes the parser crash", arguments: 1...20 as ClosedRange<UInt64>)
    func anyText(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "*", "/", "-", ",", "#", "L", "0", "5", "31", "60", "MON", "feb", " ", " ", " ", "@",
            "é",
            "\u{0}", "👩‍👩‍👧", "99999999999999999999",
        ]
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0...14, using: &random)).compactMap { _ in
                pieces.randomElement(using: &random)
            }.joined()
            do {
                let schedule = CronSchedule(try CronExpression(text), zone: .utc)
                #expect(schedule.next(after: Instant(seconds: 0)) != nil, "\(text)")
            } catch {
                #expect((1...text.unicodeScalars.count + 1).contains(error.column), "\(text)")
            }
        }
        #expect(throws: CronSyntaxError.self) {
            try CronExpression(String(repeating: "*", count: 100_000))
        }
    }
}

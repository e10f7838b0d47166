import Domain
import LogText
import Testing

@Suite("The time of a line")
struct LogTimestampTests {
    static let clock = LogClock(
        reference: Instant(iso8601: "2026-01-02T12:00:00Z") ?? Instant(seconds: 0))

    @Test(
        "is read from the usual formats",
        arguments: [
            ("2026-01-02T03:04:05Z x", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04:05,678 INFO", "2026-01-02T03:04:05.678Z"),
            ("[2026-01-02T03:04:05.678901+01:00] x", "2026-01-02T02:04:05.678901Z"),
            ("[2026-01-02T03:04:05.678+0000] {x.py:1} INFO", "2026-01-02T03:04:05.678Z"),
            ("2026/01/02 03:04:05 go", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04 x", "2026-01-02T03:04:00Z"),
            ("26/01/02 03:04:05 WARN x", "2026-01-02T03:04:05Z"),
            ("Jan  2 03:04:05 host x", "2026-01-02T03:04:05Z"),
            ("Dec 31 23:59:59 host x", "2025-12-31T23:59:59Z"),
            ("<14>Jan 12 03:04:05 host x", "2026-01-12T03:04:05Z"),
            ("h - - [02/Jan/2026:03:04:05 +0100] \"GET\"", "2026-01-02T02:04:05Z"),
            ("1767323045 x", "2026-01-02T03:04:05Z"),
            ("1767323045.25 x", "2026-01-02T03:04:05.250Z"),
            ("{\"ts\": 1767323045678,\"x\":1}", "2026-01-02T03:04:05.678Z"),
            ("ts=1767323045678901234 x", "2026-01-02T03:04:05.678901Z"),
            (
                "{\"msg\":\"long enough to push the stamp far away from the start of it\",\"time\":\"2026-01-02T03:04:05Z\"}",
                "2026-01-02T03:04:05Z"
            ),
            ("03:04:05.123456 [info ] x", "2026-01-02T03:04:05.123456Z"),
            ("\u{1B}[2m03:04:05\u{1B}[0m \u{1B}[32mINFO", "2026-01-02T03:04:05Z"),
            ("\u{1B}[38;5;8m[2026-01-02T03:04:05Z]\u{1B}[0m x", "2026-01-02T03:04:05Z"),
            ("23:59:58  Running", "2026-01-02T23:59:58Z"),
            ("INFO 2026-01-02 03:04:05.1234567891 x", "2026-01-02T03:04:05.123456Z"),
        ])
    func stated(line: String, time: String) {
        var reader = LogTimestampReader(clock: Self.clock)
        #expect(reader.time(of: Array(line.utf8))?.iso8601 == time)
        #expect(reader.time(of: Array(line.utf8))?.iso8601 == time)
    }

    @Test(
        "is not made up",
        arguments: [
            "", "x", "2026-13-02 03:04:05", "2026-02-30 03:04:05", "2026-01-02",
            "1234567890123456789012",
            "9999999999", "26/13/02 03:04:05", "Jan  2", "25:00:00", "10.0.0.1", "took 03:04:05",
            "id 1767323045", "2026-01-02T03:0", "1767323045-abc",
        ])
    func silent(line: String) {
        var reader = LogTimestampReader(clock: Self.clock)
        #expect(reader.time(of: Array(line.utf8)) == nil)
    }

    @Test("without a zone it is in the log's zone")
    func zone() {
        var reader = LogTimestampReader(
            clock: LogClock(secondsEastOfUTC: 3_600, reference: Instant(seconds: 0)))
        let line = Array("2026-01-02 03:04:05".utf8)
        #expect(reader.time(of: line)?.iso8601 == "2026-01-02T02:04:05Z")
    }

    @Test(
        "random bytes never trap, and memory of the last minute changes no result",
        arguments: 0..<200 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var state = seed
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        let alphabet = Array("0123456789-/:. T[]Z+,JanERROR<>{}\"=".utf8) + [0, 255, 10]
        var kept = LogTimestampReader(clock: Self.clock)
        for _ in 0..<50 {
            let line = (0..<next() % 60).map { _ in alphabet[next() % alphabet.count] }
            var fresh = LogTimestampReader(clock: Self.clock)
            #expect(kept.time(of: line) == fresh.time(of: line))
            _ = LogLevel.stated(by: line)
        }
    }
}

import Domain
import Foundation
import SchedulerCore
import TestRandom
import Testing

@Suite("Time zones")
struct TimeZoneRulesTests {
    @Test("offsets in known places and times")
    func known() throws {
        for (zone, at, offset) in [
            ("Europe/Berlin", "2026-01-01T00:00:00Z", 3_600),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 3_600),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 7_200),
            ("Europe/Berlin", "1880-01-01T00:00:00Z", 3_208),
            ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 20_700),
            ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39_600),
            ("Australia/Lord_Howe", "2500-07-01T00:00:00Z", 37_800),
            ("America/New_York", "9000-07-01T00:00:00Z", -14_400),
            ("UTC", "2026-01-01T00:00:00Z", 0),
        ] {
            let instant = try #require(Instant(iso8601: at))
            #expect(try ZoneFiles.zone(zone).offset(at: instant) == offset, "\(zone) \(at)")
        }
    }

    /// The C library reads the same files, so both must agree to the second; Foundation brings a
    /// database of its own, which may be older or newer.
    @Test("every zone of the system changes when `zdump` of the C library says so, until 2060")
    func everyZone() throws {
        let names = TimeZone.knownTimeZoneIdentifiers.filter {
            FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/" + $0)
        }
        #expect(names.count > 300)
        var changes = 0
        for line in try Self.zdump(names).split(separator: "\n") {
            // Europe/Berlin  Sun Mar 31 01:00:00 2024 UT = … isdst=1 gmtoff=7200
            let words = line.split(separator: " ")
            guard words.count > 7, words[6] == "UT",
                let offset = words.last?.split(separator: "=").last,
                let month = Self.months.firstIndex(of: String(words[2])), let day = Int(words[3]),
                let year = Int(words[5])
            else { continue }
            let clock = words[4].split(separator: ":").compactMap { Int($0) }
            let instant = CivilTime(
                year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1],
                second: clock[2]
            ).asUTC
            let rules = try ZoneFiles.zone(String(words[0]))
            #expect(rules.offset(at: instant) == Int(offset), "\(line)")
            changes += 1
        }
        #expect(changes > 10_000)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// What `zdump -v` (package libc-bin) prints: the seconds around every change.
    private static func zdump(_ zones: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/zdump")
        process.arguments = ["-v", "-c", "1970,2060"] + zones
        process.environment = ["LC_ALL": "C"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A file of version 2 with no transitions and this footer.
    private func file(footer: String, version: Character = "2") -> [UInt8] {
        let counts: [UInt8] = [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4,
        ]
        let header = Array("TZif\(version)".utf8) + [UInt8](repeating: 0, count: 15) + counts
        let body: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
        return header + body + header + body + Array("\n\(footer)\n".utf8)
    }

    @Test("the footer's forms")
    func footers() throws {
        func offsets(_ footer: String, _ times: String...) throws -> [Int] {
            let zone = try TimeZoneRules(name: "test", tzif: file(footer: footer))
            return try times.map { zone.offset(at: try #require(Instant(iso8601: $0))) }
        }
        #expect(try offsets("<+0330>-3:30", "2026-01-01") == [12_600])
        #expect(
            try offsets("EST5EDT", "2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z") == [
                -18_000, -14_400,
            ])
        #expect(
            try offsets("XXX3EDT4,0/0,J365/23", "2026-01-01", "2026-07-01") == [-14_400, -14_400])
        #expect(
            try offsets(
                "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z")
                == [-7_200, -3_600])
        #expect(
            try offsets(
                "IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-26T23:59:59Z", "2026-03-27T00:00:00Z")
                == [7_200, 10_800])
        #expect(
            try offsets("AAA0BBB,J60/0,J300/0", "2024-02-29T23:59:59Z", "2024-03-01") == [0, 3_600])
        for bad in [
            "E5", "EST", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST25", "EST5x", "<E5",
        ] {
            #expect(throws: TimeZoneError.self, "\(bad)") {
                try TimeZoneRules(name: "test", tzif: file(footer: bad))
            }
        }
    }

    @Test("damaged files are refused or read, never more", arguments: 1...10 as ClosedRange<UInt64>)
    func damaged(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let whole = try Array(Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        for _ in 0..<100 {
            var bytes = whole
            if random.chance(50) {
                bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                let place = random.chance(50) ? min(60, bytes.count) : bytes.count
                bytes[Int.random(in: 0..<place, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            guard let zone = try? TimeZoneRules(name: "damaged", tzif: bytes) else { continue }
            for second in [Int64.min, -1, 0, 4_000_000_000, .max] {
                #expect(abs(zone.offset(at: Instant(seconds: second))) < 93_600)
            }
            let schedule = CronSchedule(try CronExpression("30 2 * * *"), zone: zone)
            var last = Instant(seconds: 0)
            for _ in 0..<10 {
                guard let next = schedule.next(after: last) else { break }
                #expect(next > last)
                last = next
            }
        }
    }
}

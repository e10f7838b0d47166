import Codecs
import Foundation
import SparkAdvice
import SparkLog
import SparkSources
import Testing

/// Numbers that no run has, in every place where a real log has one.
@Suite("Absurd numbers", .enabled(if: !LabelledLog.all.isEmpty))
struct AbsurdNumbersTests {
    private static let extremes = [
        "0", "-1", "1", "9223372036854775807", "-9223372036854775808", "4611686018427387904",
        "99999999999999999999999", "1e300", "-1e300", "0.5", "2147483648", "1000000000000",
    ]

    private struct Noise {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }

    @Test(
        "no number in a log stops the rules, the report, the simulation or a comparison",
        arguments: Array(LabelledLog.all.filter { !$0.isCured }.enumerated().map { $0 }.prefix(6)))
    func rules(_ entry: (offset: Int, element: LabelledLog)) throws {
        var noise = Noise(state: UInt64(entry.offset) &* 7_919 &+ 11)
        let lines = try entry.element.lines()
        let original = ApplicationProfile(try entry.element.application())
        for share in [3, 40] {
            var reader = EventLogReader()
            for line in lines { reader.feed(Self.mutated(line, oneIn: share, &noise)) }
            reader.finish()
            let profile = ApplicationProfile(reader.currentApplication)
            for finding in SparkAdvisor.findings(in: profile) {
                #expect(finding.saving.low >= 0)
                #expect(finding.saving.high <= profile.wall)
            }
            let simulation = SparkSimulation(
                profile, executors: [1, 4], cores: [1, 2], partitions: [8], processors: 2)
            #expect(simulation.rows.allSatisfy { $0.wall >= 1 })
            _ = SparkComparison(original, profile)
        }
    }

    /// The line with one in `share` of its whole numbers replaced.
    private static func mutated(_ line: [UInt8], oneIn share: Int, _ noise: inout Noise) -> [UInt8]
    {
        var result: [UInt8] = []
        var place = 0
        while place < line.count {
            let isStart =
                (48...57).contains(line[place]) && place > 0
                && (line[place - 1] == UInt8(ascii: ":") || line[place - 1] == UInt8(ascii: ","))
            guard isStart, noise.next(share) == 0 else {
                result.append(line[place])
                place += 1
                continue
            }
            result += Array(extremes[noise.next(extremes.count)].utf8)
            while place < line.count, (48...57).contains(line[place]) { place += 1 }
        }
        return result + [10]
    }
}

extension LabelledLog {
    /// The decoded lines.
    fileprivate func lines() throws -> [[UInt8]] {
        var text: [UInt8] = []
        for piece in try EventLogFiles(path: path).pieces {
            let bytes = try Data(contentsOf: URL(filePath: piece.path))
            let decompressor = Decompressor()
            bytes.withUnsafeBytes { raw in decompressor.feed(raw) { text += $0 } }
            _ = decompressor.finish { text += $0 }
        }
        return text.split(separator: 10).map(Array.init)
    }
}

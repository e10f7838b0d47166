import Foundation
import JSONText
import SparkLog
import Testing

@testable import SparkAdvice

/// Rows that are corrected by other runs of the same work.
@Suite("A simulation that other runs correct")
struct SimulationCalibrationTests {
    /// Eight tasks that only compute on one slot: by this log alone two slots halve them.
    private let alone = MadeLog(slots: 1, run: 1_000, processor: 1_000, deserializing: 2).profile()

    /// The same where `slots` at once take as long as `run` says.
    private func other(_ slots: Int, run: Int) -> ApplicationProfile {
        MadeLog(slots: slots, run: run, processor: 1_000, deserializing: 2).profile()
    }

    private func simulation(
        _ others: [ApplicationProfile], cores: [Int] = [1, 2, 4, 8]
    ) -> SparkSimulation {
        SparkSimulation(alone, executors: [1], cores: cores, correctedBy: others)
    }

    @Test("the row of the other run's executors is what it took, the recorded one stays")
    func agreement() {
        let rows = simulation([other(2, run: 1_500)]).rows
        #expect(rows[0].wall == 8_000)
        #expect(abs(rows[1].wall - 6_000) <= 2)
    }

    @Test("what one doubling of slots costs, each further one costs again")
    func doublings() throws {
        let plain = simulation([]).rows
        let corrected = simulation([other(2, run: 1_500)])
        let factor = Double(corrected.rows[1].wall) / Double(plain[1].wall)
        #expect(factor > 1.2)
        for (row, power) in [(2, 2.0), (3, 3.0)] {
            let expected = Double(plain[row].wall) * pow(factor, power)
            #expect(abs(Double(corrected.rows[row].wall) - expected) < 20)
        }
        let calibration = try #require(corrected.calibration)
        let share = try #require(calibration.perDoubling)
        #expect(abs(share - (factor - 1)) < 0.001)
        #expect(calibration.perHalving == nil)
    }

    @Test("runs with more slots say nothing of fewer, and the other way round")
    func sides() throws {
        let two = other(2, run: 1_000)
        func rows(_ others: [ApplicationProfile]) -> [Int64] {
            SparkSimulation(two, executors: [1], cores: [1, 2, 4], correctedBy: others)
                .rows.map(\.wall)
        }
        let plain = rows([])
        let more = rows([other(4, run: 3_000)])
        #expect(more[0] == plain[0] && more[2] > 2 * plain[2])
        let fewer = rows([other(1, run: 500)])
        #expect(abs(fewer[0] - 4_000) <= 2)
        #expect(fewer[2] == plain[2])
    }

    @Test("farther from all runs less is known, and runs that disagree say less")
    func doubt() {
        func width(_ row: SparkSimulation.Row) -> Double {
            Double(row.high - row.low) / Double(row.wall)
        }
        let rows = simulation([other(2, run: 1_500)]).rows
        #expect(width(rows[3]) > width(rows[1]) + 0.2)
        let torn = simulation([other(2, run: 1_500), other(2, run: 900)]).rows
        #expect(width(torn[1]) > width(rows[1]) + 0.1)
        #expect(torn[1].wall > 3_800 && torn[1].wall < 5_800)
    }

    @Test("runs on as many slots correct nothing, but widen the range by how far they are off")
    func equalSlots() {
        let (plain, wide) = (simulation([]).rows, simulation([other(1, run: 1_300)]).rows)
        #expect(zip(plain, wide).allSatisfy { $0.wall == $1.wall })
        #expect(wide[1].high > plain[1].high + 500)
        #expect(wide.allSatisfy { $0.low >= 1 && $0.low <= $0.wall })
    }

    @Test("JSON tells the runs and the correction, and nothing of it without other runs")
    func json() throws {
        let json = simulation([other(2, run: 1_500)]).json
        let calibration = try #require(json["calibration"])
        #expect(calibration["per_doubling"] != .null)
        #expect(calibration["per_halving"] == .null)
        guard case .array(let runs)? = calibration["runs"] else {
            Issue.record("no runs in \(json.text)")
            return
        }
        #expect(runs.map { $0["app_id"] } == [.string("app-1")])
        #expect(runs.map { $0["cores"] } == [.integer(2)])
        #expect(runs.map { $0["measured_ms"] } == [.integer(6_000)])
        #expect(simulation([]).json["calibration"] == nil)
    }

    @Test("absurd runs do not carry rows away")
    func absurd() {
        let rows = simulation([other(2, run: 900_000)]).rows
        let plain = simulation([]).rows
        for (row, plain) in zip(rows, plain) {
            #expect(row.wall <= 4 * plain.wall + 4)
            #expect(row.low >= 1)
            #expect(row.low <= row.wall && row.wall <= row.high)
        }
    }
}

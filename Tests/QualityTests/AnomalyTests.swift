import Quality
import Testing

@Suite("Measures out of line")
struct AnomalyTests {
    private let history: [Double] = [1_000, 1_020, 990, 1_010, 9_000, 1_005, 995]

    @Test("one wild day does not hide the next one")
    func volume() throws {
        let anomaly = Anomaly(.rowCount, value: 1_200, history: history)
        let band = try #require(anomaly.band)
        // The median is 1005; the deviations from it are 0 5 5 10 15 15 7995, their median 10.
        #expect(band.middle == 1_005)
        #expect(abs(band.high - (1_005 + 3 * 1.4826 * 10)) < 1e-9)
        #expect(anomaly.isAnomaly)
        #expect(!Anomaly(.rowCount, value: 1_030, history: history).isAnomaly)
        #expect(Anomaly(.rowCount, value: 900, history: history).isAnomaly)
    }

    @Test("a short history tells nothing, and an even one allows a hundredth")
    func edges() {
        #expect(Anomaly(.rowCount, value: 5, history: [1_000, 1_000]).band == nil)
        let even = [Double](repeating: 1_000, count: 9)
        #expect(!Anomaly(.rowCount, value: 1_009, history: even).isAnomaly)
        #expect(Anomaly(.rowCount, value: 1_011, history: even).isAnomaly)
    }

    @Test("early data and fewer gaps are no alarm")
    func oneSided() {
        let ages: [Double] = [3_600, 3_700, 3_500, 3_650, 3_550]
        #expect(!Anomaly(.freshnessSeconds, value: 10, history: ages).isAnomaly)
        #expect(Anomaly(.freshnessSeconds, value: 90_000, history: ages).isAnomaly)
        #expect(!Anomaly(.nullShare, value: 0, history: [0.2, 0.2, 0.2, 0.2, 0.2]).isAnomaly)
    }
}

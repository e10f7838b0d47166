import JSONText
import Quality
import Testing

@Suite("What is kept of a run of a suite")
struct CheckRecordTests {
    @Test("a record reads back as it was written; a line that a crash cut is passed over")
    func lines() throws {
        let text = """
            {"at":"2026-01-01T00:00:00Z","table":"t","verdict":"pass","passed":2,"total":2,\
            "measures":{"row_count":100,"null_share.email":0.1}}
            {"at":"2026-01-02T00:00:00Z","table":"t","verd
            """
        let records = CheckRecord.all(in: Array(text.utf8))
        #expect(records.count == 1)
        let again = CheckRecord(line: Array(records[0].json.text.utf8))
        #expect(again == records.first)
        #expect(records[0].measures == ["row_count": 100, "null_share.email": 0.1])
    }

    @Test("a number of rows far from those before is out of line, with the band that says so")
    func anomaly() throws {
        func record(_ rows: Int) throws -> CheckRecord {
            try #require(
                CheckRecord(
                    line: Array(
                        """
                        {"at":"x","table":"t","verdict":"pass","passed":1,"total":1,\
                        "measures":{"row_count":\(rows)}}
                        """.utf8)))
        }
        let history = try [100, 101, 99, 100, 102, 98].map(record)
        let usual = try #require(record(101).anomalies(against: history).first)
        #expect(!usual.anomaly.isAnomaly)
        let unusual = try #require(record(10).anomalies(against: history).first)
        #expect(unusual.anomaly.isAnomaly)
        #expect(unusual.anomaly.band?.middle == 100)
        // Of another table nothing is known.
        var other = try record(10)
        other.table = "u"
        #expect(other.anomalies(against: history).first?.anomaly.band == nil)
    }
}

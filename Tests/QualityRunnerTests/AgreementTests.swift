import Domain
import Foundation
import JSONText
import Quality
import QualityRunner
import Testing

@Suite("Results agree with Great Expectations")
struct AgreementTests {
    private func compare(_ report: CheckReport, _ expected: SourceNode) throws {
        let found = report.json(.full)
        let results = try #require(expected["results"]?.items)
        guard case .array(let own)? = found["results"] else {
            Issue.record("no results")
            return
        }
        #expect(own.count == results.count)
        for (one, other) in zip(own, results) {
            if let text = Agreement.difference(one, other.json) {
                Issue.record(
                    "\(other["type"]?.text ?? "") \(other["kwargs"]?.json.text ?? ""): \(text)")
            }
        }
        #expect(found["success"] == expected["success"]?.json)
        #expect(
            isClose(found["statistics"] ?? .null, expected["statistics"]?.json ?? .null))
    }

    @Test("the 36 expectations on the table give what they give on SQLite")
    func sqlite() throws {
        let report = try QualityRun.check(
            SampleFiles.suite(), table: "orders", on: SampleFiles.database())
        try compare(
            report, SampleFiles.json(SampleFiles.samples.appending(path: "expected.sqlite.json")))
    }

    @Test("the same on the CSV file itself, its types guessed")
    func csv() throws {
        let (report, problems) = try QualityRun.check(
            SampleFiles.suite(), csv: SampleFiles.bytes("orders.csv"), file: "orders.csv")
        #expect(problems.isEmpty)
        try compare(
            report, SampleFiles.json(SampleFiles.samples.appending(path: "expected.sqlite.json")))
    }

    @Test("counted as pandas does, the 36 expectations give what they give on pandas")
    func pandas() throws {
        var suite = try SampleFiles.suite()
        suite.counting = .pandas
        let report = try QualityRun.check(suite, table: "orders", on: SampleFiles.database())
        let expected = try SampleFiles.json(
            SampleFiles.samples.appending(path: "expected.pandas.json"))
        let results = try #require(expected["results"]?.items)
        guard case .array(let own)? = report.json(.full)["results"] else {
            Issue.record("no results")
            return
        }
        for (one, other) in zip(own, results) {
            // pandas counts each NULL and each list of a sample by itself: no counts to compare.
            guard case .object(let members) = other.json else { continue }
            let compared = JSONValue.object(
                members.filter { $0.key != "partial_unexpected_counts" })
            if let text = Agreement.difference(one, compared) {
                Issue.record("\(other["type"]?.text ?? ""): \(text)")
            }
        }
    }

    @Test("50 types of expectations, row conditions and empty tables agree with what was measured")
    func battery() throws {
        let measured = try #require(
            SampleFiles.json(
                SampleFiles.tests.appending(path: "Measured/great-expectations.json")
            ).items)
        let database = try SampleFiles.database()
        #expect(measured.count > 100)
        for item in measured {
            let text = "{\"expectations\": [\(item.json.entry.text)]}"
            let (suite, problems) = SuiteReader.read(Array(text.utf8), file: "measured")
            #expect(problems.map(\.problem) == [])
            let report = try QualityRun.check(
                try #require(suite), table: item["table"]?.text ?? "", on: database)
            guard case .array(let own)? = report.json(.full)["results"], let one = own.first else {
                Issue.record("no result")
                continue
            }
            if let text = Agreement.difference(one, item.json) {
                Issue.record(
                    "\(item["type"]?.text ?? "") \(item["kwargs"]?.json.text ?? ""): \(text) \(one["exception"]?.text ?? "")"
                )
            }
        }
    }

    /// Files that `Measured/measure.py` writes; more of them may be put there before a run.
    private static let generated: [String] = {
        let folder = SampleFiles.tests.appending(path: "Measured").path
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        return (names ?? []).filter { $0.hasPrefix("random-") }.sorted()
    }()

    @Test("generated expectations on generated tables agree with what was measured")
    func random() throws {
        #expect(Self.generated.count >= 6)
        for name in Self.generated {
            let file = try SampleFiles.json(
                SampleFiles.tests.appending(path: "Measured").appending(path: name))
            let database = try SQLiteDatabase(path: ":memory:", mode: .write)
            try database.execute(
                "CREATE TABLE t (i INTEGER, j INTEGER, r REAL, s TEXT, u TEXT, e TEXT)")
            for row in try #require(file["rows"]?.items) {
                let values = try #require(row.items).map { Dialect.sqlite.literal($0.json) }
                try database.execute("INSERT INTO t VALUES (\(values.joined(separator: ", ")))")
            }
            let measured = try #require(file["results"]?.items).map(\.json)
            #expect(measured.count > 40)
            let entries = JSONValue.object(["expectations": .array(measured.map(\.entry))])
            let (suite, problems) = SuiteReader.read(Array(entries.text.utf8), file: name)
            #expect(problems.map(\.problem) == [])
            let report = try QualityRun.check(try #require(suite), table: "t", on: database)
            guard case .array(let own)? = report.json(.full)["results"] else { continue }
            for (one, other) in zip(own, measured) {
                if let text = Agreement.difference(one, other) {
                    Issue.record("\(name) \(other.entry.text): \(text)")
                }
            }
        }
    }
}

extension JSONValue {
    /// The type and the arguments of a measured result.
    var entry: JSONValue {
        .object(["type": self["type"] ?? .null, "kwargs": self["kwargs"] ?? .null])
    }
}

/// What a result must have in common with a measured one.
enum Agreement {
    /// The first difference of a result from what was measured, in words.
    static func difference(_ found: JSONValue, _ expected: JSONValue) -> String? {
        let lists = ["partial_unexpected_list", "partial_missing_list"]
        for key in [
            "success", "element_count", "missing_count", "unexpected_count", "unexpected_percent",
            "missing_percent", "unexpected_percent_total", "unexpected_percent_nonmissing",
            "observed_value", "partial_unexpected_counts", "details",
        ] {
            guard let value = expected[key] else { continue }
            if !isClose(found[key] ?? .null, value) {
                return "\(key): \((found[key] ?? .null).text) for \(value.text)"
            }
        }
        for key in lists {
            guard let value = expected[key] else { continue }
            if multiset(found[key]) != multiset(value) {
                return "\(key): \((found[key] ?? .null).text) for \(value.text)"
            }
        }
        return nil
    }
}

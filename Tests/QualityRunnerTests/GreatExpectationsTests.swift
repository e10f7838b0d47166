import Domain
import Foundation
import JSONText
import Quality
import QualityRunner
import Testing

/// The library Great Expectations, where the `python3` on PATH can import it.
enum GreatExpectations {
    /// By what is printed: beside some versions of PySpark importing it ends the program without an
    /// error.
    static let isInstalled =
        (try? Python.run(["-c", "import great_expectations, sqlalchemy; print('here')"]))
        .map { String(decoding: $0, as: UTF8.self).contains("here") } ?? false

    /// What `Measured/generate.py` prints for `seeds`.
    static func measured(_ seeds: [Int]) throws -> [UInt8] {
        let script = SampleFiles.tests.appending(path: "Measured/generate.py").path
        return Array(try Python.run([script] + seeds.map(String.init)))
    }
}

/// The `python3` on PATH, into which peers are installed.
enum Python {
    /// What it prints on standard output.
    static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return output
    }
}

@Suite(
    "Random tables and suites give what Great Expectations finds",
    .enabled(if: GreatExpectations.isInstalled))
struct GreatExpectationsTests {
    /// Where Great Expectations looks away: it takes a `column_index` of 0 for none, and looks for
    /// pairs in all rows, whatever the condition, while it counts those of the condition.
    private func isLooseThere(_ entry: JSONValue) -> Bool {
        entry["kwargs"]?["column_index"] == .integer(0)
            || entry["type"]?.text == JSONValue.string(ExpectationKind.pairInSet.rawValue).text
                && entry["kwargs"]?["row_condition"] != nil
    }

    @Test(
        "success, counts, percentages, samples and observed values agree")
    func agree() throws {
        let cases = try #require(
            SourceText.read(GreatExpectations.measured([101, 103, 1_002]), file: "measured").items)
        #expect(cases.count == 3)
        var types: Set<String> = []
        for found in cases {
            let database = try SQLiteDatabase(path: ":memory:", mode: .write)
            let columns = try #require(found["columns"]?.items).compactMap { column in
                column.items.map {
                    "\(Dialect.sqlite.quoted($0[0].text ?? "")) \($0[1].text ?? "")"
                }
            }
            try database.execute("CREATE TABLE t (\(columns.joined(separator: ", ")))")
            for row in try #require(found["rows"]?.items) {
                let values = (row.items ?? []).map { Dialect.sqlite.literal($0.json) }
                try database.execute("INSERT INTO t VALUES (\(values.joined(separator: ", ")))")
            }
            // What it refuses itself has no result to compare.
            let measured = try #require(found["results"]?.items).map(\.json).filter {
                $0["raised"] == nil && $0["refused"] == nil && !isLooseThere($0)
            }
            #expect(measured.count > 35)
            let entries = JSONValue.object(["expectations": .array(measured.map(\.entry))])
            let (suite, problems) = SuiteReader.read(Array(entries.text.utf8), file: "random")
            #expect(problems.map(\.problem) == [])
            let report = try QualityRun.check(try #require(suite), table: "t", on: database)
            guard case .array(let own)? = report.json(.full)["results"] else { continue }
            for (one, other) in zip(own, measured) {
                types.insert(other["type"]?.text ?? "")
                if let text = Agreement.difference(one, other) {
                    Issue.record(
                        "seed \(found["seed"]?.json.text ?? "") \(other.entry.text): \(text)")
                }
            }
        }
        #expect(types.count >= 40)
    }
}

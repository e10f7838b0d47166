import CSQLite
import Foundation

/// The 36 expectations of the tests' sample on its 3,000 rows: a whole process, as a pipeline or a
/// person starts it, against Great Expectations where the `python3` on the path has it.
struct SampleSuiteBench {
    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let folder: String
    let program: String
    let rounds: Int

    private static let samples = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Tests/QualityRunnerTests/Fixtures").standardizedFileURL
    private var suite: String { Self.samples.appending(path: "suite.json").path }
    private var csv: String { Self.samples.appending(path: "orders.csv").path }
    private var database: String { folder + "/sample.db" }

    func measure() throws -> [Figure] {
        try load()
        let sqlite = try check(["--connection", "sqlite:" + database, "--table", "orders"])
        let file = try check(["--csv", csv])
        var figures = [
            Figure(
                name: "36 expectations on 3,000 rows of SQLite, from start to exit",
                value: sqlite, unit: "ms", limit: 30),
            Figure(
                name: "36 expectations on the CSV file, from start to exit", value: file,
                unit: "ms", limit: 30),
        ]
        if let theirs = try greatExpectations() {
            figures += [
                Figure(
                    name: "Great Expectations, the same suite on the same table", value: theirs,
                    unit: "ms"),
                Figure(
                    name: "against Great Expectations (1/100 = 0.01)", value: sqlite / theirs,
                    unit: "×"),
            ]
        }
        return figures
    }

    private func check(_ target: [String]) throws -> Double {
        let seconds = try (0..<rounds).map { _ in
            try Program.run(program, ["check", suite] + target + ["--json"]).seconds
        }
        return median(seconds) * 1_000
    }

    /// Puts the sample, which has no quotes, into a table; empty fields are NULL.
    private func load() throws {
        let lines = try String(contentsOfFile: csv, encoding: .utf8)
            .split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
        guard let header = lines.first else { throw Failure(description: "\(csv) is empty") }
        let texts: Set<Substring> = [
            "email", "status", "country", "ordered_at", "shipped_at", "postcode", "note",
        ]
        let columns = header.map { "\"\($0)\" \(texts.contains($0) ? "text" : "numeric")" }
        var sql = "begin; create table orders (\(columns.joined(separator: ", ")));"
        for line in lines.dropFirst() {
            let values = line.map { $0.isEmpty ? "null" : "'\($0.replacing("'", with: "''"))'" }
            sql += "insert into orders values (\(values.joined(separator: ", ")));"
        }
        sql += "commit;"
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        guard sqlite3_open(database, &handle) == SQLITE_OK,
            sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
        else {
            throw Failure(description: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "")
        }
    }

    /// Milliseconds of one run; nil where it is not installed.
    private func greatExpectations() throws -> Double? {
        guard let python = Program.find("python3") else { return nil }
        let script = folder + "/suite.py"
        try """
        import json, logging, sys, warnings
        warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
        gx = __import__("great_expectations")
        from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        source = context.data_sources.add_sqlite("s", connection_string="sqlite:///" + sys.argv[2])
        asset = source.add_table_asset("orders", table_name="orders")
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        suite = gx.ExpectationSuite(name="suite")
        for entry in json.load(open(sys.argv[1]))["expectations"]:
            config = ExpectationConfiguration(type=entry["type"], kwargs=entry["kwargs"])
            suite.add_expectation_configuration(config)
        found = batch.validate(suite, result_format="SUMMARY")
        open(sys.argv[3], "w").write(str(len(found.results)))
        """.write(toFile: script, atomically: true, encoding: .utf8)
        let note = folder + "/found.txt"
        let seconds = try Program.run(python, [script, suite, database, note]).seconds
        // Without the note it is not there, or did not run to its end.
        guard let found = try? String(contentsOfFile: note, encoding: .utf8), Int(found) == 36
        else { return nil }
        return seconds * 1_000
    }
}

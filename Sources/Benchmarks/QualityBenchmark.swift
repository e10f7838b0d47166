import CSQLite
import Foundation

/// `quality [--rows N] [--rounds N] [--scratch DIR] [--program PATH]`: checks of every row of a table
/// against one query of the bare SQLite library that counts with the same predicates; then the 36
/// expectations of the sample.
func runQualityBenchmark(_ words: [String]) async throws {
    var options = BenchmarkOptions()
    var rows = 1_000_000
    var words = words[...]
    while let word = words.popFirst() {
        switch (word, words.popFirst()) {
        case ("--rows", let value?): rows = max(1, Int(value) ?? rows)
        case ("--rounds", let value?): options.rounds = max(1, Int(value) ?? options.rounds)
        case ("--scratch", let value?): options.scratch = value
        case ("--program", let value?): options.program = value
        default: throw QualityBenchmarkError(words: "what is '\(word)'?")
        }
    }
    let folder = options.scratch + "/spillway-quality-\(getpid())"
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var figures: [Figure] = []
    for (title, count, limit) in [("small", 3_000, nil), ("whole", rows, 1.5)]
        as [(String, Int, Double?)]
    {
        let bench = try QualityTableBench(folder: folder, rows: count, options: options)
        let (ours, bare) = try bench.measure()
        figures += [
            Figure(
                name: "\(count) rows, \(QualityTableBench.checks) checks", value: ours, unit: "ms"),
            Figure(name: "the same predicates in bare SQLite", value: bare, unit: "ms"),
            Figure(
                name: "\(title): times the bare query", value: ours / bare, unit: "×", limit: limit),
        ]
    }
    let program =
        options.program
        ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "spillway").path
    figures += try SampleSuiteBench(folder: folder, program: program, rounds: options.rounds)
        .measure()
    for figure in figures { print(figure.line) }
    if figures.contains(where: { !$0.isGood }) { exit(1) }
}

/// A table of orders, a suite for it, and the query that counts the same.
private struct QualityTableBench {
    /// A column, what SQLite counts as failing, the expectation's type and what it takes.
    private static let rules: [(sql: String, type: String, kwargs: String)] = [
        ("id is null", "column_values_to_not_be_null", #""column": "id""#),
        ("kind is null", "column_values_to_not_be_null", #""column": "kind""#),
        ("day is null", "column_values_to_not_be_null", #""column": "day", "mostly": 0.9"#),
        ("note is not null", "column_values_to_be_null", #""column": "note""#),
        (
            "kind not in ('a', 'b', 'c', 'd')", "column_values_to_be_in_set",
            #""column": "kind", "value_set": ["a", "b", "c", "d"]"#
        ),
        (
            "kind in ('x', 'y')", "column_values_to_not_be_in_set",
            #""column": "kind", "value_set": ["x", "y"]"#
        ),
        (
            "amount < 0 or amount > 990", "column_values_to_be_between",
            #""column": "amount", "min_value": 0, "max_value": 990, "mostly": 0.9"#
        ),
        (
            "day < '2024-01-01' or day > '2024-12-31'", "column_values_to_be_between",
            #""column": "day", "min_value": "2024-01-01", "max_value": "2024-12-31""#
        ),
        ("length(kind) <> 1", "column_value_lengths_to_equal", #""column": "kind", "value": 1"#),
        (
            "cost > amount", "column_pair_values_a_to_be_greater_than_b",
            #""column_A": "amount", "column_B": "cost", "or_equal": true, "mostly": 0.4"#
        ),
    ]
    static var checks: Int { rules.count }

    let folder: String
    let options: BenchmarkOptions
    private var database: String { folder + "/data.db" }

    init(folder: String, rows: Int, options: BenchmarkOptions) throws {
        (self.folder, self.options) = (folder, options)
        for name in ["data.db", "data.db-wal", "data.db-shm"] {
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
        try Self.run(
            """
            create table orders (id integer, kind text, amount real, cost real, day text, note text);
            insert into orders
            with recursive n(i) as (select 1 union all select i + 1 from n where i < \(rows))
            select i, substr('abcd', 1 + i % 4, 1), (i * 7919) % 1000, (i * 104729) % 1000,
                date('2024-01-01', '+' || (i % 365) || ' days'), null from n;
            """, in: folder + "/data.db")
        let expectations = Self.rules.map {
            #"{"type": "expect_\#($0.type)", "kwargs": {\#($0.kwargs)}}"#
        }
        try """
        {"name": "orders", "expectations": [\(expectations.joined(separator: ", "))]}
        """.write(toFile: folder + "/suite.json", atomically: true, encoding: .utf8)
    }

    /// Milliseconds of the program from its start to its end, and of the bare query.
    func measure() throws -> (ours: Double, bare: Double) {
        let counts = Self.rules.map { "count(*) filter (where \($0.sql))" }
        let query = "select count(*), \(counts.joined(separator: ", ")) from orders"
        var (ours, bare): ([Double], [Double]) = ([], [])
        for _ in 0..<options.rounds {
            bare.append(try Self.milliseconds { try Self.run(query, in: database) })
            ours.append(try Self.milliseconds { try check() })
        }
        return (median(ours), median(bare))
    }

    private func check() throws {
        let process = Process()
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "spillway").path
        process.executableURL = URL(filePath: options.program ?? beside)
        process.arguments = [
            "check", folder + "/suite.json", "--connection", "sqlite:" + database, "--table",
            "orders", "--json",
        ]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw QualityBenchmarkError(words: "the checks ended with \(process.terminationStatus)")
        }
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .milliseconds(1)
    }

    private static func run(_ sql: String, in path: String) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        guard sqlite3_open(path, &handle) == SQLITE_OK,
            sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
        else {
            throw QualityBenchmarkError(
                words: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "")
        }
    }
}

private struct QualityBenchmarkError: Error, CustomStringConvertible {
    var words: String
    var description: String { "quality: " + words }
}

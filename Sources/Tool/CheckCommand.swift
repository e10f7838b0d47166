import ArgumentParser
import Domain
import JSONText
import Quality
import QualityConnections
import QualityHistory
import QualityRunner

/// `check …` checks data by suites of expectations.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check data by a suite of expectations.",
        subcommands: [CheckRun.self, CheckProfile.self, CheckHistoryCommand.self],
        defaultSubcommand: CheckRun.self)
}

/// `check SUITE` checks a table or a file.
struct CheckRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Check a table or a file by a suite.",
        discussion: """
            A suite is YAML of our own or JSON of Great Expectations (1.0 or newer), as it is. \
            Exit code 0: all hold, or only warnings; 1: an error; 2: it could not be checked. \
            In a project with a state folder each run is kept: see 'check history'.

            Examples:
              spillway check checks/orders.yml --connection warehouse
              spillway check suite.json --csv orders.csv --json
              spillway check suite.json --connection sqlite:shop.db --table orders
              spillway check suite.yml --parquet orders.parquet --anomalies
              spillway check suite.json --csv orders.csv --parameter least=100
            """)

    @Argument(help: "The suite's file.")
    var suite: String

    @OptionGroup var target: CheckTarget

    @Option(help: "A table that takes the rows that failed; they leave the checked one (SQLite).")
    var quarantine: String?

    @Option(
        name: [.customLong("parameter")],
        help: ArgumentHelp(
            "A value for {\"$PARAMETER\": NAME} of the suite; may be given again.",
            valueName: "name=value"))
    var parameters: [String] = []

    @Flag(help: "Compare rows, NULLs and age with earlier runs; what is out of line is an error.")
    var anomalies = false

    @Option(help: "With --anomalies: a column whose newest time tells how old the data is.")
    var freshness: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "With --json: every detail of each result.")
    var full = false

    func validate() throws {
        guard quarantine == nil || target.csv == nil && target.parquet == nil else {
            throw ValidationError("--quarantine moves rows of a table: give --connection.")
        }
        for parameter in parameters where !parameter.contains("=") {
            throw ValidationError("Write --parameter NAME=VALUE, not '\(parameter.printable)'.")
        }
    }

    func run() throws {
        let (suite, hasMistakes) = try Self.read(self.suite, parameters: parameterValues)
        let (place, table, problems) = try target.open(for: suite, isWriting: quarantine != nil)
        for problem in problems { Console.error(problem.report) }
        let report: CheckReport
        var record: CheckRecord?
        switch place {
        case .sqlite(let database):
            report = try QualityRun.check(suite, table: table, on: database)
            record = try self.record(report, table, on: database)
        case .other(let database):
            report = try QualityRun.check(suite, table: table, on: database)
            record = try self.record(report, table, on: database)
        }
        var unusual: [(name: String, anomaly: Anomaly)] = []
        if let record {
            let history = CheckHistory(suite: suite.name)
            if anomalies { unusual = record.anomalies(against: history.records) }
            try history.append(record)
        }
        show(report, unusual)
        if let quarantine { try move(report, table, to: quarantine, place) }
        if hasMistakes || report.verdict == .error || unusual.contains(where: \.anomaly.isAnomaly) {
            throw Exit.workFailed
        }
    }

    /// Numbers, flags and other JSON as what they are, anything else as text.
    private var parameterValues: SuiteParameters {
        var values: [String: JSONValue] = [:]
        for parameter in parameters {
            let parts = parameter.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[String(parts[0])] =
                (try? JSONValue(reading: Array(parts[1].utf8))) ?? .string(String(parts[1]))
        }
        return SuiteParameters(values)
    }

    /// The suite of a file; what is wrong with it goes to standard error.
    static func read(
        _ path: String, parameters: SuiteParameters = SuiteParameters()
    ) throws -> (Suite, hasMistakes: Bool) {
        let (read, problems) = SuiteReader.read(
            try QualityRun.bytes(ofFile: path), file: path, parameters: parameters)
        for problem in problems { Console.error(problem.report) }
        guard let read else { throw Exit.usedWrongly }
        return (read, problems.contains { $0.severity == .error })
    }

    /// The name of the suite in a file; a text that is no file is a name itself.
    static func suiteName(of text: String) throws -> String {
        guard let bytes = try? QualityRun.bytes(ofFile: text) else { return text }
        return SuiteReader.read(bytes, file: text).0?.name ?? text
    }

    private func record(
        _ report: CheckReport, _ table: String, on database: borrowing some CheckDatabase
    ) throws -> CheckRecord? {
        guard anomalies || CheckHistory.hasFolder() else { return nil }
        let name = try database.shape(of: table).sqlName
        var rows: Int?
        if let found = try database.rows("SELECT count(*) FROM \(name)").first?.first,
            case .integer(let count) = found
        {
            rows = Int(count)
        }
        var ages: [String: Double] = [:]
        if let freshness {
            let column = database.dialect.quoted(freshness)
            let age =
                switch database.dialect {
                case .sqlite: "(julianday('now') - julianday(max(\(column)))) * 86400.0"
                case .postgres, .duckdb:
                    "extract(epoch from (current_timestamp - max(cast(\(column) as timestamptz))))"
                }
            switch try database.rows("SELECT \(age) FROM \(name)").first?.first {
            case .number(let seconds)?: ages[freshness] = seconds
            case .integer(let seconds)?: ages[freshness] = Double(seconds)
            default: break
            }
        }
        return CheckRecord(
            report, at: SystemClock.now().iso8601, table: table, rowCount: rows, ages: ages)
    }

    private func move(
        _ report: CheckReport, _ table: String, to quarantine: String, _ place: CheckTarget.Place
    ) throws {
        guard case .sqlite(let database) = place else {
            throw ValidationError("--quarantine works on SQLite only.")
        }
        let count = try QualityRun.quarantine(report, table: table, into: quarantine, on: database)
        Console.error("\(count) rows moved from '\(table)' to '\(quarantine)'".printable)
    }

    private func show(_ report: CheckReport, _ unusual: [(name: String, anomaly: Anomaly)]) {
        guard !json else {
            var value = report.json(full ? .full : .brief)
            if anomalies, case .object(var members) = value {
                members.append(.init("anomalies", .array(unusual.map(Self.json))))
                value = .object(members)
            }
            return Console.printJSON(value)
        }
        var output = TextTable(["", "EXPECTATION", "UNEXPECTED", "OF", "OBSERVED"])
        for result in report.results {
            output.add([
                result.success ? "ok" : result.verdict == .warn ? "warn" : "FAILED",
                Self.title(result), result.unexpectedCount.map { "\($0)" } ?? "-",
                result.elementCount.map { "\($0)" } ?? "-",
                result.observedValue?.text ?? result.exception ?? "-",
            ])
        }
        Console.print(output.text)
        for (name, anomaly) in unusual {
            let band =
                anomaly.band.map { "in line from \($0.low) to \($0.high) (\($0.count) runs)" }
                ?? "too few runs to tell"
            let word = anomaly.isAnomaly ? "UNUSUAL" : "usual"
            Console.print("\(word)  \(name) \(anomaly.value), \(band)".printable)
        }
        let passed = report.results.count { $0.success }
        Console.print("\(passed) of \(report.results.count) expectations hold")
    }

    private static func json(_ entry: (name: String, anomaly: Anomaly)) -> JSONValue {
        let band = entry.anomaly.band.map { band in
            JSONValue.object([
                "low": .number(band.low), "high": .number(band.high),
                "middle": .number(band.middle), "runs": .integer(Int64(band.count)),
            ])
        }
        return .object([
            "name": .string(entry.name), "value": .number(entry.anomaly.value),
            "is_anomaly": .bool(entry.anomaly.isAnomaly), "band": band ?? .null,
        ])
    }

    private static func title(_ result: CheckResult) -> String {
        guard case .object(let members) = result.kwargs,
            let column = members.first(where: { $0.key == "column" }),
            case .string(let name) = column.value
        else { return result.type }
        return result.type + " " + name
    }
}

/// `check profile` looks at a table and proposes a suite for it.
struct CheckProfile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Look at a table and propose a suite that it fulfils.",
        discussion: """
            Prints the suite as YAML, to be read and corrected; --json prints what was measured.

            Examples:
              spillway check profile --connection sqlite:shop.db --table orders > checks/orders.yml
              spillway check profile --csv orders.csv --json
            """)
    @OptionGroup var target: CheckTarget
    @Option(help: "The suite's name.") var name: String?
    @Flag(help: "Print the measures as JSON.") var json = false

    func run() throws {
        let (place, table, problems) = try target.open(for: nil)
        for problem in problems { Console.error(problem.report) }
        let profiles =
            switch place {
            case .sqlite(let database): try QualityRun.profile(table: table, on: database)
            case .other(let database): try QualityRun.profile(table: table, on: database)
            }
        guard json else {
            let text = SuiteProposal.yaml(name: name ?? table, table: table, profiles: profiles)
            return Console.print(text.printableLines)
        }
        let rows = profiles.map { profile in
            JSONValue.object([
                "column": .string(profile.name), "type": .string(profile.type),
                "rows": .integer(Int64(profile.rowCount)),
                "nulls": .integer(Int64(profile.nullCount)),
                "distinct": .integer(Int64(profile.distinctCount)), "min": profile.least,
                "max": profile.greatest, "mean": profile.mean.map { .number($0) } ?? .null,
                "shortest": .integer(orNull: profile.shortest),
                "longest": .integer(orNull: profile.longest),
                "values": profile.values.map { .array($0) } ?? .null,
            ])
        }
        Console.printJSON(.object(["table": .string(table), "columns": .array(rows)]))
    }
}

import ArgumentParser
import Domain
import Foundation
import JSONText
import PipelineFiles
import Quality
import QualityRunner
import Workspace

/// `check SUITE` checks a table or a CSV file by a suite of expectations.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check data by a suite of expectations.",
        discussion: """
            A suite is YAML of our own or JSON of Great Expectations (1.0 or newer), as it is.
            Exit code 0: all hold, or only warnings; 1: an error; 2: it could not be checked.

            Examples:
              spillway check checks/orders.yml --connection warehouse
              spillway check suite.json --csv orders.csv --json
              spillway check suite.json --connection sqlite:shop.db --table orders
            """)

    @Argument(help: "The suite's file.")
    var suite: String

    @Option(help: "A connection of spillway.yml, or sqlite:PATH.")
    var connection: String?

    @Option(help: "A CSV file, instead of a connection.")
    var csv: String?

    @Option(help: "The table, instead of the suite's own.")
    var table: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "With --json: every detail of each result.")
    var full = false

    func validate() throws {
        guard connection == nil || csv == nil else {
            throw ValidationError("Give --connection or --csv, not both.")
        }
    }

    func run() throws {
        let (read, problems) = SuiteReader.read(
            try QualityRun.bytes(ofFile: suite), file: suite)
        for problem in problems { Console.error(problem.report) }
        guard let read else { throw Exit.usedWrongly }
        let report = try report(of: read)
        if json {
            Console.printJSON(report.json(full ? .full : .brief))
        } else {
            var output = TextTable(["", "EXPECTATION", "UNEXPECTED", "OF", "OBSERVED"])
            for result in report.results {
                output.add([
                    result.success ? "ok" : "FAILED", Self.title(result),
                    result.unexpectedCount.map { "\($0)" } ?? "-",
                    result.elementCount.map { "\($0)" } ?? "-",
                    result.observedValue?.text ?? "-",
                ])
            }
            Console.print(output.text)
            let passed = report.results.count { $0.success }
            Console.print("\(passed) of \(report.results.count) expectations hold")
        }
        if report.verdict == .error { throw Exit.workFailed }
    }

    private func report(of suite: Suite) throws -> CheckReport {
        if connection == nil, let path = csv ?? suite.csv {
            let (report, problems) = try QualityRun.check(
                suite, csv: try QualityRun.bytes(ofFile: path), file: path)
            for problem in problems { Console.error(problem.report) }
            return report
        }
        // Set by a pipeline's 'check' task with the pipeline's only connection.
        let given = ProcessInfo.processInfo.environment["SPILLWAY_CONNECTION"]
        guard let connection = connection ?? given else {
            throw ValidationError("Say what to check: --connection NAME or --csv FILE.")
        }
        guard let table = table ?? suite.table else {
            throw ValidationError("The suite names no table: give --table NAME.")
        }
        let database = try SQLiteDatabase(path: try ConnectionPath.resolve(connection))
        return try QualityRun.check(suite, table: table, on: database)
    }

    private static func title(_ result: CheckResult) -> String {
        guard case .object(let members) = result.kwargs,
            let column = members.first(where: { $0.key == "column" }),
            case .string(let name) = column.value
        else { return result.type }
        return result.type + " " + name
    }
}

/// Where a connection's SQLite file lies.
enum ConnectionPath {
    /// The path that `text` means: `sqlite:PATH`, or a connection of the workspace here.
    ///
    /// - Throws: A `UserFacingError` where there is no such connection.
    static func resolve(_ text: String) throws -> String {
        if text.hasPrefix("sqlite:") { return String(text.dropFirst(7)) }
        let workspace = try Workspace.read(root: ".")
        let known =
            workspace.settings.connections
            + workspace.entries.flatMap { $0.pipeline?.connections ?? [] }
        guard let found = known.first(where: { $0.name.name == text }) else {
            throw UnknownConnectionError(
                name: text, nearest: nearestName(to: text, among: known.map(\.name.name)))
        }
        let path = String(found.url.drop { $0 != ":" }.dropFirst())
        return path.hasPrefix("/") ? path : workspace.root + "/" + path
    }
}

/// Neither the workspace nor its pipelines define a connection of that name.
struct UnknownConnectionError: UserFacingError {
    var name: String
    var nearest: String?

    var problem: String { "There is no connection '\(name)' here." }
    var remedy: String {
        nearest.map { "Did you mean '\($0)'?" }
            ?? "Write sqlite:PATH, or add it to spillway.yml: connections: { \(name): sqlite:PATH }."
    }
}

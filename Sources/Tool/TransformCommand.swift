import ArgumentParser
import Domain
import Foundation
import JSONText
import Transform
import TransformRunner

/// `transform …` builds dbt projects on SQLite.
struct TransformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transform", abstract: "Build dbt projects as they are.",
        subcommands: [
            TransformBuild.self, TransformRunModels.self, TransformTest.self, TransformSeed.self,
            TransformSnapshot.self, TransformRetry.self, TransformCompile.self, TransformList.self,
        ])
}

/// Runs nodes, prints how each ended, and leaves `run_results.json` behind.
enum TransformExecution {
    static func execute(
        _ command: TransformRunner.RunCommand, _ options: ProjectOptions, isFullRefresh: Bool,
        json: Bool,
        choose: (LoadedProject) throws -> Set<Int>?
    ) throws {
        let loaded = try options.load(command.rawValue, isFullRefresh: isFullRefresh)
        let selected = try choose(loaded)
        if selected?.isEmpty == true {
            // dbt's words and its exit code: a selection may rightly be empty.
            Console.error("warning: the selection does not match any enabled nodes; nothing to do")
            if json { Console.printJSON(Self.json([], RunSummary([]), loaded.project)) }
            return
        }
        let began = ContinuousClock.now
        let run = TransformRun(
            project: loaded.project, files: loaded.files, database: try options.open(loaded),
            command: command, isFullRefresh: isFullRefresh, now: loaded.startedAt,
            clock: { Self.seconds(since: began) },
            observe: { if !json { Console.print(line($0)) } })
        let results = run.run(selected: selected)
        let file = try RunResultsFile.text(
            results, command: command, generatedAt: SystemClock.now().iso8601,
            invocationID: loaded.invocationID, elapsed: seconds(since: began))
        let path = URL(filePath: loaded.resultsPath)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try file.write(to: path, atomically: true, encoding: .utf8)
        let summary = RunSummary(results)
        if json {
            Console.printJSON(Self.json(results, summary, loaded.project))
        } else {
            Console.print(summary.text)
        }
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let parts = (ContinuousClock.now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }

    private static func line(_ result: NodeResult) -> String {
        let took = Span(microseconds: Int64(result.seconds * 1e6)).humanText
        let message = result.message.map { "  " + $0 } ?? ""
        return "\(result.status.rawValue)  \(result.uniqueID)  \(took)\(message)".printable
    }

    /// `{"results":[{"unique_id","status","failures","rows","execution_ms","message","location"}],
    /// "summary":{"pass","warn","error","skip","no_op","total"}}`
    private static func json(
        _ results: [NodeResult], _ summary: RunSummary, _ project: TransformProject
    ) -> JSONValue {
        let rows = results.map { result in
            let location = project.node(result.uniqueID).map { node in
                "\(node.path):\(node.place.line):\(node.place.column)"
            }
            return JSONValue.object([
                "unique_id": .string(result.uniqueID), "status": .string(result.status.rawValue),
                "failures": .integer(orNull: result.failures),
                "rows": .integer(orNull: result.rows),
                "execution_ms": .number((result.seconds * 1e6).rounded() / 1e3),
                "message": .string(orNull: result.message), "location": .string(orNull: location),
            ])
        }
        return .object([
            "results": .array(rows),
            "summary": .object([
                "pass": .integer(Int64(summary.pass)), "warn": .integer(Int64(summary.warn)),
                "error": .integer(Int64(summary.error)), "skip": .integer(Int64(summary.skip)),
                "no_op": .integer(Int64(summary.noOp)), "total": .integer(Int64(summary.total)),
            ]),
        ])
    }
}

/// `transform build`: seeds, models, snapshots and tests in the order of the graph.
struct TransformBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Seeds, models, snapshots and tests, in their order.",
        discussion: """
            Examples:
              spillway transform build --project-dir harbor
              spillway transform build --select +orders --json
            """)
    @OptionGroup var options: ProjectOptions
    @Flag(name: .customLong("full-refresh"), help: "Build incremental models anew.")
    var fullRefresh = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        try TransformExecution.execute(
            .build, options, isFullRefresh: fullRefresh, json: json
        ) { try options.selected(in: $0.project) }
    }
}

/// `transform run`: models only.
struct TransformRunModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Build the models.",
        discussion: "Example:\n  spillway transform run --select staging.*+ --full-refresh")
    @OptionGroup var options: ProjectOptions
    @Flag(name: .customLong("full-refresh"), help: "Build incremental models anew.")
    var fullRefresh = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        try TransformExecution.execute(
            .run, options, isFullRefresh: fullRefresh, json: json
        ) { try options.selected(in: $0.project) }
    }
}

/// `transform test`: data tests and unit tests.
struct TransformTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests.",
        discussion: "Example:\n  spillway transform test --select orders --json")
    @OptionGroup var options: ProjectOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        try TransformExecution.execute(
            .test, options, isFullRefresh: false, json: json
        ) { try options.selected(in: $0.project) }
    }
}

/// `transform seed`: CSV files into tables.
struct TransformSeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Load the CSV files.",
        discussion: "Example:\n  spillway transform seed --full-refresh")
    @OptionGroup var options: ProjectOptions
    @Flag(name: .customLong("full-refresh"), help: "Make the tables anew.")
    var fullRefresh = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        try TransformExecution.execute(
            .seed, options, isFullRefresh: fullRefresh, json: json
        ) { try options.selected(in: $0.project) }
    }
}

/// `transform snapshot`: history tables.
struct TransformSnapshot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Take the snapshots.",
        discussion: "Example:\n  spillway transform snapshot")
    @OptionGroup var options: ProjectOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        try TransformExecution.execute(
            .snapshot, options, isFullRefresh: false, json: json
        ) { try options.selected(in: $0.project) }
    }
}

/// `transform retry`: what the last command left unfinished.
struct TransformRetry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Run again what the last command left unfinished.",
        discussion: "Example:\n  spillway transform retry --project-dir harbor")
    @OptionGroup var options: ProjectOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        try TransformExecution.execute(.build, options, isFullRefresh: false, json: json) {
            loaded in
            guard let bytes = FileManager.default.contents(atPath: loaded.resultsPath) else {
                throw ValidationError("There is no \(loaded.resultsPath) to take up.")
            }
            let statuses = try EarlierRun.statuses(Array(bytes), file: loaded.resultsPath)
            return loaded.project.unfinished(after: statuses)
        }
    }
}

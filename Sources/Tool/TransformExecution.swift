import ArgumentParser
import Domain
import Foundation
import JSONText
import Transform
import TransformRunner

/// Runs nodes, prints how each ended, and leaves dbt's artifacts behind.
enum TransformExecution {
    static func execute(
        _ earlier: EarlierCommand, _ options: ProjectOptions, _ execution: ExecutionOptions,
        state: String? = nil, choose: (LoadedProject) throws -> Set<Int>?
    ) throws {
        if options.engine == "dbt" {
            return try DbtEngine.run(
                Array(CommandLine.arguments.drop { $0 != "transform" }.dropFirst()),
                project: options.projectDir, results: options.resultsPath,
                isJSON: execution.json)
        }
        let isFull = execution.fullRefresh || earlier.isFullRefresh
        let loaded = try options.load(
            earlier.command.rawValue, isFullRefresh: isFull, isEmpty: execution.empty,
            storesFailures: execution.storeFailures, sample: execution.sample)
        let selected = try execution.node.map { try loaded.only($0) } ?? choose(loaded)
        if selected?.isEmpty == true, execution.node == nil {
            // dbt's words and its exit code: a selection may rightly be empty.
            Console.error("warning: the selection does not match any enabled nodes; nothing to do")
            try loaded.write(
                RunResultsFile.text(
                    [], arguments: [("which", earlier.command.rawValue)],
                    generatedAt: SystemClock.now().iso8601, invocationID: loaded.invocationID,
                    elapsed: 0), to: "run_results.json")
            if execution.json {
                Console.printJSON(Self.json([], RunSummary([]), loaded.project))
            }
            return
        }
        let began = ContinuousClock.now
        let database = try options.open(loaded)
        let events = try execution.openLineage.map {
            try LineageLog(target: $0, loaded, database: database, command: earlier.command)
        }
        var eventFailure: (any Error)?
        let run = TransformRun(
            project: loaded.project, files: loaded.files, database: database,
            settings: try settings(earlier.command, isFull, execution, loaded, options.vars),
            clock: { Self.seconds(since: began) },
            observe: { result in
                if !execution.json { Console.print(line(result)) }
                do { try events?.note(result) } catch { eventFailure = error }
            },
            listen: { if !execution.json { Console.print($0.printableLines) } })
        if let deferral = try execution.deferral(state, loaded.project, running: selected) {
            run.defer(to: deferral)
        }
        let results = run.run(selected: selected)
        try loaded.keepHistory(results, at: SystemClock.now().iso8601)
        if execution.node == nil {
            try leave(
                results, of: run, loaded,
                arguments: [
                    ("which", earlier.command.rawValue),
                    ("full_refresh", isFull ? "true" : "false"),
                    ("project_dir", options.projectDir),
                ] + options.named, vars: try options.varsMap, elapsed: seconds(since: began))
            try loaded.leaveCatalog(of: database, isWhole: selected == nil)
        } else if !execution.json {
            for sql in results.compactMap(\.compiledSQL) {
                Console.print("-- compiled\n" + sql.printableLines)
                let plan = database.plan(of: SQLScanner.trimmed(sql))
                if !plan.isEmpty {
                    Console.print("-- plan\n" + plan.joined(separator: "\n").printableLines)
                }
            }
        }
        run.finish()
        try events?.end()
        if let eventFailure { throw eventFailure }
        let summary = RunSummary(results)
        if execution.json {
            Console.printJSON(Self.json(results, summary, loaded.project))
        } else {
            Console.print(summary.text)
        }
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    static func execute(
        _ command: TransformRunner.RunCommand, _ options: ProjectOptions,
        _ execution: ExecutionOptions, state: String?,
        choose: (LoadedProject) throws -> Set<Int>?
    ) throws {
        try execute(
            EarlierCommand(command: command, isFullRefresh: false), options, execution,
            state: state, choose: choose)
    }

    private static func settings(
        _ command: TransformRunner.RunCommand, _ isFullRefresh: Bool,
        _ execution: ExecutionOptions, _ loaded: LoadedProject, _ vars: String?
    ) throws -> RunSettings {
        var settings = RunSettings(command: command, now: loaded.startedAt)
        settings.vars = vars
        settings.part =
            switch execution.node {
            case nil: .whole
            case "on-run-start": .start
            case "on-run-end": .end
            default: .nodes
            }
        settings.isFullRefresh = isFullRefresh
        settings.failsFast = execution.failFast
        settings.takesWarningsForErrors = execution.warnError
        settings.storesFailures = execution.storeFailures
        settings.fillsGaps = execution.fillGaps
        if let start = execution.eventTimeStart, let end = execution.eventTimeEnd {
            settings.eventTimes = (start, end)
        }
        if execution.changed { settings.earlierFingerprints = try loaded.fingerprints() }
        return settings
    }

    private static func leave(
        _ results: [NodeResult], of run: TransformRun, _ loaded: LoadedProject,
        arguments: [(String, String)], vars: ConfigMap, elapsed: Double
    ) throws {
        let now = SystemClock.now().iso8601
        try loaded.write(
            RunResultsFile.text(
                results, arguments: arguments, vars: vars, generatedAt: now,
                invocationID: loaded.invocationID, elapsed: elapsed), to: "run_results.json")
        try loaded.leaveManifest(results, at: now)
        if !run.fingerprints.isEmpty {
            try loaded.keep(fingerprints: run.fingerprints, results: results)
        }
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let parts = (ContinuousClock.now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }

    private static func line(_ result: NodeResult) -> String {
        let took = Span(microseconds: Int64(result.seconds * 1e6)).humanText
        // What a test found stands in its message.
        let written = result.status == .success ? result.rows : nil
        let rows = written.map { $0 == 1 ? "  1 row" : "  \($0) rows" } ?? ""
        let message = result.message.map { "  " + $0.replacing("\n", with: " ") } ?? ""
        let notes = result.warnings.map { "\n      warning: \($0)".printable }
        let rewrites = result.rewrites.sorted { $0.key < $1.key }.map { "\($0.key) ×\($0.value)" }
        let rewritten =
            rewrites.isEmpty
            ? "" : "\n      rewritten for SQLite: \(rewrites.joined(separator: ", "))"
        return "\(result.status.rawValue)  \(result.uniqueID)  \(took)\(rows)\(message)".printable
            + notes.joined() + rewritten
    }

    /// `{"results":[{"unique_id","status","failures","rows","execution_ms","message","location",
    /// "warnings","rewrites"}],"summary":{"pass","warn","error","skip","no_op","total"}}`
    static func json(
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
                "warnings": .array(result.warnings.map { .string($0) }),
                "rewrites": .object(
                    result.rewrites.sorted { $0.key < $1.key }.map {
                        JSONValue.Member($0.key, .integer(Int64($0.value)))
                    }),
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

/// A command that is to be run, perhaps again.
struct EarlierCommand {
    var command: TransformRunner.RunCommand
    var isFullRefresh: Bool
}

extension LoadedProject {
    /// The position of the node with that id; none for the hooks of a run.
    func only(_ id: String) throws -> Set<Int> {
        if id == "on-run-start" || id == "on-run-end" { return [] }
        guard let position = project.position(of: id) else {
            let near = nearestName(to: id, among: project.nodes.map(\.uniqueID))
            throw ValidationError(
                "There is no node '\(id)'." + (near.map { " Did you mean '\($0)'?" } ?? ""))
        }
        return [position]
    }

    private static let fingerprintFile = "fingerprints.json"

    /// What each node was made of when it was built last; empty where nobody noted it.
    func fingerprints() throws -> [String: String] {
        guard let bytes = FileManager.default.contents(atPath: artifact(Self.fingerprintFile))
        else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: bytes)) ?? [:]
    }

    /// Notes what the nodes are made of now; one that failed is forgotten.
    func keep(fingerprints: [String: String], results: [NodeResult]) throws {
        var known = try self.fingerprints()
        for result in results {
            let isGood = result.status == .success || result.status == .noOp
            known[result.uniqueID] = isGood ? fingerprints[result.uniqueID] : nil
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try write(
            String(decoding: encoder.encode(known), as: UTF8.self), to: Self.fingerprintFile)
    }
}

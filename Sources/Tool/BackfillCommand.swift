import ArgumentParser
import Domain
import JSONText
import Session
import Store
import Workspace

/// `backfill` makes the runs of a stretch of time, and handles backfills.
struct BackfillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill", abstract: "Run a pipeline for a stretch of time.",
        discussion: """
            Examples:
              spillway backfill orders --from 2026-01-01 --to 2026-01-31 --max-active 2
              spillway backfill orders --from 2026-01-01 --to 2026-01-31 --reprocess failed
              spillway backfill list --json
              spillway backfill pause backfill-1
            """,
        subcommands: [
            StartBackfill.self, ListBackfills.self, PauseBackfill.self, ResumeBackfill.self,
            CancelBackfill.self,
        ], defaultSubcommand: StartBackfill.self)
}

/// `backfill PIPELINE --from D --to D` makes one.
struct StartBackfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Make the runs of every tick from one date to another.",
        discussion: """
            Both ends are included; a date without a time is the whole day, by the clocks of
            the pipeline's time zone. Runs are made in order, no more at once than
            --max-active; those that exist already are left, or repeated as --reprocess
            says.

            Examples:
              spillway backfill orders --from 2026-01-01 --to 2026-01-31
              spillway backfill start orders --from 2026-01-01T06:00Z \\
                --to 2026-01-31 --reprocess completed
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @Option(help: "The first tick (ISO 8601).")
    var from: String

    @Option(help: "The last tick (ISO 8601).")
    var to: String

    @Option(name: .customLong("max-active"), help: "Runs at once.")
    var maxActive = 10

    @Option(help: "Runs that exist: none are repeated, failed ones, or all completed ones.")
    var reprocess = Reprocess.none

    @Option(name: .customLong("param"), help: "A parameter, KEY=VALUE; may be given repeatedly.")
    var params: [String] = []

    @OptionGroup var options: OperatorOptions

    enum Reprocess: String, ExpressibleByArgument, CaseIterable {
        case none, failed, completed

        var value: BackfillReprocess {
            switch self {
            case .none: .none
            case .failed: .failed
            case .completed: .completed
            }
        }
    }

    func validate() throws {
        try DateWords.check(from, "--from")
        try DateWords.check(to, "--to")
        try ParameterWords.check(params)
        guard (1...10_000).contains(maxActive) else {
            throw ValidationError("--max-active takes a number from 1 to 10000.")
        }
        if let from = Instant(iso8601: from), let to = Instant(iso8601: to), to < from {
            throw ValidationError("--to lies before --from.")
        }
    }

    func run() async throws {
        let (workspace, entry) = try Workspace.find(pipeline, in: options.place.dir)
        for problem in workspace.settingsProblems + entry.problems {
            Console.error(problem.report)
        }
        guard let definition = entry.pipeline, workspace.hasSoundSettings,
            let from = LocalTime.instant(from, zone: definition.timezone),
            let to = LocalTime.end(to, zone: definition.timezone)
        else { throw Exit.usedWrongly }
        let backfill = Backfill(
            id: "", pipeline: definition.name, from: from, to: to, maxActiveRuns: maxActive,
            reprocess: reprocess.value, params: ParameterWords.values(params), person: "")
        try await options.perform(
            .backfill(backfill, file: entry.file), on: try options.host(workspace), waits: true)
    }
}

/// `backfill list` lists them.
struct ListBackfills: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List backfills, newest first.",
        discussion: """
            Examples:
              spillway backfill list
              spillway backfill list --pipeline orders --json
            """)

    @Option(help: "Only those of this pipeline.")
    var pipeline: String?

    @OptionGroup var place: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let rows = try place.readerIfAny()?.backfills(of: pipeline.map { PipelineName($0) }) ?? []
        if json { return Console.printJSON(.object(["backfills": .array(rows.map(\.json))])) }
        guard !rows.isEmpty else { return Console.print("There are no backfills yet.") }
        var table = TextTable(["BACKFILL", "PIPELINE", "STATE", "FROM", "TO", "RUNS", "FAILED"])
        for row in rows {
            table.add([
                row.backfill.id.name, row.backfill.pipeline.name, row.state.rawValue,
                row.backfill.from.iso8601, row.backfill.to.iso8601, "\(row.runCount)",
                "\(row.failedCount)",
            ])
        }
        Console.print(table.text)
    }
}

struct PauseBackfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Make no new runs; those that go on do so.",
        discussion: "Example: spillway backfill pause backfill-1")

    @Argument(help: "A backfill's id.")
    var id: String

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.perform(
            .changeBackfill(BackfillID(id), .paused), on: try options.host())
    }
}

struct ResumeBackfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with a paused backfill.",
        discussion: "Example: spillway backfill resume backfill-1")

    @Argument(help: "A backfill's id.")
    var id: String

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.perform(
            .changeBackfill(BackfillID(id), .running), on: try options.host(), waits: true)
    }
}

struct CancelBackfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End a backfill and its runs.",
        discussion: "Example: spillway backfill cancel backfill-1")

    @Argument(help: "A backfill's id.")
    var id: String

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.perform(
            .changeBackfill(BackfillID(id), .cancelled), on: try options.host())
    }
}

extension BackfillRow {
    /// `{"backfill_id","pipeline","state","from","to","max_active","reprocess","params","by",
    /// "created_at","ended_at","last_tick","runs","active","failed"}`
    fileprivate var json: JSONValue {
        let params = backfill.params.sorted { $0.key < $1.key }.map {
            JSONValue.Member($0.key, .string($0.value))
        }
        return .object([
            "backfill_id": .string(backfill.id.name), "pipeline": .string(backfill.pipeline.name),
            "state": .string(state.rawValue), "from": .string(backfill.from.iso8601),
            "to": .string(backfill.to.iso8601),
            "max_active": .integer(Int64(backfill.maxActiveRuns)),
            "reprocess": .string(backfill.reprocess.rawValue), "params": .object(params),
            "by": .string(backfill.person), "created_at": .string(createdAt.iso8601),
            "ended_at": .string(orNull: endedAt?.iso8601),
            "last_tick": .string(orNull: lastTick?.iso8601), "runs": .integer(Int64(runCount)),
            "active": .integer(Int64(activeCount)), "failed": .integer(Int64(failedCount)),
        ])
    }
}

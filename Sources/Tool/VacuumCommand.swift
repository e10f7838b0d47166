import ArgumentParser
import Domain
import JSONText
import PipelineFiles
import Store
import Workspace

/// `vacuum` removes old runs and logs, and gives the space back.
struct VacuumCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum", abstract: "Remove old runs and logs, and give the space back.",
        discussion: """
            Takes its times from 'retention' in spillway.yml where it is told none. The newest runs of \
            each pipeline stay. While another spillway owns the state, the file keeps its size; the \
            space in it is used again.

            With --json: {"runs","log_files","log_bytes","freed_bytes","dry_run"}.

            Examples:
              spillway vacuum --runs 90d --keep 50
              spillway vacuum --logs 30d --dry-run --json
            """)

    @Option(help: "Remove runs that ended longer ago, such as 90d, with their logs.")
    var runs: String?

    @Option(help: "Keep so many of each pipeline's newest runs (20).")
    var keep: Int?

    @Option(help: "Remove logs of runs that ended longer ago, such as 30d.")
    var logs: String?

    @Flag(name: .long, help: "Only say what would go.")
    var dryRun = false

    @OptionGroup var place: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for text in [runs, logs] {
            if let text, Span(durationText: text) == nil {
                throw ValidationError("'\(text.printable)' is no duration such as 90d or 12h.")
            }
        }
        if let keep, keep < 1 { throw ValidationError("--keep takes a number from 1 up.") }
    }

    func run() throws {
        let folder = try place.folder()
        let project = (try? PipelineFolder(root: place.dir))?.outline
        for problem in project?.settingsProblems ?? [] { Console.error(problem.report) }
        guard project?.hasSoundSettings != false else { throw Exit.usedWrongly }
        var policy = project?.settings.retention ?? RetentionPolicy()
        policy.runs = runs.flatMap { Span(durationText: $0) } ?? policy.runs
        policy.logs = logs.flatMap { Span(durationText: $0) } ?? policy.logs
        policy.keep = keep ?? policy.keep
        // Says so where there is no state.
        _ = try StoreReader(folder)
        let outcome = try StateRetention.sweep(folder, policy, at: SystemClock.now(), isDry: dryRun)
        var freed: Int64 = 0
        if !dryRun, let lock = try? StateLock(folder) {
            freed = try StateRetention.compact(folder, holding: lock)
        }
        if json {
            return Console.printJSON(
                .object([
                    "runs": .integer(Int64(outcome.runs)),
                    "log_files": .integer(Int64(outcome.files)),
                    "log_bytes": .integer(outcome.bytes), "freed_bytes": .integer(freed),
                    "dry_run": .bool(dryRun),
                ]))
        }
        let verb = dryRun ? "would remove" : "removed"
        Console.print(
            "\(verb) \(outcome.runs) runs and \(outcome.files) log files "
                + "(\(MemoryText.text(outcome.bytes)))"
                + (freed > 0 ? "; the database is \(MemoryText.text(freed)) smaller" : ""))
        if !policy.removesAnything {
            Console.error(
                "Nothing is told to go: use --runs or --logs, or 'retention' in spillway.yml.")
        }
    }
}

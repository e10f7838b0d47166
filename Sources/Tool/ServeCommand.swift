import ArgumentParser
import Dispatch
import Domain
import Engine
import Glibc
import JSONText
import SchedulerCore
import Session
import Store
import Workspace

/// `serve` keeps the schedules of a project, without a terminal.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Follow the schedules of a project, without a screen.",
        discussion: """
            Takes up what was running before, prints a line whenever a run begins or ends, and stays \
            until SIGINT or SIGTERM. Tasks that run then go on; the next spillway takes them up. SIGHUP \
            is ignored. Exit code 0 after a signal; 2 where the state cannot be used or spillway.yml has \
            a mistake. With --until-idle no schedule is followed, and it ends by itself once nothing runs \
            any more.

            Pipeline files that change are read again within a second, which is said on standard \
            error; one with a mistake goes on as it was.

            With --json each line is an object: {"run_id","pipeline","state","at"}.

            Examples:
              spillway serve
              spillway serve ~/projects/shop --json >> serve.log
              spillway trigger shop && spillway serve --until-idle
            """)

    @Argument(help: "The project folder.")
    var folder = "."

    @Option(help: "The state folder, instead of .spillway in the project.")
    var state: String?

    @Flag(help: "Follow no schedule; only bring what runs to its end.")
    var untilIdle = false

    @Flag(help: "Print JSON lines.")
    var json = false

    func run() async throws {
        signal(SIGHUP, SIG_IGN)
        let folder = try PipelineFolder(root: folder)
        // What runs already is brought to its end all the same.
        if !untilIdle, !folder.outline.hasSoundSettings {
            for problem in folder.outline.settingsProblems { Console.error(problem.report) }
            throw Exit.usedWrongly
        }
        let host = try await host(of: folder)
        let workspace = await host.wholeWorkspace()
        for problem in workspace.settingsProblems + workspace.entries.flatMap(\.problems) {
            Console.error(problem.report)
        }
        guard let engine = host.engine else { throw EngineError.closed }
        let updates = engine.subscribe(keeping: .max)
        let stop = AsyncStream.makeStream(of: Void.self)
        let interrupts = Interrupts { stop.continuation.yield() }
        for finding in engine.findings { Console.error(finding.printable) }
        host.onFileNews { Console.error($0.words.printable) }
        let printer = Task { for await update in updates { show(update, host.reader) } }
        let next = try await engine.nextTicks()
        if !json, untilIdle {
            Console.print("serving what runs until it has ended")
        } else if !json {
            let first = next.values.min().map { ", next at \($0.iso8601)" } ?? ""
            let count = workspace.entries.count
            Console.print("serving \(count) pipelines, \(next.count) with a schedule" + first)
        }
        let work = Task {
            guard untilIdle else { return }
            await host.finishActiveRuns()
            stop.continuation.yield()
        }
        for await _ in stop.stream { break }
        work.cancel()
        interrupts.stop()
        await host.close(terminating: false)
        await printer.value
    }

    /// A command such as 'trigger' has the state for a moment where nobody else has it: only who has
    /// it for longer works here, and is told.
    private func host(of folder: PipelineFolder) async throws -> WorkspaceHost {
        let deadline = ContinuousClock.now + .seconds(2)
        while true {
            do {
                return try WorkspaceHost(
                    reading: folder, stateFolder: state,
                    purpose: untilIdle ? .running : .scheduling)
            } catch StoreError.owned where ContinuousClock.now < deadline {
                // No descriptor tells that a lock is free, and a thread that waits for it in the
                // kernel cannot be called back.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func show(_ update: EngineUpdate, _ reader: StoreReader) {
        switch update {
        case .advanced(_, let changes):
            for case .runState(let run, let state, let at) in changes {
                let pipeline = (try? reader.run(run))?.pipeline
                tell(run, pipeline, state, at)
            }
        case .stalled(let error): Console.complain(error)
        case .resumed: Console.error("the state can be written again")
        case .refusedSchedule(let pipeline, let date, let reason):
            Console.error("the run of \(pipeline) for \(date.iso8601) was not made: \(reason)")
        case .attention(let text): if let text { Console.error(text.printable) }
        case .logIncomplete(let attempt, let reason):
            Console.error("the log of \(attempt.task) in \(attempt.run) has a gap: \(reason)")
        }
    }

    private func tell(_ run: RunID, _ pipeline: PipelineName?, _ state: RunState, _ at: Instant) {
        guard json else {
            return Console.print(
                "\(at.iso8601)  \(pipeline?.name ?? "?")  \(run)  \(state.rawValue)".printable)
        }
        Console.printJSON(
            .object([
                "run_id": .string(run.name), "pipeline": .string(orNull: pipeline?.name),
                "state": .string(state.rawValue), "at": .string(at.iso8601),
            ]))
    }
}

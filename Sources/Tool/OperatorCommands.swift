import ArgumentParser
import Domain
import JSONText
import Session
import Store
import Workspace

/// `trigger PIPELINE` makes a run.
struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger", abstract: "Make a run of a pipeline.",
        discussion: """
            The process that schedules in this folder runs it; without one it is recorded and \
            starts as soon as one does, or at once with --run.

            Examples:
              spillway trigger orders
              spillway trigger orders --param region=us --date 2026-01-02 --json
              spillway trigger orders --run
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @Option(name: .customLong("param"), help: "A parameter, KEY=VALUE; may be given repeatedly.")
    var params: [String] = []

    @Option(help: "The logical date (ISO 8601); now, if left out.")
    var date: String?

    @Flag(help: "Run it here and wait for its end, as 'spillway run' does.")
    var run = false

    @OptionGroup var options: OperatorOptions

    func validate() throws {
        try ParameterWords.check(params)
        try DateWords.check(date, "--date")
    }

    func run() async throws {
        if run { return try await runHere() }
        let (workspace, entry) = try Workspace.find(pipeline, in: options.place.dir)
        for problem in workspace.settingsProblems + entry.problems {
            Console.error(problem.report)
        }
        guard let definition = entry.pipeline, workspace.hasSoundSettings else {
            throw Exit.usedWrongly
        }
        let action = OperatorAction.trigger(
            definition.name, file: entry.file, params: ParameterWords.values(params),
            logicalDate: date.flatMap { Instant(iso8601: $0) })
        try await options.perform(action, on: try options.host(workspace), waits: true)
    }

    private func runHere() async throws {
        var words = [pipeline]
        for param in params { words += ["--param", param] }
        if let date { words += ["--date", date] }
        if let state = options.place.state { words += ["--state", state] }
        if options.json { words.append("--json") }
        try await RunCommand.parse(words).run()
    }
}

/// `clear RUN [TASK…]` runs tasks of a run again.
struct ClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Run tasks of a run again.",
        discussion: """
            Without tasks all of the run; --failed takes those that failed, with everything
            downstream of them. Running tasks are ended first. A run that had ended goes on.

            What begins again is what the pipeline's file says now, so that a mended task can go on \
            where the run stopped. --as-it-was takes what the run was made of; so does a file that \
            has mistakes, or other tasks than the run, and the answer says so.

            Examples:
              spillway clear latest --failed
              spillway clear latest --failed --run
              spillway clear latest load --downstream
              spillway clear latest load --upstream --past
              spillway clear latest 'publish[3]'
              spillway clear scheduled__2026-01-02 load check --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String

    @Argument(help: "Tasks of that run.")
    var tasks: [String] = []

    @Flag(help: "Everything downstream of them as well.")
    var downstream = false

    @Flag(help: "Everything upstream of them as well.")
    var upstream = false

    @Flag(help: "In the runs of the pipeline for earlier dates as well.")
    var past = false

    @Flag(help: "In the runs of the pipeline for later dates as well.")
    var future = false

    @Flag(help: "Only what failed.")
    var failed = false

    @Flag(help: "As the run was made, though its pipeline's file has changed.")
    var asItWas = false

    @Flag(help: "Run it here and wait for the run's end, as 'spillway run' does.")
    var run = false

    @OptionGroup var options: OperatorOptions

    func validate() throws {
        if upstream, tasks.isEmpty { throw ValidationError("--upstream needs tasks.") }
        if run, past || future {
            throw ValidationError("--run goes with one run: leave --past and --future out.")
        }
    }

    func run() async throws {
        if run { return try await runHere() }
        let host = try options.host()
        let run = try host.reader.run(named: runName)
        let scope = try scope(in: run, host.reader)
        let runs = try [run] + others(of: run, host.reader)
        try await options.perform(
            runs.map { OperatorAction.clear($0.id, scope) }, on: host, waits: true)
    }

    private func runHere() async throws {
        let workspace = try Workspace.read(root: options.place.dir)
        for problem in workspace.settingsProblems { Console.error(problem.report) }
        guard workspace.hasSoundSettings else { throw Exit.usedWrongly }
        let host = try WorkspaceHost(
            workspace, stateFolder: options.place.state, purpose: .running, attaches: true)
        try await host.finish(json: options.json) {
            let run = try host.reader.run(named: runName)
            let scope = try scope(in: run, host.reader)
            let progress = RunProgress(taskCount: run.taskCount, toError: options.json)
            guard host.engine == nil else {
                return try await host.clear(run.id, scope, observer: progress)
            }
            host.tellOwner()
            return try await host.handOver(
                .clear(run.id, scope), clearing: run.id, observer: progress)
        }
    }

    private func scope(in run: RunRow, _ reader: StoreReader) throws -> ClearScope {
        var scope = ClearScope(
            tasks: try wanted(in: run, reader), includesDownstream: downstream,
            onlyFailed: failed)
        scope.asItWas = asItWas
        return scope
    }

    /// The tasks named, and what they need where that is asked for.
    private func wanted(in run: RunRow, _ reader: StoreReader) throws -> [TaskID] {
        let named = tasks.map { TaskID($0) }
        guard upstream, let definition = try reader.definition(of: run.id) else { return named }
        let needs = Dictionary(
            definition.tasks.map { ($0.id, $0.needs) }, uniquingKeysWith: { first, _ in first })
        var found = Set(named)
        var stack = named
        while let task = stack.popLast() {
            for need in needs[task.instanceParts?.task ?? task] ?? []
            where found.insert(need).inserted {
                stack.append(need)
            }
        }
        return named
            + definition.tasks.map(\.id).filter { found.contains($0) && !named.contains($0) }
    }

    /// The runs of the same pipeline for earlier or later dates, the nearest first.
    private func others(of run: RunRow, _ reader: StoreReader) throws -> [RunRow] {
        guard past || future else { return [] }
        let all = try reader.runs(of: run.pipeline, limit: 100_000)
        let before = past ? all.filter { $0.logicalDate < run.logicalDate } : []
        let after = future ? all.filter { $0.logicalDate > run.logicalDate } : []
        return before.sorted { $0.logicalDate > $1.logicalDate }
            + after.sorted { $0.logicalDate < $1.logicalDate }
    }
}

/// `mark RUN TASK… --state STATE` gives tasks a state.
struct MarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark", abstract: "Give tasks of a run a state.",
        discussion: """
            A running task is ended first. What failed below a task that is marked success or \
            skipped runs again.

            Examples:
              spillway mark latest load --state success
              spillway mark latest load check --state skipped --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String

    @Argument(help: "Tasks of that run.")
    var tasks: [String]

    @Option(help: "success, failed or skipped.")
    var state: MarkedState

    @Option(name: .long, help: "The project folder.")
    var dir = "."

    @Option(name: .customLong("state-dir"), help: "The state folder, instead of .spillway.")
    var stateFolder: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    enum MarkedState: String, ExpressibleByArgument, CaseIterable {
        case success, failed, skipped

        var taskState: TaskState {
            switch self {
            case .success: .success
            case .failed: .failed
            case .skipped: .skipped
            }
        }
    }

    func run() async throws {
        var options = try OperatorOptions.parse(["--dir", dir] + (json ? ["--json"] : []))
        options.place.state = stateFolder
        let host = try options.host()
        let run = try host.reader.run(named: runName)
        let action = OperatorAction.mark(run.id, tasks.map { TaskID($0) }, state.taskState)
        try await options.perform(action, on: host, waits: true)
    }
}

/// `pause PIPELINE` keeps a pipeline from getting slots and scheduled runs.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Start nothing new of a pipeline; what runs goes on.",
        discussion: """
            Examples:
              spillway pause orders
              spillway pause orders --json
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @OptionGroup var options: OperatorOptions

    func run() async throws { try await options.setPaused(pipeline, true) }
}

/// `resume PIPELINE` lets a paused pipeline go on.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a paused pipeline go on.",
        discussion: """
            What its schedule missed meanwhile is made up for as its 'catchup' says.

            Examples:
              spillway resume orders
              spillway resume orders --json
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @OptionGroup var options: OperatorOptions

    func run() async throws { try await options.setPaused(pipeline, false) }
}

extension OperatorOptions {
    fileprivate func setPaused(_ pipeline: String, _ isPaused: Bool) async throws {
        let (workspace, entry) = try Workspace.find(pipeline, in: place.dir)
        try await perform(.setPaused(entry.name, isPaused), on: try host(workspace))
    }
}

/// `cancel RUN [TASK…]` ends a run, or tasks of it.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End a run, or tasks of it.",
        discussion: """
            Running tasks are ended; of a whole run, what is open is skipped.

            Examples:
              spillway cancel latest
              spillway cancel latest load --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String

    @Argument(help: "Tasks of that run; the whole run, if left out.")
    var tasks: [String] = []

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        let host = try options.host()
        let run = try host.reader.run(named: runName)
        try await options.perform(.cancel(run.id, tasks.map { TaskID($0) }), on: host)
    }
}

/// `undo` takes back the last thing that its user did.
struct UndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take back the last thing you did.",
        discussion: """
            A pause or its end, a mark, a triggered run that goes on, a backfill that goes on, its \
            pause or the end of that, the cancel of a run that has ended by it (what was cut off \
            runs again); what ran because of it is not undone. 'spillway events' shows what was done.

            Examples:
              spillway undo
              spillway undo --dry-run
              spillway undo --json
            """)

    @Flag(help: "Say what would be taken back, and change nothing.")
    var dryRun = false

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        if dryRun { return try await look() }
        try await options.perform(.undo, on: try options.host(), waits: true)
    }

    /// `{"last_act","undo"}`, both in words; null for none.
    private func look() async throws {
        let host = try options.host()
        let act = Result { try host.lastAct() }
        await host.close(terminating: false)
        let found = try act.get()
        if options.json {
            return Console.printJSON(
                .object([
                    "last_act": .string(orNull: found?.words),
                    "undo": .string(orNull: found?.undoWords),
                ]))
        }
        guard let found else {
            return Console.print("You have done nothing that is recorded here.")
        }
        let undo = found.undoWords.map { "'spillway undo' would \($0)." }
        let words = found.words.prefix(1).uppercased() + found.words.dropFirst()
        Console.print("\(words). \(undo ?? "That cannot be taken back.")".printable)
    }
}

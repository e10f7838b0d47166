import Domain
import Engine
import Session
import Store
import Workspace

/// The workbench's work as lines of text that are only ever appended: for screen readers, and for
/// terminals that can do no more.
///
/// One command a line; what is listed is numbered, and a number means what was listed last.
struct LinearSession {
    enum End { case left, leftRunning, inputEnded }

    let host: WorkspaceHost
    private let offset = SystemClock.secondsEastOfUTC
    /// What the numbers of the last list mean.
    private var listed: [Subject] = []
    private var pipeline: PipelineName?
    private var run: RunID?

    private enum Subject {
        case pipeline(PipelineName)
        case run(RunID, of: PipelineName)
        case task(TaskID)
    }

    init(host: WorkspaceHost) { self.host = host }

    /// Reads commands until `quit` or the end of the input.
    mutating func run() async -> End {
        say("Spillway, \(host.outline.name). 'help' lists the commands.")
        do { try list() } catch { tell(error) }
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard let word = words.first else { continue }
            if word == "quit" || word == "q" || word == "exit" {
                if let end = leaving() { return end }
                continue
            }
            do {
                try await perform(word, Array(words.dropFirst()))
            } catch {
                tell(error)
            }
        }
        return .inputEnded
    }

    private static let commands: [(name: String, arguments: String, title: String)] = [
        ("list", "", "the pipelines"),
        ("runs", "[PIPELINE]", "the recent runs of a pipeline"),
        ("tasks", "[RUN]", "the tasks of a run"),
        ("watch", "[RUN]", "each change of a run until it ends; ^C stops watching"),
        ("log", "TASK [LINES]", "the end of a task's newest log, 20 lines"),
        ("follow", "TASK", "a task's log as it grows, until the attempt ends"),
        ("trigger", "PIPELINE [KEY=VALUE …]", "start a run"),
        ("cancel", "[RUN | TASK]", "end a run or a task"),
        ("rerun", "[RUN]", "run the failed tasks of a run again"),
        ("clear", "TASK", "run a task again, and what comes after it"),
        ("mark", "TASK STATE", "give a task a state: success, failed or skipped"),
        ("backfill", "PIPELINE FROM TO", "run a stretch of the schedule"),
        ("pause", "PIPELINE", "start no new tasks of it"),
        ("resume", "PIPELINE", "start new tasks again"),
        ("undo", "", "take back what you did last"),
        ("help", "", "this list"),
        ("quit", "", "leave"),
    ]

    private mutating func perform(_ word: String, _ arguments: [String]) async throws {
        let first = arguments.first
        switch word {
        case "help", "?":
            for command in Self.commands {
                say("\(command.name) \(command.arguments): \(command.title)")
            }
        case "list": try list()
        case "runs": try listRuns(first)
        case "tasks": try listTasks(first)
        case "watch":
            let run = try wantedRun(first)
            try await watch(run)
        case "log": try log(first, lines: arguments.dropFirst().first.flatMap { Int($0) } ?? 20)
        case "follow": try follow(first)
        case "trigger": try await trigger(arguments)
        case "cancel": try await cancel(first)
        case "rerun":
            let run = try wantedRun(first)
            guard asks("Run the failed tasks of \(run) again?") else { return }
            _ = try await host.perform(.clear(run, ClearScope(onlyFailed: true)))
            say("Run \(run) goes on. 'watch' follows it.")
        case "clear":
            let run = try wantedRun(nil)
            let task = try wantedTask(first)
            guard asks("Run task \(task) of \(run) again, and what comes after it?") else { return }
            _ = try await host.perform(.clear(run, ClearScope(tasks: [task])))
            say("Task \(task) runs again.")
        case "mark": try await mark(arguments)
        case "backfill": try await backfill(arguments)
        case "undo": try await undo()
        case "pause", "resume":
            let name = try wantedPipeline(first)
            _ = try await host.perform(.setPaused(name, word == "pause"))
            say("\(name) is \(word == "pause" ? "paused" : "resumed").")
        default:
            guard Int(word) == nil else { return try choose(word) }
            let near = nearestName(to: word, among: Self.commands.map(\.name))
            throw LinearError(
                "There is no command '\(word)'.",
                near.map { "Did you mean '\($0)'?" } ?? "'help' lists the commands.")
        }
    }

    // MARK: Looking

    private mutating func list() throws {
        let rows = try host.pipelineRows()
        listed = rows.map { .pipeline($0.name) }
        if rows.isEmpty { say("No pipelines here yet. 'spillway init' makes one.") }
        for (index, row) in rows.enumerated() {
            var text = "\(index + 1). \(row.name): "
            if let problem = row.problems.first {
                text += "cannot run, line \(problem.place.line): \(problem.problem)"
            } else if let run = row.recentRuns.first {
                text += "last run \(run.state.rawValue), \(progress(run))"
            } else {
                text += "no runs yet"
            }
            if row.isPaused { text += ", paused" }
            say(text)
        }
    }

    private mutating func listRuns(_ argument: String?) throws {
        let name = try wantedPipeline(argument)
        pipeline = name
        let runs = try host.pipelineRows().first { $0.name == name }?.recentRuns ?? []
        listed = runs.map { .run($0.id, of: name) }
        say(runs.isEmpty ? "No runs of \(name) yet." : "Runs of \(name), newest first:")
        for (index, run) in runs.enumerated() {
            say("\(index + 1). \(run.id): \(run.state.rawValue), \(progress(run))")
        }
        if let newest = runs.first { run = newest.id }
    }

    private func progress(_ run: RunRow) -> String {
        var text = "\(run.settledCount) of \(run.taskCount) tasks settled"
        if run.failedCount > 0 { text += ", \(run.failedCount) failed" }
        if let start = run.startedAt {
            let end = run.endedAt ?? SystemClock.now()
            text += run.endedAt == nil ? ", for " : ", in "
            text += end.since(start).humanText
        }
        return text
    }

    private mutating func listTasks(_ argument: String?) throws {
        let run = try wantedRun(argument)
        let tasks = try host.reader.tasks(of: run)
        listed = tasks.map { .task($0.id) }
        say("Tasks of \(run):")
        for (index, task) in tasks.enumerated() {
            var text = "\(index + 1). \(task.id): \(task.state.rawValue.replacing("_", with: " "))"
            if task.attemptCount > 1 { text += ", attempt \(task.attemptCount)" }
            if let start = task.startedAt {
                text += ", " + (task.endedAt ?? SystemClock.now()).since(start).humanText
            }
            if let note = task.note { text += ", \(note)" }
            if !task.needs.isEmpty {
                text += ", needs " + task.needs.map(\.name).joined(separator: " ")
            }
            say(text)
        }
    }

    private func watch(_ run: RunID) async throws {
        say("Watching \(run).")
        let host = host
        let offset = offset
        let watching = Task {
            try await host.watch(run) { news in
                let time = CivilTime(
                    utc: SystemClock.now().advanced(by: .seconds(Int64(offset)))
                ).clockText
                switch news {
                case .task(_, .scheduled, _), .task(_, .queued, _), .task(_, .none, _): break
                case .task(let task, let state, let note):
                    let words = state.rawValue.replacing("_", with: " ")
                    let text = "\(time) \(task): \(words)" + (note.map { ", \($0)" } ?? "")
                    Console.print(text.printable)
                case .ended(let state):
                    Console.print("\(time) run \(run): \(state.rawValue)".printable)
                }
                return !Task.isCancelled
            }
        }
        let interrupts = Interrupts { watching.cancel() }
        defer { interrupts.stop() }
        try await watching.value
        if watching.isCancelled { say("No longer watching; the run goes on.") }
    }

    private mutating func log(_ argument: String?, lines: Int) throws {
        let path = try logPath(argument)
        let file = try LogTail.lines(of: path, count: max(1, lines))
        if file.isEmpty { say("Nothing written yet.") }
        // A tab says nothing that blanks do not: read aloud as an escape it would.
        for line in file {
            say(
                line.split(separator: "\t", omittingEmptySubsequences: false).joined(
                    separator: "    "))
        }
    }

    private mutating func follow(_ argument: String?) throws {
        let host = host
        let run = try wantedRun(nil)
        let task = try wantedTask(argument)
        guard let attempt = try host.reader.attempts(of: run, task).last else {
            throw LinearError("\(task) has not begun.", "'watch' tells when it does.")
        }
        var printer = LogPrinter(path: attempt.log, as: .terminal)
        try printer.follow {
            try host.reader.attempts(of: run, task).last { $0.id == attempt.id }?.endedAt != nil
        }
    }

    private mutating func logPath(_ argument: String?) throws -> String {
        let run = try wantedRun(nil)
        let task = try wantedTask(argument)
        guard let attempt = try host.reader.attempts(of: run, task).last else {
            throw LinearError("\(task) has not begun.", "'watch' tells when it does.")
        }
        return attempt.log
    }

    // MARK: Acting

    private mutating func trigger(_ arguments: [String]) async throws {
        let name = try wantedPipeline(arguments.first)
        var params: [String: String] = [:]
        for argument in arguments.dropFirst() {
            guard let equals = argument.firstIndex(of: "=") else {
                throw LinearError(
                    "'\(argument)' is no KEY=VALUE; nothing was started.",
                    "Write 'trigger \(name) key=value'.")
            }
            params[String(argument[..<equals])] =
                String(argument[argument.index(after: equals)...])
        }
        let id = try await host.trigger(name, params: params)
        (pipeline, run) = (name, id)
        say("Run \(id) of \(name) began. 'watch' follows it.")
    }

    private mutating func cancel(_ argument: String?) async throws {
        if let argument, let task = try? wantedTask(argument), let run {
            guard asks("Cancel task \(task) of \(run)?") else { return }
            _ = try await host.perform(.cancel(run, [task]))
            return say("Task \(task) is being cancelled.")
        }
        let run = try wantedRun(argument)
        guard asks("Cancel \(run)?") else { return }
        _ = try await host.perform(.cancel(run, []))
        say("Run \(run) is being cancelled.")
    }

    /// How to leave; nil: not at all.
    private func leaving() -> End? {
        let rows = try? host.pipelineRows()
        let running = (rows ?? []).flatMap(\.recentRuns).count { $0.state == .running }
        guard running > 0 else { return .left }
        let what = "\(running) run\(running == 1 ? " is" : "s are") going on."
        say("\(what) Leave, and end them? y, n, or k to keep them running:")
        switch readLine()?.lowercased() {
        case "y", "yes": return .left
        case "k", "keep": return .leftRunning
        default:
            say("Nothing was done.")
            return nil
        }
    }

    /// Asks for `y`; everything else means no.
    func asks(_ question: String) -> Bool {
        say(question + " y or n:")
        let answer = readLine()?.lowercased()
        if answer == "y" || answer == "yes" { return true }
        say("Nothing was done.")
        return false
    }

    // MARK: What a word means

    /// A number alone goes into what it stands for.
    private mutating func choose(_ word: String) throws {
        switch try subject(word) {
        case .pipeline(let name): try listRuns(name.name)
        case .run(let id, let name):
            (pipeline, run) = (name, id)
            try listTasks(id.name)
        case .task(let task): try log(task.name, lines: 20)
        case nil: break
        }
    }

    private func subject(_ word: String) throws -> Subject? {
        guard let number = Int(word) else { return nil }
        guard listed.indices.contains(number - 1) else {
            throw LinearError(
                "There is no \(number) in the last list.",
                listed.isEmpty ? "'list' makes one." : "It ended at \(listed.count).")
        }
        return listed[number - 1]
    }

    func wantedPipeline(_ word: String?) throws -> PipelineName {
        guard let word else {
            guard let pipeline else {
                throw LinearError("Say which pipeline.", "'list' numbers them.")
            }
            return pipeline
        }
        if case .pipeline(let name) = try subject(word) { return name }
        let names = host.workspace.entries.map(\.name)
        guard names.contains(PipelineName(word)) else {
            let near = nearestName(to: word, among: names.map(\.name))
            throw LinearError(
                "There is no pipeline '\(word)'.",
                near.map { "Did you mean '\($0)'?" } ?? "'list' shows them.")
        }
        return PipelineName(word)
    }

    mutating func wantedRun(_ word: String?) throws -> RunID {
        let found: RunID
        if let word {
            if case .run(let id, _) = try subject(word) {
                found = id
            } else {
                let runs = try host.reader.runs(matching: word, limit: 2)
                guard let first = runs.first, runs.count == 1 || first.id.name == word else {
                    throw LinearError(
                        runs.isEmpty
                            ? "There is no run '\(word)'." : "'\(word)' means several runs.",
                        "'runs PIPELINE' numbers them.")
                }
                found = first.id
            }
        } else if let run {
            return run
        } else if let newest = try host.reader.runs(matching: "latest", limit: 1).first {
            found = newest.id
        } else {
            throw LinearError("There are no runs yet.", "'trigger PIPELINE' starts one.")
        }
        run = found
        return found
    }

    func wantedTask(_ word: String?) throws -> TaskID {
        guard let word else { throw LinearError("Say which task.", "'tasks' numbers them.") }
        if case .task(let task) = try subject(word) { return task }
        guard let run else { throw LinearError("Say which run first.", "'runs' numbers them.") }
        let tasks = try host.reader.tasks(of: run).map(\.id)
        guard tasks.contains(TaskID(word)) else {
            let near = nearestName(to: word, among: tasks.map(\.name))
            throw LinearError(
                "There is no task '\(word)' in \(run).",
                near.map { "Did you mean '\($0)'?" } ?? "'tasks' shows them.")
        }
        return TaskID(word)
    }

    func say(_ text: String) { Console.print(text.printable) }

    private func tell(_ error: any Error) {
        if let error = error as? any UserFacingError {
            say("\(error.problem) \(error.remedy)")
        } else if !(error is CancellationError) {
            say("\(error)")
        }
    }
}

/// Why a command of the linear session was not done.
struct LinearError: UserFacingError {
    let problem: String
    let remedy: String

    init(_ problem: String, _ remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}

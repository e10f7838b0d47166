import ArgumentParser
import Dispatch
import Domain
import Glibc
import LogFiles
import Screen
import Session
import Store

/// `logs RUN TASK` prints what a task wrote.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print the log of a task.",
        discussion: """
            On a terminal everything that it might obey is shown harmlessly; elsewhere the \
            bytes are passed on as they are. Of a task with 'map' name an instance. With --json \
            each line is an object {"attempt","line","text"}, lines counted from 1; a line of more \
            than a megabyte comes in pieces of one number.

            Examples:
              spillway logs latest load
              spillway logs latest load -f
              spillway logs latest 'publish[3]'
              spillway logs latest load --attempt 1 > load.log
              spillway logs latest load -f --json | jq -r .text
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String

    @Argument(help: "A task of that run.")
    var task: String

    @Option(help: "Which attempt, from 1; the newest if left out.")
    var attempt: Int?

    @Flag(name: .shortAndLong, help: "Wait for its beginning, and go on until it has ended.")
    var follow = false

    @Flag(help: "Print an object a line: {\"attempt\",\"line\",\"text\"}.")
    var json = false

    @OptionGroup var options: StateOptions

    func run() throws {
        let reader = try options.reader()
        let run = try reader.run(named: runName)
        let id = TaskID(task)
        let tasks = try reader.tasks(of: run.id)
        guard tasks.contains(where: { $0.id == id }) else {
            throw LookUpError.unknownTask(
                task, run.id, nearest: nearestName(to: task, among: tasks.map(\.id.name)))
        }
        let instances = tasks.map(\.id).filter { $0.instanceParts?.task == id }
        guard instances.isEmpty else { throw LookUpError.hasInstances(id, instances) }
        let row =
            follow
            ? try wait(for: id, in: run.id, reader)
            : try found(id, in: run.id, reader) ?? { throw try refusal(id, in: run.id, reader) }()
        let form: LogPrinter.Form =
            json
            ? .json(attempt: row.id.number) : Console.isOutputTerminal ? .terminal : .bytes
        var printer = LogPrinter(path: row.log, as: form)
        try printer.printNew()
        guard follow else { return printer.finish() }
        let number = row.id.number
        try printer.follow {
            try reader.attempts(of: run.id, id).first { $0.id.number == number }?.endedAt != nil
        }
    }

    /// The attempt that is wanted, where it has begun.
    private func found(
        _ task: TaskID, in run: RunID, _ reader: StoreReader
    ) throws -> AttemptRow? {
        let attempts = try reader.attempts(of: run, task)
        guard let attempt else { return attempts.last }
        return attempts.first { $0.id.number == attempt }
    }

    /// Why there is none.
    private func refusal(
        _ task: TaskID, in run: RunID, _ reader: StoreReader
    ) throws -> LookUpError {
        let state = try reader.tasks(of: run).first { $0.id == task }?.state ?? .none
        guard attempt == nil, state.isSettled else { return .noAttempt(task, run, attempt) }
        return .neverBegan(task, run, state)
    }

    /// The attempt that is wanted, once it has begun.
    ///
    /// - Throws: ``LookUpError`` where the task has settled without it.
    private func wait(
        for task: TaskID, in run: RunID, _ reader: StoreReader
    ) throws -> AttemptRow {
        if let row = try found(task, in: run, reader) { return row }
        let changed = DispatchSemaphore(value: 0)
        let watch = try LogWatch()
        let path = try options.folder().databasePath + "-wal"
        let ticket = try watch.watch(path: path) { changed.signal() }
        defer { watch.cancel(ticket) }
        var isTold = false
        while true {
            // Whether it has settled comes first: what began before that is found then.
            let refusal = try refusal(task, in: run, reader)
            let isOver =
                try reader.tasks(of: run).first { $0.id == task }?.state.isSettled ?? true
            if let row = try found(task, in: run, reader) { return row }
            if isOver { throw refusal }
            if !isTold { Console.error("'\(task.name.printable)' has not begun: waiting…") }
            isTold = true
            // A commit is seen a little after it is written: look once more then.
            _ = changed.wait(timeout: .now() + .milliseconds(500))
            while changed.wait(timeout: .now() + .milliseconds(50)) == .success {}
        }
    }
}

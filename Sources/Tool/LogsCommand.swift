import ArgumentParser
import Domain
import Glibc
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

    @Argument(help: "A run's id, a beginning of it, or 'latest'.")
    var runName: String

    @Argument(help: "A task of that run.")
    var task: String

    @Option(help: "Which attempt, from 1; the newest if left out.")
    var attempt: Int?

    @Flag(name: .shortAndLong, help: "Go on until the attempt has ended.")
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
        let attempts = try reader.attempts(of: run.id, id)
        let chosen = attempt.map { number in attempts.first { $0.id.number == number } }
        guard let row = chosen ?? attempts.last else {
            throw LookUpError.noAttempt(id, run.id, attempt)
        }
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
}

import ArgumentParser
import Domain
import Foundation
import Transform
import TransformRunner

/// `transform retry`: what the last command left unfinished.
struct TransformRetry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Run again what the last command left unfinished.",
        discussion: """
            Takes up the last command: its nodes that failed, were skipped or, after a crash, \
            never ended.

            Example:
              spillway transform retry --project-dir harbor
            """)
    @OptionGroup var project: ProjectOptions
    @OptionGroup var execution: ExecutionOptions
    @Option(help: "The folder of the run_results.json to take up, instead of the target's.")
    var state: String?

    func run() throws {
        // Reading twice costs a fraction of a second; what `flags.WHICH` says hangs on the command.
        let loaded = try project.load("retry")
        let database = try project.open(loaded)
        if state == nil, let rest = try RunJournal.left(by: loaded.project, in: database) {
            return try take(rest.command, rest.isFullRefresh, rest.statuses)
        }
        let earlier = try loaded.earlierRun(in: state)
        let command = earlier.command.flatMap(TransformRunner.RunCommand.init(rawValue:))
        try take(command ?? .build, earlier.isFullRefresh, earlier.statuses)
    }

    private func take(
        _ command: TransformRunner.RunCommand, _ isFullRefresh: Bool, _ statuses: [String: String]
    ) throws {
        try TransformExecution.execute(
            EarlierCommand(command: command, isFullRefresh: isFullRefresh), project, execution
        ) { $0.project.unfinished(after: statuses) }
    }
}

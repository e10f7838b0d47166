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
        let place = state.map { $0 + "/run_results.json" } ?? project.resultsPath
        let options =
            try FileManager.default.contents(atPath: place).map {
                try project.taking(EarlierRun(Array($0), file: place))
            } ?? project
        let loaded = try options.load("retry")
        let database = try options.open(loaded)
        if state == nil, let rest = try RunJournal.left(by: loaded.project, in: database) {
            var options = options
            options.vars = project.vars ?? rest.vars
            return try take(rest.command, rest.isFullRefresh, rest.statuses, options)
        }
        let earlier = try loaded.earlierRun(in: state)
        let command = earlier.command.flatMap(TransformRunner.RunCommand.init(rawValue:))
        try take(command ?? .build, earlier.isFullRefresh, earlier.statuses, options)
    }

    private func take(
        _ command: TransformRunner.RunCommand, _ isFullRefresh: Bool, _ statuses: [String: String],
        _ project: ProjectOptions
    ) throws {
        try TransformExecution.execute(
            EarlierCommand(command: command, isFullRefresh: isFullRefresh), project, execution
        ) { $0.project.unfinished(after: statuses) }
    }
}

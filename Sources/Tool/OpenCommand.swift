import ArgumentParser
import Domain
import Engine
import Foundation
import PipelineFiles
import Session
import Workspace

/// `spillway [FOLDER]` opens the workbench.
struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open the workbench on a project folder (the default).",
        discussion: """
            Examples:
              spillway
              spillway ~/projects/shop --theme dark
            """)

    @Argument(help: "The project folder.")
    var folder = "."

    @Option(help: "The state folder, instead of .spillway in the project.")
    var state: String?

    @Option(help: "A theme by name, instead of the one in spillway.yml.")
    var theme: String?

    func run() async throws {
        let workspace = try OpenCommand.workspace(folder)
        try TerminalCheck.requireTerminal()
        let host = try WorkspaceHost(workspace, stateFolder: state, honoursSchedules: true)
        try await OpenCommand.open(host, theme: theme)
    }

    /// A word that is no folder may be a mistyped command.
    private static func workspace(_ folder: String) throws -> Workspace {
        do {
            return try Workspace.read(root: folder)
        } catch {
            let commands = Spillway.configuration.subcommands.compactMap {
                $0.configuration.commandName
            }
            guard case .notFound = error, !folder.contains("/"),
                let nearest = nearestName(to: folder, among: commands)
            else { throw error }
            throw ValidationError("There is no command '\(folder)'. Did you mean '\(nearest)'?")
        }
    }

    /// Stays in the workbench until the user leaves; a lost terminal lets the runs go on to their
    /// end (see `on_hangup`), SIGTERM cancels them.
    static func open(_ host: WorkspaceHost, theme: String?) async throws {
        let end: WorkbenchSession.End
        do {
            end = try WorkbenchSession.run(
                on: host, environment: ProcessInfo.processInfo.environment, themeName: theme)
        } catch {
            await host.engine.shutDown(terminating: true)
            throw error
        }
        switch (end, host.workspace.settings.onHangup) {
        case (.quit, _): break
        case (.hungUp, .proceed): await host.finishActiveRuns()
        case (.hungUp, .cancel), (.terminated, _): await host.cancelActiveRuns()
        }
        await host.engine.shutDown(terminating: true)
        if end == .terminated { throw ExitCode(128 + 15) }
    }
}

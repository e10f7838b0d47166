import ArgumentParser
import Connections
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
              spillway --query sqlite:shop.db
              spillway --linear
              spillway --record bug.session
            """)

    @Argument(help: "The project folder.")
    var folder = "."

    @Option(help: "The state folder, instead of .spillway in the project.")
    var state: String?

    @Option(help: "A theme by name, instead of the one in spillway.yml.")
    var theme: String?

    @Option(
        help: "Open on the query desk, with this connection: sqlite:FILE or another address.")
    var query: String?

    @Flag(help: "Let the connection of --query change nothing.")
    var readOnly = false
    @Flag(help: "Text that is only ever appended, for screen readers and simple terminals.")
    var linear = false

    @Option(help: "Write the session down in this file; 'spillway replay' plays it.")
    var record: String?

    func run() async throws {
        let folder = try OpenCommand.pipelines(folder)
        if !linear {
            try TerminalCheck.requireTerminal()
            WorkbenchSession.warmUp()
        }
        let opening = try query.map {
            try OpenCommand.opening($0, in: folder.outline, isReadOnly: readOnly)
        }
        guard linear else {
            let host = try WorkspaceHost(
                reading: folder, stateFolder: state, purpose: .scheduling, attaches: true,
                isPainting: true)
            return try await OpenCommand.open(
                host, theme: theme, opening: opening, record: record)
        }
        let host = try WorkspaceHost(
            reading: folder, stateFolder: state, purpose: .scheduling, attaches: true)
        _ = await host.wholeWorkspace()
        host.onFileNews { Console.print($0.words.printable) }
        var session = LinearSession(host: host)
        switch await session.run() {
        case .left: await host.close(terminating: true)
        case .leftRunning: try await Self.keepRunning(host)
        case .inputEnded:
            await host.finishActiveRuns()
            await host.close(terminating: false)
        }
    }

    /// Lets the runs go on without a screen.
    private static func keepRunning(_ host: WorkspaceHost) async throws {
        guard try await host.leaveRunsToOthers() else { return }
        Console.print("What runs goes on. 'spillway' shows it again, 'spillway cancel' ends it.")
    }

    /// The connection of that name in the settings, or the one that the address leads to.
    static func opening(
        _ text: String, in workspace: Workspace, isReadOnly: Bool
    ) throws -> QueryOpening {
        let known = workspace.settings.connections.first { $0.name.name == text }
        let address = try ConnectionAddress(
            known?.url ?? text,
            folder: known == nil ? FileManager.default.currentDirectoryPath : workspace.root)
        return QueryOpening(
            name: known?.name.name ?? address.text, address: address, isReadOnly: isReadOnly)
    }

    /// A word that is no folder may be a mistyped command.
    private static func pipelines(_ folder: String) throws -> PipelineFolder {
        do {
            return try PipelineFolder(root: folder)
        } catch {
            guard case .notFound = error, !folder.contains("/"),
                let nearest = CommandWords.nearest(to: folder)
            else { throw error }
            throw CommandWords.unknown(folder, nearest: nearest)
        }
    }

    /// Stays in the workbench until the user leaves; a lost terminal lets the runs go on to their
    /// end (see `on_hangup`). SIGTERM ends nothing: tasks go on, and the next spillway takes them up.
    static func open(
        _ host: WorkspaceHost, theme: String?, opening: QueryOpening? = nil,
        firstRun: FirstRun? = nil, record: String? = nil
    ) async throws {
        let end: WorkbenchSession.End
        do {
            end = try WorkbenchSession.run(
                on: host, environment: ProcessInfo.processInfo.environment, themeName: theme,
                opening: opening, firstRun: firstRun, recordPath: record)
        } catch {
            await host.close(terminating: false)
            throw error
        }
        switch (end, host.outline.settings.onHangup) {
        case (.quit, _): await host.close(terminating: true)
        case (.quitKeepingRuns, _): try await keepRunning(host)
        case (.hungUp, .proceed):
            await host.finishActiveRuns()
            await host.close(terminating: false)
        case (.hungUp, .cancel):
            await host.cancelActiveRuns()
            await host.close(terminating: true)
        case (.terminated, _):
            await host.close(terminating: false)
            throw ExitCode(128 + 15)
        }
    }
}

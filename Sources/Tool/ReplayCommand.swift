import ArgumentParser
import Domain
import Engine
import Foundation
import JSONText
import Session
import Workbench
import Workspace

/// `replay` plays a recorded or written session in a workbench without a terminal.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Play a recorded session, and check what it expects.",
        discussion: """
            A session is a text file of steps: size 160x45, press 1 j enter, type :task load, \
            paste TEXT, click 12 4, expect TEXT, expect not TEXT, patience 30s. \
            'spillway --record FILE' writes one.

            Examples:
              spillway replay bug.session
              spillway replay check.session --folder ~/projects/shop --screen
            """)

    @Argument(help: "The session's file.")
    var file: String

    @Option(help: "The project folder.")
    var folder = "."

    @Option(help: "The state folder, instead of .spillway in the project.")
    var state: String?

    @Flag(help: "Print the screen as it is at the end.")
    var screen = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let (script, problems) = SessionScript.read(try TextFile.read(file), file: file)
        guard problems.isEmpty else {
            problems.forEach { Console.error($0.report) }
            throw ExitCode(2)
        }
        let host = try WorkspaceHost(
            try Workspace.read(root: folder), stateFolder: state, purpose: .running)
        let played = Result {
            try ReplaySession.play(
                script, on: host, environment: ProcessInfo.processInfo.environment)
        }
        await host.close(terminating: true)
        let outcome = try played.get()
        if json {
            printJSON(script, outcome)
        } else {
            if screen { Console.print(outcome.screen) }
            report(script, outcome)
        }
        if outcome.failure != nil { throw ExitCode(1) }
    }

    private func report(_ script: SessionScript, _ outcome: ReplaySession.Outcome) {
        guard let failure = outcome.failure else {
            return Console.print(
                "\(file): \(script.steps.count) steps, \(outcome.metExpectations) expectations met")
        }
        let what = failure.isThere ? "was not seen" : "was still to be seen"
        Console.error(
            "\(file):\(failure.line): error: '\(failure.expected.printable)' \(what):\n"
                + failure.screen)
    }

    private func printJSON(_ script: SessionScript, _ outcome: ReplaySession.Outcome) {
        let failure = outcome.failure.map { failure in
            JSONValue.object([
                "line": .integer(Int64(failure.line)), "expected": .string(failure.expected),
                "there": .bool(failure.isThere),
            ])
        }
        Console.printJSON(
            .object([
                "steps": .integer(Int64(script.steps.count)),
                "met": .integer(Int64(outcome.metExpectations)), "failure": failure ?? .null,
                "screen": .string(outcome.screen),
            ]))
    }
}

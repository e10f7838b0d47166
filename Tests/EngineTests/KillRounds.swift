import Domain
import Foundation
import Runners
import SurvivalWorld
import Testing

/// See `SurvivalRound`; `spillway-bench survival` plays thousands of them.
@Suite("Killed at any moment", .serialized)
struct KillRounds {
    /// More of them by the environment, for a long check.
    static let rounds =
        Int(ProcessInfo.processInfo.environment["SPILLWAY_KILL_ROUNDS"] ?? "") ?? 200

    @Test(
        "no task is lost, none runs twice, every exit code is right",
        arguments: 0..<rounds)
    func round(seed: Int) async throws {
        let harness = try EngineHarness()
        let verdict = try await SurvivalRound(
            seed: seed, folder: harness.folder, host: HostProgram.url, runner: HostProgram.runner
        ).play()
        #expect(verdict.problems.isEmpty, "seed \(seed)")
        // The time is the machine's as well: what must hold when it is idle is ten times stricter.
        #expect(verdict.opening < .seconds(2), "took up the work after \(verdict.opening)")
    }
}

/// The program that the tests kill.
enum HostProgram {
    static var url: URL {
        let beside = Bundle.main.bundleURL.appending(path: "engine-host")
        if FileManager.default.fileExists(atPath: beside.path) { return beside }
        return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "engine-host")
    }

    static var runner: RunnerProgram {
        RunnerProgram(path: url.path, arguments: ["--runner-process"])
    }

    static var scripts: RunnerProgram {
        RunnerProgram(path: url.path, arguments: [SurvivalGraph.scriptWord])
    }

    static func killRunner(of state: String) {
        SurvivalRound.killRunner(of: state, words: runner.arguments)
    }
}

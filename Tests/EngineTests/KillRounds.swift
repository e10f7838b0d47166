import Domain
import Engine
import Foundation
import Glibc
import Runners
import SchedulerCore
import Store
import Testing

/// One round: a host works on a small random graph, somebody is killed at a moment that the seed
/// chooses, and the work is taken up.
@Suite("Killed at any moment", .serialized)
struct KillRounds {
    enum Victim: CaseIterable { case engine, runner, both }

    static let points = ["intent", "intended", "spawned", "ended", "commit", "migration"]

    /// More of them by the environment, for a long check.
    static let rounds =
        Int(ProcessInfo.processInfo.environment["SPILLWAY_KILL_ROUNDS"] ?? "") ?? 200

    @Test(
        "no task is lost, none runs twice, every exit code is right",
        arguments: 0..<rounds)
    func round(seed: Int) async throws {
        let harness = try EngineHarness()
        var random = SplitMix(state: UInt64(seed) &+ 77)
        let host = Process()
        host.executableURL = HostProgram.url
        host.arguments = [harness.folder, "\(seed + 1)"]
        host.standardOutput = FileHandle.nullDevice
        host.standardError = FileHandle.nullDevice
        var mayBeLost = false
        if seed % 2 == 0 {
            // At a named point: in the engine's process or the runner's, whichever passes it.
            let point = Self.points[seed / 2 % Self.points.count]
            let pass = point == "migration" ? 1 : 1 + random.below(12)
            host.environment = ProcessInfo.processInfo.environment.merging(
                ["SPILLWAY_DIE_AT": "\(point):\(pass):\(harness.folder)/died"]) { $1 }
            mayBeLost = point == "spawned" || point == "ended"
            try host.run()
            host.waitUntilExit()
        } else {
            let victim = Victim.allCases[seed / 2 % 3]
            let lines = random.below(12)
            mayBeLost = victim != .engine
            try host.run()
            while harness.ran.count < lines, host.isRunning { await Task.yield() }
            if victim != .engine { HostProgram.killRunner(of: harness.state.path) }
            if victim != .runner { kill(host.processIdentifier, SIGKILL) }
            host.waitUntilExit()
        }
        try await check(harness, mayBeLost: mayBeLost, seed: seed)
    }

    private func check(_ harness: EngineHarness, mayBeLost: Bool, seed: Int) async throws {
        let begin = SystemClock.monotonic()
        let engine = try harness.open(parallelism: 4, runner: HostProgram.runner)
        let opening = SystemClock.monotonic().microseconds - begin.microseconds
        // Killed before the run was made: nothing is owed.
        guard let run = try harness.reader().runs(limit: 1).first else {
            await engine.shutDown(terminating: true)
            return #expect(harness.ran.isEmpty)
        }
        _ = try await engine.waitUntilSettled(run.id)
        await engine.shutDown(terminating: true)
        let executions = harness.ran
        #expect(Set(executions).count == executions.count, "an attempt ran twice: seed \(seed)")
        for (number, row) in try harness.reader().tasks(of: run.id).enumerated() {
            let attempts = try harness.reader().attempts(of: run.id, row.id)
            #expect(
                attempts.last?.outcome == .exited(code: [0, 98, 99][number % 3]),
                "\(row.id), seed \(seed)")
            #expect(
                attempts.dropLast().allSatisfy { $0.outcome == .lost && mayBeLost },
                "\(row.id), seed \(seed): \(attempts.map(\.outcome))")
            #expect(executions.contains("\(row.id) \(attempts.count)"), "\(row.id), seed \(seed)")
        }
        // The time is the machine's as well: what must hold when it is idle is ten times stricter.
        #expect(opening < 2_000_000, "took up the work after \(opening) µs")
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

    /// Kills the runner that works on a state folder, where there is one.
    static func killRunner(of state: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name),
                let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                line.split(separator: 0).dropFirst().elementsEqual([
                    Data("--runner-process".utf8), Data(state.utf8),
                ])
            else { continue }
            kill(pid, SIGKILL)
        }
    }
}

public import Domain
import Engine
public import Foundation
import Glibc
public import Runners
import SchedulerCore
import Store

/// One round: a host works on a small random graph, somebody is killed at a moment that the seed
/// chooses, and another engine takes up the work and brings it to its end.
public struct SurvivalRound: Sendable {
    /// What was found wrong, and how long taking up the work took.
    public struct Verdict: Sendable {
        public var problems: [String] = []
        /// From the start of opening the state until all live attempts are this engine's.
        public var opening: Span
        /// Attempts of live tasks that were taken up, or had ended meanwhile.
        public var executions = 0
    }

    /// Where somebody dies by itself.
    static let points = ["intent", "intended", "spawned", "ended", "commit", "migration"]

    private enum Victim: CaseIterable { case engine, runner, both }

    public let seed: Int
    let folder: String
    private let host: URL
    private let hostWords: [String]
    private let runner: RunnerProgram

    private var state: StateFolder { StateFolder(path: folder + "/state") }

    /// - Parameters:
    ///   - folder: empty, and this round's alone.
    ///   - host: a program that with `hostWords`, the folder and a seed behind it works on that
    ///     seed's graph, with runners as `runner` starts them.
    public init(
        seed: Int, folder: String, host: URL, hostWords: [String] = [], runner: RunnerProgram
    ) {
        (self.seed, self.folder, self.host) = (seed, folder, host)
        (self.hostWords, self.runner) = (hostWords, runner)
    }

    public func play() async throws -> Verdict {
        var random = SurvivalRandom(seed: UInt64(seed) &* 2_654_435_761 &+ 77)
        let process = Process()
        process.executableURL = host
        process.arguments = hostWords + [folder, "\(seed + 1)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        if seed % 2 == 0 {
            // At a named point: in the engine's process or the runner's, whichever passes it.
            let point = Self.points[seed / 2 % Self.points.count]
            let pass = point == "migration" ? 1 : 1 + random.below(12)
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["SPILLWAY_DIE_AT": "\(point):\(pass):\(folder)/died"]) { $1 }
            try process.run()
            process.waitUntilExit()
        } else {
            let victim = Victim.allCases[seed / 2 % 3]
            let lines = random.below(12)
            try process.run()
            while ran.count < lines, process.isRunning { await Task.yield() }
            if victim != .engine { Self.killRunner(of: state.path, words: runner.arguments) }
            if victim != .runner { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        return try await takeUp()
    }

    private func takeUp() async throws -> Verdict {
        let begin = SystemClock.monotonic()
        var options = EngineOptions(
            folder: state, limits: SchedulerLimits(parallelism: 4), grace: .milliseconds(300),
            runner: runner, render: SurvivalGraph.render)
        options.scripts = RunnerProgram(path: host.path, arguments: [SurvivalGraph.scriptWord])
        let engine = try Engine.open(options)
        let opening = SystemClock.monotonic().microseconds - begin.microseconds
        var verdict = Verdict(opening: Span(microseconds: opening))
        // Killed before the run was made: nothing is owed.
        guard let run = try StoreReader(state).runs(limit: 1).first else {
            await engine.shutDown(terminating: true)
            if !ran.isEmpty { verdict.problems.append("tasks of no run") }
            return verdict
        }
        _ = try await engine.waitUntilSettled(run.id)
        await engine.shutDown(terminating: true)
        let executions = ran
        verdict.executions = executions.count
        if Set(executions).count != executions.count {
            verdict.problems.append("an attempt ran twice: \(executions.joined(separator: ", "))")
        }
        let reader = try StoreReader(state)
        for (number, row) in try reader.tasks(of: run.id).enumerated() {
            let attempts = try reader.attempts(of: run.id, row.id)
            let isRight =
                attempts.map(\.outcome) == [.exited(code: SurvivalGraph.code(of: number))]
                && (SurvivalGraph.isScript(number) || executions.contains("\(row.id) 1"))
            if !isRight { verdict.problems.append("\(row.id): \(attempts.map(\.outcome))") }
        }
        return verdict
    }

    /// Which attempts' commands were carried out.
    private var ran: [String] {
        let text = (try? String(contentsOfFile: folder + "/ran", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { String($0) }
    }

    /// Kills the runner that works on a state folder, where there is one.
    ///
    /// - Parameter words: with which such a runner is started.
    public static func killRunner(of state: String, words: [String]) {
        let wanted = (words + [state]).map { Data($0.utf8) }
        let found = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [])
            .compactMap { Int32($0) }.filter { pid in
                let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
                return line?.split(separator: 0).dropFirst().elementsEqual(wanted) == true
            }
        // A task that has not come to its command yet looks like the runner, its parent, and has
        // another parent once that is dead: who is what is asked before anybody is killed.
        let runners = found.filter { !found.contains(parent(of: $0)) }
        for pid in runners { kill(pid, SIGKILL) }
    }

    private static func parent(of pid: Int32) -> Int32 {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
        return line.flatMap { Int32($0.dropFirst(5).drop { $0.isWhitespace }) } ?? 0
    }
}

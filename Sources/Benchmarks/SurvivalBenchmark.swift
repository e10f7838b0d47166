import Domain
import Engine
import Foundation
import Runners
import SchedulerCore
import Store
import SurvivalWorld

/// `spillway-bench survival [ROUNDS [FIRST]]`: engines and runners that are killed at moments chosen by
/// the seeds FIRST…, and what became of their tasks.
enum SurvivalBenchmark {
    /// With this word, a folder and a seed behind it the program works on that seed's graph.
    static let hostWord = "--survival-host"

    /// The process that is killed.
    static func host(folder: String, seed: UInt64) async throws {
        var options = EngineOptions(
            folder: StateFolder(path: folder + "/state"), limits: SchedulerLimits(parallelism: 4),
            runner: runner, render: SurvivalGraph.render)
        options.scripts = Bundle.main.executablePath.map {
            RunnerProgram(path: $0, arguments: [SurvivalGraph.scriptWord])
        }
        let engine = try Engine.open(options)
        let pipeline = Pipeline(
            name: "killed", tasks: SurvivalGraph.tasks(seed: seed), folder: folder)
        let run = try await engine.trigger(RunRequest(pipeline: pipeline, by: "bench"))
        _ = try await engine.waitUntilSettled(run)
        await engine.shutDown(terminating: false)
    }

    private static let runner = RunnerProgram.thisProgram(
        arguments: [DispatchBenchmark.runnerWord])

    static func run(_ words: [String]) async throws {
        let rounds = words.first.flatMap { Int($0) } ?? 2_000
        let first = words.dropFirst().first.flatMap { Int($0) } ?? 0
        let scratch = try Scratch(in: BenchmarkOptions().scratch)
        guard let program = Bundle.main.executableURL else { return }
        var openings: [Double] = []
        var (executions, wrong) = (0, 0)
        for seed in first..<first + rounds {
            let folder = try scratch.newFolder()
            let verdict = try await SurvivalRound(
                seed: seed, folder: folder, host: program, hostWords: [hostWord], runner: runner
            ).play()
            openings.append(Double(verdict.opening.microseconds) / 1_000)
            executions += verdict.executions
            if !verdict.problems.isEmpty {
                wrong += 1
                print("  seed \(seed): \(verdict.problems.joined(separator: "; "))")
            }
            try? FileManager.default.removeItem(atPath: folder)
        }
        openings.sort()
        let late = openings[min(openings.count - 1, openings.count * 99 / 100)]
        print("survival: \(rounds) rounds, \(executions) commands carried out")
        for figure in [
            Figure(
                name: "rounds in which anything was wrong", value: Double(wrong), unit: "", limit: 0
            ),
            Figure(name: "taken up, median", value: median(openings), unit: "ms"),
            Figure(name: "taken up, p99", value: late, unit: "ms", limit: 200),
            Figure(name: "taken up, worst", value: openings.last ?? 0, unit: "ms", limit: 200),
        ] {
            print("  " + figure.line)
        }
        if wrong > 0 || late > 200 { exit(1) }
    }
}

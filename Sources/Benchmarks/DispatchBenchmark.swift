import Domain
import Engine
import Foundation
import Glibc
import Runners
import SchedulerCore
import Store

/// Graphs of `true` on 2 slots with every transition recorded, against ninja on the same graphs.
enum DispatchBenchmark: Benchmark {
    static let name = "dispatch"
    static let summary = "graphs of `true` on 2 slots, all recorded, against `ninja -j2`"

    /// With this word and a state folder behind it the program is a runner.
    static let runnerWord = "--runner"

    private struct Failure: Error { var text: String }

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let scratch = try Scratch(in: options.scratch)
        var figures: [Figure] = []
        for (graph, limit) in [
            (TaskGraph.wide(1_000), 1.25), (.layered(1_000), 1.25), (.chain(100), 1.3),
        ] {
            var (ours, theirs): ([Double], [Double]) = ([], [])
            var (ourWork, theirWork): ([Double], [Double]) = ([], [])
            for _ in 0..<options.rounds {
                var before = processorSeconds()
                theirs.append(try ninja(graph, in: scratch.newFolder()))
                var after = processorSeconds()
                theirWork.append(after - before)
                before = after
                ours.append(try await engine(graph, in: scratch.newFolder()))
                // The runner leaves by itself; its time counts once it was waited for.
                while waitpid(-1, nil, 0) > 0 {}
                after = processorSeconds()
                ourWork.append(after - before)
            }
            let perTask = 1e6 / Double(graph.needs.count)
            let (mine, peer) = (median(ours), median(theirs))
            figures += [
                Figure(name: graph.name + ", ninja", value: peer * 1_000, unit: "ms"),
                Figure(name: graph.name + ", spillway", value: mine * 1_000, unit: "ms"),
                Figure(
                    name: graph.name + ", ratio", value: mine / peer, unit: "× ninja",
                    limit: limit),
                Figure(
                    name: graph.name + ", ninja, processor time",
                    value: median(theirWork) * perTask, unit: "µs a task"),
                Figure(
                    name: graph.name + ", spillway, processor time",
                    value: median(ourWork) * perTask, unit: "µs a task"),
            ]
        }
        return figures
    }

    /// Processor time, user and system, of this process and of all that it waited for. What the
    /// load of the machine does not change as much as it does the time that passes.
    private static func processorSeconds() -> Double {
        [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].map { who in
            var usage = rusage()
            guard getrusage(who, &usage) == 0 else { return 0 }
            return [usage.ru_utime, usage.ru_stime].map {
                Double($0.tv_sec) + Double($0.tv_usec) / 1e6
            }.reduce(0, +)
        }.reduce(0, +)
    }

    /// Seconds that ninja takes; its process's start is part of it, a few milliseconds.
    private static func ninja(_ graph: TaskGraph, in folder: String) throws -> Double {
        try graph.ninjaFile.write(
            toFile: folder + "/build.ninja", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ninja", "-C", folder, "-j2", "--quiet"]
        let output = Pipe()
        process.standardOutput = output
        let begin = SystemClock.monotonic()
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let time = SystemClock.monotonic().microseconds - begin.microseconds
        guard process.terminationStatus == 0 else {
            throw Failure(text: "ninja failed: " + String(decoding: text, as: UTF8.self))
        }
        // Its log of commands run: one line each behind a header.
        let log = try String(contentsOfFile: folder + "/.ninja_log", encoding: .utf8)
        guard log.split(separator: "\n").count == graph.needs.count + 1 else {
            throw Failure(text: "ninja did not run every command")
        }
        return Double(time) / 1e6
    }

    /// Seconds from the trigger to the settled run in an engine that is open.
    private static func engine(
        _ graph: TaskGraph, in path: String
    ) async throws -> Double {
        let engine = try Engine.open(
            EngineOptions(
                folder: StateFolder(path: path + "/state"),
                limits: SchedulerLimits(parallelism: 2),
                runner: .thisProgram(arguments: [runnerWord])
            ) { request in
                guard case .shell(let command) = request.task.action else {
                    throw Failure(text: "not a shell task")
                }
                return RenderedTask(work: .shell(command), workingDirectory: path)
            })
        // The first task of a workbench starts its runner; from then on it is there.
        let first = TaskGraph.chain(1).pipeline
        let warm = try await engine.trigger(RunRequest(pipeline: first, by: "bench"))
        _ = try await engine.waitUntilSettled(warm)
        let begin = SystemClock.monotonic()
        let run = try await engine.trigger(RunRequest(pipeline: graph.pipeline, by: "bench"))
        let state = try await engine.waitUntilSettled(run)
        let time = SystemClock.monotonic().microseconds - begin.microseconds
        await engine.shutDown(terminating: false)
        let reader = try StoreReader(StateFolder(path: path + "/state"))
        let ended = try reader.events(of: run).count { event in
            if case .attemptEnded(_, .exited(code: 0), _, _) = event.event { true } else { false }
        }
        guard state == .success, ended == graph.needs.count else {
            throw Failure(text: "the run ended \(state.rawValue) after \(ended) tasks")
        }
        return Double(time) / 1e6
    }
}

/// A folder that is removed with its owner.
final class Scratch {
    let path: String

    init(in folder: String) throws {
        path = folder + "/spillway-bench-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// A new folder in this one.
    func newFolder() throws -> String {
        let folder = path + "/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

import Domain
import Foundation
import Glibc
import Runners

/// The built program as its user feels it: start, first paint, keys, and what it costs to be open.
///
/// The floor is the least that a framed curses screen costs, measured in the same run where its
/// source is at hand.
enum TerminalBenchmark: Benchmark {
    static let name = "terminal"
    static let summary = "start, first paint, keys and idleness of the program on a terminal"

    private struct Failure: Error { var text: String }

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let program = try program(options)
        let scratch = try Scratch(in: options.scratch)
        let floor = try Floor(options.floorSource, in: scratch.newFolder())
        if floor == nil { print("  no floor: \(options.floorSource) is not there") }
        let project = try busyProject(scratch.newFolder())
        return try start(program, options.rounds)
            + firstPaint(program, floor, scratch, options.rounds)
            + keys(program, floor, project)
            + idleness(program, project)
    }

    /// The program to measure: named, or beside this one.
    private static func program(_ options: BenchmarkOptions) throws -> String {
        let beside = Bundle.main.executableURL?.deletingLastPathComponent()
            .appending(path: "spillway").path
        guard let path = options.program ?? beside, access(path, X_OK) == 0 else {
            throw Failure(text: "no program: build it, or name it with --program PATH")
        }
        return path
    }

    // MARK: Start

    private static func start(_ program: String, _ rounds: Int) throws -> [Figure] {
        var (ours, theirs): ([Double], [Double]) = ([], [])
        for _ in 0..<max(51, rounds) {
            theirs.append(try milliseconds(["/bin/true"]))
            ours.append(try milliseconds([program, "--version"]))
        }
        return [
            Figure(name: "/bin/true, start to end", value: median(theirs), unit: "ms"),
            Figure(name: "--version, start to end", value: median(ours), unit: "ms", limit: 10),
        ]
    }

    private static func milliseconds(_ arguments: [String]) throws -> Double {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        let begin = SystemClock.monotonic().microseconds
        let pid = try spawn(arguments, actions: &actions, environment: [:], "/")
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failure(text: "\(arguments) failed") }
        return Double(SystemClock.monotonic().microseconds - begin) / 1_000
    }

    // MARK: First paint

    private static func firstPaint(
        _ program: String, _ floor: Floor?, _ scratch: Scratch, _ rounds: Int
    ) throws -> [Figure] {
        var (new, again, bare): ([Paint], [Paint], [Paint]) = ([], [], [])
        for _ in 0..<max(9, rounds) {
            let folder = try scratch.newFolder() + "/demo"
            new.append(try paint([program, "demo", "--dir", folder], ready: "╭"))
            again.append(try paint([program, "open", folder], ready: "╭"))
            if let floor { bare.append(try paint([floor.path], ready: "cat-")) }
        }
        var figures = [
            Figure(
                name: "demo's first paint, project and run made", value: median(new.map(\.time)),
                unit: "ms", limit: 60),
            Figure(
                name: "demo's first paint, sent", value: median(new.map(\.kilobytes)),
                unit: "KB", limit: 14),
            Figure(
                name: "the same project opened again", value: median(again.map(\.time)),
                unit: "ms", limit: 60),
            Figure(
                name: "opened again, sent", value: median(again.map(\.kilobytes)), unit: "KB",
                limit: 14),
        ]
        if !bare.isEmpty {
            let (time, size) = (median(bare.map(\.time)), median(bare.map(\.kilobytes)))
            figures += [
                Figure(name: "floor's first paint", value: time, unit: "ms"),
                Figure(name: "floor's first paint, sent", value: size, unit: "KB"),
                Figure(
                    name: "opened again, ratio", value: median(again.map(\.time)) / time,
                    unit: "× floor"),
                Figure(
                    name: "opened again, sent, ratio",
                    value: median(again.map(\.kilobytes)) / size, unit: "× floor"),
            ]
        }
        return figures
    }

    private struct Paint {
        /// Milliseconds from the start to the last byte of the first whole screen.
        var time: Double
        var kilobytes: Double
    }

    private static func paint(_ arguments: [String], ready: String) throws -> Paint {
        let begin = SystemClock.monotonic().microseconds
        let terminal = try PseudoTerminal(arguments, in: "/")
        let burst = terminal.burst(patience: 5_000, gap: 12, ready: ready)
        guard let last = burst.lastMicroseconds,
            String(decoding: burst.bytes, as: UTF8.self).contains(ready)
        else { throw Failure(text: "\(arguments) painted nothing") }
        terminal.end()
        return Paint(
            time: Double(last - begin) / 1_000, kilobytes: Double(burst.bytes.count) / 1_000)
    }

    // MARK: Keys

    /// A project whose pipeline is 1,000 tasks of `true`; its runs wait for each other.
    private static func busyProject(_ folder: String) throws -> String {
        var text = "name: busy\nmax_active_runs: 1\ntasks:\n"
        for (number, needs) in TaskGraph.layered(1_000).needs.enumerated() {
            let names = needs.map { "t\($0)" }.joined(separator: ", ")
            text += "  t\(number): { run: \"true\", needs: [\(names)] }\n"
        }
        try FileManager.default.createDirectory(
            atPath: folder + "/pipelines", withIntermediateDirectories: true)
        try text.write(
            toFile: folder + "/pipelines/busy.yml", atomically: true, encoding: .utf8)
        return folder
    }

    private static func keys(
        _ program: String, _ floor: Floor?, _ project: String
    ) throws -> [Figure] {
        let terminal = try PseudoTerminal([program, "open", project], in: "/")
        _ = terminal.burst(patience: 5_000, gap: 200, ready: "busy")
        let quiet = latencies(terminal, ["\t"], count: 60)
        terminal.type("0")
        // So many runs that one is going on to the last key.
        for _ in 0..<40 {
            terminal.type("T")
            _ = terminal.burst(patience: 100, gap: 10)
        }
        let runs = latencies(terminal, ["j", "j", "k", "j", "k", "k"], count: 120)
        terminal.type("1")
        let graph = latencies(terminal, ["j", "l", "k", "h"], count: 120)
        let zoom = latencies(terminal, ["+", "_"], count: 120)
        let running = try isRunning(program, project)
        terminal.end()
        let all = runs.times + graph.times + zoom.times
        guard running else { throw Failure(text: "the runs had ended before the last key") }
        guard all.count >= 300 else {
            throw Failure(text: "only \(all.count) of 360 keys were answered")
        }
        var figures = [
            Figure(name: "key, nothing running, p50", value: quiet.percentile(50), unit: "ms"),
            Figure(name: "key, nothing running, p99", value: quiet.percentile(99), unit: "ms"),
        ]
        for (name, part) in [("list", runs), ("graph", graph), ("zoom", zoom)] {
            figures.append(
                Figure(
                    name: "key in the \(name) during a run, p99", value: part.percentile(99),
                    unit: "ms"))
        }
        let together = Latencies(times: all)
        figures += [
            Figure(name: "keys answered during a run", value: Double(all.count), unit: ""),
            Figure(
                name: "key to last byte during a run, p50", value: together.percentile(50),
                unit: "ms"),
            Figure(
                name: "key to last byte during a run, p99", value: together.percentile(99),
                unit: "ms", limit: 16),
            Figure(
                name: "key to last byte during a run, worst", value: together.percentile(100),
                unit: "ms"),
        ]
        if let floor {
            let bare = try PseudoTerminal([floor.path], in: "/")
            _ = bare.burst(patience: 5_000, gap: 100, ready: "cat-")
            let times = latencies(bare, ["j", "k"], count: 50)
            figures.append(
                Figure(name: "floor's key, p50", value: times.percentile(50), unit: "ms"))
            figures.append(
                Figure(
                    name: "key, nothing running, ratio of p50",
                    value: quiet.percentile(50) / times.percentile(50), unit: "× floor"))
            bare.end()
        }
        return figures
    }

    private struct Latencies {
        /// Milliseconds from the key to the last byte of what it brought.
        var times: [Double]

        func percentile(_ percent: Int) -> Double {
            let sorted = times.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
        }
    }

    /// Presses keys one after another. A frame that a run's progress brings right behind the key's
    /// own is counted as part of the answer: the figures are upper bounds.
    private static func latencies(
        _ terminal: PseudoTerminal, _ keys: [String], count: Int
    ) -> Latencies {
        var times: [Double] = []
        for number in 0..<count {
            while !terminal.read(within: 3).isEmpty {}
            let begin = SystemClock.monotonic().microseconds
            terminal.type(keys[number % keys.count])
            let burst = terminal.burst(patience: 200, gap: 8)
            if let last = burst.lastMicroseconds { times.append(Double(last - begin) / 1_000) }
        }
        return Latencies(times: times)
    }

    private static func isRunning(_ program: String, _ project: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["runs", "--dir", project, "--limit", "100", "--json"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self).contains("\"state\":\"running\"")
    }

    // MARK: Idleness

    /// The demo's kind of screen with nothing going on, for five seconds.
    private static func idleness(_ program: String, _ project: String) throws -> [Figure] {
        let folder = project + "/idle"
        try FileManager.default.createDirectory(
            atPath: folder + "/pipelines", withIntermediateDirectories: true)
        try "tasks: { a: { run: \"echo hello\" } }\n".write(
            toFile: folder + "/pipelines/one.yml", atomically: true, encoding: .utf8)
        let terminal = try PseudoTerminal([program, "open", folder], in: "/")
        _ = terminal.burst(patience: 5_000, gap: 200, ready: "one")
        terminal.type("T")
        _ = terminal.burst(patience: 5_000, gap: 1_500, ready: "hello")
        let before = try terminal.processorTimes()
        let begin = SystemClock.monotonic().microseconds
        var sent = 0
        while true {
            let left = 5_000 - (SystemClock.monotonic().microseconds - begin) / 1_000
            guard left > 0 else { break }
            sent += terminal.read(within: Int32(left)).count
        }
        // Threads that have gone by now are not counted: pools let theirs go when nothing is to do.
        let used = try terminal.processorTimes().reduce(0) { sum, thread in
            sum + thread.value - (before[thread.key] ?? 0)
        }
        let time = SystemClock.monotonic().microseconds - begin
        terminal.end()
        return [
            Figure(name: "idle for 5 s, sent", value: Double(sent), unit: "bytes", limit: 0),
            Figure(
                name: "idle for 5 s, processor", value: Double(used) / Double(time) / 10,
                unit: "%", limit: 0.1),
        ]
    }
}

/// The least that a framed curses screen costs, as a program.
private final class Floor {
    let path: String

    /// Nil where its source is missing.
    init?(_ source: String, in folder: String) throws {
        guard access(source, R_OK) == 0 else { return nil }
        path = folder + "/floor"
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["cc", "-O2", "-w", "-o", path, source, "-lncursesw", "-ltinfo"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { return nil }
    }
}

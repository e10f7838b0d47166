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
    static let summary = "start, first paint, keys, a followed log and idleness of the program"

    struct Failure: Error { var text: String }

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let program = try program(options)
        let scratch = try Scratch(in: options.scratch)
        let floor = try Floor(options.floorSource, in: scratch.newFolder())
        if floor == nil { print("  no floor: \(options.floorSource) is not there") }
        return figures("the start") { try start(program, options.rounds) }
            + figures("the first paint") {
                try firstPaint(program, floor, scratch, options.rounds)
            }
            + figures("the first paint of many pipelines") {
                try firstPaintOfMany(program, floor, scratch.newFolder(), options.rounds)
            }
            + figures("keys") { try keys(program, floor, scratch.newFolder()) }
            + figures("a followed log") { try following(program, scratch.newFolder()) }
            + figures("idleness") { try idleness(program, scratch.newFolder()) }
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

    /// The newest of 10,000 runs of 1,000 pipelines, from a store of a million task rows.
    private static func firstPaintOfMany(
        _ program: String, _ floor: Floor?, _ folder: String, _ rounds: Int
    ) throws -> [Figure] {
        try ManyRuns.write(project: folder)
        var (paints, bare): ([Paint], [Paint]) = ([], [])
        for _ in 0..<max(9, rounds) {
            paints.append(try paint([program, "open", folder], ready: "╭"))
            if let floor { bare.append(try paint([floor.path], ready: "cat-")) }
        }
        let time = median(paints.map(\.time))
        var figures = [
            Figure(
                name: "first paint, 1,000 pipelines and 1,000,000 tasks in the store", value: time,
                unit: "ms", limit: 60),
            Figure(
                name: "the same, sent", value: median(paints.map(\.kilobytes)), unit: "KB",
                limit: 14),
        ]
        if !bare.isEmpty {
            figures.append(
                Figure(
                    name: "the same, ratio", value: time / median(bare.map(\.time)),
                    unit: "× floor"))
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

    // MARK: Idleness

    /// The demo's kind of screen with nothing going on, for five seconds.
    private static func idleness(_ program: String, _ folder: String) throws -> [Figure] {
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

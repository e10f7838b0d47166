import Domain
import Foundation
import Glibc
import Runners

/// What the program sends to the terminal, and how it behaves where the link is slow.
///
/// Bytes are counted between the program and the terminal; 64 kbit/s and 200 ms there and back are
/// played by a reader that takes no more than that.
enum LinkBenchmark: Benchmark {
    static let name = "link"
    static let summary = "bytes a key, a busy dashboard, a slow link, and memory of the program"

    private struct Failure: Error { var text: String }

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let beside = Bundle.main.executableURL?.deletingLastPathComponent()
            .appending(path: "spillway").path
        guard let program = options.program ?? beside, access(program, X_OK) == 0 else {
            throw Failure(text: "no program: build it, or name it with --program PATH")
        }
        let scratch = try Scratch(in: options.scratch)
        return figures("bytes a key") { try bytesPerKey(program, scratch.newFolder()) }
            + figures("a busy dashboard") { try dashboard(program, scratch.newFolder()) }
            + figures("a slow link") { try slowLink(program, scratch.newFolder()) }
    }

    private static func project(_ folder: String, _ files: [String: String]) throws -> String {
        for (name, text) in files {
            let path = URL(filePath: folder + "/" + name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: path, atomically: true, encoding: .utf8)
        }
        return folder
    }

    // MARK: Bytes a key

    private static func bytesPerKey(_ program: String, _ folder: String) throws -> [Figure] {
        let tasks = (0..<40).map { "  t\($0): { run: \"true\" }\n" }.joined()
        let long = "seq -f 'line %.0f of a log that goes on and on' 1 20000"
        let project = try project(
            folder,
            [
                "pipelines/a.yml": "tasks:\n  talk: { run: \"\(long)\" }\n" + tasks,
                "pipelines/b.yml": "tasks:\n" + tasks,
            ])
        let terminal = try PseudoTerminal([program, "open", project], in: "/")
        _ = terminal.burst(patience: 5_000, gap: 300, ready: "a")
        terminal.type("gg")
        _ = terminal.burst(patience: 500, gap: 100)
        terminal.type("T")
        _ = terminal.burst(patience: 5_000, gap: 2_000, ready: "success")
        func sizes(_ keys: [String], _ count: Int) -> Double {
            var sizes: [Double] = []
            for number in 0..<count {
                terminal.type(keys[number % keys.count])
                sizes.append(Double(terminal.burst(patience: 300, gap: 60).bytes.count))
            }
            return median(sizes)
        }
        terminal.type(":task talk\r")
        _ = terminal.burst(patience: 500, gap: 200)
        terminal.type("1")
        _ = terminal.burst(patience: 500, gap: 100)
        let graph = sizes(["j", "k"], 20)
        // Alone on the screen nothing follows the graph's cursor.
        terminal.type("++")
        _ = terminal.burst(patience: 500, gap: 200)
        let graphAlone = sizes(["j", "k"], 20)
        terminal.type("__:task talk\r2")
        _ = terminal.burst(patience: 1_000, gap: 300)
        let line = sizes(["k"], 20)
        let halfPage = sizes(["\u{15}"], 10)
        let page = sizes(["\u{1B}[5~"], 10)
        terminal.type("/")
        _ = terminal.burst(patience: 300, gap: 60)
        let typed = sizes(["a", "b", "c"], 12)
        terminal.type("\u{1B}")
        _ = terminal.burst(patience: 300, gap: 100)
        terminal.type("0")
        _ = terminal.burst(patience: 300, gap: 100)
        let list = sizes(["j", "k"], 20)
        // A pipeline and its newest run are shown alike: the cursor alone moves between them.
        terminal.type("gg")
        _ = terminal.burst(patience: 500, gap: 200)
        let listAlone = sizes(["j", "k"], 20)
        let memory = try peakMegabytes(terminal.pid)
        terminal.end()
        return [
            Figure(name: "cursor move in the list", value: listAlone, unit: "B", limit: 120),
            Figure(name: "the same, with another run's graph and log", value: list, unit: "B"),
            Figure(
                name: "cursor move in the graph: two boxes and their lines", value: graphAlone,
                unit: "B"),
            Figure(name: "the same, with another task's log", value: graph, unit: "B"),
            Figure(name: "one line of a framed log", value: line, unit: "B", limit: 700),
            Figure(name: "half a page of a framed log", value: halfPage, unit: "B"),
            Figure(name: "a page of a framed log", value: page, unit: "B", limit: 6_000),
            Figure(name: "a typed character", value: typed, unit: "B", limit: 40),
            Figure(name: "memory at its peak", value: memory, unit: "MB", limit: 120),
        ]
    }

    private static func peakMegabytes(_ pid: pid_t) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(separator: " ").compactMap { Double($0) }.first
        return (kilobytes ?? 0) / 1_000
    }

    // MARK: Many running tasks

    private static func dashboard(_ program: String, _ folder: String) throws -> [Figure] {
        let tasks = (0..<200).map { "  t\($0): { run: \"sleep 30\" }\n" }.joined()
        let project = try project(
            folder,
            [
                "spillway.yml": "parallelism: 200\n",
                "pipelines/many.yml": "max_active_tasks: 200\ntasks:\n" + tasks,
            ])
        let terminal = try PseudoTerminal([program, "open", project], in: "/")
        _ = terminal.burst(patience: 5_000, gap: 300, ready: "many")
        terminal.type("T")
        _ = terminal.burst(patience: 5_000, gap: 700, ready: "1 run going")
        // Until all have begun only the seconds change.
        let settle = SystemClock.monotonic().microseconds + 6_000_000
        while SystemClock.monotonic().microseconds < settle { _ = terminal.read(within: 100) }
        let begin = SystemClock.monotonic().microseconds
        var sent = 0
        while SystemClock.monotonic().microseconds < begin + 8_000_000 {
            sent += terminal.read(within: 100).count
        }
        let seconds = Double(SystemClock.monotonic().microseconds - begin) / 1_000_000
        terminal.end()
        return [
            Figure(
                name: "200 running tasks, sent", value: Double(sent) / seconds, unit: "B/s",
                limit: 1_500)
        ]
    }

    // MARK: A slow link

    /// 64 kbit/s, and 100 ms each way.
    private static func slowLink(_ program: String, _ folder: String) throws -> [Figure] {
        let flood =
            "i=0; while [ $i -lt 400 ]; do seq -f 'line %.0f' 1 1000; sleep 0.1; "
            + "i=$((i+1)); done"
        let project = try project(
            folder, ["pipelines/flood.yml": "tasks:\n  talk: { run: \"\(flood)\" }\n"])
        let terminal = try PseudoTerminal([program, "open", project], in: "/")
        _ = terminal.burst(patience: 5_000, gap: 300, ready: "flood")
        terminal.type("T")
        var link = SlowLink(terminal)
        link.run(milliseconds: 15_000)
        var (prompts, helps): ([Double], [Double]) = ([], [])
        for _ in 0..<9 {
            prompts.append(try link.answer(to: ":", until: "Tab completes"))
            terminal.type("\u{1B}")
            link.run(milliseconds: 1_500)
        }
        for _ in 0..<5 {
            helps.append(try link.answer(to: "?", until: "Esc closes"))
            terminal.type("\u{1B}")
            link.run(milliseconds: 3_000)
        }
        terminal.end()
        return [
            Figure(
                name: "slow link, flood: the command line after its key, p50",
                value: median(prompts), unit: "ms", limit: 600),
            Figure(
                name: "slow link, flood: the command line after its key, worst",
                value: prompts.max() ?? 0, unit: "ms"),
            Figure(
                name: "slow link, flood: all of the help after its key, p50",
                value: median(helps), unit: "ms"),
            Figure(
                name: "the help's own bytes take", value: link.lastKilobytes / 8 * 1_000,
                unit: "ms"),
        ]
    }

    /// A reader that takes 8 KB a second, and to whom everything comes 100 ms late.
    private struct SlowLink {
        private static let bytesPerSecond = 8_000.0
        private static let delay = 100.0
        private let terminal: PseudoTerminal
        private(set) var lastKilobytes = 0.0

        init(_ terminal: PseudoTerminal) { self.terminal = terminal }

        private func now() -> Double { Double(SystemClock.monotonic().microseconds) / 1_000 }

        /// Takes one piece and as long as the link would take for it.
        private func take() -> ArraySlice<UInt8> {
            let piece = terminal.read(within: 20, atMost: 256)
            let milliseconds = Double(piece.count) / Self.bytesPerSecond * 1_000
            if milliseconds > 0 { usleep(UInt32(milliseconds * 1_000)) }
            return piece
        }

        mutating func run(milliseconds: Double) {
            let end = now() + milliseconds
            while now() < end { _ = take() }
        }

        /// Milliseconds from the key until the last byte of what it brings has come.
        mutating func answer(to key: String, until text: String) throws -> Double {
            let begin = now()
            run(milliseconds: Self.delay)
            terminal.type(key)
            var seen: [UInt8] = []
            while !String(decoding: seen, as: UTF8.self).contains(text) {
                seen += take()
                guard now() < begin + 20_000 else { throw Failure(text: "'\(key)' not answered") }
            }
            lastKilobytes = Double(seen.count) / 1_000
            return now() - begin + Self.delay
        }
    }
}

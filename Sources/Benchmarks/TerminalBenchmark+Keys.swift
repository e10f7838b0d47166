import Domain
import Foundation
import Glibc
import Runners

extension TerminalBenchmark {
    /// How many tasks change their state about once a second.
    private static let busyTasks = 50

    /// A load that lasts until the file `stop` lies in the project: a task that writes about 10,000
    /// lines a second, 50 that fail once a second and are tried again (two changes of state each
    /// time), and 949 tasks that wait for them.
    private static func busyProject(_ folder: String) throws -> String {
        let stop = folder + "/stop"
        let line = "line %.0f of what a task has to say about its work"
        var text = """
            name: busy
            max_active_tasks: \(busyTasks + 1)
            tasks:
              talk: { run: "while [ ! -e \(stop) ]; do seq -f '\(line)' 1 500; sleep 0.048; done" }

            """
        for number in 0..<busyTasks {
            text += "  w\(number): { run: \"sleep 1; test -e \(stop)\", retries: 1000000, "
            text += "retry_delay: 0s }\n"
        }
        for (number, needs) in TaskGraph.layered(949).needs.enumerated() {
            let names =
                needs.isEmpty
                ? "w\(number % busyTasks)" : needs.map { "t\($0)" }.joined(separator: ", ")
            text += "  t\(number): { run: \"true\", needs: [\(names)] }\n"
        }
        try FileManager.default.createDirectory(
            atPath: folder + "/pipelines", withIntermediateDirectories: true)
        try "parallelism: \(busyTasks + 1)\n".write(
            toFile: folder + "/spillway.yml", atomically: true, encoding: .utf8)
        try "tasks: { one: { run: \"true\" } }\n".write(
            toFile: folder + "/pipelines/aside.yml", atomically: true, encoding: .utf8)
        try text.write(
            toFile: folder + "/pipelines/busy.yml", atomically: true, encoding: .utf8)
        return stop
    }

    static func keys(
        _ program: String, _ floor: Floor?, _ folder: String
    ) throws -> [Figure] {
        let stop = try busyProject(folder)
        let terminal = try PseudoTerminal([program, "open", folder], in: "/")
        defer {
            _ = FileManager.default.createFile(atPath: stop, contents: nil)
            terminal.end()
        }
        _ = terminal.burst(patience: 5_000, gap: 200, ready: "busy")
        let quiet = latencies(terminal, ["j", "k"], count: 60)
        terminal.type("G")
        _ = terminal.burst(patience: 200, gap: 50)
        terminal.type("T")
        drain(terminal, milliseconds: 4_000)
        let before = try Load(program, folder)
        let list = latencies(terminal, ["j", "j", "k", "j", "k", "k"], count: 250)
        terminal.type("1")
        let graph = latencies(terminal, ["j", "l", "k", "h"], count: 250)
        let zoom = latencies(terminal, ["+", "_"], count: 250)
        terminal.type(":task talk\r")
        _ = terminal.burst(patience: 500, gap: 100)
        terminal.type("2")
        _ = terminal.burst(patience: 500, gap: 100)
        let log = latencies(terminal, ["k", "k", "k", "G"], count: 250)
        let after = try Load(program, folder)
        let parts = [("list", list), ("graph", graph), ("zoom", zoom), ("log", log)]
        let together = Latencies(times: parts.flatMap(\.1.times))
        guard together.times.count >= 950 else {
            throw Failure(text: "only \(together.times.count) of 1,000 keys were answered")
        }
        let seconds = Double(after.microseconds - before.microseconds) / 1_000_000
        var figures = [
            Figure(name: "key, nothing running, p50", value: quiet.percentile(50), unit: "ms"),
            Figure(name: "key, nothing running, p99", value: quiet.percentile(99), unit: "ms"),
            Figure(
                name: "meanwhile: log lines",
                value: Double(after.lines - before.lines) / seconds, unit: "/s"),
            Figure(
                name: "meanwhile: changes of tasks' states",
                value: Double(after.attempts - before.attempts) * 2 / seconds, unit: "/s"),
        ]
        for (name, part) in parts {
            figures.append(
                Figure(
                    name: "key in the \(name) during the run, p99", value: part.percentile(99),
                    unit: "ms"))
        }
        figures += [
            Figure(
                name: "keys answered during the run", value: Double(together.times.count),
                unit: ""),
            Figure(
                name: "key to last byte during the run, p50", value: together.percentile(50),
                unit: "ms"),
            Figure(
                name: "key to last byte during the run, p99", value: together.percentile(99),
                unit: "ms", limit: 16),
            Figure(
                name: "key to last byte during the run, worst", value: together.percentile(100),
                unit: "ms"),
        ]
        if let floor {
            let bare = try PseudoTerminal([floor.path], in: "/")
            _ = bare.burst(patience: 5_000, gap: 100, ready: "cat-")
            let times = latencies(bare, ["j", "k"], count: 60)
            figures += [
                Figure(name: "floor's key, p50", value: times.percentile(50), unit: "ms"),
                Figure(
                    name: "key, nothing running, ratio of p50",
                    value: quiet.percentile(50) / times.percentile(50), unit: "× floor"),
            ]
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

    private static func drain(_ terminal: PseudoTerminal, milliseconds: Int64) {
        let end = SystemClock.monotonic().microseconds + milliseconds * 1_000
        while SystemClock.monotonic().microseconds < end { _ = terminal.read(within: 20) }
    }

    /// What the run has done so far, asked of the program itself; fails where it goes on no more.
    private struct Load {
        let microseconds: Int64
        let attempts: Int
        let lines: Int

        init(_ program: String, _ folder: String) throws {
            struct Run: Decodable { var tasks: [Row] }
            struct Row: Decodable {
                var id: String
                var state: String
                var attempts: Int
            }
            microseconds = SystemClock.monotonic().microseconds
            let tasks = try output(program, ["tasks", "latest", "--dir", folder, "--json"])
            let rows = try JSONDecoder().decode(Run.self, from: tasks).tasks
            guard rows.contains(where: { $0.id == "talk" && $0.state == "running" }) else {
                throw Failure(text: "the run ended before the last key")
            }
            attempts = rows.reduce(0) { $0 + $1.attempts }
            lines = try output(program, ["logs", "latest", "talk", "--dir", folder])
                .reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        }
    }

    /// What the program prints.
    static func output(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}

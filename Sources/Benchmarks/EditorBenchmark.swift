import Connections
import Domain
import Foundation
import Glibc
import Runners

/// The query editor as its user feels it: letters typed into a buffer of 10,000 lines, and names
/// completed out of 100,000 columns; beside other terminal SQL clients where they are on PATH.
enum EditorBenchmark: Benchmark {
    static let name = "editor"
    static let summary = "typing in 10,000 lines, completing among 100,000 columns"

    private struct Failure: Error { var text: String }

    /// What is typed, letter by letter.
    private static let text = "select amount, region, count(1) from customers where id = 17 and x "

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let program = try program(options)
        let scratch = try Scratch(in: options.scratch)
        let folder = try scratch.newFolder()
        let database = folder + "/wide.db"
        try makeDatabase(database)
        let lines = (0..<10_000).map {
            "select id, amount * \($0) from orders where region = 'north' -- line \($0)\n"
        }
        try lines.joined().write(
            toFile: folder + "/long.sql", atomically: true, encoding: .utf8)
        var figures = try spillway(program, database, folder)
        for name in ["litecli", "harlequin"] {
            guard let path = find(name) else { continue }
            let arguments =
                name == "litecli" ? [path, database] : [path, "-a", "sqlite", database]
            figures += try peer(name, arguments, folder)
        }
        return figures
    }

    /// 1,000 tables of 100 columns with names of their own.
    private static func makeDatabase(_ path: String) throws {
        let database = try SQLiteConnection(path: path, ConnectionOptions(makesFile: true))
        var script = "begin;"
        for table in 0..<1_000 {
            let columns = (0..<100).map { "column_\(table)_\($0)" }.joined(separator: ",")
            script += "create table t\(table)(\(columns));"
        }
        try database.execute(script + "commit")
        database.close()
    }

    private static func spillway(
        _ program: String, _ database: String, _ folder: String
    ) throws -> [Figure] {
        // Its state lies in the folder that it stands in.
        let terminal = try PseudoTerminal(
            [
                "/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder,
                URL(filePath: program).path, "query", "sqlite:" + database,
            ], in: folder)
        defer { terminal.end() }
        try wait(terminal, for: "Query", gap: 1_000)
        // Out of the editor, so that a colon begins a command.
        terminal.type("\u{1B}")
        _ = terminal.burst(patience: 1_000, gap: 100)
        terminal.type(":read long.sql\r")
        try wait(terminal, for: "line 7", gap: 500)
        // An empty line above the first, and one in the middle.
        terminal.type("\u{1B}[H\r\u{1B}[A")
        _ = terminal.burst(patience: 500, gap: 100)
        let top = try strokes(terminal, text, count: 400)
        for _ in 0..<200 {
            terminal.type("\u{1B}[6~")
            _ = terminal.burst(patience: 100, gap: 8)
        }
        let before = try strokes(terminal, text, count: 200)
        terminal.type("\u{1B}[H\r\u{1B}[A")
        _ = terminal.burst(patience: 500, gap: 100)
        let middle = try strokes(terminal, text, count: 400)
        // Nothing of what was typed stays on the line.
        terminal.type("\u{1B}[F\u{15}")
        _ = terminal.burst(patience: 500, gap: 100)
        // The schema is read in the background.
        for _ in 0..<60 {
            terminal.type("select column_9")
            _ = terminal.burst(patience: 500, gap: 50)
            terminal.type("\t")
            let offered = terminal.burst(patience: 1_000, gap: 50).bytes
            terminal.type("\u{1B}")
            _ = terminal.burst(patience: 200, gap: 50)
            terminal.type("\u{15}")
            _ = terminal.burst(patience: 200, gap: 30)
            if !offered.isEmpty { break }
        }
        var completions = Strokes()
        for _ in 0..<40 {
            terminal.type("select column_9")
            _ = terminal.burst(patience: 500, gap: 50)
            completions.add(try stroke(terminal, "\t"))
            terminal.type("\u{1B}")
            _ = terminal.burst(patience: 200, gap: 50)
            terminal.type("\u{15}")
            _ = terminal.burst(patience: 200, gap: 30)
        }
        terminal.type("select column_")
        _ = terminal.burst(patience: 500, gap: 50)
        terminal.type("\t")
        try wait(terminal, for: "column_", gap: 100)
        var narrowing = Strokes()
        for key in ["9", "9", "\u{7F}", "8", "\u{7F}", "\u{7F}"] {
            narrowing.add(try stroke(terminal, key))
        }
        return [
            Figure(
                name: "a letter at the top of 10,000 lines, p50", value: top.percentile(50),
                unit: "ms"),
            Figure(
                name: "a letter at the top, p99", value: top.percentile(99), unit: "ms", limit: 16),
            Figure(name: "a letter at the top, sent", value: top.bytes, unit: "bytes", limit: 40),
            Figure(
                name: "a letter in the middle, p99", value: middle.percentile(99), unit: "ms",
                limit: 16),
            Figure(
                name: "a letter in the middle, sent", value: middle.bytes, unit: "bytes", limit: 40),
            Figure(
                name: "a letter before 60 others, sent", value: before.bytes, unit: "bytes"),
            Figure(
                name: "offered among 100,000 columns, p50", value: completions.percentile(50),
                unit: "ms", limit: 30),
            Figure(
                name: "offered among 100,000 columns, worst", value: completions.percentile(100),
                unit: "ms"),
            Figure(
                name: "offered, sent", value: completions.bytes / 1_000, unit: "KB", limit: 2),
            Figure(
                name: "a letter while names are offered, worst", value: narrowing.percentile(100),
                unit: "ms", limit: 30),
        ]
    }

    /// Letters typed into a client of the same database, with what it offers meanwhile.
    private static func peer(
        _ name: String, _ arguments: [String], _ folder: String
    ) throws -> [Figure] {
        let terminal = try PseudoTerminal(arguments, in: folder)
        // It reads the schema while it starts.
        _ = terminal.burst(patience: 15_000, gap: 4_000)
        let plain = try strokes(terminal, "select 1 as one, 2 as two, 3 ", count: 60)
        var offering = Strokes()
        for letter in ", column_99977" { offering.add(try stroke(terminal, String(letter))) }
        terminal.end()
        return [
            Figure(name: "\(name): a letter, p50", value: plain.percentile(50), unit: "ms"),
            Figure(name: "\(name): a letter, p99", value: plain.percentile(99), unit: "ms"),
            Figure(name: "\(name): a letter, sent", value: plain.bytes, unit: "bytes"),
            Figure(
                name: "\(name): a letter of a column's name, p50", value: offering.percentile(50),
                unit: "ms"),
            Figure(
                name: "\(name): a letter of a column's name, worst",
                value: offering.percentile(100), unit: "ms"),
            Figure(
                name: "\(name): a letter of a column's name, sent", value: offering.bytes,
                unit: "bytes"),
        ]
    }

    // MARK: Keys

    private struct Strokes {
        /// Milliseconds from a key to the last byte of what it brought.
        var times: [Double] = []
        var sent = 0

        /// Bytes a key, in the mean.
        var bytes: Double { times.isEmpty ? 0 : Double(sent) / Double(times.count) }

        mutating func add(_ other: Strokes) {
            times += other.times
            sent += other.sent
        }

        func percentile(_ percent: Int) -> Double {
            let sorted = times.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
        }
    }

    private static func strokes(
        _ terminal: PseudoTerminal, _ text: String, count: Int
    ) throws -> Strokes {
        var all = Strokes()
        let letters = Array(text)
        for index in 0..<count {
            all.add(try stroke(terminal, String(letters[index % letters.count])))
            // Not one line that grows for ever.
            if index % letters.count == letters.count - 1 {
                terminal.type("\u{15}")
                _ = terminal.burst(patience: 200, gap: 30)
            }
        }
        return all
    }

    private static func stroke(_ terminal: PseudoTerminal, _ key: String) throws -> Strokes {
        while !terminal.read(within: 2).isEmpty {}
        let begin = SystemClock.monotonic().microseconds
        terminal.type(key)
        let burst = terminal.burst(patience: 2_000, gap: 12)
        guard let last = burst.lastMicroseconds else {
            throw Failure(text: "nothing followed from the key \(key.debugDescription)")
        }
        return Strokes(times: [Double(last - begin) / 1_000], sent: burst.bytes.count)
    }

    private static func wait(
        _ terminal: PseudoTerminal, for text: String, gap: Int32
    ) throws {
        let bytes = terminal.burst(patience: 10_000, gap: gap, ready: text).bytes
        guard String(decoding: bytes, as: UTF8.self).contains(text) else {
            throw Failure(text: "'\(text)' was never shown")
        }
    }

    // MARK: Programs

    private static func program(_ options: BenchmarkOptions) throws -> String {
        let beside = Bundle.main.executableURL?.deletingLastPathComponent()
            .appending(path: "spillway").path
        guard let path = options.program ?? beside, access(path, X_OK) == 0 else {
            throw Failure(text: "no program: build it, or name it with --program PATH")
        }
        return path
    }

    private static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }
}

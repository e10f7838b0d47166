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
            "select id, amount * \($0) from orders where region = 'north'; -- line \($0)\n"
        }
        try lines.joined().write(
            toFile: folder + "/long.sql", atomically: true, encoding: .utf8)
        var figures = try spillway(program, database, folder)
        figures.append(try secondStart(program, database, folder))
        for name in ["litecli", "harlequin"] {
            guard let path = find(name) else {
                note("\(name) is not on PATH, so it is not compared")
                continue
            }
            let arguments =
                name == "litecli" ? [path, database] : [path, "-a", "sqlite", database]
            do { figures += try peer(name, arguments, folder) } catch let failure as Failure {
                note("\(name) is not compared: \(failure.text)")
            }
        }
        return figures
    }

    private static func note(_ text: String) {
        FileHandle.standardError.write(Data("  note: \(text)\n".utf8))
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

    private static func open(
        _ program: String, _ database: String, _ folder: String
    ) throws -> PseudoTerminal {
        // Its state lies in the folder that it stands in.
        let terminal = try PseudoTerminal(
            [
                "/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder,
                URL(filePath: program).path, "query", "sqlite:" + database,
            ], in: folder)
        try wait(terminal, for: "Query")
        return terminal
    }

    private static func spillway(
        _ program: String, _ database: String, _ folder: String
    ) throws -> [Figure] {
        let terminal = try open(program, database, folder)
        defer { terminal.end() }
        // Out of the editor, so that a colon begins a command.
        try press(terminal, "\u{1B}")
        try press(terminal, ":read long.sql")
        terminal.type("\r")
        try wait(terminal, for: "line 7")
        // An empty line above the first, and one in the middle.
        try press(terminal, "\u{1B}[H")
        try press(terminal, "\r")
        try press(terminal, "\u{1B}[A")
        let top = try strokes(terminal, text, count: 400)
        // To the end, and half of the way back.
        try press(terminal, "\u{1B}>")
        for _ in 0..<120 { try press(terminal, "\u{1B}[5~") }
        try press(terminal, "\u{1B}[H")
        let before = try strokes(terminal, text, count: 200)
        try press(terminal, "\u{1B}[H")
        try press(terminal, "\r")
        try press(terminal, "\u{1B}[A")
        let middle = try strokes(terminal, text, count: 400)
        try press(terminal, "\u{1B}[F\u{15}")
        let (completions, _) = try completions(terminal, count: 40)
        try press(terminal, statement + "column_")
        try press(terminal, "\t")
        var narrowing = Strokes()
        for _ in 0..<10 {
            for key in ["9", "9", "\u{7F}", "8", "\u{7F}", "\u{7F}"] {
                narrowing.add(try stroke(terminal, key))
            }
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
                name: "a letter before 60 others, sent", value: before.bytes, unit: "bytes",
                limit: 40),
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

    /// A statement of its own, with the cursor before its end.
    private static let statement = "select ;\u{1B}[D"
    /// To the end of the line, and all of it away.
    private static let emptying = "\u{1B}[F\u{15}"

    /// Names offered for a word, again and again; the first time as soon as there are some, and how
    /// many milliseconds that took.
    ///
    /// Control-U, which empties the line, takes the list away: Escape would leave the editor where
    /// nothing is offered yet.
    private static func completions(
        _ terminal: PseudoTerminal, count: Int
    ) throws -> (Strokes, milliseconds: Double) {
        let begin = SystemClock.monotonic().microseconds
        while true {
            try press(terminal, statement + "column_9")
            terminal.type("\t")
            let offered = terminal.burst(patience: 2_000, gap: 30).bytes
            let now = SystemClock.monotonic().microseconds
            try press(terminal, emptying)
            if String(decoding: offered, as: UTF8.self).contains("column_9") {
                var strokes = Strokes()
                for _ in 0..<count {
                    try press(terminal, statement + "column_9")
                    strokes.add(try stroke(terminal, "\t"))
                    try press(terminal, emptying)
                }
                return (strokes, Double(now - begin) / 1_000)
            }
            guard now - begin < 60_000_000 else {
                throw Failure(text: "no name was offered within a minute")
            }
        }
    }

    /// How soon the names are there when the workbench is opened again on the same database.
    private static func secondStart(
        _ program: String, _ database: String, _ folder: String
    ) throws -> Figure {
        let begin = SystemClock.monotonic().microseconds
        let terminal = try open(program, database, folder)
        defer { terminal.end() }
        let opened = Double(SystemClock.monotonic().microseconds - begin) / 1_000
        try press(terminal, "\u{1B}[F\u{15}")
        let (_, milliseconds) = try completions(terminal, count: 0)
        return Figure(
            name: "opened again: names offered after", value: opened + milliseconds, unit: "ms")
    }

    /// How long a peer is measured after its start, in seconds.
    private static let peerSeconds = 15

    /// Letters typed into a client of the same database, with what it offers meanwhile.
    private static func peer(
        _ name: String, _ arguments: [String], _ folder: String
    ) throws -> [Figure] {
        let terminal = try PseudoTerminal(arguments, in: folder)
        defer { terminal.end() }
        // It reads the schema while it starts.
        _ = terminal.burst(patience: 10_000, gap: 3_000, limit: 30_000)
        let end = SystemClock.monotonic().microseconds + Int64(peerSeconds) * 1_000_000
        // A line of letters each, as long as there is time.
        let plain = try strokes(
            terminal, "select 1 as one, 2 as two, 3 ", count: 60, until: end - 5_000_000)
        let offering = try strokes(terminal, ", column_99977", count: 14, until: end)
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
        _ terminal: PseudoTerminal, _ text: String, count: Int, until end: Int64 = .max
    ) throws -> Strokes {
        var all = Strokes()
        let letters = Array(text)
        for index in 0..<count where SystemClock.monotonic().microseconds < end {
            all.add(try stroke(terminal, String(letters[index % letters.count])))
            // Not one line that grows for ever.
            if index % letters.count == letters.count - 1, index + 1 < count {
                try press(terminal, "\u{15}")
            }
        }
        return all
    }

    private static func stroke(_ terminal: PseudoTerminal, _ key: String) throws -> Strokes {
        _ = terminal.burst(patience: 2, gap: 2, limit: 1_000)
        let begin = SystemClock.monotonic().microseconds
        terminal.type(key)
        let burst = terminal.burst(patience: 10_000, gap: 12, limit: 10_000)
        guard let last = burst.lastMicroseconds else {
            throw Failure(text: "nothing followed from the key \(key.debugDescription)")
        }
        return Strokes(times: [Double(last - begin) / 1_000], sent: burst.bytes.count)
    }

    /// Presses a key that is not measured and takes what it brings.
    private static func press(_ terminal: PseudoTerminal, _ keys: String) throws {
        terminal.type(keys)
        let bytes = terminal.burst(patience: 500, gap: 25).bytes
        if bytes.isEmpty, terminal.hasEnded { throw Failure(text: "the program has ended") }
    }

    /// Waits until a text is shown, and then until nothing more comes.
    private static func wait(_ terminal: PseudoTerminal, for text: String) throws {
        let bytes = terminal.burst(patience: 30_000, gap: 300, ready: text).bytes
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

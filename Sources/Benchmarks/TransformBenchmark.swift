import CSQLite
import Foundation
import Glibc

/// dbt projects against dbt itself, where it is installed, and against the same SQL run by the
/// bare SQLite library.
enum TransformBenchmark: Benchmark {
    static let name = "transform"
    static let summary = "a dbt project from nothing against dbt and bare SQLite; a large one"

    private struct Failure: Error { var text: String }

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let program =
            options.program
            ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "spillway").path
        guard access(program, X_OK) == 0 else {
            throw Failure(text: "no program '\(program)': build it, or give --program PATH")
        }
        let folder = options.scratch + "/transform-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try build(program, folder + "/shop", options.rounds)
            + large(program, folder + "/large", options.rounds)
    }

    // MARK: A project from nothing

    private static func build(
        _ program: String, _ folder: String, _ rounds: Int
    ) throws -> [Figure] {
        try ShopProject.write(to: folder)
        let arguments = [
            "transform", "build", "--project-dir", folder, "--profiles-dir", folder, "--json",
        ]
        var ours: [Double] = []
        for _ in 0..<rounds {
            ShopProject.clean(folder)
            ours.append(try Program.run(program, arguments).seconds)
        }
        let statements = try ShopProject.statements(folder)
        let floor = try (0..<rounds).map { _ in try bare(statements, folder) }
        var figures = [
            Figure(
                name: "build from nothing: 5 seeds of 1,000 rows, 15 models, 30 tests",
                value: median(ours) * 1_000, unit: "ms"),
            Figure(
                name: "against the same SQL through the sqlite3 library",
                value: median(ours) / median(floor), unit: "×", limit: 2),
        ]
        if let dbt = Program.find("dbt") {
            ShopProject.clean(folder)
            let theirs = try Program.run(
                dbt, ["build", "--project-dir", folder, "--profiles-dir", folder]
            ).seconds
            // As a share, so that less is better as everywhere here.
            figures.append(
                Figure(
                    name: "against dbt build (1/60 = 0.0167)", value: median(ours) / theirs,
                    unit: "×", limit: 1.0 / 60))
        }
        return figures
    }

    /// Seconds that SQLite takes for `statements` on a new file, opening included.
    private static func bare(_ statements: [String], _ folder: String) throws -> Double {
        let path = folder + "/floor.db"
        for end in ["", "-wal", "-shm"] { unlink(path + end) }
        let start = ContinuousClock.now
        var handle: OpaquePointer?
        guard sqlite3_open(path, &handle) == SQLITE_OK else { throw Failure(text: "no floor.db") }
        defer { sqlite3_close(handle) }
        for sql in ["pragma journal_mode = wal", "pragma synchronous = normal"] + statements {
            guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
                throw Failure(text: String(cString: sqlite3_errmsg(handle)) + ": " + sql)
            }
        }
        return (ContinuousClock.now - start).seconds
    }

    // MARK: 1,000 models

    private static func large(
        _ program: String, _ folder: String, _ rounds: Int
    ) throws -> [Figure] {
        try LayeredProject.write(to: folder)
        let common = ["--project-dir", folder, "--profiles-dir", folder]
        func measure(_ words: [String]) throws -> (milliseconds: Double, megabytes: Double) {
            let runs = try (0..<rounds).map { _ in
                try Program.run(program, ["transform"] + words + common)
            }
            return (
                median(runs.map { $0.seconds * 1_000 }), median(runs.map(\.megabytes))
            )
        }
        _ = try measure(["run", "--select", "m_0_0"])
        let list = try measure(["ls"])
        let one = try measure(["run", "--select", "m_0_0"])
        let parse = try measure(["parse"])
        return [
            Figure(
                name: "1,000 models, 2,000 tests: ls", value: list.milliseconds, unit: "ms",
                limit: 60),
            Figure(
                name: "run of one model", value: one.milliseconds, unit: "ms", limit: 120),
            Figure(
                name: "parse, with the manifest written", value: parse.milliseconds, unit: "ms",
                limit: 100),
            Figure(name: "memory of ls", value: list.megabytes, unit: "MB", limit: 60),
            Figure(name: "memory of parse", value: parse.megabytes, unit: "MB", limit: 60),
            Figure(name: "memory of the run", value: one.megabytes, unit: "MB", limit: 60),
        ]
    }
}

/// Programs to be timed.
enum Program {
    /// The first of that name on the path.
    static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }

    /// Runs to the end with its output dropped: the time from start to exit, and the most memory.
    static func run(
        _ path: String, _ arguments: [String]
    ) throws -> (seconds: Double, megabytes: Double) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [Int32(1), 2] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let start = ContinuousClock.now
        var child = pid_t()
        guard posix_spawn(&child, path, &actions, nil, &words, environ) == 0 else {
            throw CocoaError(.fileNoSuchFile)
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        return ((ContinuousClock.now - start).seconds, Double(usage.ru_maxrss) / 1_024)
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

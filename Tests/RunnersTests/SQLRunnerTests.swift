import Domain
import Foundation
import Runners
import Synchronization
import Testing

@Suite("SQL tasks")
struct SQLRunnerTests {
    let folder = NSTemporaryDirectory() + "spillway-sql-" + UUID().uuidString
    let id = AttemptID(run: "r", task: "t", number: 1)

    /// Starts a script; the stream gives its events and ends with the last.
    func start(
        _ script: String, _ runner: (SQLRunner, AsyncStream<RunnerEvent>), secrets: [String] = []
    ) throws {
        try runner.0.launch(
            SQLLaunch(
                id: id, script: script, scriptName: "load.sql", database: folder + "/w.db",
                log: folder + "/1.log", secrets: secrets))
    }

    func runner() throws -> (SQLRunner, AsyncStream<RunnerEvent>) {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (stream, continuation) = AsyncStream.makeStream(of: RunnerEvent.self)
        let runner = SQLRunner { event in
            continuation.yield(event)
            if case .ended = event { continuation.finish() }
        }
        return (runner, stream)
    }

    func run(_ script: String) async throws -> (AttemptOutcome?, String) {
        let runner = try runner()
        try start(script, runner)
        return await (end(runner.1), log)
    }

    func end(_ stream: AsyncStream<RunnerEvent>) async -> AttemptOutcome? {
        for await event in stream { if case .ended(_, let outcome, _) = event { return outcome } }
        return nil
    }

    var log: String { (try? String(contentsOfFile: folder + "/1.log", encoding: .utf8)) ?? "" }

    @Test("a secret is not seen in a statement's words, nor cut off at their end, nor in an error")
    func secrets() async throws {
        let runner = try runner()
        let filling = String(repeating: "x", count: 35)
        try start(
            """
            SELECT 'hunter-2';
            SELECT '\(filling)', 'hunter-2-and-more';
            SELECT "hunter-2" FROM nowhere;
            """, runner, secrets: ["hunter-2", "hunter-2-and-more"])
        #expect(await end(runner.1) == .exited(code: 1))
        #expect(log.contains("SELECT '***': 1 row"), "\(log)")
        #expect(log.contains("SELECT '\(filling)', '***': 1 row"), "\(log)")
        #expect(!log.contains("hunt"), "\(log)")
    }

    @Test("each statement's first words, line, count and time are in the log")
    func log() async throws {
        let (outcome, log) = try await run(
            """
            -- the table
            CREATE TABLE t (a);
            INSERT INTO t
              VALUES (1), (2); ; /* ; */
            SELECT * FROM t;
            """)
        #expect(outcome == .exited(code: 0))
        let lines = log.replacing(#/[0-9.]+s$/#.anchorsMatchLineEndings(), with: "TIME")
        #expect(
            lines == """
                load.sql on \(folder)/w.db
                line 2: CREATE TABLE t (a): 0 rows changed, TIME
                line 3: INSERT INTO t VALUES (1), (2): 2 rows changed, TIME
                line 5: SELECT * FROM t: 2 rows, TIME

                """)
    }

    @Test("an error names its line, and nothing of the script is kept")
    func error() async throws {
        let (outcome, log) = try await run(
            "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\nSELECT\n  nonsense FROM t;\n")
        #expect(outcome == .exited(code: 1))
        #expect(log.hasSuffix("error: load.sql, line 4: no such column: nonsense\n"))
        let (_, after) = try await run("SELECT * FROM t;")
        #expect(after.contains("no such table: t"))
    }

    @Test("a script with its own BEGIN keeps what it committed; triggers are not taken for one")
    func ownTransaction() async throws {
        let (outcome, _) = try await run(
            """
            CREATE TABLE t (a); CREATE TABLE u (a);
            begin; INSERT INTO t VALUES (1); COMMIT;
            SELECT nonsense;
            """)
        #expect(outcome == .exited(code: 1))
        let (again, log) = try await run(
            """
            CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO u VALUES (';'); END;
            INSERT INTO t VALUES (2);
            SELECT a FROM u;
            """)
        #expect(again == .exited(code: 0))
        #expect(log.contains("SELECT a FROM u: 1 row,"))
    }

    @Test("a transaction left open is an error")
    func leftOpen() async throws {
        let (outcome, log) = try await run("BEGIN; CREATE TABLE t (a);")
        #expect(outcome == .exited(code: 1))
        #expect(log.contains("COMMIT is missing"))
    }

    @Test("a script that never ends is ended on request and rolled back")
    func cancel() async throws {
        let runner = try runner()
        try start(
            """
            CREATE TABLE t (a);
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
            SELECT count(*) FROM c;
            """, runner)
        #expect(runner.0.active == [id])
        runner.0.terminate(id)
        #expect(await end(runner.1) == .exited(code: 1))
        #expect(log.hasSuffix("error: ended on request; rolled back\n"))
        #expect(runner.0.active == [])
    }

    @Test(
        "texts that are no script end with an error or nothing, never worse",
        arguments: [
            "", ";;;", "-- only", "/* open", "'open", "\0", "SELECT 1;\0SELECT 2;", "BEGIN",
            "\u{FEFF}SELECT 1", "[", "é", "SELECT 'a;b' -- x\n;", "END;", "beginning;",
        ])
    func odd(script: String) async throws {
        let (outcome, _) = try await run(script)
        #expect(outcome == .exited(code: 0) || outcome == .exited(code: 1))
    }

    @Test("a database that cannot be opened is said")
    func unopened() async throws {
        let runner = try runner()
        try runner.0.launch(
            SQLLaunch(
                id: id, script: "SELECT 1", scriptName: "x", database: "/no/such/w.db",
                log: folder + "/1.log"))
        #expect(await end(runner.1) == .exited(code: 1))
        #expect(log.contains("/no/such/w.db cannot be opened: unable to open database file"))
    }
}

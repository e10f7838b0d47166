import Domain
import Foundation
import Testing

@testable import Runners

@Suite("SQL tasks")
struct SQLScriptTests {
    let folder = NSTemporaryDirectory() + "spillway-sql-" + UUID().uuidString

    /// Runs a script to its end: whether it succeeded, and what its log says.
    func run(
        _ script: String, database: String? = nil, secrets: [String] = [],
        cancellation: Cancellation = Cancellation()
    ) throws -> (isDone: Bool, log: String) {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/1.log"
        try? FileManager.default.removeItem(atPath: path)
        let done = try SQLiteScript(
            text: script, name: "load.sql", database: database ?? folder + "/w.db"
        ).run(cancellation, log: AttemptLog(path, hiding: secrets))
        return (done, try String(contentsOfFile: path, encoding: .utf8))
    }

    @Test("a secret is not seen in a statement's words, nor cut off at their end, nor in an error")
    func secrets() throws {
        let filling = String(repeating: "x", count: 35)
        let (isDone, log) = try run(
            """
            SELECT 'hunter-2';
            SELECT '\(filling)', 'hunter-2-and-more';
            SELECT "hunter-2" FROM nowhere;
            """, secrets: ["hunter-2", "hunter-2-and-more"])
        #expect(!isDone)
        #expect(log.contains("SELECT '***': 1 row"), "\(log)")
        #expect(log.contains("SELECT '\(filling)', '***': 1 row"), "\(log)")
        #expect(!log.contains("hunt"), "\(log)")
    }

    @Test("the text goes through a file of its own, which others cannot read")
    func file() throws {
        let program = RunnerProgram(path: "/opt/it's/spillway", arguments: ["--word"])
        let log = folder + "/p/r/a.1.log"
        let process = try SQLScriptProcess(
            SQLiteScript(text: "SELECT 'é'", name: "a b.sql", database: "/w.db"), for: log,
            hiding: ["A", "B"])
        #expect(
            process.command(of: program)
                == "exec '/opt/it'\\''s/spillway' '--word' '\(folder)/p/r/a.1.sql' '/w.db' "
                + "'a b.sql' 'A,B'")
        let file = folder + "/p/r/a.1.sql"
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "SELECT 'é'")
        let mode = try FileManager.default.attributesOfItem(atPath: file)
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test("a brief command reads its input, however long, and no file of it is left")
    func input() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = String(repeating: "0123456789abcdé\n", count: 100_000)
        var command = BriefCommand(
            command: "wc -c", directory: folder, log: folder + "/1.log")
        command.input = text
        #expect(command.run(limit: .seconds(20)) == .exited(code: 0))
        let log = try String(contentsOfFile: folder + "/1.log", encoding: .utf8)
        #expect(log.trimmingCharacters(in: .whitespacesAndNewlines) == "\(text.utf8.count)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["1.log"])
    }

    @Test("each statement's first words, line, count and time are in the log")
    func log() throws {
        let (isDone, log) = try run(
            """
            -- the table
            CREATE TABLE t (a);
            INSERT INTO t
              VALUES (1), (2); ; /* ; */
            SELECT * FROM t;
            """)
        #expect(isDone)
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
    func error() throws {
        let (isDone, log) = try run(
            "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\nSELECT\n  nonsense FROM t;\n")
        #expect(!isDone)
        #expect(log.hasSuffix("error: load.sql, line 4: no such column: nonsense\n"))
        let (_, after) = try run("SELECT * FROM t;")
        #expect(after.contains("no such table: t"))
    }

    @Test("a script with its own BEGIN keeps what it committed; triggers are not taken for one")
    func ownTransaction() throws {
        let (isDone, _) = try run(
            """
            CREATE TABLE t (a); CREATE TABLE u (a);
            begin; INSERT INTO t VALUES (1); COMMIT;
            SELECT nonsense;
            """)
        #expect(!isDone)
        let (isRight, log) = try run(
            """
            CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO u VALUES (';'); END;
            INSERT INTO t VALUES (2);
            SELECT a FROM u;
            """)
        #expect(isRight)
        #expect(log.contains("SELECT a FROM u: 1 row,"))
    }

    @Test("a transaction left open is an error")
    func leftOpen() throws {
        let (isDone, log) = try run("BEGIN; CREATE TABLE t (a);")
        #expect(!isDone)
        #expect(log.contains("COMMIT is missing"))
    }

    @Test("a script that never ends is ended on request and rolled back")
    func cancel() throws {
        let cancellation = Cancellation()
        // It begins to work before anybody asks it to end.
        let asking = Thread {
            while !FileManager.default.fileExists(atPath: folder + "/w.db-journal") {}
            cancellation.request()
        }
        asking.start()
        let (isDone, log) = try run(
            """
            CREATE TABLE t (a);
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
            SELECT count(*) FROM c;
            """, cancellation: cancellation)
        #expect(!isDone)
        #expect(log.hasSuffix("error: ended on request; rolled back\n"))
        #expect(try run("SELECT * FROM t;").log.contains("no such table: t"))
    }

    @Test(
        "texts that are no script end with an error or nothing, never worse",
        arguments: [
            "", ";;;", "-- only", "/* open", "'open", "\0", "SELECT 1;\0SELECT 2;", "BEGIN",
            "\u{FEFF}SELECT 1", "[", "é", "SELECT 'a;b' -- x\n;", "END;", "beginning;",
        ])
    func odd(script: String) throws {
        let (isDone, log) = try run(script)
        #expect(isDone != log.contains("\nerror: "), "\(log)")
    }

    @Test("a database that cannot be opened is said")
    func unopened() throws {
        let (isDone, log) = try run("SELECT 1", database: "/no/such/w.db")
        #expect(!isDone)
        #expect(log.contains("/no/such/w.db cannot be opened: unable to open database file"))
    }
}

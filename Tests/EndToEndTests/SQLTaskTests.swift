import DatabasePeers
import Foundation
import Glibc
import Testing

@Suite("SQL tasks on databases that are no SQLite files", .serialized)
struct SQLTaskTests {
    /// Nobody's command line may hold it.
    private static let marker = "not-for-every-eye"

    /// A script of more than a MiB with the marker in each statement, whose work takes a moment.
    private static let script: String = {
        let filling = String(repeating: "x", count: 64 << 10)
        let rows = (1...17).map { "INSERT INTO big VALUES (\($0), '\(marker)\(filling)');\n" }
        return "CREATE TABLE big (n INTEGER, words TEXT); -- é\n" + rows.joined()
            + "CREATE TABLE total AS SELECT count(*) AS n FROM big, generate_series(1, 3000000);\n"
    }()

    private func project(_ address: String) throws -> Project {
        let project = try Project([
            "load": """
            connections: { db: "\(address)" }
            tasks:
              load: { sql: load.sql, connection: db }
              look:
                needs: load
                wait: { sql: "SELECT count(*) > 16 FROM big -- \(Self.marker)", connection: db }

            """
        ])
        try project.write("load.sql", Self.script)
        return project
    }

    /// The words of every process that were started with `text` among them.
    private func commandLines(with text: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard pid_t(name) != nil else { return nil }
            let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            let words = String(decoding: line.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
            return words.contains(text) ? words : nil
        }
    }

    /// The scripts that lie in the state folder.
    private func scripts(in project: Project) -> [String] {
        let files = FileManager.default.enumerator(atPath: project.path + "/.spillway")
        return (files?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".sql") }
    }

    private func takesLongScripts(_ address: String, query: String) throws {
        let project = try project(address)
        let run = try project.start("run", "load")
        var (sightings, openings): (Int, [String]) = (0, [])
        while try !FileManager.default.contentsOfDirectory(atPath: "/proc/\(run.pid)/task").isEmpty,
            !run.output.contains("load.sql success"), !run.output.contains(" in ")
        {
            if !commandLines(with: query).isEmpty { sightings += 1 }
            openings += commandLines(with: Self.marker)
            if !openings.isEmpty { break }
        }
        #expect(run.end(within: 60) == .exited(0), "\(run.output)\(run.errors)")
        #expect(sightings > 0, "its process was to be seen")
        #expect(openings.isEmpty)
        #expect(scripts(in: project).isEmpty)
    }

    private func outlivesItsOwner(_ address: String, query: String) throws {
        let project = try project(address)
        let run = try project.start("run", "load")
        let deadline = Deadline(seconds: 20)
        while commandLines(with: query).isEmpty, !deadline.isOver {}
        kill(run.pid, SIGKILL)
        #expect(run.end() == .signalled(SIGKILL))
        let next = try project.spillway("serve", "--until-idle")
        #expect(next.code == 0, "\(next.errors)")
        let tasks = try project.spillway("tasks", "latest", "--json").json()["tasks"]
        #expect(tasks.list.map(\.["state"].text) == ["success", "success"])
        #expect(tasks[0]["attempts"].number == 1)
        #expect(scripts(in: project).isEmpty)
    }

    @Test(
        "a script of a MiB runs on DuckDB, and no command line shows any of it",
        .enabled(if: DuckDBPeer.isInstalled))
    func duckDB() throws { try takesLongScripts("duckdb:w.duck", query: " query duckdb:") }

    @Test(
        "a script of a MiB runs on PostgreSQL, and no command line shows any of it",
        .enabled(if: PostgresServer.isInstalled))
    func postgres() throws {
        let server = try PostgresServer()
        try takesLongScripts(server.uri, query: " query \(server.uri)")
    }

    @Test(
        "a script goes on where its owner is killed, and is run once",
        .enabled(if: PostgresServer.isInstalled))
    func killed() throws {
        let server = try PostgresServer()
        try outlivesItsOwner(server.uri, query: " query \(server.uri)")
    }

    @Test(
        "tasks that write one DuckDB file at once take turns",
        .enabled(if: DuckDBPeer.isInstalled))
    func turns() throws {
        let project = try Project([
            "load": """
            connections: { db: "duckdb:w.duck" }
            tasks:
              init: { sql: "CREATE TABLE t (a INTEGER)", connection: db }
              load:
                map: [1, 2, 3, 4]
                needs: init
                connection: db
                sql: INSERT INTO t SELECT {{ item }} FROM range(100000)

            """
        ])
        try project.write("spillway.yml", "parallelism: 4\n")
        let run = try project.spillway("run", "load")
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        let rows = try project.spillway(
            "query", "duckdb:w.duck", "SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY a")
        #expect(rows.output == "a,n\n1,100000\n2,100000\n3,100000\n4,100000\n")
    }

    @Test(
        "an error names its line, nothing of the script is kept, and a secret is masked in the log",
        .enabled(if: DuckDBPeer.isInstalled))
    func failing() throws {
        let project = try Project([
            "load": """
            connections: { db: "duckdb:w.duck" }
            tasks:
              tell:
                run: 'echo "word=$WORD" > "$SPILLWAY_OUTPUT"'
                secrets: [WORD]
              load:
                needs: tell
                connection: db
                sql: |
                  SELECT '{{ outputs.tell.word }}' AS word;
                  CREATE TABLE t AS SELECT 1 AS a;
                  SELECT nonsense FROM t;

            """
        ])
        let run = try project.spillway("run", "load", with: ["WORD": "hunter-two"])
        #expect(run.code == 1)
        let log = try project.spillway("logs", "latest", "load").output
        #expect(log.contains("***") && !log.contains("hunter-two"), "\(log)")
        #expect(log.lowercased().contains("nonsense"), "\(log)")
        #expect(log.contains("error: line 3"), "\(log)")
        let left = try project.spillway("query", "duckdb:w.duck", "SELECT * FROM t")
        #expect(left.code == 1, "\(left.output)")
        #expect(scripts(in: project).isEmpty)
    }
}

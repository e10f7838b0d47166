import CProcess
import Foundation
import Glibc
import Testing

@Suite("A run that outlives who started it", .inTmux)
struct SurvivalTests {
    @Test(
        "kill -9 of the workbench and a hang-up of the next one: the task never stops, its code is its own, and the recording plays back"
    )
    func survives() throws {
        let project = try Project(["gated": Pipelines.gated])
        guard mkfifo(project.path + "/gate", 0o600) == 0 else { throw Trouble("no FIFO") }

        let first = try Tmux(project, command: [Project.program, "open", "--record", "1.session"])
        try first.until(shows: "0 Runs", "gated")
        try first.press("T")
        try first.until(shows: "1 run going", "waiting")
        let task = try waitingPID(project)
        kill(try first.panePID(), SIGKILL)
        #expect(isAlive(task))

        let second = try Tmux(project, command: [Project.program, "open", "--record", "2.session"])
        try second.until(shows: "1 run going", "waiting")
        kill(try second.panePID(), SIGHUP)
        #expect(isAlive(task))
        try writeLine("go", to: project.path + "/gate")
        #expect(try second.exitCode() == 0)

        let third = try Tmux(project, command: [Project.program, "open", "--record", "3.session"])
        try third.until(shows: "gated", "after")
        try third.press("2", "a")
        let seen = try third.until(shows: "came through")
        try third.press("q", "q", "q", "q", "q")
        #expect(try third.exitCode() == 0)
        let tasks = try project.spillway("tasks", "latest", "--json").json()
        #expect(tasks["run"]["state"].text == "success")
        #expect(tasks["tasks"].list.map(\.["attempts"].number) == [1, 1])
        #expect(tasks["tasks"].list.map(\.["exit_code"].number) == [0, 0])

        try FileManager.default.removeItem(atPath: project.path + "/.spillway/workbench")
        let steps = project.read("3.session").split(separator: "\n")
            .prefix { !$0.hasPrefix("press q") }
        try project.write("cut.session", (steps + ["expect came through"]).joined(separator: "\n"))
        let played = try project.spillway("replay", "cut.session", "--screen")
        #expect(played.code == 0, "\(played.errors)")
        #expect(seen.contains("came through") && played.output.contains("came through"))
    }

    @Test("a SQL script goes on when its workbench is killed, and its log and exit code are kept")
    func script() throws {
        let project = try Project([
            "load": """
            connections: { db: "sqlite:w.db" }
            tasks:
              load: { sql: load.sql, connection: db }

            """
        ])
        try project.write(
            "load.sql",
            """
            CREATE TABLE t AS
              WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000000)
              SELECT count(*) AS n FROM c;
            INSERT INTO t SELECT n FROM t;

            """)
        let first = try project.start("run", "load")
        let script = try #require(process(of: "--sql-script", in: project))
        kill(first.pid, SIGKILL)
        #expect(first.end(within: 20) == .signalled(SIGKILL))
        #expect(isAlive(script), "it is longer under way than it takes to kill its workbench")
        let next = try project.spillway("serve", "--until-idle")
        #expect(next.code == 0, "\(next.errors)")
        let task = try project.spillway("tasks", "latest", "--json").json()["tasks"][0]
        #expect(task["state"].text == "success")
        #expect(task["attempts"].number == 1)
        #expect(task["exit_code"].number == 0)
        let log = try project.spillway("logs", "latest", "load").output
        #expect(log.contains("line 4: INSERT INTO t SELECT n FROM t: 1 row changed"), "\(log)")
    }

    /// The process of the project that was started with that word, once there is one.
    private func process(of word: String, in project: Project) -> pid_t? {
        for _ in 0..<2_000 {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
                guard let pid = pid_t(name) else { continue }
                let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
                let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                if words.dropFirst().first == word, words.contains(project.path + "/w.db") {
                    return pid
                }
            }
        }
        return nil
    }

    @Test("workbench and runner killed: what ends while nobody is there keeps its exit code")
    func nobodyThere() throws {
        let project = try Project(["gated": Pipelines.gated])
        guard mkfifo(project.path + "/gate", 0o600) == 0 else { throw Trouble("no FIFO") }
        let first = try Tmux(project, command: [Project.program, "open"])
        try first.until(shows: "0 Runs", "gated")
        try first.press("T")
        try first.until(shows: "1 run going", "waiting")
        let task = try waitingPID(project)
        let runner = try #require(parent(of: task))
        kill(try first.panePID(), SIGKILL)
        kill(runner, SIGKILL)
        #expect(isAlive(task))
        try writeLine("go", to: project.path + "/gate")
        // Its descriptor tells of its end, whosever child it is.
        let handle = spillway_pidfd_open(task)
        if handle >= 0 {
            var entry = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 20_000) == 1)
            close(handle)
        }

        let next = try Tmux(project, command: [Project.program, "open"])
        // The list says so as well: leaving asks while it shows a run going.
        try next.until(shows: "after: success", "━ 2/2")
        try next.press("q", "q", "q", "q", "q")
        #expect(try next.exitCode() == 0)
        let tasks = try project.spillway("tasks", "latest", "--json").json()
        #expect(tasks["run"]["state"].text == "success")
        #expect(tasks["tasks"].list.map(\.["attempts"].number) == [1, 1])
        #expect(tasks["tasks"].list.map(\.["exit_code"].number) == [0, 0])
    }

    private func parent(of pid: pid_t) -> pid_t? {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
        return line.flatMap { pid_t($0.dropFirst(5).drop { $0.isWhitespace }) }
    }
}

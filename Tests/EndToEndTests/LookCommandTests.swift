import Foundation
import Glibc
import Testing

@Suite("Commands that look")
struct LookCommandTests {
    @Test("--version and --help answer without a project")
    func version() throws {
        let project = try Project()
        #expect(try project.spillway("--version").output.hasPrefix("spillway "))
        let help = try project.spillway("--help")
        #expect(help.code == 0)
        for word in ["demo", "validate", "run", "logs", "graph"] {
            #expect(help.output.contains(word))
        }
    }

    @Test("runs, tasks and logs tell of the same run, in JSON and in words")
    func run() throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("run", "quick").code == 0)
        let run = try project.spillway("runs", "--json").json()["runs"][0]
        let id = try #require(run["run_id"].text)
        #expect(run["state"].text == "success")
        #expect(run["tasks_total"].number == 3)
        #expect(try project.spillway("runs").output.contains(id))
        let tasks = try project.spillway("tasks", id, "--json").json()
        #expect(tasks["run"]["run_id"].text == id)
        #expect(tasks["tasks"].list.map(\.["exit_code"].number) == [0, 0, 0])
        #expect(try project.spillway("tasks", "manual__").output.contains("extract"))
        #expect(try project.spillway("logs", "latest", "clean").output == "cleaned\n")
        #expect(
            try project.spillway("logs", "latest", "clean", "--json").output
                == #"{"attempt":1,"line":1,"text":"cleaned"}"# + "\n")
    }

    @Test("logs -f goes on until the attempt has ended")
    func follow() throws {
        let project = try Project(["gated": Pipelines.gated])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let run = try project.start("run", "gated")
        try run.until("the task waits") { _ in project.read("wait.pid").hasSuffix("\n") }
        let follower = try project.start("logs", "latest", "wait", "-f")
        try follower.until("the first line") { $0.output.contains("waiting") }
        #expect(!follower.output.contains("came through"))
        try writeLine("go", to: project.path + "/gate")
        #expect(follower.end() == .exited(0))
        #expect(follower.output == "waiting\ncame through\n")
        #expect(run.end() == .exited(0))
    }

    @Test("logs -f waits for the beginning of the attempt, and says where there will be none")
    func followFromBefore() throws {
        let project = try Project([
            "gated": Pipelines.gated,
            "broken": "tasks: { a: { run: \"exit 1\" }, b: { run: x, needs: a } }\n",
        ])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let run = try project.start("run", "gated")
        try run.until("the task waits") { _ in project.read("wait.pid").hasSuffix("\n") }
        let follower = try project.start("logs", "latest", "after", "-f")
        try follower.until("the word") { $0.errors.contains("'after' has not begun: waiting") }
        try writeLine("go", to: project.path + "/gate")
        #expect(follower.end() == .exited(0))
        #expect(follower.output == "after\n")
        #expect(run.end() == .exited(0))
        #expect(try project.spillway("run", "broken").code == 1)
        let never = try project.spillway("logs", "latest", "b", "-f")
        #expect(never.code == 2)
        #expect(never.errors.contains("Task 'b' never began: it is upstream failed."))
    }

    @Test("vacuum removes nothing by settings that have mistakes")
    func vacuum() throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("run", "quick").code == 0)
        try project.write("spillway.yml", "retention: { runs: 1s }\n")
        let refused = try project.spillway("vacuum", "--keep", "1")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("spillway.yml:1:"), "\(refused.errors)")
    }

    @Test("graph gives boxes and lines in cells, and draws with ASCII where the locale has no more")
    func graph() throws {
        let project = try Project(["quick": Pipelines.quick])
        let json = try project.spillway("graph", "quick", "--json").json()
        #expect(json["nodes"].list.map(\.["id"].text) == ["extract", "clean", "load"])
        #expect(json["edges"].list.count == 2)
        for node in json["nodes"].list {
            #expect((node["width"].number ?? 0) > 0 && (node["height"].number ?? 0) > 0)
        }
        #expect(json["edges"].list.allSatisfy { $0["points"].list.count >= 2 })
        #expect(try project.spillway("graph", "quick").output.contains("╭"))
        let plain = try project.spillway("graph", "quick", with: ["LC_ALL": "C"]).output
        #expect(plain.contains("extract") && plain.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("cron next lists instants across a change of clocks")
    func cron() throws {
        let outcome = try Project().spillway(
            "cron", "next", "30 2 * * *", "--tz", "America/New_York", "--after",
            "2026-03-06T12:00:00Z", "--count", "3", "--json")
        #expect(outcome.code == 0)
        let times = try outcome.json()["next_utc"].list.compactMap(\.text)
        #expect(times.count == 3 && times[0] == "2026-03-07T07:30:00Z")
        #expect(try outcome.json()["explanation"].text == "at 02:30 every day")
        #expect(try outcome.json()["next_local"].list[2].text == "2026-03-09T02:30:00-04:00")
        let words = try Project().spillway(
            "cron", "next", "0 0 13 * 5", "--tz", "Europe/Berlin", "--after", "2026-03-27",
            "--count", "2")
        #expect(
            words.output == """
                at 00:00 on day 13 of the month or on Friday, in Europe/Berlin
                2026-04-02T22:00:00Z  Fri 2026-04-03 00:00 +0200
                2026-04-09T22:00:00Z  Fri 2026-04-10 00:00 +0200

                """, "a time without an offset is one of the zone")
        let bad = try Project().spillway("cron", "next", "99 2 * * *")
        #expect(bad.code == 2)
        #expect(bad.errors.contains("99"))
    }

    @Test(
        "what does not exist is named, with what to do, and exit code 2",
        arguments: [
            (["tasks", "nonesuch"], "There is no run 'nonesuch'", "'spillway runs' lists them"),
            (["logs", "latest", "extrac"], "no task 'extrac'", "Did you mean 'extract'?"),
            (["logs", "latest", "load", "--attempt", "9"], "no attempt 9", "tasks"),
            (["run", "quik"], "There is no pipeline 'quik'", "Did you mean 'quick'?"),
            (["graph", "nothing.yml"], "'nothing.yml' cannot be opened", "Check the path"),
            (["validat"], "There is no command 'validat'", "Did you mean 'validate'?"),
            (["trigge", "quick"], "There is no command 'trigge'", "Did you mean 'trigger'?"),
            (["zzz", "quick"], "There is no command 'zzz'", "'spillway --help' lists them"),
            (["runs", "quik"], "There is no pipeline 'quik'", "Did you mean 'quick'?"),
        ])
    func unknown(arguments: [String], problem: String, remedy: String) throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("run", "quick").code == 0)
        let child = try project.start(arguments)
        #expect(child.end() == .exited(2))
        #expect(child.errors.contains(problem), "\(child.errors)")
        #expect(child.errors.contains(remedy), "\(child.errors)")
        #expect(child.output.isEmpty)
    }

    @Test("before the first run there is nothing to list; a state folder that is named must be")
    func noState() throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("runs").output == "There are no runs yet.\n")
        #expect(try project.spillway("runs", "--json").json()["runs"].list.isEmpty)
        #expect(try project.spillway("events", "--json").json()["events"].list.isEmpty)
        #expect(try project.spillway("backfill", "list", "--json").json()["backfills"].list.isEmpty)
        for words in [["runs", "--state", "nowhere"], ["tasks", "latest"]] {
            let outcome = try project.spillway(words)
            #expect(outcome.code == 2)
            #expect(outcome.errors.contains("Run a pipeline first"))
        }
    }
}

import Foundation
import Glibc
import Testing

@Suite("Operating pipelines from commands", .serialized)
struct OperatingTests {
    private static let flow = """
        schedule: "@daily"
        start_date: 2026-01-01
        end_date: 2026-01-10
        tasks:
          a: { run: "true" }
          b: { run: "test -e ok", needs: a }
          c: { run: "true", needs: b }

        """

    private func states(_ project: Project, _ run: String = "latest") throws -> [String?] {
        try project.spillway("tasks", run, "--json").json()["tasks"].list.map(\.["state"].text)
    }

    @Test("which runs come is told in JSON, with catch-up and without")
    func next() throws {
        let project = try Project(["flow": Self.flow])
        func dates(_ now: String) throws -> [String?] {
            let outcome = try project.spillway(
                "next", "flow", "--now", now, "--count", "2", "--json")
            return try outcome.json()["runs"].list.map(\.["run_after"].text)
        }
        #expect(
            try dates("2026-01-04T12:00:00Z") == ["2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z"])
        #expect(try dates("2026-02-01T00:00:00Z") == [])
        try project.write("pipelines/flow.yml", "catchup: true\n" + Self.flow)
        #expect(
            try dates("2026-01-04T12:00:00Z") == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
        try project.write(
            "pipelines/berlin.yml",
            """
            timezone: Europe/Berlin
            schedule: ['0 6 * * *', '30 20 * * 5']
            tasks: { a: { run: x } }

            """)
        let words = try project.spillway("next", "berlin", "--now", "2026-03-28", "--count", "2")
        let lines: [String] = words.output.split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        let first = "2026-03-28T05:00:00Z"
        let second = "2026-03-29T04:00:00Z"
        let expected: [String] = [
            "berlin runs at 06:00 every day, and at 20:30 on Friday, in Europe/Berlin.",
            "LOGICAL DATE DATA INTERVAL RUNS AFTER EUROPE/BERLIN",
            "\(first) \(first) … \(first) \(first) Sat 2026-03-28 06:00 +0100",
            "\(second) \(second) … \(second) \(second) Sun 2026-03-29 06:00 +0200",
        ]
        #expect(lines == expected)
        try project.write(
            "pipelines/made.yml",
            "schedule: { assets: [a, { any: [b, c] }] }\ntasks: { a: { run: x } }\n")
        #expect(
            try project.spillway("next", "made").output
                == "made runs when these have been made: a and (b or c).\n")
        #expect(try project.spillway("next", "flwo").code == 2)
        #expect(try project.spillway("next", "flow", "--now", "today").code == 2)
    }

    @Test("what is cleared runs as its file is now, unless that has mistakes or is not wanted")
    func mendedFile() throws {
        func flow(_ second: String) -> String {
            "tasks:\n  a: { run: echo a >> marks }\n  b: { run: '\(second)', needs: a }\n"
        }
        let project = try Project(["flow": flow("exit 3")])
        #expect(try project.spillway("run", "flow").code == 1)
        try project.write("pipelines/flow.yml", flow("echo b >> marks") + "  c: {\n")
        let broken = try project.spillway("clear", "latest", "--failed", "--run")
        #expect(broken.code == 1)
        #expect((broken.output + broken.errors).contains("/pipelines/flow.yml:"))
        try project.write("pipelines/flow.yml", flow("echo b >> marks"))
        let again = try project.spillway("clear", "latest", "--failed", "--as-it-was", "--run")
        #expect(again.code == 1)
        #expect(try project.spillway("clear", "latest", "--failed", "--run").code == 0)
        #expect(project.read("marks") == "a\nb\n")
        let kinds = try project.spillway("events", "latest", "--json").output
        #expect(kinds.contains("run_revised"))
    }

    @Test("without a scheduler a run is recorded, and the next one runs it")
    func triggerAlone() throws {
        let project = try Project(["flow": Self.flow, "quick": Pipelines.quick])
        let made = try project.spillway("trigger", "flow", "--json").json()
        let run = try #require(made["run_id"].text)
        #expect(try states(project, run) == ["none", "none", "none"])
        let waiting = try project.spillway("tasks", run, "--json").json()
        #expect(waiting["run"]["state"].text == "queued")
        #expect(waiting["run"]["started_at"].text == nil, "its time has not begun")
        #expect(waiting["tasks"].list.first?["note"].text?.contains("nobody schedules") == true)
        #expect(try project.spillway("trigger", "flow").output.contains("No scheduler runs here"))
        #expect(try project.spillway("trigger", "flow", "--param", "x=1").code == 2)
        #expect(try project.spillway("cancel", run, "--json").code == 0)
        #expect(try project.spillway("cancel", run).code == 2)
        #expect(try project.spillway("trigger", "quick", "--run").code == 0)
    }

    @Test("marking, clearing and undoing, and who did it")
    func markAndClear() throws {
        let project = try Project(["flow": Self.flow])
        #expect(try project.spillway("run", "flow").code == 1)
        #expect(try states(project) == ["success", "failed", "upstream_failed"])
        let marked = try project.spillway("mark", "latest", "b", "--state", "success", "--json")
        #expect(try marked.json()["tasks"].list.map(\.text) == ["b"])
        #expect(try states(project) == ["success", "success", "scheduled"])
        let last = try project.spillway("undo", "--dry-run", "--json").json()
        #expect(last["last_act"].text?.hasPrefix("you marked task b of ") == true)
        #expect(last["undo"].text == "give it the state it had")
        #expect(try project.spillway("undo").code == 0)
        #expect(try states(project) == ["success", "failed", "upstream_failed"])
        let cleared = try project.spillway("clear", "latest", "--failed", "--json").json()
        #expect(cleared["tasks"].list.map(\.text) == ["b", "c"])
        #expect(try project.spillway("clear", "latest", "nope").code == 2)
        #expect(try project.spillway("mark", "latest", "b", "--state", "done").code == 2)
        let events = try project.spillway("events", "latest", "--json").json()["events"].list
        let kinds = events.compactMap(\.["kind"].text).filter { !$0.hasPrefix("attempt") }
        #expect(kinds == ["run_created", "tasks_marked", "tasks_marked", "tasks_cleared"])
        #expect(
            events.filter { $0["kind"].text == "tasks_marked" }.allSatisfy { $0["by"].text != nil })
    }

    @Test("a backfill can be listed, paused, resumed and cancelled")
    func backfill() throws {
        let project = try Project(["flow": Self.flow])
        let made = try project.spillway(
            "backfill", "flow", "--from", "2026-01-01", "--to", "2026-01-05", "--max-active", "2",
            "--json"
        ).json()
        #expect(made["backfill_id"].text == "backfill-1")
        func row() throws -> (String?, Int?) {
            let rows = try project.spillway("backfill", "list", "--json").json()["backfills"].list
            return (rows.first?["state"].text, rows.first?["runs"].number)
        }
        #expect(try row() == ("running", 2))
        #expect(try project.spillway("backfill", "pause", "backfill-1").code == 0)
        #expect(try row().0 == "paused")
        #expect(try project.spillway("backfill", "resume", "backfill-1").code == 0)
        #expect(try project.spillway("backfill", "cancel", "backfill-1").code == 0)
        #expect(try row() == ("cancelled", 2))
        #expect(try project.spillway("backfill", "cancel", "backfill-1").code == 2)
        #expect(
            try project.spillway("backfill", "flow", "--from", "2026-02-02", "--to", "2026-02-01")
                .code == 2)
    }

    @Test("the owner carries out what other processes ask for; when it is killed another goes on")
    func requests() throws {
        let project = try Project([
            "flow": Self.flow, "long": "tasks: {a: {run: \"sleep 60\"}}\n",
        ])
        let owner = try project.start("run", "long")
        try owner.until("the run began") { _ in
            try project.spillway("runs", "--json").output.contains("running")
        }
        for _ in 0..<3 {
            let made = try project.spillway("trigger", "flow", "--json").json()
            #expect(made["scheduler_running"].flag == true)
            let run = try #require(made["run_id"].text)
            try owner.until("the run ended") { _ in
                try states(project, run) == ["success", "failed", "upstream_failed"]
            }
        }
        let marked = try project.spillway("mark", "latest", "b", "--state", "skipped", "--json")
        #expect(try marked.json()["scheduler_running"].flag == true)
        #expect(try project.spillway("clear", "latest", "nope").errors.contains("no task 'nope'"))
        owner.signal(SIGKILL)
        _ = owner.end()
        let paused = try project.spillway("pause", "flow", "--json").json()
        #expect(paused["scheduler_running"].flag == false)
        #expect(try project.spillway("cancel", "long", "--json").code == 2)
    }
}

import Foundation
import Testing

@Suite("Flow and resilience, end to end")
struct FlowTests {
    private func run(
        _ project: Project, _ pipeline: String = "flow", _ more: String...
    ) throws -> (states: [String: String], notes: [String: String], outcome: Outcome) {
        let outcome = try project.spillway(["run", pipeline, "--json"] + more)
        var (states, notes): ([String: String], [String: String]) = ([:], [:])
        for task in try outcome.json()["tasks"].list {
            states[task["id"].text ?? ""] = task["state"].text
            notes[task["id"].text ?? ""] = task["note"].text
        }
        return (states, notes, outcome)
    }

    /// The log of a task of the newest run that a person made.
    private func log(_ project: Project, _ task: String) throws -> String {
        let runs = try project.spillway("runs", "flow", "--json").json()["runs"].list
        let newest = runs.first { $0["trigger"].text == "manual" }
        return try project.spillway("logs", newest?["run_id"].text ?? "", task).output
    }

    @Test("a task is made once an item of what another wrote, and each shows its own item")
    func mapping() throws {
        let project = try Project([
            "flow": """
            tasks:
              extract: { run: "printf 'rows=3\\\\nstores=[\\"a b\\",{\\"id\\":7},\\"bad\\"]\\\\n' > $SPILLWAY_OUTPUT" }
              each:
                run: "echo {{ item | quote }} $SPILLWAY_MAP_INDEX {{ map_index }} of {{ outputs.extract.rows }}; test {{ item | quote }} != bad && echo out={{ map_index }} > $SPILLWAY_OUTPUT"
                map: { from: extract.stores }
                max_active: 1
              sum: { run: "echo '{{ outputs.each.out }}'", needs: each, trigger_rule: all_done }
              strict: { run: "true", needs: each }
              none: { run: "true", map: [] }

            """
        ])
        let (states, notes, outcome) = try run(project)
        #expect(outcome.code == 1)
        #expect(
            states == [
                "extract": "success", "each": "failed", "sum": "success",
                "strict": "upstream_failed", "none": "skipped",
            ])
        #expect(notes["each"] == "1 of 3 items failed")
        let each = try outcome.json()["tasks"][1]
        #expect(each["instances"].list.map(\.["id"].text) == ["each[0]", "each[1]", "each[2]"])
        #expect(each["instances"].list.map(\.["state"].text) == ["success", "success", "failed"])
        #expect(try log(project, "each[0]") == "a b 0 0 of 3\n")
        #expect(try log(project, "each[1]") == "{\"id\":7} 1 1 of 3\n")
        #expect(try log(project, "sum") == "[\"0\",\"1\"]\n")
        let table = try project.spillway("tasks", "latest").output
        #expect(table.contains("  each[2]"))
    }

    @Test("outputs that are too large, no plain file, or broken fail the task with the reason")
    func badOutputs() throws {
        let project = try Project([
            "flow": """
            tasks:
              huge: { run: "truncate -s 1G $SPILLWAY_OUTPUT" }
              fifo: { run: "mkfifo $SPILLWAY_OUTPUT" }
              json: { run: "echo '{' > $SPILLWAY_OUTPUT" }
              many: { run: "seq 20000 > $SPILLWAY_OUTPUT" }
              unused: { run: "echo {{ outputs.many.nothing }}", needs: many, trigger_rule: all_done }

            """
        ])
        let (states, notes, _) = try run(project)
        #expect(Set(states.values) == ["failed"])
        #expect(notes["huge"] == "its output has 1073741824 bytes; at most 64 KiB are taken")
        #expect(notes["fifo"] == "its output cannot be read: it is no plain file")
        #expect(notes["json"] == "its output begins like a JSON object, but is none")
        #expect(notes["many"]?.contains("at most 64 KiB") == true)
        #expect(notes["unused"]?.contains("task 'many' has written no output 'nothing'") == true)
        #expect(try log(project, "huge").contains("Hand on the path of a file instead."))
    }

    @Test("a task that its pool holds back says by what, and until when")
    func holds() throws {
        let project = try Project([
            "flow": """
            tasks:
              a: { run: "true", pool: slow, priority: 9 }
              b: { run: "true", pool: slow }
              c: { run: "exit 1", pool: frail, priority: 9 }
              d: { run: "true", pool: frail }
              e: { run: "sleep 60", pool: narrow, priority: 9 }
              f: { run: "true", pool: narrow }

            """
        ])
        try project.write(
            "spillway.yml",
            """
            parallelism: 9
            pools:
              slow: { slots: 9, rate: 1/h }
              frail: { slots: 1, circuit: { failures: 1, window: 1h, cooldown: 1h } }
              narrow: 1

            """)
        let run = try project.start("run", "flow")
        try run.until("the first of each") { child in
            ["a success", "c failed", "e began"].allSatisfy(child.output.contains)
        }
        let tasks = try project.spillway("tasks", "latest", "--json").json()["tasks"].list
        let notes = tasks.map { $0["note"].text ?? "-" }
        let words = "waits for pool"
        #expect(notes[1].hasPrefix(words + " slow: its rate allows the next at 2"), "\(notes)")
        #expect(notes[3].hasPrefix(words + " frail: its circuit is open until 2"), "\(notes)")
        #expect(notes[5] == "waits for a free slot of pool narrow")
        run.signal(SIGTERM)
        _ = run.end()
    }

    @Test("branches and short-circuits leave out what they do not name; teardowns run all the same")
    func deciding() throws {
        let project = try Project([
            "flow": """
            groups: { big: { env: { SIZE: big } } }
            tasks:
              up: { run: "touch up", setup: true }
              pick: { branch: "echo big > $SPILLWAY_OUTPUT", needs: up }
              b1: { run: "echo $SIZE", needs: pick, group: big }
              b2: { run: "true", needs: b1, group: big }
              small: { run: "true", needs: pick }
              join: { run: "true", needs: [big, small], trigger_rule: none_failed_min_one_success }
              any: { short_circuit: "exit 1", needs: up }
              never: { run: "true", needs: any, trigger_rule: all_done }
              down: { run: "rm up", needs: [join, never], teardown: up }

            """
        ])
        let (states, notes, outcome) = try run(project)
        #expect(outcome.code == 0)
        #expect(
            states == [
                "up": "success", "pick": "success", "b1": "success", "b2": "success",
                "small": "skipped", "join": "success", "any": "success", "never": "skipped",
                "down": "success",
            ])
        #expect(notes["small"] == "left out by 'pick'" && notes["never"] == "left out by 'any'")
        #expect(try log(project, "b1") == "big\n")
    }

    @Test("waits for files, queries, commands and runs end when what they wait for is there")
    func waits() throws {
        let project = try Project([
            "other": "tasks: { t: { run: \"true\" } }\n",
            "flow": """
            connections: { db: "sqlite:w.db" }
            tasks:
              file: { wait: { file: "in/{{ ds }}/*.csv" }, timeout: 60s }
              query: { wait: { sql: "select count(*) from t" }, connection: db, poke_interval: 200ms, timeout: 60s }
              command: { wait: { command: "test -f in/go" }, poke_interval: 200ms, timeout: 60s }
              sibling: { wait: { pipeline: other }, timeout: 60s }
              vain: { wait: { file: nothing }, timeout: 1s, retries: 3 }
              soft: { wait: { http: "http://127.0.0.1:1/" }, poke_interval: 200ms, timeout: 1s, soft_fail: true }
              make: { run: "sleep 0.5; mkdir -p in/2026-01-02; touch in/go in/2026-01-02/a.csv" }
              fill: { sql: "create table t (x); insert into t values (1)", connection: db, needs: make }
              child: { pipeline: other, needs: make }
              after: { run: "true", needs: [file, query, command, sibling] }

            """,
        ])
        let (states, notes, _) = try run(project, "flow", "--date", "2026-01-02")
        #expect(
            states == [
                "file": "success", "query": "success", "command": "success", "sibling": "success",
                "vain": "failed", "soft": "skipped", "make": "success", "fill": "success",
                "child": "success", "after": "success",
            ], "\(notes)")
        #expect(notes["vain"] == "waited 1s in vain")
        #expect(try log(project, "file").contains("there it is"))
    }

    @Test("a run of another pipeline gets its parameters, and its failure is the task's")
    func children() throws {
        let project = try Project([
            "child": """
            params: { day: { type: string }, fail: false }
            tasks: { t: { run: "echo {{ params.day }} {{ ds }}; test {{ params.fail }} = false" } }

            """,
            "flow": """
            tasks:
              good: { pipeline: child, params: { day: "{{ ds }}" } }
              bad: { pipeline: child, params: { day: x, fail: true }, retries: 1, retry_delay: 0s }
              missing: { pipeline: chld }
              wrong: { pipeline: child }

            """,
        ])
        let (states, notes, _) = try run(project, "flow", "--date", "2026-01-02")
        #expect(
            states == ["good": "success", "bad": "failed", "missing": "failed", "wrong": "failed"])
        #expect(notes["missing"]?.contains("Did you mean 'child'?") == true)
        #expect(notes["wrong"]?.contains("needs a value for parameter 'day'") == true)
        let runs = try project.spillway("runs", "child", "--json").json()["runs"].list
        #expect(runs.count == 3, "a retry is a run of its own")
        #expect(Set(runs.map(\.["logical_date"].text)) == ["2026-01-02T00:00:00Z"])
    }

    @Test("secrets reach the task and no log, wherever its output is cut; the exit code is its own")
    func secrets() throws {
        let project = try Project([
            "flow": """
            secrets: TOKEN
            tasks:
              show: { run: "printf 'a%sb\\\\n' $TOKEN; printf 'hunter' ; sleep 0.2; printf '2hunter2hunter\\\\n'; test $TOKEN = hunter2; exit 7" }
              kept: { run: "echo $KEY | rev", secrets: [KEY] }
              killed: { run: "echo $TOKEN; kill -9 $$" }
              nowhere: { run: "true", secrets: NIX }

            """
        ])
        try project.write(".spillway/secrets", "# mine\nKEY=drowssap\n")
        let file = project.path + "/.spillway/secrets"
        chmod(file, 0o644)
        let open = try project.spillway(["run", "flow", "--json"], with: ["TOKEN": "hunter2"])
        #expect(try log(project, "kept").contains("chmod 600"), "\(open.errors)")
        chmod(file, 0o600)
        let outcome = try project.spillway(
            ["run", "flow", "--json"], with: ["TOKEN": "hunter2"])
        let tasks = try outcome.json()["tasks"].list
        #expect(tasks.map(\.["exit_code"].number) == [7, 0, nil, nil])
        #expect(tasks[2]["note"].text == "signal 9")
        #expect(tasks[3]["note"].text?.contains("The secret 'NIX' is neither") == true)
        #expect(try log(project, "show") == "a***b\n******hunter\n")
        #expect(try log(project, "kept") == "password\n", "only the secret itself is masked")
        #expect(try log(project, "killed") == "***\n")
        let stored = try project.spillway("tasks", "latest", "--json").output
        #expect(!stored.contains("hunter2"))
    }

    @Test("what has not changed since it last succeeded is left out, and runs once anything did")
    func unchanged() throws {
        let project = try Project([
            "flow": """
            params: { n: "1" }
            tasks:
              build: { run: "cat in/*.txt > out.txt; echo {{ params.n }}", inputs: in/*.txt, outputs: out.txt }
              after: { run: "true", needs: build }

            """
        ])
        try project.write("in/a.txt", "a")
        func note(_ more: String...) throws -> String? {
            let outcome = try project.spillway(["run", "flow", "--json"] + more)
            #expect(outcome.code == 0)
            return try outcome.json()["tasks"][0]["note"].text
        }
        let unchanged = "unchanged since it last ran"
        #expect(try note() == nil)
        #expect(try note() == unchanged)
        #expect(try note("--param", "n=2") == nil, "another command")
        #expect(try note("--param", "n=2") == unchanged)
        try project.write("in/b.txt", "b")
        #expect(try note("--param", "n=2") == nil, "another input")
        try FileManager.default.removeItem(atPath: project.path + "/out.txt")
        #expect(try note("--param", "n=2") == nil, "what it made is gone")
        #expect(try note("--param", "n=2") == unchanged)
    }

    @Test("hooks run at their occasions, know the task, and change nothing by failing")
    func hooks() throws {
        let project = try Project([
            "flow": """
            on_failure: "echo run $SPILLWAY_STATE >> hooks.txt"
            on_success: "echo never >> hooks.txt"
            defaults: { on_failure: "echo $SPILLWAY_HOOK $SPILLWAY_TASK {{ ds }} $SPILLWAY_NOTE >> hooks.txt; exit 3" }
            tasks:
              bad: { run: "exit 1", retries: 1, retry_delay: 0s, on_retry: "echo again $SPILLWAY_HOOK_KEY >> hooks.txt" }
              after: { run: "true", needs: bad }
              good: { run: "true", on_success: [bell, "echo good >> hooks.txt", { webhook: "http://127.0.0.1:1/" }] }
              skip: { run: "exit 99", on_skipped: "echo skipped >> hooks.txt" }

            """
        ])
        let (states, _, _) = try run(project, "flow", "--date", "2026-01-02")
        #expect(
            states == [
                "bad": "failed", "after": "upstream_failed", "good": "success", "skip": "skipped",
            ])
        let lines = Set(project.read("hooks.txt").split(separator: "\n").map(String.init))
        #expect(
            lines == [
                "run failed", "on_failure bad 2026-01-02", "good", "skipped",
                "again manual__2026-01-02T00:00:00+00:00/bad/1/on_retry",
            ])
    }

    @Test("a pipeline may be what a command prints; what it prints is checked like any file")
    func generated() throws {
        let project = try Project([
            "flow": "generate: ./make.sh 3\n",
            "slow": "generate: sleep 100\ngenerate_timeout: 1s\n",
            "broken": "generate: \"echo oops >&2; exit 3\"\n",
            "rubbish": "generate: \"head -c 300 /dev/urandom\"\n",
            "wrong": "generate: \"echo 'tasks: { a: { rum: x } }'\"\n",
            "again": "generate: \"echo 'generate: x'\"\n",
        ])
        try project.write(
            "make.sh",
            "#!/bin/sh\necho tasks:\nfor n in $(seq $1); do echo \"  t$n: { run: 'echo $n' }\"; done\n"
        )
        chmod(project.path + "/make.sh", 0o755)
        let (states, _, outcome) = try run(project)
        #expect(outcome.code == 0 && states.count == 3)
        let began = ContinuousClock.now
        let said = try project.spillway("validate")
        #expect(ContinuousClock.now - began < .seconds(30))
        let text = said.output + said.errors
        #expect(said.code != 0)
        #expect(
            text.contains("slow.yml:1:11: error: the command of 'generate' takes longer than 1s"))
        #expect(text.contains("the command of 'generate' ended with exit code 3"))
        #expect(text.contains("It says: oops"))
        #expect(text.contains("wrong.yml (generated):1:15: error: unknown key 'rum' in task 'a'"))
        #expect(text.contains("what 'generate' prints has a 'generate' of its own"))
        #expect(text.contains("rubbish.yml (generated)"))
    }

    @Test("a pool's circuit opens after failures and lets the rest wait; a rate spreads launches")
    func pools() throws {
        let project = try Project([
            "flow": """
            tasks:
              call: { run: "test -f fixed || { n=$(ls n | wc -l); touch n/$(date +%N); test $n -lt 2 || touch fixed; exit 1; }", map: [1, 2, 3, 4, 5], pool: api, retries: 4, retry_delay: 0s }

            """
        ])
        try project.write("n/.keep", "")
        try project.write(
            "spillway.yml",
            "pools: { api: { slots: 1, circuit: { failures: 2, window: 1m, cooldown: 1s } } }\n")
        let began = ContinuousClock.now
        let outcome = try project.spillway("run", "flow", "--json")
        #expect(outcome.code == 0)
        #expect(ContinuousClock.now - began >= .seconds(1), "it was open for a second")
        #expect(outcome.errors.contains("pool api: circuit open"))
        #expect(outcome.errors.contains("pool api: circuit closed"))
    }

    @Test("a run that takes longer than it may fails, and what runs is ended")
    func runTimeout() throws {
        let project = try Project([
            "flow": "run_timeout: 1s\ntasks: { a: { run: sleep 60 }, b: { run: x, needs: a } }\n"
        ])
        let (states, notes, outcome) = try run(project)
        #expect(outcome.code == 1)
        #expect(states == ["a": "skipped", "b": "skipped"])
        #expect(notes["a"] == "the run timed out after 1s")
    }
}

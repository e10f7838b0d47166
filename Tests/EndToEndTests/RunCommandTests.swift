import Foundation
import Glibc
import Testing

@Suite("Running a pipeline without a terminal")
struct RunCommandTests {
    @Test("a good run says so in JSON, with every task, and exits 0")
    func success() throws {
        let project = try Project(["quick": Pipelines.quick])
        let outcome = try project.spillway("run", "pipelines/quick.yml", "--json")
        #expect(outcome.code == 0)
        let run = try outcome.json()
        #expect(run["state"].text == "success")
        #expect(run["pipeline"].text == "quick")
        #expect(run["tasks"].list.map(\.["id"].text) == ["extract", "clean", "load"])
        for task in run["tasks"].list {
            #expect(task["state"].text == "success")
            #expect(task["attempts"].number == 1)
            #expect(task["exit_code"].number == 0)
            #expect(task["started_at"].text ?? "" <= task["ended_at"].text ?? "")
        }
        let log = try #require(run["tasks"][2]["log"].text)
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "loaded\n")
        #expect(outcome.errors.contains("3 of 3 tasks settled"))
    }

    @Test("a failed run exits 1, and what needed the failed task has not run")
    func failure() throws {
        let project = try Project([
            "flow": """
            tasks:
              missing: { run: "no-such-command-here" }
              wrong: { run: "exit 7", retries: 1, retry_delay: 0s }
              killed: { run: "kill -9 $$" }
              after: { run: "touch after", needs: wrong }
              always: { run: "true", needs: wrong, trigger_rule: all_done }

            """
        ])
        let outcome = try project.spillway("run", "flow", "--json")
        #expect(outcome.code == 1)
        let tasks = try outcome.json()["tasks"].list
        #expect(
            tasks.map(\.["state"].text) == [
                "failed", "failed", "failed", "upstream_failed", "success",
            ])
        #expect(tasks.prefix(2).map(\.["exit_code"].number) == [127, 7])
        #expect(tasks.map(\.["attempts"].number) == [1, 2, 1, 0, 1])
        #expect(!FileManager.default.fileExists(atPath: project.path + "/after"))
        #expect(try project.spillway("logs", "latest", "missing").output.contains("not found"))
    }

    @Test(
        "parameters that do not fit are refused before anything starts, with exit code 2",
        arguments: [
            (["--param", "regio=us"], "Did you mean 'region'?"),
            (["--param", "region=mars"], "Choose a value for region: eu, us."),
            (["--param", "region"], "--param takes KEY=VALUE"),
            (["--date", "yesterday"], "--date takes a date"),
        ])
    func parameters(arguments: [String], words: String) throws {
        let project = try Project(["asking": Pipelines.asking])
        let child = try project.start(["run", "asking"] + arguments)
        #expect(child.end() == .exited(2))
        #expect(child.errors.contains(words))
        #expect(try project.spillway("run", "asking", "--param", "region=us").code == 0)
        #expect(try project.spillway("logs", "latest", "greet").output == "hello us\n")
        let runs = try project.spillway("runs", "--json").json()["runs"].list
        #expect(runs.map(\.["state"].text) == ["success"])
    }

    @Test(
        "an interrupt cancels the run, ends its processes and exits 130",
        arguments: [SIGINT, SIGTERM])
    func interrupt(number: Int32) throws {
        let project = try Project([
            "flow": """
            tasks:
              wait: { run: "echo $$ > wait.pid; sleep 1000 & echo $! > child.pid; touch ready; wait" }
              after: { run: "touch after", needs: wait }

            """
        ])
        let child = try project.start("run", "flow", "--json")
        try child.until("the task has begun") { _ in
            FileManager.default.fileExists(atPath: project.path + "/ready")
        }
        child.signal(number)
        #expect(child.end() == .exited(130))
        for name in ["wait.pid", "child.pid"] {
            let text = project.read(name).trimmingCharacters(in: .newlines)
            #expect(!isAlive(try #require(pid_t(text))), "\(name) lives")
        }
        #expect(try JSON(child.output)["state"].text == "cancelled")
        #expect(!FileManager.default.fileExists(atPath: project.path + "/after"))
    }

    @Test("a line of 10 MB and bytes that are no text are kept as they were written")
    func longLine() throws {
        let project = try Project([
            "flow": """
            tasks:
              long: { run: "head -c 10000000 /dev/zero | tr '\\\\0' x; echo; echo end" }
              binary: { run: "head -c 100000 /dev/urandom | tee copy" }

            """
        ])
        #expect(try project.spillway("run", "flow").code == 0)
        let long = try project.spillway("logs", "latest", "long")
        #expect(long.output.utf8.count == 10_000_005)
        #expect(long.output.hasSuffix("x\nend\n"))
        let tasks = try project.spillway("tasks", "latest", "--json").json()["tasks"]
        let log = FileManager.default.contents(atPath: tasks[1]["log"].text ?? "")
        #expect(log?.count == 100_000)
        #expect(log == FileManager.default.contents(atPath: project.path + "/copy"))
    }

    @Test("1,000 tasks in layers run to success")
    func thousand() throws {
        var text = "tasks:\n"
        for number in 0..<1_000 {
            let (layer, place) = (number / 20, number % 20)
            let needs =
                layer == 0
                ? ""
                : ", needs: ["
                    + [0, 1, 7].map {
                        "t\((layer - 1) * 20 + (place + $0) % 20)"
                    }.joined(separator: ", ") + "]"
            text += "  t\(number): { run: \"true\"\(needs) }\n"
        }
        let project = try Project(["layers": text])
        let outcome = try project.spillway("run", "layers", "--json")
        #expect(outcome.code == 0)
        let run = try outcome.json()
        #expect(run["state"].text == "success")
        #expect(run["tasks"].list.count { $0["state"].text == "success" } == 1_000)
        #expect(run["tasks"].list.allSatisfy { $0["attempts"].number == 1 })
    }

    private static let graphs = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/dags")

    private struct Graph: Decodable {
        var nodes: [String]
        var edges: [[String]]
        var runtime_s: [String: Double]
    }

    @Test(
        "a workflow that really ran does so again, its times scaled down",
        .enabled(if: FileManager.default.fileExists(atPath: graphs.path)))
    func realGraph() throws {
        let data = try Data(
            contentsOf: Self.graphs.appending(path: "methylseq-dirt02-001.json"))
        let graph = try JSONDecoder().decode(Graph.self, from: data)
        let total = graph.runtime_s.values.reduce(0, +)
        // Some of these names begin with a dot, which no task's name does here.
        func name(_ node: String) -> String { node.hasPrefix(".") ? "_" + node : node }
        var text = "max_active_tasks: 16\ntasks:\n"
        for node in graph.nodes {
            let seconds = (graph.runtime_s[node] ?? 0) / max(1, total) * 4
            let needs = graph.edges.filter { $0[1] == node }.map { "\"\(name($0[0]))\"" }
            text += "  \"\(name(node))\": { run: \"sleep \(seconds)\", needs: ["
            text += needs.joined(separator: ", ") + "] }\n"
        }
        let project = try Project(["real": text])
        let outcome = try project.spillway("run", "real", "--json")
        #expect(outcome.code == 0)
        let tasks = try outcome.json()["tasks"].list
        #expect(tasks.count == graph.nodes.count)
        var spans: [String: (begin: String, end: String)] = [:]
        for task in tasks {
            #expect(task["state"].text == "success")
            spans[task["id"].text ?? ""] = (
                task["started_at"].text ?? "", task["ended_at"].text ?? ""
            )
        }
        for edge in graph.edges {
            let (before, after) = (spans[name(edge[0])], spans[name(edge[1])])
            #expect(before?.end ?? "z" <= after?.begin ?? "", "\(edge[1]) began too early")
        }
    }

    @Test("the demo runs to success without a terminal and can be looked at afterwards")
    func demo() async throws {
        // Half a minute of sleeping tasks: other tests need the thread meanwhile.
        let seen = try await withCheckedThrowingContinuation { waiting in
            DispatchQueue.global().async {
                waiting.resume(with: Result { try Self.runDemo() })
            }
        }
        #expect(seen.ending == .exited(0))
        let latest = try JSON(seen.tasks)
        #expect(latest["run"]["state"].text == "success")
        #expect(latest["tasks"].list.count >= 14)
        #expect(latest["tasks"].list.contains { ($0["attempts"].number ?? 0) > 1 })
        #expect(seen.validation == 0)
    }

    private static func runDemo() throws -> (ending: Ending, tasks: String, validation: Int32?) {
        let project = try Project()
        let child = try project.start("demo", "--headless", "--dir", "shop")
        let ending = child.end(within: 120)
        let folder = project.path + "/shop"
        return (
            ending, try project.spillway("tasks", "latest", "--json", in: folder).output,
            try project.spillway("validate", in: folder).code
        )
    }
}

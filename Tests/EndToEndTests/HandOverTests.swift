import Foundation
import Glibc
import Testing

@Suite("Running pipelines beside the process that works in the folder", .serialized)
struct HandOverTests {
    private static let flow = """
        params: { word: { type: string, default: none } }
        tasks:
          first: { run: "echo {{ params.word }}; test -e ok" }
          second: { run: "true", needs: first }

        """

    /// A project with an owner.
    private func owned(_ pipelines: [String: String]) throws -> (Project, Child) {
        let project = try Project(pipelines)
        let server = try project.start("serve")
        try server.until("serving") { $0.output.contains("serving") }
        return (project, server)
    }

    @Test("'run' has the owner do it: same progress, same JSON, same exit codes; so does 'clear'")
    func run() throws {
        let (project, server) = try owned(["flow": Self.flow])
        let failed = try project.spillway("run", "flow", "--param", "word=moin", "--json")
        #expect(failed.code == 1, "\(failed.errors)")
        #expect(failed.errors.contains("Process \(server.pid) works in this folder"))
        for line in ["first began", "first failed", "second upstream failed", "failed in"] {
            #expect(failed.errors.contains(line), "\(failed.errors)")
        }
        let json = try failed.json()
        #expect(json["state"].text == "failed")
        #expect(json["tasks"].list.map(\.["state"].text) == ["failed", "upstream_failed"])
        #expect(try project.spillway("logs", "latest", "first").output == "moin\n")

        try project.write("ok", "")
        let cleared = try project.spillway("clear", "latest", "--failed", "--run")
        #expect(cleared.code == 0, "\(cleared.errors)")
        #expect(cleared.output.contains("first began (attempt 2)"), "\(cleared.output)")
        #expect(cleared.output.contains("second success"), "\(cleared.output)")

        let refused = try project.spillway("run", "flow", "--param", "wort=x")
        #expect(refused.code == 2 && refused.errors.contains("word"), "\(refused.errors)")
        #expect(try project.spillway("runs", "--json").json()["runs"].list.count == 1)
        server.signal(SIGTERM)
        #expect(server.end() == .exited(0))
    }

    @Test("an interrupt has the owner cancel the run; a second one leaves it alone")
    func interrupt() throws {
        let (project, server) = try owned(["gated": Pipelines.gated])
        guard mkfifo(project.path + "/gate", 0o600) == 0 else { throw Trouble("no FIFO") }
        let run = try project.start("run", "gated")
        try run.until("the task") { $0.output.contains("wait began") }
        run.signal(SIGINT)
        #expect(run.end() == .exited(130), "\(run.errors)")
        #expect(run.output.contains("cancelled"), "\(run.output)")

        let left = try project.start("run", "gated")
        try left.until("the task") { $0.output.contains("wait began") }
        kill(server.pid, SIGSTOP)
        left.signal(SIGINT)
        left.signal(SIGTERM)
        let ending = left.end()
        kill(server.pid, SIGCONT)
        #expect(ending == .exited(130), "\(left.errors)")
        #expect(left.errors.contains("goes on without us"), "\(left.errors)")
    }

    @Test("where the owner is killed, 'run' takes its place and brings the run to its end")
    func takesOver() throws {
        let (project, server) = try owned(["gated": Pipelines.gated])
        guard mkfifo(project.path + "/gate", 0o600) == 0 else { throw Trouble("no FIFO") }
        let run = try project.start("run", "gated", "--json")
        try run.until("the task") { $0.errors.contains("wait began") }
        kill(server.pid, SIGKILL)
        #expect(server.end() == .signalled(SIGKILL))
        let gate = open(project.path + "/gate", O_WRONLY)
        close(gate)
        #expect(run.end() == .exited(0), "\(run.errors)")
        let tasks = try JSON(run.output)["tasks"].list
        #expect(tasks.map(\.["state"].text) == ["success", "success"])
        #expect(tasks.map(\.["attempts"].number) == [1, 1])
    }

    @Test("what was asked of an owner that is killed is done by the next one at once")
    func askedBefore() throws {
        let (project, first) = try owned(["flow": "tasks: { a: { run: 'true' } }\n"])
        var server = first
        for round in 1...5 {
            kill(server.pid, SIGSTOP)
            let trigger = try project.start("trigger", "flow", "--json")
            try trigger.until("the request") { _ in
                try FileManager.default.contentsOfDirectory(
                    atPath: project.path + "/.spillway/requests"
                ).contains { $0.hasSuffix(".request") && !$0.hasPrefix(".") }
            }
            kill(server.pid, SIGKILL)
            #expect(server.end() == .signalled(SIGKILL))
            server = try project.start("serve")
            #expect(trigger.end(within: 20) == .exited(0), "round \(round)")
            try server.until("serving") { $0.output.contains("serving") }
        }
        let runs = try project.spillway("runs", "--json").json()["runs"].list
        #expect(runs.count == 5)
        server.signal(SIGTERM)
        #expect(server.end() == .exited(0))
    }
}

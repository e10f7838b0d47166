import Foundation
import Glibc
import Testing

@Suite("A task that is run again to prove a finding", .inTmux, .serialized)
struct ProofInWorkbenchTests {
    /// A run whose task left a real event log, and a `spark-submit` that does `script` when it is
    /// run again.
    private static func project(again script: String) throws -> Project {
        let log = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .appending(path: "SparkAdviceTests/Fixtures/slow_executor.zstd").path
        let project = try Project.submitting(
            """
            log="\(log)"
            case $folder in
            *.proof-*) \(script) ;;
            *) cp "$log" "$folder" ;;
            esac
            """)
        #expect(try project.spillway("run", "flow").code == 0)
        return project
    }

    private static let hang = "echo $$ > job.pid; exec sleep 600"

    /// Opens the log of the run, goes to its finding, and has it proved.
    private func prove(
        _ project: Project, on command: [String]? = nil, shows words: String...
    ) throws -> Tmux {
        let found = try project.spillway("spark", "findings", "latest", "--json").json()
        let log = try #require(found["tasks"][0]["log"].text)
        let tmux = try Tmux(project, width: 200, height: 40, command: command)
        try tmux.until(shows: "0 Runs")
        try tmux.type(":spark \(log)")
        try tmux.press("Enter")
        try tmux.until(shows: "Overview", "straggler")
        try tmux.press("e")
        try tmux.until(shows: "spark.speculation")
        try again(tmux)
        try tmux.until(words.joined(separator: ", ")) { text in words.allSatisfy(text.contains) }
        return tmux
    }

    private func again(_ tmux: Tmux) throws {
        try tmux.press("A")
        try tmux.until(shows: "Run the task again with")
        try tmux.press("y")
    }

    /// The process of the job that `project` has begun.
    private func job(_ project: Project, _ tmux: Tmux) throws -> pid_t {
        var job: pid_t = 0
        try tmux.until("the job's pid") { _ in
            job = pid_t(project.read("job.pid").trimmingCharacters(in: .newlines)) ?? 0
            return job > 1
        }
        return job
    }

    private func expectEnd(of pid: pid_t) { #expect(hasEnded(pid), "the job goes on") }

    @Test("leaving meanwhile asks, and ends the job")
    func leaving() throws {
        let project = try Self.project(again: Self.hang)
        let tmux = try prove(project, shows: "running again")
        let pid = try job(project, tmux)
        try tmux.press("Z", "Z")
        try tmux.until(
            shows: "A task is being run again to prove a finding. Leave, and end what runs?")
        try tmux.press("n")
        try tmux.until(shows: "running again")
        #expect(isAlive(pid))
        try tmux.press("Z", "Z")
        try tmux.until(shows: "Leave, and end what runs?")
        try tmux.press("y")
        #expect(try tmux.exitCode() == 0)
        expectEnd(of: pid)
    }

    @Test("a terminal or a signal that ends the workbench ends the job with it")
    func terminated() throws {
        let project = try Self.project(again: Self.hang)
        let tmux = try prove(project, shows: "running again")
        let pid = try job(project, tmux)
        kill(try tmux.panePID(), SIGTERM)
        #expect(try tmux.exitCode() == 143)
        expectEnd(of: pid)
    }

    @Test("^C ends the job, and another proof can begin")
    func cancelled() throws {
        let project = try Self.project(again: Self.hang)
        let tmux = try prove(project, shows: "running again")
        let pid = try job(project, tmux)
        try again(tmux, refusedBy: "already")
        try tmux.press("C-c")
        try tmux.until(hides: "running again")
        expectEnd(of: pid)
        unlink(project.path + "/job.pid")
        try again(tmux)
        try tmux.until(shows: "running again")
        let other = try job(project, tmux)
        #expect(other != pid)
        try tmux.press("C-c")
        try tmux.until(hides: "running again")
        expectEnd(of: other)
    }

    @Test("^C ends the job on one processor, too", .onOneProcessor)
    func cancelledOnOneProcessor() throws {
        let project = try Self.project(again: Self.hang)
        let command = OneProcessor.command([Project.program], project)
        let tmux = try prove(project, on: command, shows: "running again")
        let pid = try job(project, tmux)
        try tmux.press("C-c")
        try tmux.until(hides: "running again")
        expectEnd(of: pid)
    }

    private func again(_ tmux: Tmux, refusedBy words: String) throws {
        try tmux.press("A")
        try tmux.until(shows: words)
    }

    @Test(
        "a run again that comes to nothing says why and what to do, and is over",
        arguments: [
            (
                "echo 'ValueError: no such column'; echo 'INFO bye'; exit 1",
                "failed when it was run again: ValueError: no such column"
            ),
            ("exit 0", "wrote no event log when it was run again"),
            (": > \"$folder/local-1\"", "run again, has no end"),
            (
                "zstd -dc \"$log\" | grep -v ApplicationEnd > \"$folder/local-1\"",
                "run again, has no end"
            ),
            ("rm bin/spark-submit; exec bin/spark-submit", "failed when it was run again"),
        ])
    func failing(_ script: String, _ words: String) throws {
        let project = try Self.project(again: script)
        let tmux = try prove(project, shows: words)
        try tmux.until(hides: "running again")
    }
}

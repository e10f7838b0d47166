import Foundation
import Glibc
import Testing

@Suite("The workbench in a real terminal", .inTmux)
struct WorkbenchTests {
    @Test("T starts the pipeline under the cursor, and its states change as its tasks do")
    func trigger() throws {
        let project = try Project(["quick": Pipelines.quick, "gated": Pipelines.gated])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "0 Runs", "gated", "quick", "trigger")

        try tmux.press("T")
        try tmux.until(shows: "▶ wait", "· after", "waiting", "1 run going")
        try writeLine("go", to: project.path + "/gate")
        try tmux.until(shows: "✓ wait", "✓ after", "2/2")

        try tmux.press("G", "T")
        try tmux.until(shows: "✓ extract", "✓ clean", "✓ load", "3/3")
        #expect(try project.spillway("runs", "--json").json()["runs"].list.count == 2)
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
    }

    @Test("a pipeline with parameters asks for them, takes them, and refuses a wrong one")
    func parameters() throws {
        let tmux = try Tmux(try Project(["asking": Pipelines.asking]))
        try tmux.until(shows: "0 Runs", "asking")
        try tmux.press("T")
        try tmux.until(shows: ":trigger asking region=eu")
        try tmux.press("BSpace", "BSpace")
        try tmux.type("mars")
        try tmux.press("Enter")
        try tmux.until(shows: "'region' cannot be 'mars'", "eu, us")
        try tmux.press("T", "BSpace", "BSpace")
        try tmux.type("us")
        try tmux.press("Enter")
        try tmux.until(shows: "hello us", "✓ greet")
    }

    @Test("the cursor moves along the graph, the log follows it, and Escape goes back, never out")
    func moving() throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("run", "quick").code == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "2 Log · load", "loaded")
        try tmux.press("Enter", "h")
        try tmux.until(shows: "2 Log · clean", "cleaned")
        try tmux.press("h")
        try tmux.until(shows: "2 Log · extract", "line 200")
        try tmux.press("Enter")
        try tmux.until(shows: "previous attempt")
        for _ in 0..<4 { try tmux.settle("Escape") }
        try tmux.until(shows: "T trigger", "C re-run failed")
    }

    @Test("the end of a growing log stays in sight, and a place scrolled back to stays too")
    func following() throws {
        let project = try Project([
            "flow": """
            tasks:
              talk:
                run: |
                  for i in $(seq 1 100); do echo early $i; done
                  while read word; do echo "heard $word"; done < gate

            """
        ])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "flow")
        try tmux.press("T")
        try tmux.until(shows: "▶ talk", "early 100")
        let gate = open(project.path + "/gate", O_WRONLY | O_CLOEXEC)
        defer { close(gate) }
        try writeLine("one", to: gate)
        try tmux.until(shows: "heard one")

        try tmux.press("2", "k", "k", "k")
        let before = logLines(try tmux.until(shows: "G follows", "early 98"))
        try writeLine("two", to: gate)
        try tmux.until("the log has grown behind the place") { _ in
            project.read(try logPath(project)).contains("heard two")
        }
        let after = logLines(try tmux.until(hides: "heard two"))
        #expect(after == before)
        try tmux.press("G")
        try tmux.until(shows: "heard two")
        try writeLine("three", to: gate)
        try tmux.until(shows: "heard three")
    }

    /// The lines of the log that are in sight.
    private func logLines(_ screen: String) -> [String] {
        screen.split(separator: "\n").compactMap { line in
            ["early ", "heard "].lazy.compactMap { line.range(of: $0) }.first.map {
                String(line[$0.lowerBound...])
            }
        }
    }

    private func logPath(_ project: Project) throws -> String {
        let tasks = try project.spillway("tasks", "latest", "--json").json()["tasks"]
        return String((tasks[0]["log"].text ?? "").dropFirst(project.path.count + 1))
    }

    @Test("a search finds its line, says where it wraps, and says what is not there")
    func search() throws {
        let project = try Project([
            "flow": """
            tasks:
              talk: { run: "for i in $(seq 1 3000); do echo line $i; done" }

            """
        ])
        #expect(try project.spillway("run", "flow").code == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "line 3000")
        try tmux.press("2", "g", "g", "/")
        try tmux.type("line 15..$")
        try tmux.press("Enter")
        try tmux.until(shows: "line 1500", "'line 15..$'")
        try tmux.press("n")
        try tmux.until(shows: "line 1501")
        try tmux.settle("N")
        try tmux.settle("N")
        try tmux.until(shows: "line 1599", "wrapped around")
        try tmux.press("/")
        try tmux.type("absent")
        try tmux.press("Enter")
        try tmux.until(shows: "'absent' not found")
    }

    @Test("every size shows what fits, and coming back shows the same as before")
    func resizing() throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("run", "quick").code == 0)
        let tmux = try Tmux(project)
        let first = try tmux.until(shows: "0 Runs", "1 Graph", "2 Log", "✓ load", "loaded")
        try tmux.resize(80, 24)
        try tmux.until("the list above the log") { text in
            text.contains("0 Runs") && text.contains("2 Log") && !text.contains("1 Graph")
        }
        try tmux.resize(20, 5)
        try tmux.until("one pane") { $0.contains("0 Runs") && !$0.contains("2 Log") }
        try tmux.resize(10, 2)
        try tmux.until("a word on the size") { $0.hasPrefix("Needs 20x5") }
        try tmux.resize(160, 45)
        try tmux.until("the first screen") { $0 == first }
    }

    @Test("? lists the keys of the pane, and filters them")
    func help() throws {
        let tmux = try Tmux(try Project(["quick": Pipelines.quick]))
        try tmux.until(shows: "quick")
        try tmux.press("?")
        try tmux.until(shows: "Keys", "re-run failed", "pause-pipeline", "Everywhere")
        try tmux.press("/")
        try tmux.type("suspend")
        try tmux.until("only what matches") { text in
            text.contains("^Z") && !text.contains("pause-pipeline")
        }
        try tmux.press("Escape", "Escape")
        try tmux.until(hides: "Everywhere")
    }

    @Test("leaving while a run goes on is asked about, and ends what runs")
    func quitting() throws {
        let project = try Project(["gated": Pipelines.gated])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "gated")
        try tmux.press("T")
        try tmux.until(shows: "▶ wait", "waiting")
        try tmux.press("q")
        try tmux.until(shows: "gated is still running", "y yes", "n no")
        try tmux.press("n")
        try tmux.until(hides: "still running")
        #expect(isAlive(try waitingPID(project)))
        try tmux.press("q", "y")
        #expect(try tmux.exitCode() == 0)
        #expect(!isAlive(try waitingPID(project)))
    }

    @Test("^C asks before it cancels, and with nothing to cancel a second one leaves")
    func interrupt() throws {
        let project = try Project(["gated": Pipelines.gated])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "gated")
        try tmux.press("T")
        try tmux.until(shows: "▶ wait", "waiting")
        try tmux.press("C-c")
        try tmux.until(shows: "Cancel manual__", "y yes")
        try tmux.press("y")
        try tmux.until(shows: "cancelled")
        let state = try project.spillway("tasks", "latest", "--json").json()["run"]["state"]
        #expect(state.text == "cancelled")
        try tmux.press("C-c", "C-c")
        #expect(try tmux.exitCode() == 0)
    }

    @Test(
        "after any keys the screen is the one that a repaint gives", arguments: [1, 2])
    func repaint(seed: UInt64) throws {
        let project = try Project(["quick": Pipelines.quick, "asking": Pipelines.asking])
        #expect(try project.spillway("run", "quick").code == 0)
        #expect(try project.spillway("run", "asking").code == 0)
        let tmux = try Tmux(project, width: 120, height: 30)
        try tmux.until(shows: "0 Runs", "2 Log")
        let keys = [
            "j", "k", "h", "l", "Tab", "+", "_", "0", "1", "2", "?", "Escape", "PageUp",
            "PageDown", "Home", "End", "w", "v", "o", "c", "L", "H", "m", "/", "n", "[", "e",
        ]
        var random = seed
        var pressed: [String] = []
        for _ in 0..<25 {
            // Xorshift (Marsaglia 2003, triple 13, 7, 17).
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            pressed.append(keys[Int(random % UInt64(keys.count))])
            let painted = try tmux.settle(pressed[pressed.count - 1])
            let repainted = try tmux.settle("C-l")
            try #require(painted == repainted, "after \(pressed.joined(separator: " "))")
        }
    }
}

/// Writes a line into a FIFO that somebody reads.
func writeLine(_ line: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Trouble("nobody reads \(path)") }
    defer { close(descriptor) }
    try writeLine(line, to: descriptor)
}

func writeLine(_ line: String, to descriptor: Int32) throws {
    let bytes = Array((line + "\n").utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw Trouble("'\(line)' could not be written")
    }
}

/// The process of the task `wait` of ``Pipelines/gated``.
func waitingPID(_ project: Project) throws -> pid_t {
    guard let pid = pid_t(project.read("wait.pid").trimmingCharacters(in: .whitespacesAndNewlines))
    else { throw Trouble("the task has not begun") }
    return pid
}

import Foundation
import Glibc
import Testing

/// A shell in a terminal, in which the workbench is started as a user does.
private struct ShellSession {
    let project: Project
    let tmux: Tmux

    init(_ project: Project) throws {
        self.project = project
        tmux = try Tmux(
            project, width: 100, height: 30,
            command: ["bash", "--noprofile", "--norc", "--noediting", "-i"],
            with: ["PS1": "shell> ", "HISTFILE": ""])
        try tmux.until(shows: "shell>")
    }

    /// Runs a line and waits for words that it prints.
    func run(_ line: String, shows words: String) throws {
        try tmux.type(line)
        try tmux.press("Enter")
        try tmux.until("\(words) after \(line)") { text in
            text.split(separator: "\n").contains { $0.hasPrefix(words) }
        }
    }

    /// Starts the workbench below a line that must still be there afterwards.
    func open() throws {
        try run("stty -g > before; echo kept-line", shows: "kept-line")
        try tmux.type("\(Project.program); echo exit=$?")
        try tmux.press("Enter")
        try tmux.until(shows: "0 Runs")
        #expect(try tmux.fact("#{alternate_on} #{cursor_flag}") == "1 0")
    }

    /// Waits for the shell's own screen and compares everything that was changed.
    func expectRestored(exit code: Int32) throws {
        let text = try tmux.until(shows: "kept-line", "exit=\(code)")
        #expect(!text.contains("0 Runs"))
        #expect(try tmux.fact("#{alternate_on} #{cursor_flag}") == "0 1")
        #expect(try tmux.fact("#{mouse_any_flag} #{insert_flag} #{wrap_flag}") == "0 0 1")
        try run("stty -g > after; echo compared", shows: "compared")
        #expect(project.read("after") == project.read("before"))
        #expect(!project.read("before").isEmpty)
    }
}

@Suite("Leaving the workbench", .inTmux)
struct LeavingTests {
    private func gated() throws -> Project {
        let project = try Project(["gated": Pipelines.gated])
        guard mkfifo(project.path + "/gate", 0o600) == 0 else { throw Trouble("no FIFO") }
        return project
    }

    @Test("q gives the shell's screen and settings back")
    func quit() throws {
        let session = try ShellSession(try gated())
        try session.open()
        try session.tmux.press("q")
        try session.expectRestored(exit: 0)
    }

    @Test("kill -TERM gives the terminal back and ends nothing: the next spillway takes it up")
    func terminate() throws {
        let project = try gated()
        let session = try ShellSession(project)
        try session.open()
        try session.tmux.press("T")
        try session.tmux.until(shows: "1 run going", "waiting")
        let task = try waitingPID(project)
        #expect(isAlive(task))
        kill(try session.tmux.childPID(), SIGTERM)
        try session.expectRestored(exit: 143)
        #expect(isAlive(task))
        let left = try project.spillway("tasks", "latest", "--json").json()
        #expect(left["run"]["state"].text == "running")
        try writeLine("go", to: project.path + "/gate")
        #expect(try project.spillway("serve", "--until-idle").code == 0)
        try expectSuccess(project)
    }

    @Test("k on the way out lets the run come to its end without a screen")
    func keepRunning() throws {
        let project = try gated()
        let session = try ShellSession(project)
        try session.open()
        try session.tmux.press("T")
        try session.tmux.until(shows: "1 run going", "waiting")
        try session.tmux.press("q")
        try session.tmux.until(shows: "k keep it running")
        try session.tmux.press("k")
        try session.expectRestored(exit: 0)
        #expect(isAlive(try waitingPID(project)))
        try writeLine("go", to: project.path + "/gate")
        try session.run(
            "until \(Project.program) runs | grep -q success; do :; done; echo ended",
            shows: "ended")
        try expectSuccess(project)
    }

    private func expectSuccess(_ project: Project) throws {
        let tasks = try project.spillway("tasks", "latest", "--json").json()
        #expect(tasks["run"]["state"].text == "success")
        #expect(tasks["tasks"].list.map(\.["state"].text) == ["success", "success"])
        #expect(tasks["tasks"].list.map(\.["attempts"].number) == [1, 1])
    }

    @Test("kill -HUP gives the terminal back at once and lets the run come to its end")
    func hangUp() throws {
        let project = try gated()
        let session = try ShellSession(project)
        try session.open()
        try session.tmux.press("T")
        try session.tmux.until(shows: "waiting")
        kill(try session.tmux.childPID(), SIGHUP)
        try session.tmux.until("the shell's screen") { text in
            try text.contains("kept-line") && session.tmux.fact("#{alternate_on}") == "0"
        }
        #expect(isAlive(try waitingPID(project)))
        try writeLine("go", to: project.path + "/gate")
        try session.expectRestored(exit: 0)
        let tasks = try project.spillway("tasks", "latest", "--json").json()
        #expect(tasks["run"]["state"].text == "success")
        #expect(tasks["tasks"].list.map(\.["state"].text) == ["success", "success"])
    }

    @Test("^Z gives the terminal to the shell, and fg takes it back")
    func suspend() throws {
        let project = try gated()
        let session = try ShellSession(project)
        try session.open()
        try session.tmux.press("C-z")
        try session.tmux.until(shows: "Stopped", "kept-line")
        #expect(try session.tmux.fact("#{alternate_on} #{cursor_flag}") == "0 1")
        try session.run("stty -g > stopped; echo looked", shows: "looked")
        #expect(project.read("stopped") == project.read("before"))
        try session.tmux.type("fg")
        try session.tmux.press("Enter")
        try session.tmux.until(shows: "0 Runs", "gated")
        #expect(try session.tmux.fact("#{alternate_on} #{cursor_flag}") == "1 0")
        try session.tmux.press("T")
        try session.tmux.until(shows: "waiting")
        try session.tmux.press("q", "y")
        try session.tmux.until(shows: "kept-line")
        #expect(try session.tmux.fact("#{alternate_on} #{cursor_flag}") == "0 1")
    }
}

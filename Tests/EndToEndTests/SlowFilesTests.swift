import Foundation
import Glibc
import Testing

@Suite("A workbench whose pipeline files are slow to read", .inTmux)
struct SlowFilesTests {
    @Test("what the store knows is there at once, a trigger waits for the file, and gone ones go")
    func openedAgain() throws {
        let project = try Project([
            "quick": Pipelines.quick, "gone": "tasks: { once: { run: \"echo once\" } }\n",
        ])
        #expect(try project.spillway("run", "gone").code == 0)
        #expect(try project.spillway("run", "quick").code == 0)
        try FileManager.default.removeItem(atPath: project.path + "/pipelines/gone.yml")
        // A file that nobody has written yet holds up those behind it.
        let slow = project.path + "/pipelines/a_first.yml"
        #expect(mkfifo(slow, 0o600) == 0)

        let tmux = try Tmux(project)
        try tmux.until(shows: "quick", "gone", "2 files to read", "✓ load", "loaded")
        try tmux.press("T")
        try tmux.until(shows: "quick is still to be read")

        try writeLine("tasks: { ping: { run: \"echo pong\" } }", to: slow)
        try tmux.until(shows: "a_first", "quick")
        try tmux.until(hides: "to read")
        try tmux.until(hides: "gone")
        try FileManager.default.removeItem(atPath: slow)
        let patience = Date(timeIntervalSinceNow: 20)
        var count = 0
        while count < 3, Date() < patience {
            count = try project.spillway("runs", "--json").json()["runs"].list.count
        }
        #expect(count == 3)
    }

    @Test("a command that makes a pipeline and hangs holds up no other pipeline")
    func hangingCommand() throws {
        let project = try Project([
            "a_first": "generate: \"cat gate\"\ngenerate_timeout: 60s\n",
            "quick": Pipelines.quick,
        ])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "quick", "1 file to read")
        try tmux.press("T")
        try tmux.until(shows: "✓ load", "3/3", "1 file to read")
        try writeLine("tasks: { ping: { run: \"echo pong\" } }", to: project.path + "/gate")
        try tmux.until(shows: "a_first")
        try tmux.until(hides: "to read")
    }

    @Test("a command that makes a pipeline and hangs holds up no command that does not need it")
    func commands() throws {
        let project = try Project([
            "a_first": "generate: \"cat gate\"\ngenerate_timeout: 60s\n",
            "quick": Pipelines.quick,
        ])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let begin = Date()
        #expect(try project.spillway("run", "quick").code == 0)
        #expect(try project.spillway("clear", "latest").code == 0)
        #expect(try project.spillway("pause", "quick").code == 0)
        #expect(try project.spillway("runs", "--json").json()["runs"].list.count == 1)
        #expect(Date().timeIntervalSince(begin) < 55, "one of them waited for the command")
    }

    @Test("leaving while a file is read ends its command")
    func leaving() throws {
        let project = try Project([
            "slow": "generate: \"echo $$ > child; exec cat gate\"\ngenerate_timeout: 60s\n"
        ])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let tmux = try Tmux(project)
        try tmux.until(shows: "Reading the pipelines", "1 file to read")
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
        let child = pid_t(project.read("child").trimmingCharacters(in: .whitespacesAndNewlines))
        let pid = try #require(child)
        let patience = Date(timeIntervalSinceNow: 20)
        while isAlive(pid), Date() < patience {}
        #expect(!isAlive(pid))
    }
}

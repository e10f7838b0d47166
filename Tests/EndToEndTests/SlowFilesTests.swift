import Foundation
import Glibc
import Testing

@Suite("A workbench whose pipeline files are slow to read", .inTmux)
struct SlowFilesTests {
    /// A pipeline that is read once the test writes to a FIFO of the project.
    private static let slow = "generate: \"cat gate\"\ngenerate_timeout: 60s\n"

    @Test("what the store knows is there at once, a trigger waits for the file, and gone ones go")
    func openedAgain() throws {
        let project = try Project([
            "quick": Pipelines.quick, "gone": "tasks: { once: { run: \"echo once\" } }\n",
        ])
        #expect(try project.spillway("run", "gone").code == 0)
        #expect(try project.spillway("run", "quick").code == 0)
        try FileManager.default.removeItem(atPath: project.path + "/pipelines/gone.yml")
        try project.write("pipelines/quick.yml", Self.slow)
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)

        let tmux = try Tmux(project)
        try tmux.until(shows: "quick", "gone", "1 file to read", "✓ load", "loaded")
        try tmux.press("T")
        try tmux.until(shows: "quick is still to be read")
        #expect(try project.spillway("runs", "--json").json()["runs"].list.count == 2)

        // Once for the list, and once for the run: it is of the file as it is then.
        for _ in 0..<2 {
            try writeLine("tasks: { ping: { run: \"echo pong\" } }", to: project.path + "/gate")
        }
        try tmux.until(hides: "to read")
        try tmux.until(hides: "gone")
        let patience = Date(timeIntervalSinceNow: 20)
        while try project.spillway("runs", "--json").json()["runs"].list.count < 3 {
            #expect(Date() < patience, "the run was never made")
            if Date() >= patience { return }
        }
    }

    @Test("a file whose command hangs holds up no other pipeline and no command")
    func hanging() throws {
        let project = try Project(["a_first": Self.slow, "quick": Pipelines.quick])
        #expect(mkfifo(project.path + "/gate", 0o600) == 0)
        let begin = Date()
        #expect(try project.spillway("run", "quick").code == 0)
        #expect(try project.spillway("clear", "latest").code == 0)
        #expect(try project.spillway("runs", "--json").json()["runs"].list.count == 1)
        let tmux = try Tmux(project)
        try tmux.until(shows: "quick", "1 file to read", "✓ load", "loaded")
        try tmux.press("T")
        let patience = Date(timeIntervalSinceNow: 20)
        while try project.spillway("runs", "--json").json()["runs"].list.count < 2 {
            #expect(Date() < patience, "the run was never made")
            if Date() >= patience { return }
        }
        #expect(Date().timeIntervalSince(begin) < 55, "something waited for the command's minute")
    }

    @Test("leaving while a file is read ends its command, and a schedule waits for no screen")
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

import Foundation
import Glibc
import Testing

@Suite("Inside GNU screen")
struct ScreenPassthroughTests {
    private static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").contains { access($0 + "/screen", X_OK) == 0 }

    @Test(
        "what is copied reaches the terminal outside, long texts too",
        .enabled("GNU screen is not installed: OSC 52 through it is not tried") { isInstalled })
    func copying() throws {
        // Longer than one string of GNU screen may be.
        let line = String(repeating: "spillway ", count: 200)
        let project = try Project(["one": "tasks: { say: { run: \"cat line\" } }\n"])
        try project.write("line", line + "\n")
        guard try project.spillway("run", "one").code == 0 else { throw Trouble("no run") }
        let terminal = try RawTerminal(columns: 100, rows: 30)
        try project.write("screenrc", "startup_message off\n")
        let folder = project.path + "/screens"
        guard mkdir(folder, 0o700) == 0 else { throw Trouble("no folder") }
        var variables = Project.environment
        variables.merge(["TERM": "xterm-256color", "SCREENDIR": folder]) { $1 }
        let child = try Child(
            ["screen", "-U", "-c", project.path + "/screenrc", Project.program],
            environment: variables, folder: project.path, catching: project.newName("screen"),
            streams: .terminal(terminal.path))
        try terminal.until("0 Runs")
        try terminal.until("spillway spillway spillway")
        terminal.type("2y")
        let text = Data(line.utf8).base64EncodedString()
        try terminal.until("\u{1B}]52;c;\(text)\u{07}")
        terminal.type("qqq")
        #expect(child.end(within: 10) == .exited(0))
    }
}

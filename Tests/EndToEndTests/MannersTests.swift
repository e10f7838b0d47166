import Foundation
import Glibc
import Testing

@Suite("Terminals of every kind")
struct MannersTests {
    /// The workbench on a terminal that keeps its bytes, with a run to show.
    private func bytes(
        with variables: [String: String], columns: Int = 160, rows: Int = 45
    ) throws -> (sent: TerminalBytes, settings: Bool, ending: Ending) {
        let project = try Project(["quick": Pipelines.quick])
        guard try project.spillway("run", "quick").code == 0 else { throw Trouble("no run") }
        let terminal = try RawTerminal(columns: columns, rows: rows)
        let before = terminal.settings
        let idle = try IdleSignal(path: project.newName("idle"))
        var all = ["TERM": "xterm-256color", "SPILLWAY_IDLE_TRACE": idle.path]
        all.merge(variables) { $1 }
        let child = try project.start("open", with: all, streams: .terminal(terminal.path))
        var count = 0
        for key in ["", "j", "k", "?", "j", "?", "2", "k", "+", "_", "1", "v", "v", "v", ":", "\t"]
        {
            terminal.type(key)
            count += key.count
            guard idle.wait(afterKeys: count) else { throw Trouble("not idle after '\(key)'") }
            terminal.take(waiting: 0)
        }
        child.signal(SIGTERM)
        let ending = child.end(within: 10)
        terminal.take(waiting: 20)
        return (TerminalBytes(terminal.bytes), terminal.settings == before, ending)
    }

    @Test(
        "each kind of terminal, locale and size gets what it understands, and is given back",
        arguments: [
            ("xterm-256color", "C.UTF-8", 160, 45), ("xterm", "C.UTF-8", 80, 24),
            ("vt100", "C.UTF-8", 80, 24), ("vt100", "C", 80, 24), ("linux", "C.UTF-8", 120, 40),
            ("screen-256color", "C", 160, 45), ("tmux-256color", "en_GB.UTF-8", 40, 10),
            ("xterm-256color", "C", 20, 5), ("xterm-256color", "C.UTF-8", 10, 2),
        ])
    func matrix(term: String, locale: String, columns: Int, rows: Int) throws {
        let seen = try bytes(
            with: ["TERM": term, "LC_ALL": locale], columns: columns, rows: rows)
        #expect(seen.sent.foreign == [])
        #expect(seen.settings)
        #expect(seen.ending == .exited(143))
        #expect(seen.sent.hasColor == (term != "vt100" && columns > 10))
        if locale == "C" { #expect(seen.sent.isASCII) }
        if columns >= 20 { #expect(seen.sent.text.contains("Runs")) }
    }

    @Test("NO_COLOR leaves colours out and tells states all the same")
    func noColor() throws {
        let seen = try bytes(with: ["NO_COLOR": "1"])
        #expect(!seen.sent.hasColor)
        #expect(seen.sent.foreign == [])
        #expect(seen.sent.text.contains("✓"))
    }

    @Test(
        "a terminal that nobody knows is refused in words, with exit code 2",
        arguments: [
            ("nonesuch", "does not know the terminal 'nonesuch'"), ("", "TERM is not set"),
            ("dumb", "cannot place its cursor"),
        ])
    func unknown(term: String, words: String) throws {
        let project = try Project(["quick": Pipelines.quick])
        let terminal = try RawTerminal()
        let before = terminal.settings
        let child = try project.start(
            "open", with: ["TERM": term], streams: .terminal(terminal.path))
        #expect(child.end(within: 10) == .exited(2))
        try terminal.until(words)
        #expect(TerminalBytes(terminal.bytes).foreign == [])
        #expect(terminal.settings == before)
    }

    @Test(
        "without a terminal the workbench says which commands need none",
        arguments: [[], ["demo", "--dir", "demo"]])
    func noTerminal(arguments: [String]) throws {
        let project = try Project(["quick": Pipelines.quick])
        let child = try project.start(arguments, with: ["TERM": "xterm"])
        #expect(child.end(within: 10) == .exited(2))
        #expect(child.errors.contains("Standard output is not a terminal"))
        #expect(child.errors.contains("'spillway run'"))
        #expect(child.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: project.path + "/demo"))
    }
}

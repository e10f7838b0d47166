import Foundation
import Glibc
import Testing

@Suite("Bytes that a terminal must not obey")
struct HostileBytesTests {
    /// A run whose log holds every hostile piece, each on a line of its own, and bytes that are no
    /// UTF-8.
    private func project() throws -> Project {
        let project = try Project([
            "hostile": """
            tasks:
              shout: { run: "cat noise" }
              fail: { run: "cat noise >&2; exit 3", needs: shout }

            """
        ])
        var noise = Data()
        for (number, piece) in Pipelines.hostilePieces.enumerated() {
            noise += Data("before \(number) \(piece) after \(number)\n".utf8)
        }
        noise += Data([0x9B, 0x32, 0x4A, 0x20, 0xC3, 0x28, 0xFF, 0xFE, 0xED, 0xA0, 0x80, 0x0A])
        noise += Data("the very end\n".utf8)
        try project.write("noise", noise)
        guard try project.spillway("run", "hostile").code == 1 else { throw Trouble("no run") }
        return project
    }

    @Test("the log pane shows them all and sends none of them, whatever is done there")
    func logPane() throws {
        let project = try project()
        let terminal = try RawTerminal()
        let idle = try IdleSignal(path: project.newName("idle"))
        let child = try project.start(
            "open", with: ["TERM": "xterm-256color", "SPILLWAY_IDLE_TRACE": idle.path],
            streams: .terminal(terminal.path))
        try terminal.until("the very end")
        var count = 0
        for key in [
            "2", "w", "+", "g", "g", "l", "l", "h", "k", "/", "h", "o", "s", "\r", "n", "N", "e",
            "w", "_", "1", "h", "v", "v", "C", "n", "x", "n", ":", "\u{1B}", "m", "q", "?", "q",
        ] {
            terminal.type(key)
            count += 1
            guard idle.wait(afterKeys: count) else { throw Trouble("not idle after '\(key)'") }
            terminal.take(waiting: 0)
        }
        // Every other view of the log, and every field that takes text, with a paste into each.
        let paste = "\u{1B}[200~" + "x\u{9B}2J\u{202E}y\u{07}" + "\u{1B}[201~"
        for key in [
            "2", "a", "t", "f", "o", "G", "a", "&", paste, "\r", "&", "\u{15}", "\r", "/", paste,
            "\r", "@", paste, "\r", ":", paste, "\r", "\u{10}", paste, "\r", "?", "/", paste,
            "\r", "q", "1", "&", paste, "\r", "t", "r", "r", "f", "f", "/", paste, "\r", "0", "&",
            paste,
            "\r", "z", "\u{14}", "/", paste, "\r", "q", "m", "/", paste, "\r", "q",
        ] {
            terminal.type(key)
            terminal.take(waiting: 40)
        }
        child.signal(SIGTERM)
        #expect(child.end(within: 10) == .exited(143))
        terminal.take(waiting: 20)
        let sent = TerminalBytes(terminal.bytes)
        #expect(sent.foreign == [])
        for number in Pipelines.hostilePieces.indices {
            #expect(sent.text.contains("before \(number) "), "piece \(number) is not shown")
        }
    }

    @Test("logs on a terminal shows them harmlessly, and passes them on elsewhere")
    func logsCommand() throws {
        let project = try project()
        let terminal = try RawTerminal()
        let child = try project.start(
            "logs", "latest", "shout", streams: .outputTerminal(terminal.path))
        #expect(child.end() == .exited(0))
        try terminal.until("the very end")
        let sent = TerminalBytes(terminal.bytes)
        #expect(sent.foreign == [])
        #expect(sent.attributes == [])
        for number in Pipelines.hostilePieces.indices {
            #expect(sent.text.contains("before \(number) "), "piece \(number) is not shown")
        }
        let piped = try project.start("logs", "latest", "shout")
        #expect(piped.end() == .exited(0))
        let noise = FileManager.default.contents(atPath: project.path + "/noise") ?? Data()
        #expect(piped.output == String(decoding: noise, as: UTF8.self))
        let objects = try project.spillway("logs", "latest", "shout", "--json")
        let lines = objects.output.split(separator: "\n")
        #expect(
            lines.count == noise.split(separator: 10, omittingEmptySubsequences: false).count - 1)
        #expect(
            lines.allSatisfy { $0.hasPrefix("{\"attempt\":1,\"line\":") && !$0.contains("\u{1B}") })
    }

    @Test("a folder with a hostile name, and names in a file, are shown harmlessly")
    func names() throws {
        let project = try Project()
        let folder = "we\u{1B}]0;hostile\u{07}ird\u{202E}"
        try project.write(
            folder + "/pipelines/bad.yml",
            "name: \"x\\e]0;hostile\\a\"\ndescription: \"\\e[2J\"\ntasks: { a: { run: \"\\e[2J\" } }\n"
        )
        try project.write(folder + "/pipelines/good.yml", Pipelines.quick)
        let terminal = try RawTerminal()
        let validate = try project.start(
            "validate", folder, streams: .terminal(terminal.path))
        _ = validate.end()
        let idle = try IdleSignal(path: project.newName("idle"))
        let child = try project.start(
            "open", folder, with: ["TERM": "xterm-256color", "SPILLWAY_IDLE_TRACE": idle.path],
            streams: .terminal(terminal.path))
        try terminal.until("Runs")
        var count = 0
        for key in ["T", "\u{1B}", "j", "m", "q"] {
            terminal.type(key)
            count += 1
            _ = idle.wait(afterKeys: count)
            terminal.take(waiting: 0)
        }
        child.signal(SIGTERM)
        #expect(child.end(within: 10) == .exited(143))
        terminal.take(waiting: 20)
        #expect(TerminalBytes(terminal.bytes).foreign == [])
    }
}

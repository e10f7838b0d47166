import Foundation
import Glibc
import Testing

@Suite("What a terminal says unasked")
struct RepliesTests {
    /// Answers of xterm, tmux, kitty and others to questions of whoever ran before: attributes,
    /// place of the cursor, version, a colour, a mode, the keyboard's flags, a setting.
    private static let replies = [
        "\u{1B}[?62;1;22c", "\u{1B}[>41;370;0c", "\u{1B}[12;40R", "\u{1B}[0n",
        "\u{1B}P>|xterm(370)\u{1B}\\", "\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{1B}\\",
        "\u{1B}]4;1;rgb:cc/00/00\u{07}", "\u{1B}[?2026;2$y", "\u{1B}[?0u",
        "\u{1B}P1+r636f=323536\u{1B}\\",
    ]

    private func project() throws -> Project {
        let project = try Project(["quick": Pipelines.quick])
        guard try project.spillway("run", "quick").code == 0 else { throw Trouble("no run") }
        return project
    }

    @Test("answers that come late, whole or in two pieces, are no keys", .inTmux)
    func late() throws {
        let tmux = try Tmux(try project())
        try tmux.until(shows: "0 Runs", "quick", "loaded")
        let before = try tmux.settle("j")
        for reply in Self.replies {
            try tmux.send(reply)
            // A cut behind the introducer: behind a lone ESC a pause means the Escape key.
            try tmux.send(String(reply.prefix(4)))
            try tmux.send(String(reply.dropFirst(4)))
        }
        #expect(try tmux.settle("k") == before)
    }

    @Test("nothing is asked of the terminal, so that nothing is missed where it never answers")
    func never() throws {
        let project = try project()
        let terminal = try RawTerminal()
        let idle = try IdleSignal(path: project.newName("idle"))
        let child = try project.start(
            "open", with: ["TERM": "xterm-256color", "SPILLWAY_IDLE_TRACE": idle.path],
            streams: .terminal(terminal.path))
        // Only what differs is sent, so that no later text need come in one piece.
        try terminal.until("Runs")
        #expect(idle.wait(milliseconds: 10_000))
        terminal.take(waiting: 0)
        let text = String(decoding: terminal.bytes, as: UTF8.self)
        for question in [
            "\u{1B}[c", "\u{1B}[>", "\u{1B}[6n", "\u{1B}]", "\u{1B}P", "$p", "\u{1B}[?u",
        ] {
            #expect(!text.contains(question), "\(question.debugDescription)")
        }
        child.signal(SIGTERM)
        #expect(child.end(within: 10) == .exited(143))
    }
}

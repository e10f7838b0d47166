import Testing

@testable import Terminal

@Suite("The user's clipboard")
struct ClipboardTests {
    private func sequence(_ text: String, _ multiplexer: Multiplexer) -> String? {
        Clipboard.sequence(for: text, through: multiplexer).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test("text goes to the terminal as OSC 52, framed for what lies between")
    func frames() {
        #expect(sequence("hi", .none) == "\u{1B}]52;c;aGk=\u{07}")
        #expect(sequence("hi", .tmux) == "\u{1B}Ptmux;\u{1B}\u{1B}]52;c;aGk=\u{07}\u{1B}\\")
        #expect(sequence("hi", .screen) == "\u{1B}P\u{1B}]52;c;aGk=\u{07}\u{1B}\\")
    }

    @Test("for GNU screen a long text comes in pieces that are joined again outside")
    func pieces() throws {
        let text = String(repeating: "spill", count: 1_000)
        let framed = try #require(sequence(text, .screen))
        let pieces = framed.split(separator: "\u{1B}\\")
        #expect(pieces.allSatisfy { $0.hasPrefix("\u{1B}P") && $0.utf8.count <= 768 })
        #expect(pieces.map { $0.dropFirst(2) }.joined() == sequence(text, .none))
    }

    @Test("text that no terminal takes whole is not sent at all")
    func limit() {
        #expect(sequence(String(repeating: "x", count: Clipboard.sizeLimit), .none) != nil)
        #expect(sequence(String(repeating: "x", count: Clipboard.sizeLimit + 1), .screen) == nil)
    }

    @Test("TMUX and STY tell what lies between")
    func environment() {
        #expect(TerminalEnvironment(["TMUX": "/tmp/x,1,0"]).multiplexer == .tmux)
        #expect(TerminalEnvironment(["STY": "1.pts"]).multiplexer == .screen)
        #expect(TerminalEnvironment(["STY": "1.pts", "TMUX": "x"]).multiplexer == .tmux)
        #expect(TerminalEnvironment(["TERM": "screen"]).multiplexer == .none)
    }
}

import Testing

@testable import Screen

private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.feed(text.utf8) + decoder.flush()
}

@Suite("Keys from bytes")
struct KeyDecoderTests {
    @Test(
        "what terminals send for a key is that key",
        arguments: [
            ("j", [Key.character("j")]),
            ("é日😀", [.character("é"), .character("日"), .character("😀")]),
            ("\r\t\u{7F}\u{8}", [.enter, .tab, .backspace, .backspace]),
            ("\u{0}\u{3}\n\u{1F}", [.control("@"), .control("c"), .control("j"), .control("_")]),
            ("\u{1B}", [.escape]), ("\u{1B}\u{1B}", [.escape, .escape]),
            ("\u{1B}x\u{1B}é\u{1B}\r", [.alt("x"), .alt("é"), .alt("\r")]),
            (
                "\u{1B}[A\u{1B}OB\u{1B}[1;2C\u{1B}[1;5D\u{1B}Oa",
                [.up, .down, .shiftRight, .controlLeft, .controlUp]
            ),
            (
                "\u{1B}[H\u{1B}OF\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~",
                [.home, .end, .home, .end, .home, .end]
            ),
            (
                "\u{1B}[2~\u{1B}[3~\u{1B}[5~\u{1B}[6~\u{1B}[6;5~",
                [.insert, .delete, .pageUp, .pageDown, .pageDown]
            ),
            (
                "\u{1B}OP\u{1B}[[A\u{1B}[11~\u{1B}[15~\u{1B}[24~\u{1B}[1;2S",
                [
                    .function(1), .function(1), .function(1), .function(5), .function(12),
                    .function(4),
                ]
            ),
            ("\u{1B}[Z\u{1B}[a\u{1B}[5$x", [.backTab, .shiftUp, .pageUp, .character("x")]),
            ("\u{1B}OM\u{1B}Oq", [.enter, .character("1")]),
            (
                "\u{1B}[13;3u\u{1B}[97;5u\u{1B}[27;5;99~",
                [.alt("\r"), .control("a"), .control("c")]
            ),
            ("\u{1B}[I\u{1B}[O", [.focusGained, .focusLost]),
            ("\u{1B}[200~a\nb\u{1B}[A\u{1B}[201~q", [.paste("a\nb\u{1B}[A"), .character("q")]),
            ("\u{1B}[200~x\u{1B}\u{1B}[201~", [.paste("x\u{1B}")]),
            ("\u{1B}[", [.alt("[")]), ("\u{1B}O", [.alt("O")]), ("\u{1B}]", [.alt("]")]),
        ])
    func known(bytes: String, expected: [Key]) {
        #expect(keys(bytes) == expected)
    }

    @Test("mouse reports")
    func mouse() {
        let at = Point(x: 4, y: 9)
        func event(_ action: MouseEvent.Action, shift: Bool = false, control: Bool = false) -> Key {
            .mouse(MouseEvent(action, at: at, isShifted: shift, isControlled: control))
        }
        #expect(
            keys("\u{1B}[<0;5;10M\u{1B}[<0;5;10m") == [
                event(.press(.left)), event(.release(.left)),
            ])
        #expect(
            keys("\u{1B}[<34;5;10M\u{1B}[<65;5;10M") == [event(.drag(.right)), event(.wheelDown)])
        #expect(keys("\u{1B}[<20;5;10M") == [event(.press(.left), shift: true, control: true)])
        #expect(
            keys("\u{1B}[<0;0;10M\u{1B}[<0;5M\u{1B}[<99999999999999999999;1;1M\u{1B}[M !!x") == [
                .character("x")
            ])
    }

    @Test(
        "answers of the terminal and unknown sequences leave no keys",
        arguments: [
            "\u{1B}[?62;22c", "\u{1B}[>0;276;0c", "\u{1B}[12;40R", "\u{1B}[0n", "\u{1B}[?2026;2$y",
            "\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{7}", "\u{1B}]10;rgb:ff/ff/ff\u{1B}\\",
            "\u{1B}P>|xterm(367)\u{1B}\\",
            "\u{1B}_Gi=1;OK\u{1B}\\", "\u{1B}[99;99;99z", "\u{1B}[201~", "\u{1B}[8;24;80t",
            "\u{9B}",
        ])
    func swallowed(bytes: String) {
        #expect(keys(bytes + "q") == [.character("q")])
    }

    @Test("a string that never ends gives up after 4 KiB, a paste is handed out in pieces")
    func bounds() {
        #expect(
            keys("\u{1B}]" + String(repeating: "x", count: 4097) + "q").suffix(1) == [
                .character("q")
            ])
        let long = String(repeating: "é", count: KeyDecoder.pasteLimit)
        let pasted = keys("\u{1B}[200~" + long + "\u{1B}[201~").map { key in
            if case .paste(let text) = key { text } else { "?" }
        }
        #expect(pasted.count > 1)
        #expect(pasted.joined() == long)
    }

    @Test("patience tells how long an incomplete key may take")
    func patience() {
        var decoder = KeyDecoder()
        #expect(decoder.patienceMilliseconds == nil)
        #expect(decoder.feed([0x1B]) == [])
        #expect(decoder.patienceMilliseconds == 25)
        #expect(decoder.feed([0x5B]) == [])
        #expect(decoder.patienceMilliseconds == 150)
        #expect(decoder.feed([0x41]) == [.up])
        #expect(decoder.patienceMilliseconds == nil)
    }

    @Test("any bytes, cut anywhere, give the same keys", arguments: UInt64(1)...60)
    func splits(seed: UInt64) {
        var random = SeededBytes(state: seed)
        let parts = [
            "\u{1B}", "[", "O", "<", "0;5;10", "M", "m", "~", "200~", "\u{1B}[201~", "]", "P",
            "\u{7}", "\\", "é", "日", "A", "[[", "$", "\u{18}",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<200 {
            if Bool.random(using: &random) {
                bytes += Array(parts[Int.random(in: 0..<parts.count, using: &random)].utf8)
            } else {
                bytes.append(UInt8.random(in: 0...255, using: &random))
            }
        }
        var whole = KeyDecoder()
        let expected = whole.feed(bytes) + whole.flush()
        var cut = KeyDecoder()
        var found: [Key] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...7, using: &random)
            found += cut.feed(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        found += cut.flush()
        #expect(found == expected)
    }
}

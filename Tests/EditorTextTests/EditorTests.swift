import EditorText
import TestRandom
import Screen
import Testing

@Suite("The editor")
struct EditorTests {
    private func after(_ keys: String, on text: String = "", vi: Bool = false) -> String {
        var editor = TextEditor(text, usesVi: vi)
        editor.press(keys)
        return editor.picture
    }

    @Test("readline keys move, cut and bring back, and cuts in a row are one")
    func readline() {
        #expect(after("ab cd<^a>x") == "x|ab cd")
        #expect(after("one two three<^w><^w><^y>") == "one two three|")
        #expect(after("one two<alt-b><^k>") == "one |")
        #expect(after("one two<home><alt-d><alt-d><^y>!") == "one two!|")
        #expect(after("ab<^b><^t>") == "ba|")
        #expect(after("<alt-u>", on: "word x") == "WORD| x")
        #expect(after("    if<cr>x<bs><bs>y") == "    if\ny|")
        #expect(after("a<cr>b<up>c<down><down>d") == "ac\nbd|")
    }

    @Test("a word is one step of undo, and redo brings it back")
    func undo() {
        var editor = TextEditor()
        editor.press("select one")
        #expect(editor.undoOnce() && editor.text == "select")
        #expect(editor.undoOnce() && editor.text == "" && !editor.undoOnce())
        #expect(editor.redoOnce() && editor.redoOnce() && editor.text == "select one")
        editor.setText("other")
        #expect(editor.undoOnce() && editor.text == "select one")
    }

    @Test("shift and arrows select, typing replaces, Tab indents the lines")
    func selection() {
        #expect(after("<shift-right><shift-right>X", on: "abc") == "X|c")
        var editor = TextEditor("a\nb\nc")
        editor.press("<shift-down><shift-down>")
        #expect(editor.selectedText == "a\nb\n")
        editor.press("<tab>")
        #expect(editor.text == "    a\n    b\nc")
        editor.press("<shift-tab>")
        #expect(editor.text == "a\nb\nc")
    }

    @Test("marks join the letter before, wide and joined characters are one step")
    func graphemes() {
        var editor = TextEditor()
        editor.press("e\u{301}日👨‍👩‍👧")
        #expect(editor.text == "e\u{301}日👨‍👩‍👧")
        editor.press("<left><left><left><left><left>")
        #expect(editor.cursor == TextPosition(0, 0))
        #expect(TextBuffer("a\r\nb\rc\n").lines.count == 4)
    }

    @Test("places and bytes agree")
    func bytes() {
        let buffer = TextBuffer("añ\n日x\n")
        for line in 0..<3 {
            for column in 0...buffer.lines[line].count {
                let place = TextPosition(line, column)
                #expect(buffer.position(ofByte: buffer.byteOffset(of: place)) == place)
            }
        }
        #expect(buffer.byteOffset(of: TextPosition(1, 1)) == 7)
    }

    @Test("vi: operators, counts, objects, registers, repeat and undo")
    func vi() {
        let sql = "select a, b from t where (x = 'one two')"
        #expect(after("wcwc<esc>", on: sql, vi: true).hasPrefix("select |c, b"))
        #expect(after("f'ci'none<esc>", on: sql, vi: true).hasSuffix("(x = 'non|e')"))
        #expect(after("f(di(", on: sql, vi: true) == "select a, b from t where (|)")
        #expect(after("dw.u", on: "a b c", vi: true) == "|b c")
        #expect(after("\"ayyj\"ap", on: "a\nb", vi: true) == "a\nb\n|a")
        #expect(after("3x", on: "abcde", vi: true) == "|de")
        #expect(after("ddjp", on: "a\nb\nc", vi: true) == "b\nc\n|a")
        #expect(after("Vjd", on: "a\nb\nc", vi: true) == "|c")
        #expect(after("/th<cr>", on: "one two three", vi: true) == "one two |three")
        #expect(after("d/th<cr>", on: "one two three", vi: true) == "|three")
        #expect(after("ix<esc>", on: "y", vi: true) == "|xy")
    }

    @Test("any keys in any mode leave a text that undo takes back to the beginning")
    func fuzz() {
        let alphabet = Array(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789(){}[]'\"<>.,;%^$~/?*#|éx "
        )
        let special: [Key] = [
            .escape, .enter, .backspace, .delete, .control("r"), .control("w"), .control("u"),
            .up, .down, .left, .right, .shiftDown, .alt("d"), .control("k"), .control("y"),
            .paste("two\nlines"), .tab, .backTab, .pageDown, .control("d"), .control("["),
        ]
        for seed in 0..<300 {
            var random = SeededRandom(seed: UInt64(seed))
            let start = "one (two)\n  'three'\n\nfour"
            var editor = TextEditor(start, usesVi: seed % 2 == 0)
            for _ in 0..<120 {
                let isPlain = Int.random(in: 0..<4, using: &random) > 0
                let key: Key =
                    isPlain
                    ? .character(alphabet.randomElement(using: &random) ?? "x")
                    : special.randomElement(using: &random) ?? .escape
                _ = editor.handle(key)
                let place = editor.cursor
                let isInside =
                    editor.buffer.lines.indices.contains(place.line)
                    && (0...editor.buffer.lines[place.line].count).contains(place.column)
                guard isInside else {
                    Issue.record(
                        "seed \(seed): cursor at \(place) of \(editor.text.debugDescription)")
                    return
                }
            }
            for _ in 0..<3 { _ = editor.handle(.escape) }
            while editor.undoOnce() {}
            #expect(editor.text == start, "seed \(seed)")
        }
    }

    @Test("10,000 lines are edited at any place in no time")
    func large() {
        let text = (0..<10_000).map { "select column_\($0) from table_\($0);" }.joined(
            separator: "\n")
        var editor = TextEditor(text)
        editor.moveCursor(to: TextPosition(5000, 3))
        let clock = ContinuousClock()
        let took = clock.measure {
            for _ in 0..<200 { _ = editor.handle(.character("x")) }
            for _ in 0..<50 { _ = editor.handle(.enter) }
        }
        // Debug builds included; a whole-text cost each would take seconds.
        #expect(took < .seconds(2))
        #expect(editor.buffer.lineCount == 10_050)
    }
}

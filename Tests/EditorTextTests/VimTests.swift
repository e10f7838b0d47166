import EditorText
import TestRandom
import Foundation
import Screen
import Testing

/// The same keys pressed in vim and in the editor must leave the same text and cursor.
@Suite("vi's keys beside vim itself", .enabled(if: Vim.path != nil))
struct VimTests {
    @Test("every command does what vim does, on prose, SQL and indented lines")
    func commands() throws {
        var cases: [VimCase] = []
        for text in VimCase.texts {
            for command in VimCase.commands {
                cases.append(VimCase(text: text, commands: [command]))
                cases.append(VimCase(text: text, commands: ["3l", command]))
                cases.append(VimCase(text: text, commands: ["j4l", command]))
                cases.append(VimCase(text: text, commands: ["G$", command]))
            }
        }
        // Known: `daw` of blanks alone at the end, `d{` that leads nowhere, a few more such corners.
        try compare(cases, mayDiffer: 0.005)
    }

    @Test("so do commands one after the other, with undo, redo and repeat", arguments: 1...4)
    func sequences(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let cases = (0..<700).map { _ in
            VimCase(
                text: VimCase.texts.randomElement(using: &random) ?? "",
                commands: (0..<6).map { _ in VimCase.commands.randomElement(using: &random) ?? "" })
        }
        // A corner met once shows in all commands after it.
        try compare(cases, mayDiffer: 0.08)
    }

    private func compare(_ cases: [VimCase], mayDiffer share: Double) throws {
        // Gives `;`, `.`, `n`, `gv` and the registers something to do in every case.
        let cases = cases.map { test in
            VimCase(text: test.text, commands: VimCase.prelude + test.commands)
        }
        let expected = try Vim.run(cases)
        #expect(expected.count == cases.count)
        var different: [String] = []
        for (test, wanted) in zip(cases, expected) {
            var editor = TextEditor(test.text, usesVi: true)
            for command in test.commands {
                editor.press(command)
                if editor.mode != .viNormal || !editor.pendingKeys.isEmpty { editor.press("<esc>") }
                if editor.mode != .viNormal { editor.press("<esc>") }
            }
            guard editor.picture != wanted else { continue }
            different.append(
                """
                \(test.commands.dropFirst(VimCase.prelude.count)) on \(test.text.debugDescription)
                vim: \(wanted.debugDescription)
                us:  \(editor.picture.debugDescription)
                """)
        }
        let limit = Int(share * Double(cases.count))
        if different.count > limit {
            let shown = different.prefix(25).joined(separator: "\n")
            Issue.record("\(different.count) of \(cases.count) differ, \(limit) may\n\(shown)")
        }
    }
}

struct VimCase {
    var text: String
    var commands: [String]

    static let texts = [
        "one two  three.four\n  five, six\n\nseven eight",
        "select a.b, 'it is' from t -- x\nwhere (a + (b * c)) > 1\n    and d = \"q\";\n  ",
        "x",
        "",
        "  (\n    alpha beta\n  )\nend of it\n\n\nlast",
    ]

    static let prelude = ["fe", "0", "/e<cr>", "gg0", "iZ<esc>", "vy", "\"ayl", "ma", "x"]

    static let commands = [
        "w", "2w", "W", "b", "2b", "B", "e", "2e", "E", "ge", "0", "^", "$", "2$", "h", "l", "j",
        "k",
        "G", "gg", "2G", "fe", "Fe", "te", "Te", ";", ",", "2fe", "%", "{", "}", "<cr>x", "-x",
        "3|",
        "x", "3x", "X", "dw", "d2w", "2dw", "dW", "db", "de", "dge", "d$", "D", "d0", "d^", "dd",
        "2dd",
        "dj", "dk", "dG", "dgg", "dfe", "dte", "d%", "d}", "d{", "diw", "daw", "d2aw", "diW", "daW",
        "di(", "da(", "di'", "da'", "di\"", "da\"", "dip", "dap", "cwX<esc>", "c2wX<esc>",
        "ceX<esc>",
        "cbX<esc>", "ccX<esc>", "CX<esc>", "SX<esc>", "sX<esc>", "ciwX<esc>", "ci(X<esc>",
        "cjX<esc>",
        "iX<esc>", "aX<esc>", "IX<esc>", "AX<esc>", "oX<esc>", "OX<esc>", "3iX<esc>", "2oX<esc>",
        "iX<cr>Y<esc>", "o<esc>", "RXY<esc>", "RXY<bs><esc>", "rX", "2rX", "~", "3~", "g~w", "guw",
        "gUiw",
        "g~~", "gUU", "guu", "J", "gJ", "yyp", "yyP", "yw$p", "ywP", "y2wp", "yyjp", "ddp", "xp",
        "yiwP", "yjp", "yjP", "2p", "3P", "y$P", "yG", "yk", "y}", "ybP",
        ">>", "<lt><lt>", ">j", "2>>", "u", "2u", "<^r>", ".", "2.", "vwd", "vey", "vjd", "vlx",
        "Vd", "Vjd",
        "Vjy", "vawd", "viwd", "vi(d", "v$d", "v$y", "vwcX<esc>", "VcX<esc>", "V>", "vu", "vU",
        "v~", "vjJ",
        "vlrX", "Vp", "vlp", "vod", "vjohd", "\"ayw", "\"ap", "\"Ayw", "\"add", "\"_dd", "\"1p",
        "ma",
        "`ad", "d'a", "y'a", "'a", "/e<cr>", "?e<cr>", "n", "N", "*", "#", "d/e<cr>",
        "iab<^w>c<esc>",
        "Ax<^u>y<esc>", "gv", "gvd", "aX<cr><esc>",
    ]
}

enum Vim {
    /// The first `vim` on PATH.
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(
        separator: ":"
    )
    .map { $0 + "/vim" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs the cases in one vim and gives the text of each with `|` at the cursor.
    static func run(_ cases: [VimCase]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "vim-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var script = """
            set nocompatible autoindent expandtab shiftwidth=4 ignorecase smartcase backspace=indent,eol,start
            set nojoinspaces startofline undolevels=1000 wrapscan viminfo= noswapfile selection=inclusive
            set cpoptions=aABceFs nohlsearch whichwrap=
            """
        for test in cases {
            script += "\nenew!\nlet ul=&ul\nset ul=-1\ncall setline(1, ["
            script += test.text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { quoted(String($0)) }.joined(separator: ", ")
            script +=
                "])\nlet &ul=ul\nmark z\ndelmarks!\nlet @/=''\nlet @\"='' \nlet @0=''\nlet @a=''\nlet @1=''\n"
            script += "call setreg('a', [])\ncall setcharsearch({'char': ''})\nnormal! gg0\n"
            for command in test.commands {
                script += "let &ul=&ul\n"
                script += "silent! execute \"normal! \(escaped(command))\"\n"
                script += "if mode() != 'n' | silent! execute \"normal! \\<Esc>\" | endif\n"
            }
            script += "let l=getline(1, '$')\nlet c=charcol('.')-1\nlet n=line('.')-1\n"
            script += "let l[n]=strcharpart(l[n], 0, c).'|'.strcharpart(l[n], c)\n"
            script += "call writefile(['<<<']+l, '\(folder.path)/out', 'a')\n"
        }
        script += "\nqall!\n"
        let file = folder.appending(path: "script.vim")
        try script.write(to: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: path ?? "/usr/bin/vim")
        process.arguments = ["-u", "NONE", "-i", "NONE", "-N", "-n", "-es", "-S", file.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let output = try String(contentsOf: folder.appending(path: "out"), encoding: .utf8)
        return output.components(separatedBy: "<<<\n").dropFirst().map {
            $0.hasSuffix("\n") ? String($0.dropLast()) : $0
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "''") + "'"
    }

    private static func escaped(_ command: String) -> String {
        let names = [
            "<esc>": "\\<Esc>", "<cr>": "\\<CR>", "<bs>": "\\<BS>", "<lt>": "<",
            "<^r>": "\\<C-r>", "<^w>": "\\<C-w>", "<^u>": "\\<C-u>",
        ]
        var text = command.replacingOccurrences(of: "\"", with: "\\\"")
        for (name, key) in names { text = text.replacingOccurrences(of: name, with: key) }
        return text
    }
}

import Domain
import PipelineFiles
import Testing

/// A bad file and everything the reader says about it.
struct BadFile: Sendable, CustomTestStringConvertible {
    var title: String
    var text: String
    var says: String

    init(_ title: String, _ text: String, _ says: String) {
        self.title = title
        self.text = text
        self.says = says
    }

    var testDescription: String { title }
}

@Suite("Bad pipeline files")
struct BadFileTests {
    @Test(
        "each mistake is told with its place and what to do",
        arguments: badSyntax + badGraphsAndSchedules + badTasks + badReferences + foreignKeys)
    func table(_ bad: BadFile) {
        let reading = read(bad.text)
        #expect(lines(reading.problems) == bad.says)
        #expect(reading.pipeline == nil)
    }

    @Test("the printed problem shows the line, a caret under the place, and the remedy")
    func report() {
        let reading = read(
            "tasks:\n  a: {\"run\": \"x\",\u{9}neds: b, env: {\"\u{202e}\": \"{{ dss }}\"}}\n")
        #expect(
            reading.problems.map(\.report).joined() == """
                flow.yml:2:19: error: unknown key 'neds' in task 'a'
                  2 |   a: {"run": "x",   neds: b, env: {"\\u{202e}": "{{ dss }}"}}
                    |                     ^
                    = help: Write 'needs'.
                flow.yml:2:34: error: '\\u{202e}' cannot name an environment variable
                  2 |   a: {"run": "x",   neds: b, env: {"\\u{202e}": "{{ dss }}"}}
                    |                                    ^
                    = help: Use letters, digits and '_', not starting with a digit.
                flow.yml:2:43: error: unknown name 'dss' in a template
                  2 |   a: {"run": "x",   neds: b, env: {"\\u{202e}": "{{ dss }}"}}
                    |                                                    ^
                    = help: Write 'ds'.

                """)
    }

    @Test("a long line is cut around the caret")
    func longLine() throws {
        let text =
            "tasks: {a: {run: x, env: {A: \(String(repeating: "v", count: 5_000))}, neds: b}}"
        let report = try #require(read(text).problems.first).report.split(separator: "\n")
        #expect(report[1].unicodeScalars.count < 120)
        let caret = report[2].unicodeScalars.count - 1
        #expect(String(report[1].unicodeScalars.dropFirst(caret)).hasPrefix("neds"))
    }

    @Test("what is no text is refused with the place of the first bad byte")
    func binary() {
        #expect(
            lines(read(bytes: Array("a: b\n".utf8) + [0x63, 0x00]).problems)
                == "2:2 error: byte 0x00 is a control character; YAML is text"
                + " | Remove it; in a quoted string write \"\\x00\". Is this a YAML file?")
        #expect(
            lines(read(bytes: Array("ä: ".utf8) + [0xc3, 0x28]).problems)
                == "1:4 error: byte 0xc3 is not valid UTF-8 here | Save the file as UTF-8.")
        #expect(
            lines(read(bytes: [0xff, 0xfe, 0x61, 0x00]).problems)
                == "1:1 error: this file is UTF-16, not UTF-8"
                + " | Save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE.")
    }

    @Test("a bomb of aliases is refused before it is unpacked")
    func aliasBomb() {
        var text = "x-0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
        for level in 1...9 {
            let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "x-\(level): &a\(level) [\(list)]\n"
        }
        #expect(
            lines(read(text + "tasks: *a9").problems)
                == "6:39 error: the aliases up to here stand for more than 1000000 values"
                + " | Use fewer aliases of aliases.")
    }

    @Test("deep nesting is refused")
    func deep() {
        let text = "tasks: " + String(repeating: "[", count: 100_000)
        #expect(
            lines(read(text).problems)
                == "1:9 error: this lies more than 64 levels deep"
                + " | Flatten it: no file needs that.")
    }

    @Test("a file over the limit is refused unread")
    func tooLarge() {
        let reading = read(bytes: [UInt8](repeating: 0x61, count: 33 << 20))
        #expect(
            lines(reading.problems)
                == "1:1 error: this file has 33 MiB; at most 32 MiB are read"
                + " | Split it into several pipelines. Is it a pipeline file at all?")
    }

    @Test("of very many problems a thousand are listed, the rest counted")
    func many() {
        var text = "tasks:\n"
        for index in 0..<1_500 { text += "  t\(index): { run: x, needs: nowhere }\n" }
        let problems = read(text).problems
        #expect(problems.count == 1_001)
        #expect(problems.last?.problem == "500 more problems are not listed")
    }

    @Test("a very long cycle is named by its first fifty tasks")
    func longCycle() {
        var text = "tasks:\n"
        for index in 0..<300 { text += "  t\(index): { run: x, needs: t\((index + 1) % 300) }\n" }
        let problems = read(text).problems
        #expect(problems.count == 1)
        #expect(
            problems.first?.problem.hasPrefix(
                "these tasks wait for each other: t0 → t299 → t298 → ") == true)
        #expect(problems.first?.problem.hasSuffix(" → t251 → … (250 more) → t0") == true)
    }
}

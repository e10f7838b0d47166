import TestRandom
import Testing

@testable import YAMLReading

@Suite("YAML trees")
struct YAMLTreeTests {
    @Test("what most files use is read without libyaml, and as libyaml reads it", arguments: common)
    func readsCommonFiles(text: String) throws {
        let bytes = Array(text.utf8)
        let quick = try #require(PlainYAMLScanner.nodes(of: bytes), "given up")
        #expect(quick == (try YAMLTreeBuilder.build(bytes)).nodes)
    }

    @Test(
        "anything else is left to libyaml",
        arguments: [
            "a: &x 1\nb: *x\n", "a: !!str 1\n", "a: >\n  folded\n", "a: one\n  two\n", "? a\n: b\n",
            "a: [1,\n  2]\n", "a: 1\n---\nb: 2\n", "%YAML 1.1\n---\na: 1\n", "a:\t1\n", "a: 1\r\n",
            "a: |2\n   x\n", "a: \"\\x41\"\n", "a: 1\n...\n", "...\na: 1\n", "'a\n  b': 1\n",
            "[a: 1]\n",
            "{a, b: 1}\n",
            "a: \u{2028}b\n", "\u{feff}a: 1\n", "---\n", "a: |\n", "a: |\n   \n  x\n",
        ])
    func givesUp(text: String) {
        #expect(PlainYAMLScanner.nodes(of: Array(text.utf8)) == nil)
    }

    @Test(
        "no mistake is taken for YAML",
        arguments: [
            "a: b: c\n", "a: 1\n b: 2\n", "a:\n  b: 1\n c: 2\n", "- a\nb: 1\n", "a: 1\n- b\n",
            "a: [1\n",
            "a: 1]\n  b\n", "a\nb: 1\n", "a: 'x\n", "a: \"x\n", "a: 'x' y\n", "a: [1] 2\n",
            "a: - b\n",
            "a: @b\n", "{a: 1}: 2\nb\n", "a: {b:1}\n\tc: 2\n", "a: }\n", "a: |x\n  b\n",
            "a: 1 #\u{0}\n",
        ])
    func refuses(text: String) {
        #expect(PlainYAMLScanner.nodes(of: Array(text.utf8)) == nil)
    }

    @Test("made files are read as libyaml reads them, whole and damaged", arguments: 1...40)
    func agreesWithLibyaml(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var readAlone = 0
        for round in 0..<60 {
            var text = MadeYAML.text(&random)
            for _ in 0..<(round % 4) { MadeYAML.damage(&text, &random) }
            guard let quick = PlainYAMLScanner.nodes(of: text) else { continue }
            readAlone += 1
            do {
                let slow = try YAMLTreeBuilder.build(text).nodes
                #expect(quick == slow, "\(String(decoding: text, as: UTF8.self))")
            } catch {
                let shown = String(decoding: text, as: UTF8.self)
                Issue.record("libyaml: \(error.problem) at \(error.at) of \(shown)")
            }
        }
        #expect(readAlone > 8, "too few were read to compare anything")
    }

    static let common = [
        "", "# nothing\n", "a: 1\n", "a: 1", "---\na: 1\n", "# c\n---\n# d\na: 1\n", "a:\n",
        "a:\nb:\n",
        "- 1\n- 2\n", "-\n-\n", "- a: 1\n  b: 2\n-   c: 3\n    d: 4\n", "- - 1\n  - 2\n- - 3\n",
        "a:\n- 1\n- 2\nb: 3\n", "a:\n  - 1\n  - 2\nb: 3\n", "a:\n  b:\n    c: 1\n  d: 2\ne: 3\n",
        "a: 'it''s'\nb: \"say \\\"x\\\"\\n\"\n", "\"a b\": 1\n'c' : 2\nd : 3\n",
        "a: [1, 'b', \"c\", [d], {e: f}]\n",
        "a: {b: 1, 'c': [2], d: {e: f}}\n", "a: []\nb: {}\n",
        "a: x # comment\nb: y#none\n# c\n\n  # d\nc: z\n",
        "run: |\n  one\n    two\n\n  three\n\nnext: 1\n", "run: |-\n  one\n\n",
        "run: |+\n  one\n\n\n",
        "run: |\n\n\n  one", "- |\n one\n- |\n two\n",
        "a:\n  - run: |\n      x: y\n      # no comment\n    b: 1\n",
        "a: -1\nb: -x\nc: http://x/y?z=1\nd: 12:30\ne: a,b [c] {d}\n",
        "a: ä # ö\nü: [é, '名']\nb: 1\n",
        "a: |\n  ü\n  b\nc: 1\n", "  a: 1\n  b: 2\n", "a:   \n\n  b: 1   \n", "'- x': 1\n-y: 2\n",
        "a: {b: c:d}\n",
        "just text\n", "'quoted'\n", "[1, 2]\n", "a: |\n  x\n   \n  y\n", "a: |\n  x\n \nb: 1\n",
        "a: x\u{85}"
            .replacing("\u{85}", with: ""), "a: \"\"\nb: ''\n", "a: ~\nb: null\n",
        "a: |\n  x\n# c\nb: 1\n",
        "a:\n- b:\n  - c\n- d\ne: 1\n", "a:\n -\n  b: 1\n -\n  - c\n", "-\n  a: 1\n-\n\n  b: 2\n",
    ]
}

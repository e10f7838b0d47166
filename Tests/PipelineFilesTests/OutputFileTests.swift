import Domain
import Testing

@Suite("What tasks write for others")
struct OutputFileTests {
    private func read(_ text: String) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try OutputFile.read(Array(text.utf8)).map {
                ($0.key, $0.value.json)
            })
    }

    @Test("lines, JSON and bare lines are understood; the last of a key counts")
    func forms() throws {
        #expect(
            try read("rows=12\nstores=[\"a\", 2]\nempty=\n\nrows=13\npath=a=b\n") == [
                "rows": "\"13\"", "stores": "[\"a\",2]", "empty": "\"\"", "path": "\"a=b\"",
            ])
        #expect(
            try read(" {\"n\": 1.50, \"t\": \"x\", \"u\": [true, null]}\n") == [
                "n": "1.50", "t": "\"x\"", "u": "[true,null]",
            ])
        #expect(try read("[1, 2]") == ["return_value": "[1,2]"])
        #expect(try read("only") == ["return_value": "\"only\""])
        #expect(try read("one\ntwo\nk=v") == ["return_value": "[\"one\",\"two\"]", "k": "\"v\""])
        #expect(
            try read("{\"id\":1}\n{\"id\":2}".replacing("{\"id\":1}", with: "[1]\n{\"id\":1}"))
                == ["return_value": "[[1],{\"id\":1},{\"id\":2}]"])
        #expect(try read("  \n\n") == [:])
        #expect(try read("k=[not json") == ["k": "\"[not json\""])
    }

    @Test("what is too large, broken or no JSON after all is refused as a whole, with the reason")
    func refused() {
        #expect(throws: OutputFileError.tooLarge(byteCount: 65_537)) {
            try OutputFile.read(Array(repeating: 65, count: 65_537))
        }
        #expect(throws: OutputFileError.notJSON) { try OutputFile.read(Array("{\"a\":".utf8)) }
    }

    @Test("a line is bare where no key stands in front of its first '='")
    func bareLinesWithEquals() throws {
        #expect(
            try read("s3://b/x.csv?v=1\ndata/dt=2026-01-01/part-0\n=x\na b=2\ndt=2026-01-01") == [
                "return_value":
                    "[\"s3://b/x.csv?v=1\",\"data/dt=2026-01-01/part-0\",\"=x\",\"a b=2\"]",
                "dt": "\"2026-01-01\"",
            ])
    }

    @Test("random bytes never crash the reader", arguments: 1...8)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let signs = Array("{}[]\",:=\\u0d8e12 \ntruefalsn\u{e9}\u{0}".utf8)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                signs[Int.random(in: 0..<signs.count, using: &generator)]
            }
            guard let value = OutputValue(json: bytes) else {
                _ = try? OutputFile.read(bytes)
                continue
            }
            #expect(OutputValue(json: value.json) == value)
        }
    }

    @Test("JSON's characters survive being written and read")
    func escapes() {
        let text = "a\"b\\c\n\t\r\u{1}\u{1F30A}é"
        #expect(OutputValue(json: OutputValue.text(text).json) == .text(text))
        #expect(OutputValue(json: "\"\\ud83c\\udf0a\\u00e9\"") == .text("\u{1F30A}é"))
        #expect(OutputValue(json: "\"\\ud83c\"") == .text("\u{FFFD}"))
        #expect(OutputValue(json: String(repeating: "[", count: 100_000)) == nil)
        for bad in ["01", "+1", "1.", "nul", "[1,]", "{\"a\"}", "\"\n\"", "1 2", ""] {
            #expect(OutputValue(json: bad) == nil, "\(bad)")
        }
    }
}

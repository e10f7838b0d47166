import SQLText
import TestRandom
import Testing

@Suite("Cutting SQL into tokens")
struct LexerTests {
    @Test("each dialect has its own quotes, comments and parameters")
    func dialects() {
        #expect(pieces("a /* x /* y */ z */ b") == ["a", "/* x /* y */ z */", "b"])
        #expect(pieces("a /* x /* y */ z", .sqlite) == ["a", "/* x /* y */", "z"])
        #expect(pieces("select $$a;'b$$, $q$ $$ $q$") == ["select", "$$a;'b$$", ",", "$q$ $$ $q$"])
        #expect(
            pieces("$day + ?1 + @p + :x", .sqlite) == ["$day", "+", "?1", "+", "@p", "+", ":x"])
        #expect(pieces("a ?| b @> $1") == ["a", "?|", "b", "@>", "$1"])
        #expect(pieces("[a b].`c`", .sqlite) == ["[a b]", ".", "`c`"])
        #expect(pieces("a[1:n]::int") == ["a", "[", "1", ":", "n", "]", "::", "int"])
        #expect(pieces("E'a\\'b' 'c\\' d") == ["E'a\\'b'", "'c\\'", "d"])
        #expect(pieces("x'00' U&'d\\0061' u&\"n\"") == ["x'00'", "U&'d\\0061'", "u&\"n\""])
        #expect(pieces("1.5e-3+.5-0xFF") == ["1.5e-3", "+", ".5", "-", "0xFF"])
        #expect(pieces("a*-1 --x\n/1") == ["a", "*", "-", "1", "--x", "/", "1"])
    }

    @Test("what has no end is said to have none, and the text is covered without a gap")
    func covers() {
        for (text, isTerminated) in [("'a", false), ("'a'", true), ("/* ", false), ("$$ $", false)]
        {
            #expect(SQLLexer(.duckdb).tokens(of: text).last?.isTerminated == isTerminated)
        }
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            for dialect in SQLDialect.allCases {
                let bytes = Array(randomSQL(&random, length: 12).utf8)
                var end = 0
                for token in SQLLexer(dialect).tokens(of: bytes) {
                    #expect(token.range.lowerBound == end && !token.range.isEmpty)
                    end = token.range.upperBound
                }
                #expect(end == bytes.count)
            }
        }
    }

    @Test("any bytes at all are cut without a gap")
    func bytes() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            let bytes = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
            for dialect in SQLDialect.allCases {
                let tokens = SQLLexer(dialect).tokens(of: bytes)
                #expect(tokens.reduce(0) { $0 + $1.range.count } == bytes.count)
            }
        }
    }

    @Test("line by line gives the kinds that the whole text gives")
    func lineByLine() {
        var random = SeededRandom(seed: 3)
        for round in 0..<3000 {
            let dialect = SQLDialect.allCases[round % 3]
            let bytes = Array(randomSQL(&random, length: 16).utf8)
            let lexer = SQLLexer(dialect)
            var whole = [SQLToken.Kind](repeating: .space, count: bytes.count)
            for token in lexer.tokens(of: bytes) {
                for index in token.range { whole[index] = token.kind }
            }
            var mode = SQLMode.plain
            var start = 0
            for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
                // An escape before the end of a line reaches over it.
                if line.last == UInt8(ascii: "\\") { break }
                for token in lexer.tokens(of: Array(line), mode: &mode) {
                    for index in token.range where whole[start + index] != token.kind {
                        let text = String(decoding: bytes, as: UTF8.self)
                        Issue.record("\(dialect): \(text.debugDescription) at \(start + index)")
                        return
                    }
                }
                start += line.count + 1
            }
        }
    }

    @Test("colours tell functions, types and keywords apart")
    func colors() {
        var mode = SQLMode.plain
        let line = "select count(x), cast(a as int), t.date from t where a in (1) -- c"
        let bytes = Array(line.utf8)
        let colors = SQLLexer(.sqlite).colors(of: bytes, mode: &mode).map {
            (String(decoding: bytes[$0.0], as: UTF8.self), $0.1)
        }
        func color(_ word: String) -> SQLColor? { colors.first { $0.0 == word }?.1 }
        #expect(color("select") == .keyword && color("count") == .function)
        #expect(color("int") == .type && color("date") == .name && color("in") == .keyword)
        #expect(color("-- c") == .comment && color("1") == .number && color("cast") == .function)
    }
}

import Domain
import Foundation
import Testing

@testable import TextSearch

@Suite("Search patterns")
struct PatternTests {
    @Test(
        "find what they mean",
        arguments: [
            ("error", "an Error here", "Error"), ("Error", "an error here", nil),
            ("err.r", "xx error", "error"), ("^a+b*$", "aab", "aab"), ("^a+b*$", "aabc", nil),
            ("\\bcat\\b", "concat cat", "cat"), ("\\Bcat", "cat concat", "cat"),
            ("\\d{2,3}", "a1 b12345", "123"), ("[^a-c]+", "abcxyzabc", "xyz"),
            ("a|ab|abc", "xabcd", "abc"), ("(?i)FOO", "a foo", "foo"), ("ü", "GRÜN", "Ü"),
            (".", "é", "é"), ("^.$", "€", "€"), ("[à-ö]", "xé", "é"), ("\\S+", "  ab ", "ab"),
            ("[]x]", "a]", "]"), ("[a-]", "-", "-"), ("a{2}", "aaa", "aa"),
            ("a{,2}", "a{,2}", "a{,2}"),
            ("[[:upper:]][[:digit:]]", "aB1", "B1"), ("(a|b)*c", "xababc", "ababc"),
            ("x*", "aaa", ""), ("\\.", "a.b", "."), ("a.*?b", "aXbXb", "aXbXb"), ("$", "ab", ""),
            ("(?:ab)+", "xababx", "abab"), ("\\x41", "b A", "A"), ("\\x{e9}", "é", "é"),
            ("(a*)*b", "aaaab", "aaaab"), ("é+", "ééé", "ééé"), ("\\t", "a\tb", "\t"),
        ] as [(String, String, String?)])
    func find(pattern: String, text: String, expected: String?) throws {
        let pattern = try TextPattern(pattern)
        #expect(pattern.matches(Array(text.utf8)) == (expected != nil))
        let range = pattern.ranges(in: Array(text.utf8)).first
        let found = range.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
        #expect(found == (expected == "" ? nil : expected))
    }

    @Test(
        "that are wrong say where and why",
        arguments: [
            ("", .empty, 0), ("a(b", .unclosedGroup, 1), ("a)b", .unopenedGroup, 1),
            ("x[abc", .unclosedClass, 1), ("*a", .nothingToRepeat, 0), ("a|*", .nothingToRepeat, 2),
            ("[z-a]", .backwardRange, 2), ("a{3,2}", .badRepetition, 1),
            ("a{5000}", .badRepetition, 1), ("\\q", .badEscape("\\q"), 0),
            ("(a)\\1", .unsupported("back references"), 3), ("a\\", .badEscape("\\"), 1),
            ("(((a{1000}){1000}){1000})", .tooLarge, 0), ("\\xZZ", .badEscape("\\x"), 0),
            (String(repeating: "(", count: 100), .tooDeep, 50), ("^*", .nothingToRepeat, 1),
            ("(?=a)", .unsupported("look-arounds, named groups and flags inside a pattern"), 0),
        ] as [(String, PatternError.Reason, Int)])
    func errors(pattern: String, reason: PatternError.Reason, position: Int) {
        #expect(throws: PatternError(reason: reason, position: position)) {
            try TextPattern(pattern)
        }
    }

    @Test("a literal is taken as it stands, and letter case is as asked")
    func literals() throws {
        let plain = try TextPattern("a.b*", kind: .literal)
        #expect(plain.ranges(in: Array("aXb a.b* A.B*".utf8)) == [4..<8, 9..<13])
        let exact = try TextPattern("ab", kind: .literal, letterCase: .matters)
        #expect(exact.ranges(in: Array("AB ab".utf8)) == [3..<5])
        let any = try TextPattern("AB", kind: .literal, letterCase: .ignored)
        #expect(any.ranges(in: Array("AB ab".utf8)) == [0..<2, 3..<5])
    }

    @Test("a pattern made to explode is answered in time")
    func explosive() throws {
        let line = [UInt8](repeating: 97, count: 20_000)
        for text in ["(a+)+b", "(a|aa)*c", "(a*)*(a*)*(a*)*d", "a?a?a?a?a?a?a?a?aaaaaaaa.*z"] {
            #expect(try TextPattern(text).matches(line) == false)
            #expect(try TextPattern(text).ranges(in: line).isEmpty)
        }
        // A thousand states more than the table holds.
        let many = try TextPattern("(x|a)*a(x|a){12}z")
        var bytes: [UInt8] = []
        var state: UInt32 = 7
        for _ in 0..<20_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes.append(state >> 31 == 0 ? 97 : 120)
        }
        #expect(many.matches(bytes) == false)
        #expect(many.matches(bytes + Array("axxxxxxxxxxxxz".utf8)))
    }

    @Test(
        "lines and extents equal those of another engine on random patterns and texts",
        arguments: 0..<40 as Range<UInt64>)
    func matchesOracle(seed: UInt64) throws {
        var state = seed &* 77 &+ 5
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        func pattern(_ depth: Int) -> String {
            switch next(depth > 3 ? 5 : 10) {
            case 0: return "a"
            case 1: return "b"
            case 2: return "."
            case 3: return "[ab]"
            case 4: return "ab"
            case 5: return "(?:\(pattern(depth + 1))|\(pattern(depth + 1)))"
            case 6: return "(?:\(pattern(depth + 1)))*"
            case 7: return "(?:\(pattern(depth + 1)))?"
            case 8: return "(?:\(pattern(depth + 1))){1,2}"
            default: return pattern(depth + 1) + pattern(depth + 1)
            }
        }
        for _ in 0..<8 {
            var text = pattern(0)
            if next(4) == 0 { text = "^" + text }
            if next(4) == 0 { text += "$" }
            if next(4) == 0 { text = "\\b" + text }
            let own = try TextPattern(text, letterCase: .matters)
            let other = try NSRegularExpression(pattern: text)
            let lines = (0..<12).map { _ in
                (0..<next(9)).map { _ in ["a", "b", "c", " "][next(4)] }.joined()
            }
            for line in lines {
                let whole = NSRange(location: 0, length: line.utf16.count)
                let expected = other.firstMatch(in: line, range: whole)
                #expect(own.matches(Array(line.utf8)) == (expected != nil), "\(text) on '\(line)'")
                if let expected, let range = own.ranges(in: Array(line.utf8)).first,
                    expected.range.length > 0
                {
                    #expect(range.lowerBound == expected.range.location, "\(text) on '\(line)'")
                    #expect(range.count >= expected.range.length)
                }
            }
            let joined = Array(lines.joined(separator: "\n").utf8)
            let scanner = LineScanner(own)
            var found: [String] = []
            joined.withUnsafeBytes { bytes in
                var start = 0
                while start < bytes.count, let line = scanner.nextLine(in: bytes, from: start) {
                    found.append(String(decoding: bytes[line], as: UTF8.self))
                    start = line.upperBound + 1
                }
            }
            #expect(
                found.filter { !$0.isEmpty }
                    == lines.filter { own.matches(Array($0.utf8)) && !$0.isEmpty },
                "\(text)")
        }
    }

    @Test("a needle is found wherever it stands", arguments: [1, 2, 5, 40])
    func needles(length: Int) throws {
        let needle =
            String("Zq9-xjvkwbgpyfmucdlhrsnioate".prefix(length))
            + (length > 28 ? "ABCDEFGHIJKL" : "")
        for letterCase in [TextPattern.LetterCase.matters, .ignored] {
            let scanner = LineScanner(
                try TextPattern(needle, kind: .literal, letterCase: letterCase))
            for place in 0..<100 {
                let text = Array((String(repeating: "e", count: place) + needle + "eeee").utf8)
                text.withUnsafeBytes { bytes in
                    #expect(scanner.nextLine(in: bytes, from: 0) == 0..<text.count)
                    let cut = UnsafeRawBufferPointer(rebasing: bytes[..<(text.count - 5)])
                    #expect(scanner.nextLine(in: cut, from: 0) == nil)
                }
            }
        }
    }

    @Test(
        "the texts that every match must hold are found in the pattern, for each branch its own",
        arguments: [
            ("Err[ox]r: \\d+", [["Err", "r: "]]), ("ERROR|WARN", [["ERROR"], ["WARN"]]),
            ("A|x*", nil), ("(Foo|Bar)+baz*", [["Foo"], ["Bar"]]), ("(aX)?b", [["b"]]),
            ("[0-9]+", nil), ("A(b{2,3})c", [["A", "b", "c"]]), ("warn", [["warn"]]),
            ("1|2|3|4|5|6|7", nil),
            ("FATAL|task [0-9]+ lost", [["FATAL"], ["task ", " lost"]]),
            ("x (FATAL|task [0-9]+ lost)", [["FATAL"], ["task ", " lost"]]),
        ] as [(String, [[String]]?)])
    func required(pattern: String, texts: [[String]]?) throws {
        let branches = try TextPattern(pattern, letterCase: .matters).literal?.branches
        #expect(branches?.map { $0.map { String(decoding: $0, as: UTF8.self) } } == texts)
    }

    @Test("where a text stands in every line the search goes on to another, and finds all the same")
    func commonTexts() throws {
        let lines = (0..<2_000).map { number in
            number % 97 == 3
                ? "task \(number) lost" : number % 89 == 5 ? "FATAL" : "task \(number) is well"
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        func found(_ scanner: LineScanner) -> [String] {
            var found: [String] = []
            bytes.withUnsafeBytes { bytes in
                var start = 0
                while start < bytes.count, let line = scanner.nextLine(in: bytes, from: start) {
                    found.append(String(decoding: bytes[line], as: UTF8.self))
                    start = line.upperBound + 1
                }
            }
            return found
        }
        let scanner = LineScanner(try TextPattern("FATAL|task [0-9]+ lost"))
        let expected = lines.filter { $0.contains("lost") || $0 == "FATAL" }
        #expect(found(scanner) == expected)
        #expect(!scanner.isLiteralUseless)
        // Once more, with what was learnt.
        #expect(found(scanner) == expected)

        let hopeless = LineScanner(try TextPattern("task [0-9]*[13579] is [a-w]"))
        #expect(found(hopeless) == lines.filter { $0.contains(/[13579] is/) })
        #expect(hopeless.isLiteralUseless)
    }
}

import LogText
import Testing

@Suite("Masking secrets in a stream")
struct SecretMaskTests {
    private func shown(_ text: String, _ secrets: [String], cutAt sizes: [Int]) -> String {
        var mask = SecretMask(secrets)
        var rest = Array(text.utf8)[...]
        var output: [UInt8] = []
        var turn = 0
        while !rest.isEmpty {
            let size = max(1, sizes[turn % sizes.count])
            output += mask.feed(rest.prefix(size))
            rest = rest.dropFirst(size)
            turn += 1
        }
        return String(decoding: output + mask.finish(), as: UTF8.self)
    }

    @Test(
        "a secret is masked wherever the stream is cut, and nothing else is changed",
        arguments: [1, 2, 3, 5, 7, 1_000])
    func cuts(size: Int) {
        let text = "x hunter2 hunter hunter2hunter2 hunte\nr2 é hunter"
        #expect(
            shown(text, ["hunter2"], cutAt: [size]) == "x *** hunter ****** hunte\nr2 é hunter")
        #expect(shown("aab aaab", ["aab"], cutAt: [size]) == "*** a***")
        #expect(
            shown("the longer one wins: abcdef abc", ["abc", "abcdef"], cutAt: [size])
                == "the longer one wins: *** ***")
        #expect(
            shown("-----\nline one\nother\n", ["line one\nline two", ""], cutAt: [size])
                == "-----\n***\nother\n")
    }

    @Test("what waits for more is shown at the end, and is never more than the longest secret")
    func held() {
        var mask = SecretMask(["abcdefgh"])
        #expect(String(decoding: mask.feed(Array("xyabcdefg".utf8)), as: UTF8.self) == "xy")
        #expect(String(decoding: mask.finish(), as: UTF8.self) == "abcdefg")
        var none = SecretMask([])
        #expect(none.feed(Array("as it is".utf8)).count == 8)
    }

    @Test("random streams equal the replacement in one piece", arguments: 1...10)
    func random(seed: UInt64) {
        var state = seed
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<200 {
            let secret = String((0..<(1 + next(4))).map { _ in "ab"[next(2)] })
            let text = String((0..<next(60)).map { _ in "abc"[next(3)] })
            let sizes = (0..<5).map { _ in 1 + next(6) }
            let expected = text.replacing(secret, with: "***")
            #expect(shown(text, [secret], cutAt: sizes) == expected)
        }
    }
}

extension String {
    fileprivate subscript(_ index: Int) -> Character {
        self[self.index(startIndex, offsetBy: index)]
    }
}

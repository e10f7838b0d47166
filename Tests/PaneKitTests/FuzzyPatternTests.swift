import PaneKit
import Testing

@Suite("Finding by parts of a name")
struct FuzzyPatternTests {
    private func best(_ wanted: String, _ texts: String...) -> String? {
        let pattern = FuzzyPattern(wanted)
        return texts.compactMap { text in pattern.score(in: text).map { (text, $0) } }
            .max { $0.1 < $1.1 }?.0
    }

    @Test("characters may stand apart, in their order and in either case")
    func order() {
        #expect(FuzzyPattern("exh").score(in: "extract_HAMBURG") != nil)
        #expect(FuzzyPattern("hex").score(in: "extract_hamburg") == nil)
        #expect(FuzzyPattern("").score(in: "anything") == 0)
        #expect(FuzzyPattern("x").score(in: "") == nil)
    }

    @Test("runs, beginnings of words and short texts are preferred")
    func preferences() {
        #expect(best("load", "preload", "lofty_advice", "load") == "load")
        #expect(best("lo", "reload", "build_load") == "build_load")
        #expect(best("task", "task_10", "task_1") == "task_1")
    }

    @Test("texts of other alphabets are weighed as ASCII is")
    func alphabets() {
        let (ascii, other) = ("aber_oder.x", "äber_öder.x")
        #expect(FuzzyPattern("o").score(in: ascii) == FuzzyPattern("ö").score(in: other))
        #expect(FuzzyPattern("x").score(in: ascii) == FuzzyPattern("X").score(in: other))
        #expect(FuzzyPattern("日").score(in: "今日") != nil)
    }
}

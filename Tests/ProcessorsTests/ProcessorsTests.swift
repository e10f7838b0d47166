import Processors
import Testing

@Suite("Work on all processors")
struct ProcessorsTests {
    @Test(
        "parts come back in order, each number is in one of them",
        arguments: [0, 1, 2, 3, 7, 1_000])
    func order(count: Int) {
        for least in [0, 1, 3, 400] {
            let parts = Processors.parts(of: 5..<(5 + count), least: least) { Array($0) }
            #expect(parts.flatMap { $0 } == Array(5..<(5 + count)))
            #expect(!parts.contains { $0.isEmpty })
        }
    }

    @Test("what is not worth it is not split")
    func least() {
        #expect(Processors.parts(of: 0..<10, least: 6) { $0 } == [0..<10])
    }

    @Test("both results are given, each in its place")
    func both() {
        let (sum, text) = Processors.both({ (1...1000).reduce(0, +) }, { "text" })
        #expect(sum == 500_500)
        #expect(text == "text")
    }
}

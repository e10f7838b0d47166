import Testing

@testable import Transform

@Suite("Numbers of seeds")
struct DecimalTextTests {
    @Test("a number read the short way is the one read the long way")
    func agrees() {
        var texts = [
            "", "-", ".", "-.", "0", "-0", "0.00", "5.", ".5", "-.5", "1.10", "100", "1e3", "00012",
        ]
        texts += [
            "999999999999999", "9999999999999999", "0.000000000000001", "123456.789012345", "1-2",
            "1.2.3",
        ]
        texts += [
            "$5", "1,000", " 7 ", "7%", "1_000", "+3", "--3", "0.1", "0.3", "2.675", "1234567.891",
        ]
        var state: UInt64 = 7
        for _ in 0..<3_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = String(state >> 20)
            let place = Int(state % 17)
            let sign = state % 3 == 0 ? "-" : ""
            texts.append(sign + number.prefix(place) + "." + number.dropFirst(place).prefix(8))
        }
        for text in texts {
            let (short, long) = (DecimalText(seed: text), DecimalText(agate: text))
            #expect(short?.value.bitPattern == long?.value.bitPattern, "\(text)")
            #expect(short?.isWhole == long?.isWhole, "\(text)")
            #expect(short?.whole == long?.whole, "\(text)")
        }
    }
}

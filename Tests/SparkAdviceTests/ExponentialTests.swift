import Domain
import Foundation
import Testing

@Suite("The exponential function without a C library")
struct ExponentialTests {
    @Test("both directions agree with the C library's to the last digits")
    func agreement() {
        for step in -1_400...1_400 {
            let x = Double(step) / 2 + 0.123
            let (own, known) = (Exponential.power(x), exp(x))
            #expect(abs(own - known) <= 1e-12 * known, "e^\(x)")
            if known.isFinite {
                let back = Exponential.logarithm(known)
                #expect(abs(back - log(known)) <= 1e-13 * max(1, abs(x)), "ln \(known)")
            }
        }
    }

    @Test("beyond what numbers hold it ends at 0 and infinity")
    func ends() {
        #expect(Exponential.power(-800) == 0)
        #expect(Exponential.power(-.infinity) == 0)
        #expect(Exponential.power(800) == .infinity)
        #expect(Exponential.power(.nan).isNaN)
        #expect(Exponential.power(0) == 1)
        #expect(Exponential.logarithm(1) == 0)
        #expect(Exponential.logarithm(0) == -.infinity)
        #expect(Exponential.logarithm(.infinity) == .infinity)
    }
}

/// The exponential function and its inverse, for modules that know no C library.
public enum Exponential {
    private static let logarithmOfTwo = 0.693_147_180_559_945_3

    /// The natural logarithm of a positive number: `x = m · 2^e`, and `ln m` by its series in
    /// `(m − 1) / (m + 1)`, which for m from 0.7 to 1.4 is exact to the last digit in 25 terms.
    /// Minus infinity for 0 and below.
    public static func logarithm(_ x: Double) -> Double {
        guard x > 0, x.isFinite else { return x > 0 ? .infinity : -.infinity }
        var exponent = Double(x.exponent)
        var mantissa = x.significand
        if mantissa > 1.414_213_562_373_095_1 {
            mantissa /= 2
            exponent += 1
        }
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 0.0
        for term in stride(from: 25, through: 0, by: -1) {
            sum = sum * square + 1 / Double(2 * term + 1)
        }
        return 2 * ratio * sum + exponent * logarithmOfTwo
    }

    /// `e` to a power: `x = k · ln 2 + r` with r up to 0.35 in amount, and `e^r` by its series, which
    /// is exact to the last digits in 16 terms. 0 below −745, infinite above 709.
    public static func power(_ x: Double) -> Double {
        guard x > -745 else { return x.isNaN ? x : 0 }
        guard x < 709.7 else { return .infinity }
        let twos = (x / logarithmOfTwo).rounded()
        let rest = x - twos * logarithmOfTwo
        var sum = 1.0
        for term in stride(from: 16, through: 1, by: -1) { sum = 1 + rest / Double(term) * sum }
        return Double(sign: .plus, exponent: Int(twos), significand: sum)
    }
}

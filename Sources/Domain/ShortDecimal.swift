/// A number with at most six decimal places, as amounts and rates are: found without making a text
/// of it, and written as `Double.description` would write it.
public struct ShortDecimal: Hashable, Sendable {
    /// The digits without the point, and how many of them stand behind it (1–6).
    public let digits: UInt64
    public let places: Int
    public let isNegative: Bool

    /// Nil for whole numbers, for numbers of more places or more than 15 digits, for tiny ones and
    /// what is no number.
    ///
    /// `digits / 10^places` is divided exactly rounded, so where it gives the number again, these
    /// digits read back as the number; of fewer places none do, so they are the shortest. Below
    /// 10^15 no two such texts mean the same number.
    public init?(_ value: Double) {
        let size = value.magnitude
        guard size >= 0.001, size < 1e14, size != size.rounded(.towardZero) else { return nil }
        var power = 1.0
        for places in 1...6 {
            power *= 10
            let whole = (size * power).rounded()
            guard whole < 1e15 else { return nil }
            if whole / power == size {
                (digits, self.places, isNegative) = (UInt64(whole), places, value < 0)
                return
            }
        }
        return nil
    }
}

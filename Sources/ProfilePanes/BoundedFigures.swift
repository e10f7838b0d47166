import SparkLog

// A log may hold any number, and views add and multiply what stands in it: figures that no run has
// end at the edge of what can be shown, instead of ending the program.
extension Sequence where Element == Int64 {
    /// The sum, saturated.
    var total: Int64 { reduce(0) { $0.addingSaturated($1) } }
}

extension Int64 {
    func timesSaturated(_ factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? ((self < 0) == (factor < 0) ? .max : .min) : product
    }
}

extension Double {
    /// The nearest whole number that fits; 0 for what is none.
    var whole: Int64 {
        isNaN ? 0 : self >= 0x1p63 ? .max : self < -0x1p63 ? .min : Int64(rounded())
    }

    /// A share of a width: 0…1.
    var share: Double { isNaN ? 0 : Swift.min(1, Swift.max(0, self)) }
}

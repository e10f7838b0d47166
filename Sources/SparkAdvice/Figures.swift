/// Sums and places of a list of whole numbers.
public struct Figures: Sendable {
    public private(set) var sorted: [Int64]
    public private(set) var sum: Int64

    init(_ values: consuming [Int64]) {
        values.sort()
        sum = values.reduce(0) { $0.addingReportingOverflow($1).partialValue }
        sorted = values
    }

    public var count: Int { sorted.count }
    public var largest: Int64 { sorted.last ?? 0 }
    public var smallest: Int64 { sorted.first ?? 0 }
    public var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }
    public var median: Double {
        guard count > 0 else { return 0 }
        return (Double(sorted[count / 2]) + Double(sorted[(count - 1) / 2])) / 2
    }

    /// The value that `share` (0…1) of all do not exceed.
    public func quantile(_ share: Double) -> Int64 {
        guard count > 0 else { return 0 }
        return sorted[min(count - 1, max(0, Int(share * Double(count - 1))))]
    }

    /// Pearson's correlation of two equally long lists; 0 where one does not vary.
    static func correlation(_ left: [Int64], _ right: [Int64]) -> Double {
        guard left.count == right.count, left.count > 1 else { return 0 }
        let count = Double(left.count)
        let meanLeft = left.reduce(0.0) { $0 + Double($1) } / count
        let meanRight = right.reduce(0.0) { $0 + Double($1) } / count
        var (product, squareLeft, squareRight) = (0.0, 0.0, 0.0)
        for (x, y) in zip(left, right) {
            let (dx, dy) = (Double(x) - meanLeft, Double(y) - meanRight)
            product += dx * dy
            squareLeft += dx * dx
            squareRight += dy * dy
        }
        let scale = (squareLeft * squareRight).squareRoot()
        return scale > 0 ? product / scale : 0
    }
}

extension Int64 {
    /// The quotient, rounded up; 0 where there is nothing to divide by.
    func dividedUp(by divisor: Int64) -> Int64 {
        divisor <= 0 ? 0 : (self + divisor - 1) / divisor
    }
}

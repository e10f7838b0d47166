/// A limit on failing rows: `> 30`, `>= 1%`, `!= 0`.
public struct Threshold: Hashable, Sendable {
    public enum Comparison: String, CaseIterable, Hashable, Sendable {
        // The longer ones first: that is how they are read.
        case atLeast = ">="
        case atMost = "<="
        case unequal = "!="
        case more = ">"
        case less = "<"
        case equal = "="
    }

    public var comparison: Comparison
    public var bound: Double
    /// Whether `bound` is percent of the rows that were looked at.
    public var isPercent: Bool

    public init(_ comparison: Comparison, _ bound: Double, isPercent: Bool = false) {
        self.comparison = comparison
        self.bound = bound
        self.isPercent = isPercent
    }

    /// Reads `> 30`, `>1.5%`, `!= 0`; a bare number is `>=` it. Nil for anything else.
    public init?(_ text: String) {
        var rest = text.filter { $0 != " " }[...]
        comparison = .atLeast
        if rest.hasPrefix("==") { rest = rest.dropFirst() }
        for candidate in Comparison.allCases where rest.hasPrefix(candidate.rawValue) {
            comparison = candidate
            rest = rest.dropFirst(candidate.rawValue.count)
            break
        }
        isPercent = rest.hasSuffix("%")
        if isPercent { rest = rest.dropLast() }
        guard let bound = Double(rest), bound.isFinite else { return nil }
        self.bound = bound
    }

    /// Whether the limit is hit; a share of no rows hits none but `= 0`.
    public func isHit(count: Int, of total: Int) -> Bool {
        holds(isPercent ? (total > 0 ? Double(count) / Double(total) * 100 : 0) : Double(count))
    }

    func holds(_ value: Double) -> Bool {
        switch comparison {
        case .atLeast: value >= bound
        case .atMost: value <= bound
        case .unequal: value != bound
        case .more: value > bound
        case .less: value < bound
        case .equal: value == bound
        }
    }
}

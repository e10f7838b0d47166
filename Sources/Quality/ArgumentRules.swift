/// What arguments must fulfil together.
enum ArgumentRules {
    private static let ranged: Set<ExpectationKind> = [.between, .lengthsBetween]

    /// What is wrong and what to do; nil where all is well.
    static func problem(of kind: ExpectationKind, _ arguments: [String: SourceNode])
        -> (problem: String, remedy: String)?
    {
        let low = arguments["min_value"]
        let high = arguments["max_value"]
        if ranged.contains(kind), low == nil, high == nil {
            return ("'min_value' and 'max_value' are both missing", "Give at least one of them.")
        }
        if let low = low?.number, let high = high?.number, low > high {
            return ("'min_value' is greater than 'max_value'", "Exchange them.")
        }
        if let rule = arguments["match_on"]?.text, rule != "any", rule != "all" {
            return ("'match_on' is '\(rule)'", "Write 'any' or 'all'.")
        }
        for name in ["regex_list", "like_pattern_list", "column_list"] {
            if let items = arguments[name]?.items, items.isEmpty {
                return ("'\(name)' is empty", "Name at least one.")
            }
        }
        if let escape = arguments["escape"]?.text, escape.unicodeScalars.count != 1 {
            return ("'escape' is not one character", "Write one character.")
        }
        if let rule = arguments["ignore_row_if"]?.text,
            RowsToIgnore(name: rule, isPair: arguments["column_A"] != nil) == nil
        {
            let known =
                arguments["column_A"] != nil
                ? "'both_values_are_missing', 'either_value_is_missing' or 'neither'"
                : "'all_values_are_missing', 'any_value_is_missing' or 'never'"
            return ("'ignore_row_if' is '\(rule)'", "Write \(known).")
        }
        if let method = arguments["method"]?.text, method != "iqr", method != "std" {
            return ("'method' is '\(method)'", "Write 'iqr' or 'std'.")
        }
        if kind == .quantiles, let ranges = arguments["quantile_ranges"] {
            return QuantileRanges(ranges) == nil
                ? (
                    "'quantile_ranges' does not hold as many 'quantiles' as 'value_ranges'",
                    "Write quantiles from 0 to 1 and for each a pair [least, most]."
                ) : nil
        }
        if kind == .divergence, let partition = arguments["partition_object"] {
            return Partition(partition) == nil
                ? (
                    "'partition_object' is no partition",
                    "Write 'values' or 'bins' (increasing), and 'weights' that add up to 1."
                ) : nil
        }
        return nil
    }
}

/// Which rows an expectation of several columns does not look at.
enum RowsToIgnore: Hashable {
    case allMissing, anyMissing, none

    init?(name: String?, isPair: Bool) {
        switch (name, isPair) {
        case (nil, _), ("both_values_are_missing", true), ("all_values_are_missing", false):
            self = .allMissing
        case ("either_value_is_missing", true), ("any_value_is_missing", false):
            self = .anyMissing
        case ("neither", true), ("never", _): self = .none
        default: return nil
        }
    }
}

/// The quantiles that are asked for, each with its bounds.
struct QuantileRanges {
    var quantiles: [Double]
    /// The quantile as it is written, with which ranks are exact.
    var written: [SourceNode]
    var bounds: [(least: Double?, most: Double?)]

    init?(_ node: SourceNode) {
        guard let asked = node["quantiles"]?.items, let ranges = node["value_ranges"]?.items,
            asked.count == ranges.count, !asked.isEmpty
        else { return nil }
        quantiles = asked.compactMap(\.number)
        written = asked
        bounds = ranges.compactMap { range in
            guard let pair = range.items, pair.count == 2,
                pair.allSatisfy({ $0.isNull || $0.number != nil })
            else { return nil }
            return (pair[0].number, pair[1].number)
        }
        guard quantiles.count == asked.count, bounds.count == ranges.count,
            quantiles.allSatisfy({ (0...1).contains($0) })
        else { return nil }
    }
}

import JSONText

/// What an expectation is about and asks for, in a few words: `quantity  1 … 9`.
enum WantedText {
    /// Members that tell how it is counted, not what is asked for.
    private static let hidden: Set<String> = [
        "batch_id", "catch_exceptions", "condition_parser", "meta", "result_format", "strict_max",
        "strict_min", "windows", "ignore_row_if", "max_value", "match_on",
    ]

    static func of(_ kwargs: JSONValue) -> String {
        guard case .object(let members) = kwargs else { return "" }
        var columns: [String] = []
        var parts: [String] = []
        for member in members where !hidden.contains(member.key) {
            switch (member.key, member.value) {
            case (_, .null): continue
            case ("column", let name), ("column_A", let name), ("column_B", let name):
                columns.append(plain(name))
            case ("column_list", .array(let names)): columns += names.map(plain)
            case ("mostly", let share):
                guard let share = share.double, share < 1 else { continue }
                let percent = (share * 10_000).rounded() / 100
                parts.append(
                    "mostly \(percent == percent.rounded() ? "\(Int(percent))" : "\(percent)") %")
            case ("min_value", _): continue
            case ("row_condition", .string(let text)): parts.append("where \(text)")
            case ("row_condition", let value): parts.append("where \(value.text)")
            case (_, .array(let values)):
                parts.append(values.map(plain).joined(separator: ", "))
            case (_, let value): parts.append(plain(value))
            }
        }
        if let range = range(kwargs) { parts.insert(range, at: 0) }
        return ([columns.joined(separator: ", ")] + parts).filter { !$0.isEmpty }
            .joined(separator: "  ")
    }

    private static func range(_ kwargs: JSONValue) -> String? {
        func isStrict(_ key: String) -> Bool { kwargs[key] == .bool(true) }
        switch (kwargs["min_value"], kwargs["max_value"]) {
        case (let low?, let high?) where low != .null && high != .null:
            return "\(plain(low))\(isStrict("strict_min") ? "<" : "") … "
                + "\(isStrict("strict_max") ? "<" : "")\(plain(high))"
        case (let low?, _) where low != .null:
            return "\(isStrict("strict_min") ? ">" : "≥") \(plain(low))"
        case (_, let high?) where high != .null:
            return "\(isStrict("strict_max") ? "<" : "≤") \(plain(high))"
        default: return nil
        }
    }

    private static func plain(_ value: JSONValue) -> String { value.string ?? value.text }
}

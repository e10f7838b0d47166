public import Domain
import JSONText

/// Why the text of a plan could not be read.
public struct PlanReadingError: UserFacingError, Hashable {
    public var what: String

    public init(what: String) { self.what = what }

    public var problem: String { "This is no plan that can be read: \(what)." }
    public var remedy: String {
        "Give the plan as the engine printed it, or as 'spillway plan --json' did."
    }
}

/// Numbers as plans write them for people.
enum PlanNumber {
    /// At most three decimals, without trailing zeros.
    static func text(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let whole = (value * 1_000).rounded()
        var text = String(Int64(whole) / 1_000)
        if whole < 0, !text.hasPrefix("-") { text = "-" + text }
        let rest = abs(Int64(whole)) % 1_000
        guard rest != 0 else { return text }
        var decimals = String(1_000 + rest).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return text + "." + decimals
    }
}

extension JSONValue {
    /// The first of these keys that is there: engines name things anew.
    subscript(anyOf keys: String...) -> JSONValue? {
        keys.lazy.compactMap { self[$0] }.first
    }

    /// A number of things, whatever stands in a file: never below zero, at most 2^52.
    var count: Int64? { double.flatMap { $0.isNaN ? nil : Int64(min(max($0, 0), 0x1p52)) } }

    /// The value in one line for people: parts of objects behind their names, lines joined. What is
    /// nested deeper than anybody could read is `…`.
    var planText: String { planText(depth: 0) }

    private func planText(depth: Int) -> String {
        guard depth < 6 else { return "…" }
        switch self {
        case .string(let text):
            return text.contains(where: \.isNewline)
                ? text.split(whereSeparator: \.isNewline).joined(separator: ", ") : text
        case .integer(let number): return "\(number)"
        case .number(let number): return PlanNumber.text(number)
        case .bool(let value): return value ? "yes" : "no"
        case .null: return ""
        case .array(let values):
            return values.map { $0.planText(depth: depth + 1) }.joined(separator: ", ")
        case .object(let members):
            let parts = members.compactMap { member -> String? in
                let text = member.value.planText(depth: depth + 1)
                return text.isEmpty ? nil : member.key + " " + text
            }
            let joined = parts.joined(separator: ", ")
            return depth == 0 || parts.count < 2 ? joined : "(" + joined + ")"
        }
    }
}

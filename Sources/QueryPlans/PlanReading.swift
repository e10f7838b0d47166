public import Domain

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

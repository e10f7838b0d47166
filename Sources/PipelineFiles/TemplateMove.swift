internal import Domain

/// A length of time that a date is moved by: so many of a unit.
struct TemplateMove: Hashable, Sendable {
    enum Unit: String, CaseIterable, Sendable {
        case weeks, days, hours, minutes, seconds

        var seconds: Int64 {
            switch self {
            case .weeks: 7 * 86_400
            case .days: 86_400
            case .hours: 3_600
            case .minutes: 60
            case .seconds: 1
            }
        }
    }

    var count: TemplateExpression
    var unit: Unit
    var isBackwards: Bool

    func applied(
        to date: Instant, in context: TemplateContext
    ) throws(TemplateRefusal) -> Instant {
        let text = try count.value(in: context).text
        guard let number = Int64(text), number.magnitude <= 400_000_000_000 / UInt64(unit.seconds)
        else {
            throw TemplateRefusal(
                problem: "'\(text.short)' is no number of \(unit.rawValue)",
                remedy: "Write a whole number, at most some thousand years.")
        }
        let seconds = (isBackwards ? -number : number) * unit.seconds
        let moved = date.advanced(by: .seconds(seconds))
        guard (1...9999).contains(CivilTime(utc: moved).year) else {
            throw TemplateRefusal(
                problem: "\(text.short) \(unit.rawValue) from \(date.isoDate) leave the years 1 "
                    + "to 9999",
                remedy: "Use a smaller number.")
        }
        return moved
    }
}

public import Domain
public import JSONText

/// A promise on time: freshness, retention and the like.
public struct ServiceLevel: Sendable {
    public var property: String
    public var value: JSONValue
    public var unit: String?
    /// `table.column`.
    public var element: String?
    public var place: SourcePlace

    /// The value in seconds; nil for what is no length of time.
    ///
    /// A number with a unit, days where none is given, or an ISO 8601 duration, which brings its
    /// own. A month counts 30 days, a year 365; the unit `m` is a month of retention and a minute
    /// of everything else.
    public var seconds: Double? {
        let number: Double?
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let value): number = value
        case .string(let text):
            number = Double(text.trimmingBlanks)
            if number == nil { return Self.seconds(ofDuration: text.trimmingBlanks) }
        default: number = nil
        }
        var name = (unit ?? "d").lowercased()
        if name == "m", property == "retention" { name = "mo" }
        guard let number, let unit = Self.units.first(where: { $0.names.contains(name) }) else {
            return nil
        }
        return number * unit.seconds
    }

    private static let units: [(names: [String], seconds: Double)] = [
        (["y", "yr", "year", "years"], 31_536_000), (["mo", "month", "months"], 2_592_000),
        (["w", "week", "weeks"], 604_800), (["d", "day", "days"], 86_400),
        (["h", "hr", "hour", "hours"], 3_600), (["m", "min", "minute", "minutes"], 60),
        (["s", "sec", "second", "seconds"], 1),
    ]

    /// `P1Y2M3W4DT5H6M7.5S`, each part at most once and in this order.
    static func seconds(ofDuration text: String) -> Double? {
        var rest = text.uppercased()[...]
        guard rest.first == "P" else { return nil }
        rest.removeFirst()
        var total = 0.0
        var partCount = 0
        func take(_ letters: [(Character, Double)]) -> Bool {
            var letters = letters[...]
            while let first = rest.first, first.isNumber {
                let digits = rest.prefix { $0.isNumber || $0 == "." }
                rest = rest.dropFirst(digits.count)
                guard let number = Double(digits), let letter = rest.first,
                    let index = letters.firstIndex(where: { $0.0 == letter })
                else { return false }
                total += number * letters[index].1
                partCount += 1
                letters = letters[(index + 1)...]
                rest.removeFirst()
            }
            return true
        }
        guard take([("Y", 31_536_000), ("M", 2_592_000), ("W", 604_800), ("D", 86_400)]) else {
            return nil
        }
        if rest.first == "T" {
            rest.removeFirst()
            let before = partCount
            guard take([("H", 3_600), ("M", 60), ("S", 1)]), partCount > before else { return nil }
        }
        return rest.isEmpty && partCount > 0 ? total : nil
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

import Domain

/// A date and a time in ISO 8601 with a `T` between them, and the text Python makes of it.
struct ISOTime {
    /// `YYYY-MM-DD HH:MM:SS[.ffffff][+HH:MM]`
    let text: String

    /// Reads the extended and the basic form; nil where `text` is neither.
    init?(_ text: String) {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let day = Self.day(halves[0]) else { return nil }
        var clock = halves[1]
        var zone = ""
        if clock.hasSuffix("Z") {
            clock = clock.dropLast()
            zone = "+00:00"
        } else if let mark = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let found = Self.zone(clock[mark...]) else { return nil }
            zone = found
            clock = clock[..<mark]
        }
        guard let time = Self.time(clock) else { return nil }
        self.text = day + " " + time + zone
    }

    /// The numbers of fields of two digits, with or without `mark` between them.
    private static func pairs(_ text: Substring, mark: Character) -> [Int]? {
        let parts =
            text.contains(mark)
            ? text.split(separator: mark, omittingEmptySubsequences: false).map { $0 }
            : stride(from: 0, to: text.count, by: 2).map { text.dropFirst($0).prefix(2) }
        let numbers = parts.compactMap { part in
            part.count == 2 && part.utf8.allSatisfy({ (48...57).contains($0) }) ? Int(part) : nil
        }
        return numbers.count == parts.count ? numbers : nil
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func day(_ text: Substring) -> String? {
        let year = text.prefix(4)
        guard year.utf8.count == 4, let number = Int(year), number > 0 else { return nil }
        var rest = text.dropFirst(4)
        if rest.hasPrefix("-") { rest = rest.dropFirst() }
        guard let parts = pairs(rest, mark: "-"), parts.count == 2 else { return nil }
        let date = CivilTime(year: number, month: parts[0], day: parts[1])
        guard DateText.isValid(date) else { return nil }
        return "\(year)-\(two(parts[0]))-\(two(parts[1]))"
    }

    private static func time(_ text: Substring) -> String? {
        let halves = text.split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { ".,".contains($0) })
        guard let clock = halves.first, let parts = pairs(clock, mark: ":"),
            (1...3).contains(parts.count), parts[0] < 24,
            parts.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        let filled = parts + [Int](repeating: 0, count: 3 - parts.count)
        let whole = filled.map(two).joined(separator: ":")
        guard halves.count == 2 else { return whole }
        let digits = halves[1].prefix(6)
        guard parts.count == 3, !digits.isEmpty,
            halves[1].utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        let padded = digits + String(repeating: "0", count: 6 - digits.count)
        return padded.allSatisfy { $0 == "0" } ? whole : "\(whole).\(padded)"
    }

    private static func zone(_ text: Substring) -> String? {
        guard let parts = pairs(text.dropFirst(), mark: ":"), (1...2).contains(parts.count),
            parts[0] < 24
        else { return nil }
        return "\(text.prefix(1))\(two(parts[0])):\(two(parts.count == 2 ? parts[1] : 0))"
    }
}

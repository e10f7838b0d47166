/// A day, or a day with a time, written as in ISO 8601, with a space or a `T` between.
struct TimeText: Hashable {
    enum Form: Hashable {
        case day, time
    }

    /// `2024-03-01`.
    private let day: String
    /// `10:00:00`, with a fraction of six digits where it is not zero; nil for a day alone.
    private let clock: String?

    var form: Form { clock == nil ? .day : .time }

    /// `2024-03-01` or `2024-03-01T10:00:00`.
    var text: String { clock.map { day + "T" + $0 } ?? day }

    /// As SQLAlchemy writes a value of its kind to SQLite.
    var stored: String {
        clock.map { day + " " + $0 + ($0.utf8.count == 8 ? ".000000" : "") } ?? day
    }

    /// The same as a day, or as a time: a day alone begins at midnight.
    func text(as form: Form) -> String {
        form == .day ? day : day + "T" + (clock ?? "00:00:00")
    }

    /// Nil where `text` is neither, or there is no such day.
    init?(_ text: String) {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 == " " || $0 == "T"
        }
        let fields = parts[0].split(separator: "-", omittingEmptySubsequences: false)
            .map { Self.number($0) }
        guard fields.count == 3, parts[0].utf8.count <= 10, parts[0].utf8.count >= 8,
            let year = fields[0], let month = fields[1], let day = fields[2], year >= 1000,
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        self.day = "\(year)-\(Self.padded(month))-\(Self.padded(day))"
        guard parts.count == 2 else {
            clock = nil
            return
        }
        guard let clock = Self.clock(parts[1]) else { return nil }
        self.clock = clock
    }

    private static func clock(_ text: Substring) -> String? {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        let fields = halves[0].split(separator: ":", omittingEmptySubsequences: false)
            .map { number($0) }
        guard halves.count <= 2, (2...3).contains(fields.count), let hour = fields[0],
            let minute = fields[1], hour < 24, minute < 60
        else { return nil }
        var second = 0
        if fields.count == 3 {
            guard let given = fields[2], given < 60 else { return nil }
            second = given
        }
        let whole = "\(padded(hour)):\(padded(minute)):\(padded(second))"
        guard halves.count == 2 else { return whole }
        let digits = halves[1].prefix(6)
        guard number(digits) != nil, halves[1].count <= 9 else { return nil }
        guard digits.contains(where: { $0 != "0" }) else { return whole }
        return whole + "." + digits + String(repeating: "0", count: 6 - digits.count)
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

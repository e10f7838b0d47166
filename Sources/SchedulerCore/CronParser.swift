import Domain

/// Reads the fields of a cron expression and says exactly where one is wrong.
struct CronParser {
    /// What a field allows.
    struct Field {
        var bits: UInt64 = 0
        var nthBits: UInt64 = 0
        var startsWithStar = false
    }

    private struct Kind {
        var name: String
        var range: ClosedRange<Int>
        var names: [String] = []

        static let all = [
            Kind(name: "minute", range: 0...59), Kind(name: "hour", range: 0...23),
            Kind(name: "day of month", range: 1...31),
            Kind(
                name: "month", range: 1...12,
                names: [
                    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV",
                    "DEC",
                ]),
            Kind(
                name: "weekday", range: 0...7,
                names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
        ]

        var isWeekday: Bool { name == "weekday" }
        var isDay: Bool { name == "day of month" }
        /// The greatest value that a range without an end reaches.
        var last: Int { isWeekday ? 6 : range.upperBound }
    }

    private static let macros = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@quarterly": "0 0 1 */3 *",
        "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Longer texts are no schedule; keeps messages and work small.
    private static let maxLength = 1_000

    private let text: String
    private var scalars: [Unicode.Scalar]
    private var position = 0
    /// Column of each field's first scalar; of the macro, for a macro.
    private(set) var columns: [Int] = []
    private let isMacro: Bool

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars.prefix(Self.maxLength + 1))
        self.text = scalars.count > Self.maxLength ? "" : text
        let word = scalars.map { String(Character($0)) }.joined().lowercased()
            .split(whereSeparator: \.isWhitespace)
        if word.count == 1, let macro = word.first, let expansion = Self.macros[String(macro)] {
            isMacro = true
            self.scalars = Array(expansion.unicodeScalars)
        } else {
            isMacro = false
            self.scalars = scalars
        }
    }

    private func refuse(
        at position: Int, _ problem: String, _ remedy: String
    ) -> CronSyntaxError {
        CronSyntaxError(text: text, column: position + 1, problem: problem, remedy: remedy)
    }

    /// The five fields.
    mutating func fields() throws(CronSyntaxError) -> [Field] {
        guard scalars.count <= Self.maxLength else {
            throw refuse(at: 0, "it is longer than 1000 characters", "Write a shorter schedule.")
        }
        let spans = fieldSpans()
        if let first = spans.first, scalars[first.lowerBound] == "@" {
            let names = Self.macros.keys.sorted()
            let known = names.joined(separator: ", ")
            let word = String(String.UnicodeScalarView(scalars[first.lowerBound...]))
            if let nearest = nearestName(to: word.lowercased(), among: names) {
                throw refuse(
                    at: first.lowerBound, "there is no such macro", "Did you mean '\(nearest)'?")
            }
            throw refuse(
                at: first.lowerBound, "there is no such macro",
                "Write five fields, or one of \(known).")
        }
        columns = spans.prefix(5).map { isMacro ? 1 : $0.lowerBound + 1 }
        guard spans.count == 5 else {
            let place = spans.count > 5 ? spans[5].lowerBound : scalars.count
            throw refuse(
                at: place, "it has \(spans.count) field\(spans.count == 1 ? "" : "s"), not 5",
                "Write minute, hour, day of month, month and weekday, such as '0 6 * * MON-FRI'.")
        }
        var fields: [Field] = []
        for (kind, span) in zip(Kind.all, spans) { fields.append(try field(kind, span)) }
        return fields
    }

    private func fieldSpans() -> [Range<Int>] {
        var spans: [Range<Int>] = []
        var start: Int?
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isWhitespace {
                if let begun = start { spans.append(begun..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        if let start { spans.append(start..<scalars.count) }
        return spans
    }

    private mutating func field(
        _ kind: Kind, _ span: Range<Int>
    ) throws(CronSyntaxError) -> Field {
        var field = Field()
        field.startsWithStar = scalars[span.lowerBound] == "*"
        position = span.lowerBound
        while true {
            try item(kind, end: span.upperBound, into: &field)
            guard position < span.upperBound else { break }
            position += 1
        }
        return field
    }

    /// One item of a list, up to its comma or `end`.
    private mutating func item(
        _ kind: Kind, end: Int, into field: inout Field
    ) throws(CronSyntaxError) {
        let start = position
        guard position < end, scalars[position] != "," else {
            throw refuse(
                at: position, "the \(kind.name) field has an empty item",
                "Remove the comma, or write a value there.")
        }
        var (low, high) = (kind.range.lowerBound, kind.last)
        var isSingle = false
        if scalars[position] == "*" {
            position += 1
        } else if kind.isDay, scalars[position] == "L" || scalars[position] == "l" {
            position += 1
            field.bits |= 1
            return try endItem(kind, end: end)
        } else {
            low = try value(kind, end: end)
            high = low
            isSingle = true
            if position < end, scalars[position] == "#", kind.isWeekday {
                return try nth(low % 7, end: end, into: &field)
            }
            if position < end, scalars[position] == "-" {
                position += 1
                high = try value(kind, end: end)
                isSingle = false
                guard low <= high else {
                    throw refuse(
                        at: start, "the range goes from \(low) down to \(high)",
                        kind.isWeekday && high == 0
                            ? "Write 7 for a Sunday that ends a range."
                            : "Write the smaller value first, or two ranges parted by a comma.")
                }
            }
        }
        var step = 1
        if position < end, scalars[position] == "/" {
            position += 1
            step = try self.step(kind, end: end)
            if isSingle { high = max(high, kind.last) }
        }
        for value in stride(from: low, through: high, by: step) {
            field.bits |= 1 << UInt64(kind.isWeekday ? value % 7 : value)
        }
        try endItem(kind, end: end)
    }

    private func endItem(_ kind: Kind, end: Int) throws(CronSyntaxError) {
        guard position == end || scalars[position] == "," else {
            throw unexpected(kind, at: position)
        }
    }

    private func unexpected(_ kind: Kind, at position: Int) -> CronSyntaxError {
        let scalar = String(Character(scalars[position]))
        return refuse(
            at: position, "'\(scalar)' does not belong in the \(kind.name) field",
            scalar == "?"
                ? "Write '*' instead."
                : "Write \(kind.range.lowerBound)-\(kind.range.upperBound)"
                    + (kind.names.isEmpty ? "" : ", names such as \(kind.names[1])")
                    + ", '*', ranges 'a-b', steps '/n' and lists 'a,b'.")
    }

    private mutating func nth(
        _ weekday: Int, end: Int, into field: inout Field
    ) throws(CronSyntaxError) {
        position += 1
        let start = position
        guard let number = digits(end: end), (1...5).contains(number) else {
            throw refuse(
                at: start, "the number after '#' is not 1 to 5",
                "Write which one of the month you mean, such as 'FRI#2' for the second Friday.")
        }
        field.nthBits |= 1 << UInt64(7 * (number - 1) + weekday)
        try endItem(Kind.all[4], end: end)
    }

    private mutating func step(_ kind: Kind, end: Int) throws(CronSyntaxError) -> Int {
        let start = position
        guard let step = digits(end: end) else {
            throw refuse(
                at: start, "the step after '/' is missing or no number",
                "Write a number after '/', such as '*/15'.")
        }
        guard (1...999).contains(step) else {
            throw refuse(
                at: start, step == 0 ? "a step of 0 never moves" : "the step is over 999",
                "Write a step of 1 to \(kind.last).")
        }
        return step
    }

    /// A number or a name in the field's range.
    private mutating func value(_ kind: Kind, end: Int) throws(CronSyntaxError) -> Int {
        let start = position
        guard position < end else {
            throw refuse(
                at: position, "the range in the \(kind.name) field has no end",
                "Write a value after '-'.")
        }
        if let number = digits(end: end) {
            guard kind.range.contains(number) else {
                throw refuse(
                    at: start, "\(number) is out of range for the \(kind.name) field",
                    "Write \(kind.range.lowerBound) to \(kind.range.upperBound).")
            }
            return number
        }
        let word = scalars[position..<end].prefix { $0.properties.isAlphabetic }
        let name = word.map { String(Character($0)) }.joined().uppercased()
        guard let index = kind.names.firstIndex(of: name) else {
            guard word.count > 1, !kind.names.isEmpty else { throw unexpected(kind, at: start) }
            throw refuse(
                at: start, "'\(name)' is no \(kind.name)",
                "Write one of \(kind.names.joined(separator: ", ")), or a number.")
        }
        position += word.count
        return index + kind.range.lowerBound
    }

    /// Digits up to `end`; numbers over 9999 come back as 9999. Nil where none stand there.
    private mutating func digits(end: Int) -> Int? {
        let digits = scalars[position..<end].prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { return nil }
        position += digits.count
        return digits.reduce(0) { min(9_999, $0 * 10 + Int($1.value - 48)) }
    }
}

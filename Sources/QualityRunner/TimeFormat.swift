/// Tests texts against `strftime` formats, as strictly as Python's `strptime`.
enum TimeFormat {
    /// Whether all of `text` is a time written as `format` says; nil where the format holds a
    /// directive that is not known.
    static func matches(_ text: String, _ format: String) -> Bool? {
        var reader = Reader(rest: Array(text.utf8)[...])
        var directives = Array(format.utf8)[...]
        var isMatch = true
        while let byte = directives.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                isMatch = isMatch && reader.take(literal: byte)
                continue
            }
            guard let letter = directives.popFirst(),
                let isRead = reader.take(directive: letter)
            else { return nil }
            isMatch = isMatch && isRead
        }
        return isMatch && reader.rest.isEmpty && reader.isDate
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>
        var year = 2000
        var month = 1
        var day = 1

        var isDate: Bool {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            return (1...12).contains(month) && (1...days[month - 1]).contains(day)
        }

        mutating func take(literal: UInt8) -> Bool {
            if literal == 32 {
                // A space stands for any number of them, but at least one.
                let before = rest.count
                rest = rest.drop { $0 == 32 || (9...13).contains($0) }
                return rest.count < before
            }
            guard rest.first == literal else { return false }
            rest = rest.dropFirst()
            return true
        }

        private mutating func number(_ least: Int, _ most: Int, _ range: ClosedRange<Int>)
            -> Int?
        {
            let digits = rest.prefix(most).prefix { (48...57).contains($0) }
            guard digits.count >= least else { return nil }
            let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
            guard range.contains(value) else { return nil }
            rest = rest.dropFirst(digits.count)
            return value
        }

        private mutating func name(_ names: [String]) -> Int? {
            for (index, name) in names.enumerated() {
                let head = rest.prefix(name.utf8.count).map { $0 | 32 }
                if head == Array(name.utf8) {
                    rest = rest.dropFirst(name.utf8.count)
                    return index
                }
            }
            return nil
        }

        private static let months = [
            "january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december",
        ]
        private static let days = [
            "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ]

        /// Nil where the directive is not known.
        mutating func take(directive: UInt8) -> Bool? {
            switch Unicode.Scalar(directive) {
            case "Y": return keep(number(4, 4, 0...9999), \.year)
            case "y": return keep(number(2, 2, 0...99).map { $0 + ($0 < 69 ? 2000 : 1900) }, \.year)
            case "m": return keep(number(1, 2, 1...12), \.month)
            case "d": return keep(number(1, 2, 1...31), \.day)
            case "H": return number(1, 2, 0...23) != nil
            case "I": return number(1, 2, 1...12) != nil
            case "M": return number(1, 2, 0...59) != nil
            case "S": return number(1, 2, 0...61) != nil
            case "j": return number(1, 3, 1...366) != nil
            case "f": return number(1, 6, 0...999_999) != nil
            case "p": return name(["am", "pm"]) != nil
            case "B": return keep(name(Self.months).map { $0 + 1 }, \.month)
            case "b", "h":
                return keep(name(Self.months.map { String($0.prefix(3)) }).map { $0 + 1 }, \.month)
            case "A": return name(Self.days) != nil
            case "a": return name(Self.days.map { String($0.prefix(3)) }) != nil
            case "z": return zone()
            case "Z": return name(["utc", "gmt"]) != nil
            case "%": return take(literal: directive)
            case "T": return all("H:M:S")
            case "F": return all("Y-m-d")
            default: return nil
            }
        }

        private mutating func keep(_ value: Int?, _ field: WritableKeyPath<Reader, Int>) -> Bool {
            guard let value else { return false }
            self[keyPath: field] = value
            return true
        }

        private mutating func all(_ parts: String) -> Bool {
            for byte in parts.utf8 {
                let isLetter = byte > 64
                guard isLetter ? take(directive: byte) ?? false : take(literal: byte) else {
                    return false
                }
            }
            return true
        }

        private mutating func zone() -> Bool {
            if take(literal: UInt8(ascii: "Z")) { return true }
            guard take(literal: UInt8(ascii: "+")) || take(literal: UInt8(ascii: "-")),
                number(2, 2, 0...23) != nil
            else { return false }
            _ = take(literal: UInt8(ascii: ":"))
            return number(2, 2, 0...59) != nil
        }
    }
}

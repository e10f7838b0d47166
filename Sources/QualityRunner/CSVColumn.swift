/// What all values of a CSV column are; the narrowest that fits is taken.
enum CSVColumn: Hashable {
    case integer, number, boolean, text

    var declaredType: String {
        switch self {
        case .integer, .boolean: "INTEGER"
        case .number: "REAL"
        case .text: "TEXT"
        }
    }

    /// The kind that a type's name means, as SQL or a suite writes it; nil for an unknown one.
    init?(type: String) {
        let name = type.lowercased()
        if name.contains("int") {
            self = .integer
        } else if name.contains("bool") {
            self = .boolean
        } else if ["char", "text", "string", "date", "time"].contains(where: name.contains) {
            self = .text
        } else if ["real", "floa", "doub", "num", "dec"].contains(where: name.contains) {
            self = .number
        } else {
            return nil
        }
    }
}

/// The kinds that a column can still be after the values seen so far.
struct CSVColumnGuess {
    private var isInteger = true
    private var isNumber = true
    private var isBoolean = true
    private var isAny = false

    /// Nil while nothing but empty fields was seen: such a column is a text.
    var kind: CSVColumn {
        if !isAny { return .text }
        return isInteger ? .integer : isNumber ? .number : isBoolean ? .boolean : .text
    }

    mutating func look(at value: UnsafeBufferPointer<UInt8>) {
        guard isInteger || isNumber || isBoolean, !CSVNumber.isMissing(value) else { return }
        isAny = true
        if isNumber {
            switch CSVNumber(value) {
            case .integer: break
            case .number: isInteger = false
            case nil:
                isInteger = false
                isNumber = false
            }
        }
        if isBoolean { isBoolean = CSVNumber.boolean(value) != nil }
    }
}

/// A number as a CSV field writes it.
enum CSVNumber {
    case integer(Int64)
    case number(Double)

    /// Nil for anything but decimal digits with an optional sign, point and exponent. Digits that
    /// begin with a needless zero are a code, not a number: `00017`.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !bytes.isEmpty, bytes.count <= 40 else { return nil }
        var place = 0
        let isNegative = bytes[0] == UInt8(ascii: "-")
        if isNegative { place = 1 }
        guard place < bytes.count, (48...57).contains(bytes[place]) else { return nil }
        if bytes[place] == 48, place + 1 < bytes.count, (48...57).contains(bytes[place + 1]) {
            return nil
        }
        var value: Int64 = 0
        var overflows = false
        while place < bytes.count, (48...57).contains(bytes[place]) {
            let (product, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.subtractingReportingOverflow(Int64(bytes[place] - 48))
            overflows = overflows || first || second
            value = sum
            place += 1
        }
        if place == bytes.count, !overflows, isNegative || value > .min {
            self = .integer(isNegative ? value : -value)
            return
        }
        guard
            bytes[place...].allSatisfy({
                (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0)
            }), let number = Double(String(decoding: bytes, as: UTF8.self)), number.isFinite
        else { return nil }
        self = .number(number)
    }

    /// Whether a column of numbers is left empty by this word, as programs that write CSV do it.
    static func isMissing(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (2...4).contains(bytes.count), !(48...57).contains(bytes[0]) else { return false }
        return missing.contains { bytes.elementsEqual($0.utf8) }
    }

    private static let missing = ["NaN", "nan", "NA", "N/A", "n/a", "NULL", "null", "None"]

    static func boolean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard bytes.count == 4 || bytes.count == 5 else { return nil }
        let lowered = bytes.map { $0 | 32 }
        if lowered.elementsEqual("true".utf8) { return true }
        return lowered.elementsEqual("false".utf8) ? false : nil
    }
}

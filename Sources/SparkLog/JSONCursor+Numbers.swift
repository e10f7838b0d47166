extension JSONCursor {
    /// The number that stands here, also inside a string, as SQL metrics are written.
    ///
    /// A fraction is cut off; what does not fit saturates. Nil (and stepped over) for null, other
    /// values, and strings that hold no number.
    @inline(__always)
    mutating func int() -> Int64? {
        let isQuoted = at.pointee == ByteScan.quote
        let start = at
        if isQuoted { at += 1 }
        let isNegative = at.pointee == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var value: UInt64 = 0
        let digits = at
        while true {
            let digit = at.pointee &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            at += 1
        }
        let count = at - digits
        let next = at.pointee
        let isWhole =
            isQuoted ? next == ByteScan.quote : next == UInt8(ascii: ",") || next | 0x20 == 0x7D
        if count > 0, count <= 18, isWhole {
            if isQuoted { at += 1 }
            return isNegative ? 0 - Int64(value) : Int64(value)
        }
        at = start
        return unusualInt()
    }

    @inline(never)
    private mutating func unusualInt() -> Int64? {
        guard let number = double() else { return nil }
        // Doubles lose digits past 2^53: whole numbers are read again, with saturation.
        guard number == number.rounded(.towardZero), abs(number) > 9e15, abs(number) < 9.3e18 else {
            return Self.clamped(number)
        }
        return lastWhole ?? Self.clamped(number)
    }

    /// The number that stands here, also inside a string; nil (and stepped over) where none does
    /// or where it is no finite number.
    mutating func double() -> Double? {
        lastWhole = nil
        skipSpaces()
        if at.pointee == ByteScan.quote {
            guard let text = string() else { return nil }
            return number(in: text.bytes)
        }
        let start = at
        skipValue()
        guard !hasFailed, start.pointee != UInt8(ascii: "{"), start.pointee != UInt8(ascii: "[")
        else { return nil }
        return number(in: UnsafeBufferPointer(start: start, count: at - start))
    }

    private mutating func number(in bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        guard bytes.count <= 64, let first = bytes.first, first != UInt8(ascii: "+") else {
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let whole = Int64(text) {
            lastWhole = whole
            return Double(whole)
        }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func clamped(_ number: Double) -> Int64 {
        if number >= 9.2e18 { return .max }
        if number <= -9.2e18 { return .min }
        return Int64(number)
    }
}

internal import CByteScan

/// Walks one line of JSON and decodes only what it is asked for.
///
/// A tree of values would cost more than the log: most of a line is keys that nobody needs. So the
/// cursor steps over what the caller skips without looking into it, and checks only the structure
/// it walks through. It never passes the line feed that ends the line (`end[-1]` is one), so bad
/// input can only make it fail. A failure is sticky: the cursor then stands on the last line feed
/// and every further call returns nothing.
struct JSONCursor {
    var at: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    private(set) var hasFailed = false
    /// The whole number that `double()` read last, exact where a Double is not.
    var lastWhole: Int64?

    /// - Precondition: `end[-1]` is a line feed and `at < end`.
    @inline(__always)
    init(at: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        self.at = at
        self.end = end
    }

    /// Bytes between two quotes, as they stand in the text.
    struct Text {
        let start: UnsafePointer<UInt8>
        let count: Int
        let hasEscapes: Bool

        var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

        /// Whether these are the bytes of `name`, escapes not decoded.
        @inline(__always)
        func equals(_ name: StaticString) -> Bool {
            guard count == name.utf8CodeUnitCount else { return false }
            var index = 0
            while index < count, start[index] == name.utf8Start[index] { index += 1 }
            return index == count
        }
    }

    @inline(__always)
    mutating func fail() {
        hasFailed = true
        at = end - 1
    }

    @inline(__always)
    mutating func skipSpaces() {
        while at.pointee == 0x20 || at.pointee == 0x09 || at.pointee == 0x0D { at += 1 }
    }

    /// Steps over the mark that some editors put at the start of a file.
    @inline(never)
    mutating func skipByteOrderMark() {
        guard end - at > 3, at[1] == 0xBB, at[2] == 0xBF else { return }
        at += 3
        skipSpaces()
    }

    /// Steps over `byte` and blanks before it, or fails.
    @inline(__always)
    mutating func expect(_ byte: UInt8) {
        if at.pointee != byte { skipSpaces() }
        if at.pointee == byte { at += 1 } else { fail() }
    }

    /// Steps into an object; false where something else stands here (which is stepped over).
    @inline(__always)
    mutating func enterObject() -> Bool { enter(UInt8(ascii: "{")) }

    /// Steps into an array; false where something else stands here (which is stepped over).
    @inline(__always)
    mutating func enterArray() -> Bool { enter(UInt8(ascii: "[")) }

    @inline(__always)
    private mutating func enter(_ bracket: UInt8) -> Bool {
        if at.pointee != bracket { skipSpaces() }
        guard at.pointee == bracket else {
            skipValue()
            return false
        }
        at += 1
        return true
    }

    /// Whether another element follows in the array that was entered; leaves it at its end.
    @inline(__always)
    mutating func nextElement() -> Bool {
        skipSpaces()
        switch at.pointee {
        case UInt8(ascii: ","):
            at += 1
            skipSpaces()
            return at.pointee != ByteScan.lineFeed
        case UInt8(ascii: "]"):
            at += 1
            return false
        case ByteScan.lineFeed:
            fail()
            return false
        default:
            // The first element; behind a value only a comma or the end may stand.
            let before = at[-1]
            if before == UInt8(ascii: "[") || before <= 0x20 { return true }
            fail()
            return false
        }
    }

    /// The next key of the object that was entered, the cursor at its value; nil at the end.
    @inline(__always)
    mutating func nextKey() -> Text? {
        guard isAtKey() else { return nil }
        guard let key = string() else { return nil }
        expect(UInt8(ascii: ":"))
        return hasFailed ? nil : key
    }

    /// The number of the next key in `keys`; -1 at the end of the object.
    ///
    /// Numbers from `keys.knownCount` on are keys the caller did not name. `last` starts at -1 and
    /// belongs to this object: what followed a key once mostly follows it again.
    @inline(__always)
    mutating func nextKey(_ keys: inout KeyTable, after last: inout Int) -> Int {
        guard isAtKey() else { return -1 }
        if let guess = keys.guess(at + 1, end: end, after: last) {
            last = guess
            at += keys.length(of: guess) + 2
        } else {
            guard let key = string() else { return -1 }
            last = keys.learn(key, after: last)
        }
        if at.pointee == UInt8(ascii: ":") {
            at += 1
        } else {
            expect(UInt8(ascii: ":"))
            if hasFailed { return -1 }
        }
        return last
    }

    @inline(__always)
    private mutating func isAtKey() -> Bool {
        if at.pointee == UInt8(ascii: ",") {
            at += 1
        } else if at.pointee == UInt8(ascii: "}") {
            at += 1
            return false
        }
        if at.pointee == ByteScan.quote { return true }
        return isAtKeyBehindSpaces()
    }

    @inline(never)
    private mutating func isAtKeyBehindSpaces() -> Bool {
        skipSpaces()
        if at.pointee == UInt8(ascii: ",") {
            at += 1
            skipSpaces()
        }
        if at.pointee == ByteScan.quote { return true }
        if at.pointee == UInt8(ascii: "}") { at += 1 } else { fail() }
        return false
    }

    /// The string that stands here; fails on anything else.
    @inline(__always)
    mutating func string() -> Text? {
        if at.pointee != ByteScan.quote { skipSpaces() }
        guard at.pointee == ByteScan.quote else {
            fail()
            return nil
        }
        let start = at + 1
        if let stop = ByteScan.quoteNearby(start, end: end) {
            at = stop + 1
            return Text(start: start, count: stop - start, hasEscapes: false)
        }
        return longString(start)
    }

    /// A string of more than a few bytes, or with escapes.
    @inline(never)
    private mutating func longString(_ start: UnsafePointer<UInt8>) -> Text? {
        var escapes: Int32 = 0
        guard let stop = byte_scan_string(start, end, &escapes) else {
            fail()
            return nil
        }
        at = stop + 1
        return Text(start: start, count: stop - start, hasEscapes: escapes != 0)
    }

    /// The string that stands here, nil (stepped over) for null and every other value.
    @inline(__always)
    mutating func stringIfAny() -> Text? {
        if at.pointee != ByteScan.quote { skipSpaces() }
        if at.pointee == ByteScan.quote { return string() }
        skipValue()
        return nil
    }

    /// True only for `true`; any value is stepped over.
    @inline(__always)
    mutating func bool() -> Bool {
        if at.pointee == 0x20 { skipSpaces() }
        let isTrue = at.pointee == UInt8(ascii: "t")
        skipValue()
        return isTrue
    }

    /// Steps over whatever value stands here.
    ///
    /// Brackets are counted, not matched by kind; depth costs no stack, so nesting is harmless.
    @inline(__always)
    mutating func skipValue() {
        let byte = at.pointee
        if byte == ByteScan.quote {
            _ = string()
        } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
            skipContainer()
        } else {
            skipScalar()
        }
    }

    @inline(never)
    private mutating func skipContainer() {
        guard let behind = byte_scan_container(at, end) else { return fail() }
        at = behind
    }

    private mutating func skipScalar() {
        skipSpaces()
        let byte = at.pointee
        if byte == ByteScan.quote || byte | 0x20 == UInt8(ascii: "{") { return skipValue() }
        let start = at
        while true {
            switch at.pointee {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                at += 1
            default:
                if at == start { fail() }
                return
            }
        }
    }
}

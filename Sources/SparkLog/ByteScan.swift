/// Finds bytes sixteen at a time.
///
/// Every function looks from `at` on, stops at a line feed at the latest, and demands that
/// `end[-1]` is a line feed: so none ever reads past `end`, whatever the bytes.
enum ByteScan {
    typealias Pointer = UnsafePointer<UInt8>
    private typealias Lanes = SIMD16<UInt8>

    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let lineFeed = UInt8(ascii: "\n")

    /// The quote that ends a string of less than 16 bytes without escapes; nil for any other.
    @inline(__always)
    static func quoteNearby(_ start: Pointer, end: Pointer) -> Pointer? {
        guard start + 16 <= end else { return nil }
        let lanes = UnsafeRawPointer(start).loadUnaligned(as: Lanes.self)
        let hits =
            (lanes .== Lanes(repeating: quote))
            .| (lanes .== Lanes(repeating: backslash))
            .| (lanes .== Lanes(repeating: lineFeed))
        guard let offset = firstHit(hits), start[offset] == quote else { return nil }
        return start + offset
    }

    /// Whether one of the next 16 bytes, which must be there, is a backslash or a line feed.
    @inline(__always)
    static func hasBackslashOrLineFeed(_ start: Pointer) -> Bool {
        let lanes = UnsafeRawPointer(start).loadUnaligned(as: Lanes.self)
        let hits =
            (lanes .== Lanes(repeating: backslash)) .| (lanes .== Lanes(repeating: lineFeed))
        return firstHit(hits) != nil
    }

    /// The first `}`, `[` or line feed, strings not respected.
    @inline(__always)
    static func closingBraceOrBracket(_ start: Pointer, end: Pointer) -> Pointer {
        var at = start
        while at + 16 <= end {
            let lanes = UnsafeRawPointer(at).loadUnaligned(as: Lanes.self)
            let hits =
                (lanes .== Lanes(repeating: UInt8(ascii: "}")))
                .| (lanes .== Lanes(repeating: UInt8(ascii: "[")))
                .| (lanes .== Lanes(repeating: lineFeed))
            if let offset = firstHit(hits) { return at + offset }
            at += 16
        }
        while at < end - 1 {
            let byte = at.pointee
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "[") || byte == lineFeed {
                return at
            }
            at += 1
        }
        return end - 1
    }

    /// The first line feed; `end - 1` where there is none before it.
    @inline(__always)
    static func endOfLine(_ start: Pointer, end: Pointer) -> Pointer {
        var at = start
        while at + 16 <= end {
            let lanes = UnsafeRawPointer(at).loadUnaligned(as: Lanes.self)
            if let offset = firstHit(lanes .== Lanes(repeating: lineFeed)) { return at + offset }
            at += 16
        }
        while at < end - 1, at.pointee != lineFeed { at += 1 }
        return at < end ? at : end - 1
    }

    /// How many of `count` bytes come up to and with the last line feed; 0 without one.
    static func lengthOfWholeLines(_ bytes: UnsafeRawBufferPointer) -> Int {
        var length = bytes.count
        while length >= 16 {
            let lanes = bytes.loadUnaligned(fromByteOffset: length - 16, as: Lanes.self)
            let hits = lanes .== Lanes(repeating: lineFeed)
            if firstHit(hits) != nil { break }
            length -= 16
        }
        while length > 0, bytes[length - 1] != lineFeed { length -= 1 }
        return length
    }

    @inline(__always)
    private static func firstHit(_ hits: SIMDMask<SIMD16<Int8>>) -> Int? {
        let words = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return words[0].trailingZeroBitCount >> 3 }
        if words[1] != 0 { return 8 + (words[1].trailingZeroBitCount >> 3) }
        return nil
    }
}

/// The UTF-8 sequences of a range of characters, as sequences of byte ranges.
///
/// The splitting at the borders where the lengths and the leading bytes change is Russ Cox's
/// (Regular Expression Matching in the Wild, 2010; Ken Thompson's before him).
func byteSequences(of range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    var result: [[ClosedRange<UInt8>]] = []
    var open = [range]
    while let range = open.popLast() {
        if let (left, right) = split(range) {
            open.append(right)
            open.append(left)
            continue
        }
        let (low, high) = (utf8(range.lowerBound), utf8(range.upperBound))
        result.append(zip(low, high).map { $0...$1 })
    }
    return result
}

/// Two parts of `range` where one pattern of byte ranges cannot say it.
private func split(
    _ range: ClosedRange<UInt32>
) -> (ClosedRange<UInt32>, ClosedRange<UInt32>)? {
    let (low, high) = (range.lowerBound, range.upperBound)
    for last: UInt32 in [0x7F, 0x7FF, 0xFFFF] where low <= last && high > last {
        return (low...last, last + 1...high)
    }
    if high < 0x80 { return nil }
    for bits: UInt32 in [6, 12, 18] {
        let mask: UInt32 = (1 << bits) - 1
        guard low & ~mask != high & ~mask else { continue }
        if low & mask != 0 { return (low...(low | mask), (low | mask) + 1...high) }
        if high & mask != mask { return (low...(high & ~mask) - 1, (high & ~mask)...high) }
    }
    return nil
}

private func utf8(_ value: UInt32) -> [UInt8] {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (value >> shift) & 0x3F) }
    if value < 0x80 { return [UInt8(value)] }
    if value < 0x800 { return [UInt8(0xC0 | value >> 6), tail(0)] }
    if value < 0x10000 { return [UInt8(0xE0 | value >> 12), tail(6), tail(0)] }
    return [UInt8(0xF0 | value >> 18), tail(12), tail(6), tail(0)]
}

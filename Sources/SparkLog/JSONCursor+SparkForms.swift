/// Values in exactly the form that Spark writes them in, compared eight bytes at a time.
///
/// Half of a log are lists of accumulators and of the metrics of plans. Whatever deviates by a byte
/// is left to the readers of any JSON: each function gives nil then, and the cursor is where it was.
extension JSONCursor {
    /// Longest text that is looked at here, with what surrounds it.
    private static let reach = 256

    /// An element of a plan node's metrics: `{"name":"…","accumulatorId":1,"metricType":"sum"}`.
    @inline(__always)
    mutating func planMetric() -> (name: Text, id: Int64, kind: SparkMetricKind)? {
        guard at + Self.reach <= end, matches(at, Form.name), at[8] == ByteScan.quote,
            let name = nearText(at + 9)
        else { return nil }
        var place = name.start + name.count + 1
        guard matches(place, Form.accumulator), matches(place + 8, Form.identifier),
            place[16] == UInt8(ascii: ":")
        else { return nil }
        place += 17
        guard let id = digits(&place), matches(place, Form.metric),
            matches(place + 8, Form.typeIs, 7)
        else { return nil }
        place += 15
        let kind: SparkMetricKind
        if matches(place, Form.sum, 5) {
            kind = .sum
            place += 5
        } else if matches(place, Form.size, 6) {
            kind = .size
            place += 6
        } else if matches(place, Form.timing) {
            kind = .timing
            place += 8
        } else if matches(place, Form.nanoTiming), place[8] == ByteScan.quote, place[9] == Form.end
        {
            kind = .nanoTiming
            place += 10
        } else if matches(place, Form.average), place[8] == Form.end {
            kind = .average
            place += 9
        } else {
            return nil
        }
        at = place
        return (name, id, kind)
    }

    /// An accumulator of a SQL metric that a task updated:
    /// `{"ID":1,"Name":"…","Update":"1","Value":"1","Internal":true,…,"Metadata":"sql"}`.
    @inline(__always)
    mutating func metricUpdate() -> (id: Int64, update: Int64)? {
        guard let (id, name) = accumulableStart() else { return nil }
        var place = name.start + name.count + 1
        guard matches(place, Form.update), matches(place + 8, Form.stringIs, 3) else { return nil }
        place += 11
        guard let update = digits(&place), place.pointee == ByteScan.quote,
            let behind = valueAndTail(place + 1)
        else { return nil }
        at = behind.end
        return (id, update)
    }

    /// An accumulator of a SQL metric as a stage's end tells it:
    /// `{"ID":1,"Name":"…","Value":"1","Internal":true,…,"Metadata":"sql"}`.
    @inline(__always)
    mutating func metricTotal() -> (id: Int64, name: Text, value: Int64)? {
        guard let (id, name) = accumulableStart(),
            let behind = valueAndTail(name.start + name.count + 1)
        else { return nil }
        at = behind.end
        return (id, name, behind.value)
    }

    @inline(__always)
    private func accumulableStart() -> (id: Int64, name: Text)? {
        guard at + Self.reach <= end, matches(at, Form.accumulableID, 6) else { return nil }
        var place = at + 6
        guard let id = digits(&place), matches(place, Form.accumulableName),
            place[8] == ByteScan.quote,
            !matches(place + 8, Form.internalName) || !matches(place + 16, Form.internalMetrics),
            let name = nearText(place + 9)
        else { return nil }
        return (id, name)
    }

    /// From `,"Value":"` on up to the end of the accumulable.
    @inline(__always)
    private func valueAndTail(
        _ start: UnsafePointer<UInt8>
    ) -> (value: Int64, end: UnsafePointer<UInt8>)? {
        guard matches(start, Form.value), matches(start + 7, Form.stringIs, 3) else { return nil }
        var place = start + 10
        guard let value = digits(&place), place.pointee == ByteScan.quote else { return nil }
        place += 1
        guard
            matches(place, Form.tail0), matches(place + 8, Form.tail1),
            matches(place + 16, Form.tail2), matches(place + 24, Form.tail3),
            matches(place + 32, Form.tail4), matches(place + 40, Form.tail5),
            matches(place + 48, Form.tail6), matches(place + 53, Form.tail7)
        else { return nil }
        return (value, place + 61)
    }

    /// A text of at most 63 bytes without escapes.
    @inline(__always)
    private func nearText(_ start: UnsafePointer<UInt8>) -> Text? {
        var block = start
        for _ in 0..<4 {
            if let stop = ByteScan.quoteNearby(block, end: end) {
                return Text(start: start, count: stop - start, hasEscapes: false)
            }
            guard !ByteScan.hasBackslashOrLineFeed(block) else { return nil }
            block += 16
        }
        return nil
    }

    /// One to eighteen digits; `place` is then behind them.
    @inline(__always)
    private func digits(_ place: inout UnsafePointer<UInt8>) -> Int64? {
        let start = place
        var value: UInt64 = 0
        while true {
            let digit = place.pointee &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            place += 1
        }
        let count = place - start
        return count > 0 && count <= 18 ? Int64(value) : nil
    }

    @inline(__always)
    private func matches(_ text: UnsafePointer<UInt8>, _ word: UInt64) -> Bool {
        UInt64(littleEndian: UnsafeRawPointer(text).loadUnaligned(as: UInt64.self)) == word
    }

    /// Whether the first `count` bytes are those of `word`.
    @inline(__always)
    private func matches(_ text: UnsafePointer<UInt8>, _ word: UInt64, _ count: UInt64) -> Bool {
        let found = UInt64(littleEndian: UnsafeRawPointer(text).loadUnaligned(as: UInt64.self))
        return (found ^ word) << (64 - 8 * count) == 0
    }

    /// Steps over an accumulable of Spark's own, in the form that Spark writes; false, unmoved,
    /// where another value stands here.
    ///
    /// They are half of a log, and all they say is in the task's metrics.
    @inline(__always)
    mutating func skipInternalAccumulable() -> Bool {
        guard at + 64 <= end, matches(at, Form.accumulableID, 6) else { return false }
        var name = at + 6
        while name.pointee &- UInt8(ascii: "0") < 10 { name += 1 }
        guard name + 32 <= end, matches(name, Form.accumulableName),
            matches(name + 8, Form.internalName), matches(name + 16, Form.internalMetrics),
            matches(name + 24, Form.internalEnd, 2)
        else { return false }
        let stop = ByteScan.closingBraceOrBracket(name + 16, end: end)
        guard stop.pointee == Form.end else { return false }
        at = stop + 1
        return true
    }
}

/// Words of eight bytes, or fewer, as they lie in memory.
private enum Form {
    static let end = UInt8(ascii: "}")
    /// `{"name":`
    static let name: UInt64 = 0x3A22_656D_616E_227B
    /// `,"accumu`
    static let accumulator: UInt64 = 0x756D_7563_6361_222C
    /// `latorId"`
    static let identifier: UInt64 = 0x2264_4972_6F74_616C
    /// `,"metric`
    static let metric: UInt64 = 0x6369_7274_656D_222C
    /// `Type":"`
    static let typeIs: UInt64 = 0x0022_3A22_6570_7954
    /// `sum"}`
    static let sum: UInt64 = 0x0000_007D_226D_7573
    /// `size"}`
    static let size: UInt64 = 0x0000_7D22_657A_6973
    /// `timing"}`
    static let timing: UInt64 = 0x7D22_676E_696D_6974
    /// `nsTiming`
    static let nanoTiming: UInt64 = 0x676E_696D_6954_736E
    /// `average"`
    static let average: UInt64 = 0x2265_6761_7265_7661
    /// `{"ID":`
    static let accumulableID: UInt64 = 0x0000_3A22_4449_227B
    /// `,"Name":`
    static let accumulableName: UInt64 = 0x3A22_656D_614E_222C
    /// `"interna`
    static let internalName: UInt64 = 0x616E_7265_746E_6922
    /// `l.metric`
    static let internalMetrics: UInt64 = 0x6369_7274_656D_2E6C
    /// `s.`
    static let internalEnd: UInt64 = 0x0000_0000_0000_2E73
    /// `,"Update`
    static let update: UInt64 = 0x6574_6164_7055_222C
    /// `,"Value"`
    static let value: UInt64 = 0x2265_756C_6156_222C
    /// `":"`
    static let stringIs: UInt64 = 0x0000_0000_0022_3A22
    // What follows the value of a SQL metric, the last word overlapping the one before.
    /// `,"Intern`
    static let tail0: UInt64 = 0x6E72_6574_6E49_222C
    /// `al":true`
    static let tail1: UInt64 = 0x6575_7274_3A22_6C61
    /// `,"Count `
    static let tail2: UInt64 = 0x2074_6E75_6F43_222C
    /// `Failed V`
    static let tail3: UInt64 = 0x5620_6465_6C69_6146
    /// `alues":t`
    static let tail4: UInt64 = 0x743A_2273_6575_6C61
    /// `rue,"Met`
    static let tail5: UInt64 = 0x7465_4D22_2C65_7572
    /// `adata":"`
    static let tail6: UInt64 = 0x223A_2261_7461_6461
    /// `":"sql"}`
    static let tail7: UInt64 = 0x7D22_6C71_7322_3A22
}

/// A hash over texts, eight bytes at a time.
struct FingerprintHash {
    private(set) var value: UInt64 = 0
    /// What is left of a text without what differs from run to run; its memory is kept.
    private var rest: [UInt8] = []

    mutating func begin() { value = 0xCBF2_9CE4_8422_2325 }

    mutating func mix(_ number: UInt64) {
        let product = (value ^ number).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        value = product.high ^ product.low &+ 0x5899_65CC_7537_4CC3
    }

    mutating func mix(_ text: String) {
        var text = text
        text.withUTF8 { mix(UnsafeRawBufferPointer($0)) }
    }

    private mutating func mix(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while place + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var tail: UInt64 = 0
        while place < bytes.count {
            tail = tail << 8 | UInt64(bytes[place])
            place += 1
        }
        mix(tail)
        mix(UInt64(bytes.count))
    }

    /// Takes in a text without what differs from run to run: `#12L`, `plan_id=12`, `[id=#12]`.
    mutating func mixNormalised(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            guard leaveOutNumbers(bytes) else { return mix(UnsafeRawBufferPointer(bytes)) }
            var taken: [UInt8] = []
            swap(&taken, &rest)
            taken.withUnsafeBytes { mix($0) }
            swap(&taken, &rest)
        }
    }

    /// Puts into `rest` what stays of a text; false, `rest` being anything, where all of it does.
    private mutating func leaveOutNumbers(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var hasChanged = false
        var from = 0
        var place = 0
        while let stop = Self.nextSign(bytes, place) {
            var behind = stop + 1
            var kept = stop
            if bytes[stop] == UInt8(ascii: "#") {
                while behind < bytes.count, (48...57).contains(bytes[behind]) { behind += 1 }
                if behind > stop + 1, behind < bytes.count, bytes[behind] == UInt8(ascii: "L") {
                    behind += 1
                }
            } else if let name = Self.startOfIdentifier(bytes, stop, from) {
                kept = name
                while behind < bytes.count, bytes[behind] != UInt8(ascii: "]") { behind += 1 }
            } else {
                place = behind
                continue
            }
            if !hasChanged { rest.removeAll(keepingCapacity: true) }
            hasChanged = true
            rest.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[from..<kept]))
            from = behind
            place = behind
        }
        if hasChanged { rest.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[from...])) }
        return hasChanged
    }

    /// The next `#` or `=` from `place` on.
    private static func nextSign(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int? {
        typealias Lanes = SIMD16<UInt8>
        let raw = UnsafeRawBufferPointer(bytes)
        var at = place
        while at + 16 <= raw.count {
            let lanes = raw.loadUnaligned(fromByteOffset: at, as: Lanes.self)
            let hits =
                (lanes .== Lanes(repeating: UInt8(ascii: "#")))
                .| (lanes .== Lanes(repeating: UInt8(ascii: "=")))
            let words = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
            if words[0] != 0 { return at + words[0].trailingZeroBitCount >> 3 }
            if words[1] != 0 { return at + 8 + words[1].trailingZeroBitCount >> 3 }
            at += 16
        }
        while at < raw.count {
            if raw[at] == UInt8(ascii: "#") || raw[at] == UInt8(ascii: "=") { return at }
            at += 1
        }
        return nil
    }

    /// Where `plan_id` or `[id` starts that ends before `stop`, not before `from`.
    private static func startOfIdentifier(
        _ bytes: UnsafeBufferPointer<UInt8>, _ stop: Int, _ from: Int
    ) -> Int? {
        for name in ["plan_id", "[id"] {
            let start = stop - name.utf8.count
            if start >= from, bytes[start..<stop].elementsEqual(name.utf8) { return start }
        }
        return nil
    }
}

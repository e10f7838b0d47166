import Processors

/// Applications as bytes, so that a log that was read once is opened again without reading it.
///
/// The bytes begin with a mark and the number of their form, and hold a check sum: other bytes, those
/// of another form and damaged ones give nil. About a fiftieth of the text of a log; reading costs
/// some 10 ms for 200,000 tasks.
public enum SparkIndex {
    /// Grows by one whenever the model changes.
    private static let form: UInt64 = 2
    private static let mark: UInt64 = 0x3158_444E_4957_5053
    private static let headerCount = 32

    /// Codes what was read of a log.
    public static func bytes(_ applications: [SparkApplication], _ facts: SparkLogFacts) -> [UInt8]
    {
        // In two parts, which are read at the same time.
        var first = IndexCoder()
        var second = IndexCoder()
        var (applications, facts) = (applications, facts)
        first.code(&facts)
        first.code(&applications)
        var metrics = applications.map(\.metrics)
        second.code(&metrics)
        let body = first.bytes + second.bytes
        var header = [UInt8]()
        header.reserveCapacity(headerCount + body.count)
        for word in [mark, form, checksum(body[...]), UInt64(first.bytes.count)] {
            withUnsafeBytes(of: word.littleEndian) { header.append(contentsOf: $0) }
        }
        return header + body
    }

    /// What ``bytes(_:_:)`` coded; nil where the bytes are no such code or are damaged.
    ///
    /// What only further reading needs is left out: feed no more events to these applications.
    ///
    /// - Parameter start: where in `bytes` they begin.
    public static func read(
        _ bytes: [UInt8], from start: Int = 0
    ) -> (applications: [SparkApplication], facts: SparkLogFacts)? {
        let body = start + headerCount
        guard bytes.count >= body else { return nil }
        let words = bytes.withUnsafeBytes { raw in
            (0..<headerCount / 8).map {
                UInt64(
                    littleEndian: raw.loadUnaligned(fromByteOffset: start + $0 * 8, as: UInt64.self)
                )
            }
        }
        guard words[0] == mark, words[1] == form, words[2] == checksum(bytes[body...]),
            words[3] <= bytes.count - body
        else { return nil }
        let middle = body + Int(words[3])
        let (first, second) = Processors.both(
            {
                decode(bytes[body..<middle]) { coder in
                    var facts = SparkLogFacts.blank
                    var applications: [SparkApplication] = []
                    coder.code(&facts)
                    coder.code(&applications)
                    return (applications: applications, facts: facts)
                }
            },
            {
                decode(bytes[middle...]) { coder in
                    var metrics: [MetricTable] = []
                    coder.code(&metrics)
                    return metrics
                }
            })
        guard var found = first, let metrics = second, metrics.count == found.applications.count
        else { return nil }
        for index in metrics.indices { found.applications[index].metrics = metrics[index] }
        return found
    }

    /// Nil where bytes are left over or damaged.
    private static func decode<Value>(
        _ bytes: ArraySlice<UInt8>, _ body: (inout IndexCoder) -> Value
    ) -> Value? {
        bytes.withUnsafeBytes { raw in
            var coder = IndexCoder(reading: raw)
            let value = body(&coder)
            return coder.isComplete ? value : nil
        }
    }

    /// Folded products of eight bytes at a time, four sums side by side.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { raw in
            var sums = SIMD4<UInt64>(
                0x9E37_79B9_7F4A_7C15, 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB,
                UInt64(raw.count))
            var place = 0
            while place + 32 <= raw.count {
                for lane in 0..<4 {
                    let word = raw.loadUnaligned(
                        fromByteOffset: place + lane * 8, as: UInt64.self)
                    sums[lane] = fold(sums[lane] ^ word)
                }
                place += 32
            }
            while place < raw.count {
                sums[place & 3] = fold(sums[place & 3] ^ UInt64(raw[place]))
                place += 1
            }
            return fold(fold(sums[0] ^ sums[1]) ^ fold(sums[2] &+ sums[3]))
        }
    }

    @inline(__always)
    private static func fold(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return product.high ^ product.low &+ 0x5899_65CC_7537_4CC3
    }
}

extension SparkLogFacts: IndexCoded {
    static var blank: SparkLogFacts {
        SparkLogFacts(layout: "", isInProgress: false, files: 0, bytes: 0, codec: "")
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&layout)
        coder.code(&isInProgress)
        coder.code(&isCompacted)
        coder.code(&files)
        coder.code(&bytes)
        coder.code(&codec)
        coder.code(&damagedPlaces)
    }
}

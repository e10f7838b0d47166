/// Maps ids that come in runs (accumulators) to small numbers.
///
/// A page holds 64 neighbours. Applications count their ids from 0: the pages of the first 67
/// million are found without hashing.
struct IdentifierTable: Sendable {
    private static let nearCount = 1 << 20
    /// Where each of the first pages starts in `entries`; -1 where there is none.
    private var nearPages: [Int32] = []
    private var farPages: [Int64: Int] = [:]
    private var entries: [Int32] = []

    @inline(__always)
    subscript(id: Int64) -> Int? {
        guard let base = base(ofPage: id >> 6) else { return nil }
        let entry = entries[base + Int(id & 63)]
        return entry < 0 ? nil : Int(entry)
    }

    @inline(__always)
    private func base(ofPage page: Int64) -> Int? {
        if page >= 0, page < nearPages.count {
            let base = Int(nearPages[Int(page)])
            return base < 0 ? nil : base
        }
        return farPages.isEmpty ? nil : farPages[page]
    }

    mutating func set(_ id: Int64, to number: Int) {
        let page = id >> 6
        let base: Int
        if let known = self.base(ofPage: page) {
            base = known
        } else {
            base = entries.count
            entries.append(contentsOf: repeatElement(-1, count: 64))
            setBase(base, ofPage: page)
        }
        entries[base + Int(id & 63)] = Int32(truncatingIfNeeded: number)
    }

    private mutating func setBase(_ base: Int, ofPage page: Int64) {
        guard page >= 0, page < Self.nearCount, base <= Int32.max else {
            farPages[page] = base
            return
        }
        while nearPages.count <= page { nearPages.append(-1) }
        nearPages[Int(page)] = Int32(base)
    }

    /// Whether all numbers are below `count`.
    func fit(_ count: Int) -> Bool { entries.allSatisfy { $0 < count } }
}

extension IdentifierTable: IndexCoded {
    static var blank: IdentifierTable { IdentifierTable() }

    mutating func code(_ coder: inout IndexCoder) {
        var numbers = farPages.keys.filter { $0 < 0 }.sorted()
        numbers += nearPages.indices.filter { nearPages[$0] >= 0 }.map { Int64($0) }
        numbers += farPages.keys.filter { $0 >= 0 }.sorted()
        var bases = numbers.map { base(ofPage: $0) ?? 0 }
        coder.code(&numbers)
        coder.code(&bases)
        coder.code(&entries)
        guard coder.isReading else { return }
        guard numbers.count == bases.count,
            bases.allSatisfy({ $0 >= 0 && $0 + 64 <= entries.count })
        else {
            self = .blank
            return coder.damaged()
        }
        for (page, base) in zip(numbers, bases) { setBase(base, ofPage: page) }
    }
}

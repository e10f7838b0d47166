/// Maps ids that come in runs (accumulators) to small numbers.
///
/// A page holds 64 neighbours, and the page used last is remembered: most lookups cost no hash.
struct IdentifierTable: Sendable {
    private var pages: [Int64: Int] = [:]
    private var entries: [Int32] = []
    private var lastPage = Int64.min
    private var lastBase = 0

    subscript(id: Int64) -> Int? {
        let page = id >> 6
        let base: Int
        if page == lastPage {
            base = lastBase
        } else if let found = pages[page] {
            base = found
        } else {
            return nil
        }
        let entry = entries[base + Int(id & 63)]
        return entry < 0 ? nil : Int(entry)
    }

    mutating func set(_ id: Int64, to number: Int) {
        let page = id >> 6
        var base = pages[page]
        if base == nil {
            base = entries.count
            pages[page] = entries.count
            entries.append(contentsOf: repeatElement(-1, count: 64))
        }
        guard let base else { return }
        entries[base + Int(id & 63)] = Int32(truncatingIfNeeded: number)
        lastPage = page
        lastBase = base
    }

    /// Whether all numbers are below `count`.
    func fit(_ count: Int) -> Bool { entries.allSatisfy { $0 < count } }

    /// Makes the page of `id` the one that is found without hashing.
    mutating func prefer(_ id: Int64) {
        let page = id >> 6
        guard page != lastPage, let base = pages[page] else { return }
        lastPage = page
        lastBase = base
    }
}

extension IdentifierTable: IndexCoded {
    static var blank: IdentifierTable { IdentifierTable() }

    mutating func code(_ coder: inout IndexCoder) {
        var numbers = pages.keys.sorted()
        var bases = numbers.map { pages[$0] ?? 0 }
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
        pages = Dictionary(zip(numbers, bases), uniquingKeysWith: { $1 })
        lastPage = .min
    }
}

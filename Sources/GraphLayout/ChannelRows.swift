/// The rows that matter in a channel: those of ports, the ones beside them, and spare ones above.
struct RowMap {
    /// Ascending.
    let rows: [Int32]

    init(_ wires: [ChannelRouting.Wire], spare: Int) {
        var all: [Int32] = []
        all.reserveCapacity(wires.count * 6 + spare)
        for wire in wires {
            for row in [wire.fromRow, wire.toRow] {
                all.append(row - 1)
                all.append(row)
                all.append(row + 1)
            }
        }
        all.sort()
        var unique: [Int32] = []
        for row in all where row != unique.last { unique.append(row) }
        let top = unique.first ?? 0
        rows = (0..<Int32(spare)).reversed().map { top - 1 - $0 } + unique
    }

    /// - Precondition: `row` is one of ``rows``.
    func index(_ row: Int32) -> Int {
        var (low, high) = (0, rows.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Rows of a channel in which no port lies, each given away once.
struct FreeRows {
    private var free: [Int32]

    init(_ map: RowMap, _ wires: [ChannelRouting.Wire]) {
        var taken: Set<Int32> = []
        for wire in wires {
            taken.insert(wire.fromRow)
            taken.insert(wire.toRow)
        }
        let last = wires.reduce(Int32.min) { max($0, $1.fromRow, $1.toRow) }
        // Below the last port other channels' lanes may pass.
        free = map.rows.filter { $0 <= last && !taken.contains($0) }
    }

    /// The free row nearest to `row`. There are as many spare rows as trunks, so one is left.
    mutating func take(near row: Int32) -> Int32 {
        precondition(!free.isEmpty, "more detours than trunks")
        let index =
            free.indices.min { abs(free[$0] - row) < abs(free[$1] - row) } ?? free.startIndex
        return free.remove(at: index)
    }
}

/// The highest track that is taken on each row; tracks are stacked on it.
struct Skyline {
    private var highest: [Int32]
    /// What a whole subtree was raised to.
    private var raised: [Int32]
    private let count: Int

    init(count: Int) {
        var size = 1
        while size < count { size *= 2 }
        self.count = size
        highest = [Int32](repeating: -1, count: 2 * size)
        raised = highest
    }

    /// Puts a track over all of `span` on top of what lies there and returns its number.
    /// O(log rows).
    mutating func drop(_ span: ClosedRange<Int>, onto least: Int32?) -> Int32 {
        let track = max(query(span, 1, 0, count - 1) + 1, least ?? 0)
        raise(span, to: track, 1, 0, count - 1)
        return track
    }

    private func query(_ span: ClosedRange<Int>, _ node: Int, _ low: Int, _ high: Int) -> Int32 {
        if span.lowerBound > high || span.upperBound < low { return -1 }
        if span.lowerBound <= low && high <= span.upperBound { return highest[node] }
        let middle = (low + high) / 2
        return max(
            raised[node], query(span, 2 * node, low, middle),
            query(span, 2 * node + 1, middle + 1, high))
    }

    private mutating func raise(
        _ span: ClosedRange<Int>, to track: Int32, _ node: Int, _ low: Int, _ high: Int
    ) {
        if span.lowerBound > high || span.upperBound < low { return }
        highest[node] = max(highest[node], track)
        if span.lowerBound <= low && high <= span.upperBound {
            raised[node] = max(raised[node], track)
            return
        }
        let middle = (low + high) / 2
        raise(span, to: track, 2 * node, low, middle)
        raise(span, to: track, 2 * node + 1, middle + 1, high)
    }
}

/// Who covered each row last.
struct VisibleOwners {
    private static let nobody: Int32 = -1
    private static let several: Int32 = -2
    private var owner: [Int32]
    private let count: Int

    init(count: Int) {
        var size = 1
        while size < count { size *= 2 }
        self.count = size
        owner = [Int32](repeating: Self.nobody, count: 2 * size)
    }

    /// Covers `span` and tells who was visible in it, each run of rows once. Amortised O(log rows).
    mutating func cover(
        _ span: ClosedRange<Int>, by number: Int32, _ visit: (Int32) -> Void
    ) {
        var last = Self.nobody
        cover(span, by: number, 1, 0, count - 1) { other in
            if other != last { visit(other) }
            last = other
        }
    }

    private mutating func cover(
        _ span: ClosedRange<Int>, by number: Int32, _ node: Int, _ low: Int, _ high: Int,
        _ visit: (Int32) -> Void
    ) {
        if span.lowerBound > high || span.upperBound < low { return }
        if span.lowerBound <= low && high <= span.upperBound {
            report(node, visit)
            owner[node] = number
            return
        }
        if owner[node] != Self.several {
            owner[2 * node] = owner[node]
            owner[2 * node + 1] = owner[node]
            owner[node] = Self.several
        }
        let middle = (low + high) / 2
        cover(span, by: number, 2 * node, low, middle, visit)
        cover(span, by: number, 2 * node + 1, middle + 1, high, visit)
        if owner[2 * node] == owner[2 * node + 1] { owner[node] = owner[2 * node] }
    }

    private func report(_ node: Int, _ visit: (Int32) -> Void) {
        if owner[node] == Self.several {
            report(2 * node, visit)
            report(2 * node + 1, visit)
        } else if owner[node] != Self.nobody {
            visit(owner[node])
        }
    }
}

/// The tracks of one channel: where, across the way between two ranks, each segment changes row.
///
/// Segments that share a start or an end can share a track (a *trunk*). A trunk's parts above and
/// below its node are placed apart only where they must. Three rules order the tracks:
/// - where a segment leaves and another enters on the same row, the leaving one turns off first,
///   or both would lie on the same cells (*hard*);
/// - of two segments that go the same way and need not cross, the one that starts farther in that
///   way turns first, or they would cross twice (*soft*: dropped where rules contradict);
/// - tracks that share rows differ.
/// Where hard rules contradict each other, one trunk changes row twice, over a row free of ports.
struct ChannelRouting {
    /// One segment between the rows of two vertices.
    struct Wire {
        let from: Int32
        let to: Int32
        let fromRow: Int32
        let toRow: Int32
    }

    /// Where a wire turns: one track, or two with the row between them; none when straight.
    enum Turn: Equatable {
        case straight
        case once(Int32)
        case twice(Int32, row: Int32, Int32)
    }

    private struct Trunk {
        let vertex: Int32
        let isAtStart: Bool
        let goesDown: Bool
        var wires: [Int32] = []
        var low = Int32.max
        var high = Int32.min
        var key = 0.0
        var sibling = -1
        var track: Int32 = -1
        /// Set for a trunk that another one finishes.
        var detour: (row: Int32, track: Int32)?
    }

    private let wires: [Wire]
    private var trunks: [Trunk] = []
    private var trunkOf: [Int32]
    private(set) var trackCount: Int32 = 0
    /// Whether a detour found no free row among those of the ports and left them.
    private(set) var lacksRows = false
    private var rules: TrackRules

    /// - Parameter wires: those of one channel.
    init(_ wires: [Wire]) {
        self.wires = wires
        trunkOf = [Int32](repeating: -1, count: wires.count)
        rules = TrackRules(count: 0)
        gatherTrunks()
        guard !trunks.isEmpty else { return }
        place()
    }

    /// Where wire number `wire` turns; tracks count from 0 at the side of the starts.
    func turn(_ wire: Int) -> Turn {
        guard trunkOf[wire] >= 0 else { return .straight }
        let trunk = trunks[Int(trunkOf[wire])]
        guard let detour = trunk.detour else { return .once(trunk.track) }
        return .twice(detour.track, row: detour.row, trunk.track)
    }

    private mutating func gatherTrunks() {
        var leaving: [Int32: Int32] = [:]
        var entering: [Int32: Int32] = [:]
        for wire in wires where wire.fromRow != wire.toRow {
            leaving[wire.from, default: 0] += 1
            entering[wire.to, default: 0] += 1
        }
        var numbers: [Int64: Int] = [:]
        for (index, wire) in wires.enumerated() where wire.fromRow != wire.toRow {
            let isAtStart = leaving[wire.from, default: 0] >= entering[wire.to, default: 0]
            let vertex = isAtStart ? wire.from : wire.to
            let goesDown = wire.toRow > wire.fromRow
            let key = Int64(vertex) * 4 + (isAtStart ? 2 : 0) + (goesDown ? 1 : 0)
            let number: Int
            if let known = numbers[key] {
                number = known
            } else {
                number = trunks.count
                numbers[key] = number
                trunks.append(Trunk(vertex: vertex, isAtStart: isAtStart, goesDown: goesDown))
                if let other = numbers[key ^ 1] {
                    trunks[number].sibling = other
                    trunks[other].sibling = number
                }
            }
            trunkOf[index] = Int32(number)
            trunks[number].wires.append(Int32(index))
            trunks[number].low = min(trunks[number].low, wire.fromRow, wire.toRow)
            trunks[number].high = max(trunks[number].high, wire.fromRow, wire.toRow)
            trunks[number].key += Double(wire.fromRow)
        }
        for number in trunks.indices { trunks[number].key /= Double(trunks[number].wires.count) }
        // Among trunks at ends alone, the row of the end tells the order exactly.
        if trunks.allSatisfy({ !$0.isAtStart }) {
            for number in trunks.indices {
                trunks[number].key = Double(wires[Int(trunks[number].wires[0])].toRow)
            }
        }
    }

    /// Orders the trunks by the rules and gives each the first track that they leave free.
    private mutating func place() {
        let map = RowMap(wires, spare: trunks.count)
        rules = TrackRules(count: trunks.count)
        addHardRules()
        addSoftRules(map)
        var skyline = Skyline(count: map.rows.count)
        var freeRows = FreeRows(map, wires)
        let top = wires.reduce(Int32.max) { min($0, $1.fromRow, $1.toRow) }
        rules.start(siblings: trunks.map(\.sibling))
        while true {
            switch rules.next(fewestWires: { trunks[$0].wires.count }) {
            case .place(let number, let sibling):
                settle(number, sibling, map, &skyline)
                rules.placed(number)
                if let sibling { rules.placed(sibling) }
            case .placeDetour(let number):
                // The first half of a detour: from the start's rows to a row of its own.
                let row = freeRows.take(
                    near: (trunks[number].low + trunks[number].high) / 2)
                if row < top { lacksRows = true }
                let starts = trunks[number].wires.map { wires[Int($0)].fromRow }
                let ends = trunks[number].wires.map { wires[Int($0)].toRow }
                let low = min(starts.min() ?? row, row)
                let high = max(starts.max() ?? row, row)
                let track = skyline.drop(map.index(low)...map.index(high), onto: nil)
                trackCount = max(trackCount, track + 1)
                trunks[number].detour = (row, track)
                trunks[number].low = min(ends.min() ?? row, row)
                trunks[number].high = max(ends.max() ?? row, row)
                rules.placedDetour(number)
            case .done:
                return
            }
        }
    }

    private mutating func settle(
        _ number: Int, _ sibling: Int?, _ map: RowMap, _ skyline: inout Skyline
    ) {
        func span(_ trunk: Trunk) -> ClosedRange<Int> {
            map.index(trunk.low)...map.index(trunk.high)
        }
        if let sibling, trunks[number].detour == nil, trunks[sibling].detour == nil {
            let low = min(trunks[number].low, trunks[sibling].low)
            let high = max(trunks[number].high, trunks[sibling].high)
            let track = skyline.drop(map.index(low)...map.index(high), onto: nil)
            trunks[number].track = track
            trunks[sibling].track = track
        } else {
            for one in [number, sibling].compactMap({ $0 }) {
                trunks[one].track = skyline.drop(span(trunks[one]), onto: nil)
            }
        }
        trackCount = max(trackCount, trunks[number].track + 1)
        if let sibling { trackCount = max(trackCount, trunks[sibling].track + 1) }
    }

    /// On a row where wires leave and others enter, those that leave come first.
    private mutating func addHardRules() {
        var leaving: [Int32: Set<Int32>] = [:]
        var entering: [Int32: Set<Int32>] = [:]
        for (index, wire) in wires.enumerated() where trunkOf[index] >= 0 {
            leaving[wire.fromRow, default: []].insert(trunkOf[index])
            entering[wire.toRow, default: []].insert(trunkOf[index])
        }
        for row in leaving.keys.sorted() {
            guard let first = leaving[row], let then = entering[row] else { continue }
            rules.addHard(first.sorted(), before: then.sorted())
        }
    }

    private mutating func addSoftRules(_ map: RowMap) {
        for goesDown in [true, false] {
            var visible = VisibleOwners(count: map.rows.count)
            let sorted = trunks.indices.filter { trunks[$0].goesDown == goesDown }.sorted {
                let (a, b) = (trunks[$0], trunks[$1])
                if a.key != b.key { return goesDown ? a.key > b.key : a.key < b.key }
                if goesDown { return (a.low, a.high) > (b.low, b.high) }
                return (a.high, a.low) < (b.high, b.low)
            }
            for number in sorted {
                let span = map.index(trunks[number].low)...map.index(trunks[number].high)
                visible.cover(span, by: Int32(number)) { other in
                    rules.addSoft(Int(other), before: number)
                }
            }
        }
    }
}

/// Which trunk of a channel comes before which, and the order that results.
///
/// Trunks are numbered `0..<count`; a hard rule between two sets goes through a joint of its own,
/// so that it costs their sum, not their product.
struct TrackRules {
    enum Step: Equatable {
        /// Place the trunk, with its other half where that is free as well.
        case place(Int, with: Int?)
        /// The hard rules contradict: place the first half of a detour of this trunk.
        case placeDetour(Int)
        case done
    }

    private let count: Int
    private var hardAfter: [[Int32]]
    private var hardBefore: [[Int32]]
    private var softAfter: [[Int32]]
    private var hardWaiting: [Int32]
    private var softWaiting: [Int32]
    private var isPlaced: [Bool]
    private var siblings: [Int] = []
    private var whole: [Int] = []
    private var nextWhole = 0
    private var halves: [Int] = []
    private var scan = 0
    private var placedTrunks = 0

    init(count: Int) {
        self.count = count
        hardAfter = [[Int32]](repeating: [], count: count)
        hardBefore = hardAfter
        softAfter = hardAfter
        hardWaiting = [Int32](repeating: 0, count: count)
        softWaiting = hardWaiting
        isPlaced = [Bool](repeating: false, count: count)
    }

    mutating func addHard(_ first: [Int32], before then: [Int32]) {
        let joint = Int32(hardAfter.count)
        hardAfter.append(then)
        hardBefore.append(first)
        hardWaiting.append(Int32(first.count))
        isPlaced.append(false)
        for number in first { hardAfter[Int(number)].append(joint) }
        for number in then {
            hardBefore[Int(number)].append(joint)
            hardWaiting[Int(number)] += 1
        }
    }

    mutating func addSoft(_ first: Int, before then: Int) {
        softAfter[first].append(Int32(then))
        softWaiting[then] += 1
    }

    mutating func start(siblings: [Int]) {
        self.siblings = siblings
        for number in 0..<count where isReady(number) { announce(number) }
    }

    private func isReady(_ number: Int) -> Bool {
        !isPlaced[number] && hardWaiting[number] == 0 && softWaiting[number] == 0
    }

    private mutating func announce(_ number: Int) {
        let sibling = siblings[number]
        if sibling < 0 || isPlaced[sibling] || isReady(sibling) {
            whole.append(number)
        } else {
            halves.append(number)
        }
    }

    mutating func next(fewestWires: (Int) -> Int) -> Step {
        while nextWhole < whole.count {
            let number = whole[nextWhole]
            nextWhole += 1
            if !isPlaced[number] { return step(number) }
        }
        while let number = halves.popLast() {
            if !isPlaced[number] { return step(number) }
        }
        guard placedTrunks < count else { return .done }
        while scan < count, isPlaced[scan] { scan += 1 }
        var best: Int?
        for number in scan..<count where !isPlaced[number] && hardWaiting[number] == 0 {
            if best.map({ softWaiting[number] < softWaiting[$0] }) ?? true { best = number }
            if softWaiting[number] == 1 { break }
        }
        if let best { return .place(best, with: nil) }
        return .placeDetour(trunkInCycle(fewestWires))
    }

    private func step(_ number: Int) -> Step {
        let sibling = siblings[number]
        return .place(number, with: sibling >= 0 && isReady(sibling) ? sibling : nil)
    }

    mutating func placed(_ number: Int) {
        guard !isPlaced[number] else { return }
        isPlaced[number] = true
        placedTrunks += 1
        for other in softAfter[number] {
            softWaiting[Int(other)] -= 1
            if isReady(Int(other)) { announce(Int(other)) }
        }
        release(number)
    }

    /// The first half of the trunk's detour frees what waited for its start; the trunk itself goes
    /// on waiting for what leaves its ends' rows.
    mutating func placedDetour(_ number: Int) {
        release(number)
        hardAfter[number] = []
    }

    private mutating func release(_ number: Int) {
        for joint in hardAfter[number] {
            hardWaiting[Int(joint)] -= 1
            guard hardWaiting[Int(joint)] == 0 else { continue }
            isPlaced[Int(joint)] = true
            for other in hardAfter[Int(joint)] {
                hardWaiting[Int(other)] -= 1
                if isReady(Int(other)) { announce(Int(other)) }
            }
        }
    }

    /// Of a cycle of unplaced trunks, the one with the fewest wires.
    private func trunkInCycle(_ wires: (Int) -> Int) -> Int {
        var seenAt: [Int: Int] = [:]
        var path: [Int] = []
        var node = scan
        while seenAt[node] == nil {
            seenAt[node] = path.count
            path.append(node)
            let before = hardBefore[node].first { other in
                !isPlaced[Int(other)] && (other >= count || !hardAfter[Int(other)].isEmpty)
                    && (Int(other) >= count || waits(node, for: Int(other)))
            }
            guard let before else { break }
            node = Int(before)
        }
        let cycle = path[(seenAt[node] ?? 0)...].filter { $0 < count }
        return cycle.min { (wires($0), $0) < (wires($1), $1) } ?? scan
    }

    private func waits(_ joint: Int, for number: Int) -> Bool {
        hardAfter[number].contains(Int32(joint))
    }
}

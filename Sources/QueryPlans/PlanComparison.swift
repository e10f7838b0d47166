/// Two plans of one query side by side: which nodes are the same, and what changed.
public struct PlanComparison: Hashable, Sendable {
    /// What became of a node.
    public enum Change: String, Hashable, Sendable {
        case same
        /// It does the same work in another way: another operator, another condition.
        case changed
        /// It does the same work, but stands below another node, or in another order there: the
        /// sides of a join were swapped.
        case moved
        case removed, added
    }

    /// A node of one plan or of both.
    public struct Pair: Hashable, Sendable {
        public var change: Change
        /// Its place before; nil where it was added.
        public var before: Int?
        /// Its place after; nil where it was removed.
        public var after: Int?
        /// Milliseconds of its own, after less before; a missing side counts as nothing. Nil where
        /// no side is measured.
        public var exclusiveMS: Double?
    }

    public let before: QueryPlan
    public let after: QueryPlan
    /// In the order of the plan after, each removed node behind the one before it.
    public let pairs: [Pair]

    /// Whether the plans differ in shape, operators or objects; figures do not count.
    public var isChanged: Bool { pairs.contains { $0.change != .same } }

    /// Time before over time after; nil where one is not measured.
    public var speedup: Double? {
        guard let old = before.totalMS, let new = after.totalMS, new > 0 else { return nil }
        return old / new
    }

    /// Compares two plans. Cost: linear in their nodes.
    public init(_ before: QueryPlan, _ after: QueryPlan) {
        self.before = before
        self.after = after
        var matching = Matching(before, after)
        matching.match()
        pairs = matching.pairs()
    }
}

/// Finds which nodes of two plans stand for each other.
private struct Matching {
    private let before: QueryPlan
    private let after: QueryPlan
    /// By places of the plan after, and before.
    private var toBefore: [Int?]
    private var toAfter: [Int?]

    init(_ before: QueryPlan, _ after: QueryPlan) {
        self.before = before
        self.after = after
        toBefore = Array(repeating: nil, count: after.nodes.count)
        toAfter = Array(repeating: nil, count: before.nodes.count)
    }

    /// From what is surely the same to what merely may be: whole branches, nodes with the same
    /// words, with the same operator on the same object, and at last what reads the same table.
    mutating func match() {
        matchBranches()
        match { "\($0.operation)\u{0}\($0.object ?? "")\u{0}\($0.detail ?? "")" }
        match { "\($0.operation)\u{0}\($0.object ?? "")" }
        match { node in node.object.map { "\u{0}" + $0 } }
        match { node in Self.family(node.operation) }
        if toAfter[0] == nil, toBefore[0] == nil { pair(0, 0) }
    }

    /// Joins are joins and sorts are sorts, however they are done.
    private static func family(_ operation: String) -> String? {
        let name = operation.uppercased()
        let families: [(String, [String])] = [
            ("join", ["JOIN", "NESTED LOOP", "CROSS_PRODUCT"]),
            ("aggregate", ["AGGREGATE", "GROUP_BY", "GROUP BY"]),
            ("sort", ["SORT", "ORDER_BY", "TOP_N", "ORDER BY"]),
        ]
        return families.first { $0.1.contains { name.contains($0) } }?.0
    }

    private mutating func pair(_ old: Int, _ new: Int) {
        toAfter[old] = new
        toBefore[new] = old
    }

    private mutating func matchBranches() {
        let (old, new) = (Self.branches(before), Self.branches(after))
        var waiting: [Int: [Int]] = [:]
        for place in before.nodes.indices.reversed() {
            waiting[old[place], default: []].append(place)
        }
        var place = 0
        while place < after.nodes.count {
            let size = after.nodes[place].end - place
            var found: Int?
            while let candidate = waiting[new[place]]?.popLast() {
                // A branch of it may be taken already.
                let range = candidate..<before.nodes[candidate].end
                if range.count == size, toAfter[range].allSatisfy({ $0 == nil }) {
                    found = candidate
                    break
                }
            }
            guard let found else {
                place += 1
                continue
            }
            for step in 0..<size { pair(found + step, place + step) }
            place += size
        }
    }

    /// A number for each node's branch: the same for branches of the same words.
    private static func branches(_ plan: QueryPlan) -> [Int] {
        var hashes = [Int](repeating: 0, count: plan.nodes.count)
        for place in plan.nodes.indices.reversed() {
            var hasher = Hasher()
            let node = plan.nodes[place]
            hasher.combine(node.operation)
            hasher.combine(node.object)
            hasher.combine(node.detail)
            for child in plan.children(of: place) { hasher.combine(hashes[child]) }
            hashes[place] = hasher.finalize()
        }
        return hashes
    }

    /// Pairs what is left and has the same key, in order.
    private mutating func match(_ key: (PlanNode) -> String?) {
        var waiting: [String: [Int]] = [:]
        for place in before.nodes.indices.reversed() where toAfter[place] == nil {
            if let key = key(before.nodes[place]) { waiting[key, default: []].append(place) }
        }
        for place in after.nodes.indices where toBefore[place] == nil {
            if let key = key(after.nodes[place]), let found = waiting[key]?.popLast() {
                pair(found, place)
            }
        }
    }

    func pairs() -> [PlanComparison.Pair] {
        var result: [PlanComparison.Pair] = []
        var next = 0
        let isMoved = movedNodes()
        /// The removed nodes that stand before `limit`.
        func addRemoved(before limit: Int) {
            while next < limit {
                if toAfter[next] == nil { result.append(difference(next, nil)) }
                next += 1
            }
        }
        for place in after.nodes.indices {
            if let old = toBefore[place] { addRemoved(before: old) }
            result.append(difference(toBefore[place], place, isMoved: isMoved[place]))
        }
        addRemoved(before: before.nodes.count)
        return result
    }

    /// Which nodes of the plan after hung on another node before, or behind what they now stand
    /// before. A node between that was added or removed moves nothing. Linear.
    private func movedNodes() -> [Bool] {
        let now = Self.ancestors(in: after) { toBefore[$0] != nil }
        let was = Self.ancestors(in: before) { toAfter[$0] != nil }
        // By parents: the last place before of the children seen so far.
        var latest: [Int: Int] = [:]
        return after.nodes.indices.map { new in
            guard let old = toBefore[new] else { return false }
            if now[new].flatMap({ toBefore[$0] }) != was[old] { return true }
            guard let parent = after.nodes[new].parent else { return false }
            let last = latest[parent] ?? -1
            latest[parent] = max(last, old)
            return old < last
        }
    }

    /// The nearest node above each that is wanted.
    private static func ancestors(
        in plan: QueryPlan, where isWanted: (Int) -> Bool
    ) -> [Int?] {
        var found: [Int?] = []
        for node in plan.nodes {
            found.append(node.parent.flatMap { isWanted($0) ? $0 : found[$0] })
        }
        return found
    }

    private func difference(
        _ old: Int?, _ new: Int?, isMoved: Bool = false
    ) -> PlanComparison.Pair {
        let was = old.map { before.nodes[$0] }
        let now = new.map { after.nodes[$0] }
        var change = PlanComparison.Change.same
        if isMoved { change = .moved }
        if was == nil { change = .added }
        if now == nil { change = .removed }
        if let was, let now,
            was.operation != now.operation || was.object != now.object || was.detail != now.detail
        {
            change = .changed
        }
        let times = (was?.exclusiveMS, now?.exclusiveMS)
        let isMeasured = times.0 != nil || times.1 != nil
        return PlanComparison.Pair(
            change: change, before: old, after: new,
            exclusiveMS: isMeasured ? (times.1 ?? 0) - (times.0 ?? 0) : nil)
    }
}

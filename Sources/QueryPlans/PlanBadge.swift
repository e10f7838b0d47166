/// Something about a node that is worth a look; the raw value is its name in JSON.
public enum PlanBadge: String, Hashable, Sendable, CaseIterable {
    /// Rows given and rows expected differ by a factor of 10, 100 or 1,000 and more.
    case estimateOff10 = "estimate-off-x10"
    case estimateOff100 = "estimate-off-x100"
    case estimateOff1000 = "estimate-off-x1000"
    /// A sequential scan read 10,000 rows or more, and its filter kept at most 5 %.
    case selectiveScan = "selective-scan"
    /// A table is read from its beginning again and again: 100 times or more, or in a loop of
    /// SQLite's.
    case repeatedScan = "repeated-scan"
    case sortSpilled = "sort-spilled"
    case hashSpilled = "hash-spilled"
    /// Another operator wrote to temporary files.
    case spilled = "spilled"
    /// A nested loop ran its inner side 10,000 times or more, or compared 1,000,000 pairs.
    case nestedLoopMany = "nested-loop-many"
    /// The engine built an index for this query alone: one is missing.
    case automaticIndex = "automatic-index"
    /// Rows are sorted in a temporary B-tree, since no index has their order (SQLite).
    case temporarySort = "temporary-sort"
    /// An index-only scan went to the table for at least half of 1,000 rows or more: vacuum it.
    case heapFetches = "heap-fetches"
    /// A bitmap did not fit into memory, so whole blocks were checked again.
    case lossyBitmap = "lossy-bitmap"
    /// Fewer workers were started than planned.
    case workersMissing = "workers-missing"
    case neverExecuted = "never-executed"

    /// One line: what it means and what helps.
    public var explanation: String {
        switch self {
        case .estimateOff10: "rows differ from the estimate by 10 times or more"
        case .estimateOff100: "rows differ from the estimate by 100 times or more: ANALYZE"
        case .estimateOff1000: "rows differ from the estimate by 1,000 times or more: ANALYZE"
        case .selectiveScan: "reads 10,000 rows or more and keeps at most 5 %: an index may help"
        case .repeatedScan: "reads the whole table again and again: an index on the join may help"
        case .sortSpilled: "the sort did not fit into memory: more work_mem, or fewer rows"
        case .hashSpilled: "the hash table did not fit into memory: more work_mem"
        case .spilled: "wrote temporary files: more memory"
        case .nestedLoopMany: "the inner side runs 10,000 times or more"
        case .automaticIndex: "an index is built for each run: make it once"
        case .temporarySort: "rows are sorted though an index could have their order"
        case .heapFetches: "the table is visited for rows of the index: VACUUM"
        case .lossyBitmap: "the bitmap did not fit into memory: more work_mem"
        case .workersMissing: "fewer workers were started than planned"
        case .neverExecuted: "never ran"
        }
    }

    /// Whether it says that something costs; false for mere notices.
    public var isProblem: Bool { self != .neverExecuted && self != .temporarySort }
}

extension QueryPlan {
    private static let scannedRows = 10_000.0
    private static let keptShare = 0.05
    private static let manyScans = 100.0
    private static let manyLoops = 10_000.0
    private static let manyPairs = 1_000_000.0

    /// Gives every node its badges, after those that its reader found.
    mutating func pinBadges() {
        var isCutShort = [Bool](repeating: false, count: nodes.count)
        for place in nodes.indices {
            let node = nodes[place]
            if let parent = node.parent {
                isCutShort[place] = isEndedEarly(place, below: parent, isCutShort[parent])
            }
            var badges = node.badges
            if node.isNeverExecuted {
                badges.append(.neverExecuted)
            } else {
                if let badge = Self.estimateBadge(node, isCutShort[place]) { badges.append(badge) }
                badges += workBadges(place)
            }
            nodes[place].badges = badges
        }
    }

    /// Whether a node may not give all its rows because nobody asked for them.
    private func isEndedEarly(_ place: Int, below parent: Int, _ isParentEnded: Bool) -> Bool {
        let above = nodes[parent].operation
        if above == "Limit" || above == "STREAMING_LIMIT" { return true }
        let isInner = place != parent + 1
        if isInner, above.contains("Semi Join") || above.contains("Anti Join") { return true }
        if above.hasPrefix("Merge") { return true }
        // These take all rows before they give one.
        let blocking = ["Sort", "Hash", "HashAggregate", "Aggregate", "Materialize", "WindowAgg"]
        return isParentEnded && !blocking.contains(above)
    }

    private static func estimateBadge(_ node: PlanNode, _ isCutShort: Bool) -> PlanBadge? {
        guard let error = node.estimateError, error >= 1 || !isCutShort else { return nil }
        switch max(error, 1 / error) {
        case 1_000...: return .estimateOff1000
        case 100...: return .estimateOff100
        case 10...: return .estimateOff10
        default: return nil
        }
    }

    private func workBadges(_ place: Int) -> [PlanBadge] {
        let node = nodes[place]
        var badges: [PlanBadge] = []
        let isScan = node.operation.hasSuffix("Seq Scan") || node.operation == "SEQ_SCAN"
        if isScan {
            let kept = node.actualRows ?? 0
            let read = kept + (node.removedRows ?? 0)
            if read >= Self.scannedRows, kept <= read * Self.keptShare {
                badges.append(.selectiveScan)
            }
            if let loops = node.loops, loops >= Self.manyScans, read >= Self.scannedRows {
                badges.append(.repeatedScan)
            }
        }
        if let spilled = node.spillBytes, spilled > 0 {
            let name = node.operation.uppercased()
            badges.append(
                name.contains("SORT") || name.contains("ORDER_BY")
                    ? .sortSpilled : name.contains("HASH") ? .hashSpilled : .spilled)
        }
        if isNestedLoopOverMany(place) { badges.append(.nestedLoopMany) }
        if let planned = node.workersPlanned, let launched = node.workersLaunched,
            launched < planned
        {
            badges.append(.workersMissing)
        }
        return badges
    }

    private func isNestedLoopOverMany(_ place: Int) -> Bool {
        let operation = nodes[place].operation
        let children = children(of: place)
        guard children.count >= 2 else { return false }
        if operation.hasPrefix("Nested Loop") {
            return (nodes[children[1]].loops ?? 0) >= Self.manyLoops
        }
        guard ["NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT"].contains(operation) else {
            return false
        }
        let sides = children.prefix(2).map { nodes[$0].actualRows ?? 0 }
        return sides[0] * sides[1] >= Self.manyPairs
    }
}

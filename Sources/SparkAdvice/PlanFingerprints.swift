import SparkLog

/// Hashes of all subtrees of a plan that do not depend on the numbers Spark gives expressions.
struct PlanFingerprints: Sendable {
    private(set) var values: [UInt64]
    /// Whether a subtree is worth keeping: it computes something and is not kept already.
    private(set) var isCandidate: [Bool]
    /// Whether reading is all the work of a subtree.
    private(set) var isScanAlone: [Bool]
    /// Which of `stageLists` each subtree ran.
    private(set) var stageListOf: [Int]
    /// Positions in ``SparkApplication/stages`` of what subtrees ran, ascending.
    ///
    /// Below an exchange everything is repeated; a node inside a stage repeats its part.
    private(set) var stageLists: [[Int]] = [[]]

    init(_ tree: PlanTree) {
        let count = tree.plan.nodes.count
        values = [UInt64](repeating: 0, count: count)
        isCandidate = [Bool](repeating: false, count: count)
        isScanAlone = [Bool](repeating: false, count: count)
        stageListOf = [Int](repeating: 0, count: count)
        var works = [Int](repeating: 0, count: count)
        var isKept = [Bool](repeating: false, count: count)
        var hash = FingerprintHash()
        for position in (0..<count).reversed() {
            let traits = tree.traits[position]
            let children = tree.places(ofChildrenOf: position)
            gatherStages(tree.stages(of: position), position, tree, children)
            if traits.contains(.kept) {
                isKept[position] = true
                continue
            }
            let isWork =
                traits.contains(.work)
                || traits.contains(.project) && tree.plan.nodes[position].detail.utf8.count > 120
            var scansOnly = true
            works[position] = isWork ? 1 : 0
            for place in children {
                let child = Int(tree.childList[place])
                works[position] += works[child]
                if isKept[child] { isKept[position] = true }
                if !isScanAlone[child] { scansOnly = false }
            }
            isScanAlone[position] = traits.contains(.scan) || !isWork && scansOnly
            if traits.contains(.wrapper), children.count == 1 {
                values[position] = values[Int(tree.childList[children.lowerBound])]
                continue
            }
            hash.begin()
            hash.mix(tree.plan.nodes[position].name.trimmed)
            hash.mixNormalised(tree.plan.nodes[position].detail)
            if !tree.plan.nodes[position].metadata.isEmpty {
                for setting in tree.plan.nodes[position].metadata
                where setting.key == "Location" || setting.key == "PushedFilters" {
                    hash.mix(setting.value)
                }
            }
            for place in children { hash.mix(values[Int(tree.childList[place])]) }
            values[position] = hash.value
            // A bare scan or projection of it costs what reading costs; sources are not repeats.
            isCandidate[position] =
                !isKept[position] && works[position] >= 1 && !traits.contains(.wrapper)
        }
    }

    private mutating func gatherStages(
        _ own: [Int], _ position: Int, _ tree: PlanTree, _ children: Range<Int>
    ) {
        var all = own
        var list: Int?
        for place in children {
            let child = Int(tree.childList[place])
            let below = stageLists[stageListOf[child]]
            if below == all {
                list = stageListOf[child]
            } else if all.isEmpty {
                all = below
                list = stageListOf[child]
            } else if !below.isEmpty {
                all = Array(Set(all).union(below)).sorted()
                list = nil
            }
        }
        if let list {
            stageListOf[position] = list
        } else if !all.isEmpty {
            stageListOf[position] = stageLists.count
            stageLists.append(all)
        }
    }
}

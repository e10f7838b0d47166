import SparkLog

/// Equal subtrees of plans, by a fingerprint without expression ids.
enum SQLRepeats {
    private struct Place {
        var plan: Int
        var node: Int
    }

    /// A subtree that several plans, or several places of one, computed.
    private struct Candidate {
        var place: Place
        /// Stages of each time it was computed, in their order.
        var runs: [[StageProfile]]
        /// Wall time of all but the first.
        var time: Int64
        var isExchange: Bool
        var print: UInt64
    }

    /// Of nested repeats the larger tree is meant; it saves as much or more. Only those that took
    /// longest are replayed: a replay lives through all tasks.
    private static let mostReplayed = 3

    static func finding(in profile: ApplicationProfile) -> Finding? {
        var best: Finding?
        for candidate in candidates(profile).prefix(mostReplayed) {
            // What takes little more in sum than another one saves is not the better advice.
            if let best, candidate.time < 2 * best.saving.middle { break }
            let finding = finding(candidate, profile)
            if finding?.saving.middle ?? 0 > best?.saving.middle ?? 0 { best = finding }
        }
        return best
    }

    /// Those that matter, longest first; of several about the same stages the outermost.
    private static func candidates(_ profile: ApplicationProfile) -> [Candidate] {
        var places: [UInt64: [Place]] = [:]
        var prints: [Int: PlanFingerprints] = [:]
        var names = PlanFingerprints.Names()
        let streaming = streamingJobs(profile)
        for (number, plan) in profile.plans.enumerated() {
            let jobs = profile.application.sqlExecutions[plan.execution].jobs
            // A stream's batches are meant to repeat each other.
            guard !jobs.contains(where: { streaming.contains($0) }) else { continue }
            let own = PlanFingerprints(plan, &names)
            prints[number] = own
            for node in plan.nodes.indices where own.isCandidate[node] {
                places[own.values[node], default: []].append(Place(plan: number, node: node))
            }
        }
        var found: [Candidate] = []
        for (print, list) in places where list.count >= 2 {
            var seen: Set<[Int]> = []
            var runs: [[StageProfile]] = []
            var plans: Set<Int> = []
            for place in list {
                // Both sides of one join read a table; keeping it for that is no good advice.
                guard let own = prints[place.plan] else { continue }
                if own.isScanAlone[place.node], !plans.insert(place.plan).inserted { continue }
                let stages = own.stagesBelow[place.node].compactMap {
                    profile.stageByIndex[$0]
                }.filter { !profile.isStreaming($0) }
                guard !stages.isEmpty, seen.insert(stages.map(\.index)).inserted else { continue }
                runs.append(stages)
            }
            guard runs.count >= 2 else { continue }
            runs.sort { $0[0].firstLaunch < $1[0].firstLaunch }
            let time = runs.dropFirst().reduce(0) { $0 + $1.reduce(0) { $0 + $1.wall } }
            guard profile.matters(time, share: 0.05) else { continue }
            let isExchange = profile.plans[list[0].plan].nodes[list[0].node].isExchange
            found.append(
                Candidate(
                    place: list[0], runs: runs, time: time, isExchange: isExchange, print: print))
        }
        found.sort { left, right in
            if left.time != right.time { return left.time > right.time }
            if left.isExchange != right.isExchange { return left.isExchange }
            return left.place.node != right.place.node
                ? left.place.node < right.place.node : left.print < right.print
        }
        var known: Set<[[Int]]> = []
        return found.filter { known.insert($0.runs.map { $0.map(\.index) }).inserted }
    }

    /// Ids of the jobs that ran for streaming queries.
    private static func streamingJobs(_ profile: ApplicationProfile) -> Set<Int> {
        guard profile.hasStreams else { return [] }
        var ids: Set<Int> = []
        for position in profile.application.jobs.indices {
            let job = profile.application.jobs[position]
            if job.streamingRun != nil { ids.insert(job.id) }
        }
        return ids
    }

    private static func finding(
        _ candidate: Candidate, _ profile: ApplicationProfile
    ) -> Finding? {
        let plan = profile.plans[candidate.place.plan]
        let root = plan.nodes[candidate.place.node]
        let size = root.total("data size") ?? (plan.rows(of: candidate.place.node) ?? 0) * 64
        return RecomputationRule.finding(
            runs: candidate.runs,
            share: root.isExchange ? (0.6, 1) : (0.35, 0.95),
            what: "The same \(root.isExchange ? "part of a query" : root.name)",
            isCacheable: size < 8 << 30, sizeBytes: size, execution: plan.id, profile: profile)
    }
}

/// Hashes of all subtrees of a plan that do not depend on the numbers Spark gives expressions.
struct PlanFingerprints {
    private(set) var values: [UInt64]
    /// Whether a subtree is worth keeping: it computes something and is not kept already.
    private(set) var isCandidate: [Bool]
    /// Whether reading is all the work of a subtree.
    private(set) var isScanAlone: [Bool]
    /// Positions in ``SparkApplication/stages`` of what a subtree ran, ascending. Below an exchange
    /// everything is repeated; a node inside a stage repeats its part.
    private(set) var stagesBelow: [[Int]]

    /// What is told by a node's name, of each name once: there are few, however many nodes.
    struct Names {
        fileprivate struct Traits {
            var isWork: Bool
            var isScan: Bool
            var isKept: Bool
            var isWrapper: Bool
        }
        private var known: [String: Traits] = [:]

        fileprivate mutating func traits(_ node: PlanProfile.Node) -> Traits {
            if let traits = known[node.name] { return traits }
            let traits = Traits(
                isWork: PlanFingerprints.isWork(node), isScan: PlanFingerprints.isScan(node),
                isKept: node.name.hasPrefix("InMemoryTableScan")
                    || node.name.hasPrefix("ReusedExchange"), isWrapper: node.isWrapper)
            known[node.name] = traits
            return traits
        }
    }

    init(_ plan: PlanProfile, _ names: inout Names) {
        let count = plan.nodes.count
        values = [UInt64](repeating: 0, count: count)
        isCandidate = [Bool](repeating: false, count: count)
        isScanAlone = [Bool](repeating: false, count: count)
        stagesBelow = [[Int]](repeating: [], count: count)
        var works = [Int](repeating: 0, count: count)
        var isKept = [Bool](repeating: false, count: count)
        for position in (0..<count).reversed() {
            let traits = names.traits(plan.nodes[position])
            let children = plan.nodes[position].children
            stagesBelow[position] = Self.union(
                plan.nodes[position].stages, children.map { stagesBelow[$0] })
            if traits.isKept {
                isKept[position] = true
                continue
            }
            isKept[position] = children.contains { isKept[$0] }
            let isWork =
                traits.isWork
                || plan.nodes[position].name == "Project"
                    && plan.nodes[position].detail.utf8.count > 120
            works[position] = children.reduce(isWork ? 1 : 0) { $0 + works[$1] }
            isScanAlone[position] =
                traits.isScan || !isWork && children.allSatisfy { isScanAlone[$0] }
            if traits.isWrapper, children.count == 1 {
                values[position] = values[children[0]]
                continue
            }
            var hash = FingerprintHash()
            hash.mix(plan.nodes[position].name)
            hash.mixNormalised(plan.nodes[position].detail)
            for setting in plan.nodes[position].metadata
            where setting.key == "Location" || setting.key == "PushedFilters" {
                hash.mix(setting.value)
            }
            for child in children { hash.mix(values[child]) }
            values[position] = hash.value
            // A bare scan or projection of it costs what reading costs; sources are not repeats.
            isCandidate[position] = !isKept[position] && works[position] >= 1 && !traits.isWrapper
        }
    }

    private static func union(_ own: [Int], _ others: [[Int]]) -> [Int] {
        var all = own
        for other in others where other != all { all += other }
        return all == own || all.count < 2 ? all : Array(Set(all)).sorted()
    }

    fileprivate static func isWork(_ node: PlanProfile.Node) -> Bool {
        node.isExchange || node.name.contains("Join") || node.name.contains("Aggregate")
            || node.name.contains("Python") || node.name.contains("Pandas")
            || node.name.contains("Sort") || node.name.contains("Window")
            || node.name == "Generate" || node.name.hasPrefix("MapPartitions") || isScan(node)
    }

    fileprivate static func isScan(_ node: PlanProfile.Node) -> Bool {
        node.name.hasPrefix("Scan ") || node.name.hasPrefix("BatchScan")
    }
}

/// FNV-1a over texts.
struct FingerprintHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func mix(_ number: UInt64) { value = (value ^ number) &* 0x0000_0100_0000_01B3 }

    mutating func mix(_ text: String) {
        for byte in text.utf8 { mix(UInt64(byte)) }
        mix(0xFF)
    }

    /// Takes in a text without what differs from run to run: `#12L`, `plan_id=12`, `[id=#12]`.
    mutating func mixNormalised(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var place = 0
            while place < bytes.count {
                let byte = bytes[place]
                if byte == UInt8(ascii: "#") {
                    place += 1
                    let first = place
                    while place < bytes.count, (48...57).contains(bytes[place]) { place += 1 }
                    if place > first, place < bytes.count, bytes[place] == UInt8(ascii: "L") {
                        place += 1
                    }
                    continue
                }
                if byte == UInt8(ascii: "p") || byte == UInt8(ascii: "["),
                    Self.isIdentifier(bytes[place...])
                {
                    while place < bytes.count, bytes[place] != UInt8(ascii: "]") { place += 1 }
                    continue
                }
                mix(UInt64(byte))
                place += 1
            }
        }
        mix(0xFF)
    }

    private static func isIdentifier(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        bytes.starts(with: "plan_id=".utf8) || bytes.starts(with: "[id=".utf8)
    }
}

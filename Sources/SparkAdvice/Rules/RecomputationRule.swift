import SparkLog

/// The same costly part of a plan, or the same RDD, computed again and again.
enum RecomputationRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        let sql = SQLRepeats.finding(in: profile)
        let rdd = RDDRepeats.finding(in: profile)
        return [sql, rdd].compactMap { $0 }
    }

    /// A finding about `runs`, each the stages of one time it was computed, in their order.
    static func finding(
        runs: [[StageProfile]], share: (low: Double, high: Double), what: String,
        isCacheable: Bool, sizeBytes: Int64, execution: Int64?, profile: ApplicationProfile
    ) -> Finding? {
        let repeats = runs.dropFirst().flatMap { $0 }
        guard let worst = repeats.max(by: { $0.wall < $1.wall }) else { return nil }
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for stage in repeats {
            best.durations[stage.index] = share.high >= 1 ? [] : stage.scaled(1 - share.high)
            modest.durations[stage.index] = stage.scaled(1 - share.low)
        }
        let time = repeats.reduce(0) { $0 + $1.wall }
        return Finding(
            .recomputation, at: worst,
            title: "\(what) was computed \(runs.count) times; the repetitions took "
                + AdviceText.time(time),
            evidence: [
                FindingEvidence("times", runs.count), FindingEvidence("repeated_ms", time),
                FindingEvidence(
                    "stages",
                    runs.flatMap { $0 }.prefix(50).map { "\($0.id)" }.joined(separator: " ")),
                FindingEvidence("size_bytes", sizeBytes),
                FindingEvidence("threshold_share", 0.05),
            ],
            changes: [
                .code(
                    "Keep it after the first time: call cache() on the data set that all of these "
                        + "actions use before the first of them, and unpersist() after the last.")
            ],
            saving: FindingSaving(low: profile.saved(by: modest), high: profile.saved(by: best)),
            confidence: isCacheable ? 0.85 : 0.5, execution: execution,
            stages: repeats.map(\.index), leastShare: 0.05)
    }
}

/// Equal subtrees of plans, by a fingerprint without expression ids.
enum SQLRepeats {
    private struct Place {
        var plan: Int
        var node: Int
    }

    static func finding(in profile: ApplicationProfile) -> Finding? {
        var places: [UInt64: [Place]] = [:]
        for (number, plan) in profile.plans.enumerated() {
            guard !isStreaming(plan, profile) else { continue }
            let prints = PlanFingerprints(plan)
            for node in plan.nodes.indices where prints.isCandidate[node] {
                places[prints.values[node], default: []].append(Place(plan: number, node: node))
            }
        }
        var best: Finding?
        for (_, list) in places.sorted(by: { $0.key < $1.key }) where list.count >= 2 {
            guard let finding = finding(list, profile) else { continue }
            // Of nested repeats the larger tree is meant; it saves as much or more.
            if finding.saving.middle > best?.saving.middle ?? 0 { best = finding }
        }
        return best
    }

    private static func isStreaming(_ plan: PlanProfile, _ profile: ApplicationProfile) -> Bool {
        let jobs = Set(profile.application.sqlExecutions[plan.execution].jobs)
        return profile.application.jobs.contains { jobs.contains($0.id) && $0.streamingRun != nil }
    }

    private static func finding(_ places: [Place], _ profile: ApplicationProfile) -> Finding? {
        var seen: Set<[Int]> = []
        var runs: [[StageProfile]] = []
        for place in places {
            let plan = profile.plans[place.plan]
            let root = plan.nodes[place.node]
            var stages = Set<Int>()
            // Below an exchange everything is repeated; a node inside a stage repeats its part.
            for node in plan.subtree(place.node) { stages.formUnion(plan.nodes[node].stages) }
            if root.isExchange { stages.formUnion(root.stages) }
            let profiles = stages.sorted().compactMap { profile.stageByIndex[$0] }.filter {
                !profile.isStreaming($0)
            }
            guard !profiles.isEmpty, seen.insert(profiles.map(\.index)).inserted else { continue }
            runs.append(profiles)
        }
        runs.sort { ($0.first?.firstLaunch ?? 0) < ($1.first?.firstLaunch ?? 0) }
        let time = runs.dropFirst().reduce(0) { $0 + $1.reduce(0) { $0 + $1.wall } }
        guard runs.count >= 2, profile.matters(time, share: 0.05) else { return nil }
        let plan = profile.plans[places[0].plan]
        let root = plan.nodes[places[0].node]
        let size = root.total("data size") ?? (plan.rows(of: places[0].node) ?? 0) * 64
        return RecomputationRule.finding(
            runs: runs,
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

    init(_ plan: PlanProfile) {
        values = [UInt64](repeating: 0, count: plan.nodes.count)
        isCandidate = [Bool](repeating: false, count: plan.nodes.count)
        var works = [Int](repeating: 0, count: plan.nodes.count)
        var isKept = [Bool](repeating: false, count: plan.nodes.count)
        for position in plan.nodes.indices.reversed() {
            let node = plan.nodes[position]
            if node.name.hasPrefix("InMemoryTableScan") || node.name.hasPrefix("ReusedExchange") {
                isKept[position] = true
                continue
            }
            isKept[position] = node.children.contains { isKept[$0] }
            works[position] =
                node.children.reduce(0) { $0 + works[$1] } + (Self.isWork(node) ? 1 : 0)
            let children = node.children.map { values[$0] }
            if node.isWrapper, children.count == 1 {
                values[position] = children[0]
                continue
            }
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            Self.mix(node.name, &hash)
            Self.mix(Self.normalised(node.detail), &hash)
            for setting in node.metadata where ["Location", "PushedFilters"].contains(setting.key) {
                Self.mix(setting.value, &hash)
            }
            for child in children { hash = (hash ^ child) &* 0x0000_0100_0000_01B3 }
            values[position] = hash
            // A bare scan or projection of it costs what reading costs; sources are not repeats.
            isCandidate[position] = !isKept[position] && works[position] >= 1 && !node.isWrapper
        }
    }

    private static func isWork(_ node: PlanProfile.Node) -> Bool {
        node.isExchange || node.name.contains("Join") || node.name.contains("Aggregate")
            || node.name.contains("Python") || node.name.contains("Pandas")
            || node.name.contains("Sort") || node.name.contains("Window")
            || node.name == "Generate" || node.name.hasPrefix("MapPartitions")
            || node.name.hasPrefix("Scan ") || node.name.hasPrefix("BatchScan")
            || (node.name == "Project" && node.detail.count > 120)
    }

    private static func mix(_ text: String, _ hash: inout UInt64) {
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01B3
    }

    /// The text without `#12L`, `plan_id=12` and stage numbers.
    static func normalised(_ text: String) -> String {
        var out: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.first {
            if byte == UInt8(ascii: "#") {
                bytes = bytes.dropFirst()
                let digits = bytes.prefix { (48...57).contains($0) }.count
                bytes = bytes.dropFirst(digits)
                if digits > 0, bytes.first == UInt8(ascii: "L") { bytes = bytes.dropFirst() }
                continue
            }
            if bytes.starts(with: "plan_id=".utf8) || bytes.starts(with: "[id=".utf8) {
                bytes = bytes.drop { $0 != UInt8(ascii: "]") }
                continue
            }
            out.append(byte)
            bytes = bytes.dropFirst()
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// RDDs that several jobs compute anew because nobody keeps them.
enum RDDRepeats {
    static func finding(in profile: ApplicationProfile) -> Finding? {
        var users: [Int: [StageProfile]] = [:]
        for stage in profile.stages where !profile.isSQL(stage) && stage.attempt == 0 {
            guard !profile.isStreaming(stage) else { continue }
            for rdd in computed(stage, profile) { users[rdd, default: []].append(stage) }
        }
        var best: (rdd: Int, stages: [StageProfile], time: Int64)?
        for (rdd, stages) in users.sorted(by: { $0.key < $1.key }) {
            let distinct = Dictionary(grouping: stages, by: \.id).compactMap(\.value.first)
                .sorted { $0.firstLaunch < $1.firstLaunch }
            guard distinct.count >= 2 else { continue }
            let time = distinct.dropFirst().reduce(0) { $0 + $1.wall }
            // Of RDDs used by the same stages the last one is the one to keep.
            if time > best?.time ?? 0 || time == best?.time, profile.matters(time, share: 0.05) {
                best = (rdd, distinct, time)
            }
        }
        guard let best, let rdd = profile.application.rdds[best.rdd] else {
            return PythonRepeats.finding(in: profile)
        }
        return RecomputationRule.finding(
            runs: best.stages.map { [$0] }, share: (0.3, 0.95),
            what: "The RDD \(best.rdd) (\(rdd.name.isEmpty ? rdd.scope : rdd.name))",
            isCacheable: true, sizeBytes: 0, execution: nil, profile: profile)
    }

    /// RDDs that a stage's tasks compute: what lies behind a persisted one is read, not computed.
    private static func computed(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Set<Int> {
        let listed = profile.application.stages[stage.index].rdds
        let rdds = Dictionary(
            listed.compactMap { id in profile.application.rdds[id].map { (id, $0) } },
            uniquingKeysWith: { $1 })
        let parents = Set(rdds.values.flatMap(\.parents))
        var open = rdds.keys.filter { !parents.contains($0) }
        var found: Set<Int> = []
        while let id = open.popLast() {
            guard let rdd = rdds[id], !rdd.isPersisted, found.insert(id).inserted else { continue }
            open.append(contentsOf: rdd.parents)
        }
        // Reading a shuffle again is not computing it; a bare collection costs nothing.
        return found.filter { id in
            let name = rdds[id]?.name ?? ""
            return !["ParallelCollectionRDD", "ShuffledRDD", "ShuffledRowRDD"].contains(name)
        }
    }
}

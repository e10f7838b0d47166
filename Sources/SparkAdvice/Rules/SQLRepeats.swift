import Processors
import SparkLog

/// Equal subtrees of plans, by a fingerprint without expression ids.
enum SQLRepeats {
    /// Where a subtree stands, and what it ran.
    private struct Place {
        var print: UInt64
        var plan: Int32
        var node: Int32
        /// Position in the lists of stages of all plans, and their wall time.
        var stages: Int32
        var isScanAlone: Bool
    }

    /// A subtree that several plans, or several places of one, computed.
    private struct Candidate {
        var plan: Int
        var node: Int
        /// Stages of each time it was computed, in their order.
        var runs: [[StageProfile]]
        /// Wall time of all but the first.
        var time: Int64
        var isExchange: Bool
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
        let (places, lists) = places(profile)
        let walls = lists.map { $0.reduce(0) { $0 + $1.wall } }
        var found: [Candidate] = []
        for group in groups(places) {
            // Most are too short, all together, to be looked at closely.
            let most = group.reduce(Int64(0)) { min(1 << 60, $0 + walls[Int($1.stages)]) }
            guard profile.matters(most, share: 0.05) else { continue }
            var seen: Set<[Int]> = []
            var runs: [[StageProfile]] = []
            var plans: Set<Int32> = []
            for place in group {
                // Both sides of one join read a table; keeping it for that is no good advice.
                if place.isScanAlone, !plans.insert(place.plan).inserted { continue }
                let stages = lists[Int(place.stages)]
                guard !stages.isEmpty, seen.insert(stages.map(\.index)).inserted else { continue }
                runs.append(stages)
            }
            guard runs.count >= 2, let first = group.first else { continue }
            runs.sort { $0[0].firstLaunch < $1[0].firstLaunch }
            let time = runs.dropFirst().reduce(0) { $0 + $1.reduce(0) { $0 + $1.wall } }
            guard profile.matters(time, share: 0.05) else { continue }
            let (plan, node) = (Int(first.plan), Int(first.node))
            found.append(
                Candidate(
                    plan: plan, node: node, runs: runs, time: time,
                    isExchange: profile.plans[plan].nodes[node].isExchange))
        }
        found.sort { left, right in
            if left.time != right.time { return left.time > right.time }
            if left.isExchange != right.isExchange { return left.isExchange }
            return left.node != right.node ? left.node < right.node : left.plan < right.plan
        }
        var known: Set<[[Int]]> = []
        return found.filter { known.insert($0.runs.map { $0.map(\.index) }).inserted }
    }

    /// Every place that may be worth keeping, in the order of the plans and their nodes, and the
    /// lists of stages that places refer to.
    ///
    /// Plans of streams are left out: their batches are meant to repeat each other.
    private static func places(
        _ profile: ApplicationProfile
    ) -> (places: [Place], lists: [[StageProfile]]) {
        let streaming = streamingJobs(profile)
        let parts = Processors.parts(of: profile.plans.indices, least: 16) { range in
            var places: [Place] = []
            var lists: [[StageProfile]] = []
            for number in range {
                let plan = profile.plans[number]
                let jobs = profile.application.sqlExecutions[plan.execution].jobs
                guard !jobs.contains(where: { streaming.contains($0) }) else { continue }
                let prints = PlanFingerprints(plan.tree)
                let offset = lists.count
                for list in prints.stageLists {
                    lists.append(
                        list.compactMap { profile.stageByIndex[$0] }
                            .filter { !profile.isStreaming($0) })
                }
                for node in prints.values.indices where prints.isCandidate[node] {
                    places.append(
                        Place(
                            print: prints.values[node], plan: Int32(number), node: Int32(node),
                            stages: Int32(offset + prints.stageListOf[node]),
                            isScanAlone: prints.isScanAlone[node]))
                }
            }
            return (places: places, lists: lists)
        }
        var all: (places: [Place], lists: [[StageProfile]]) = ([], [])
        for part in parts {
            let offset = Int32(all.lists.count)
            all.lists += part.lists
            all.places += part.places.map { place in
                var place = place
                place.stages += offset
                return place
            }
        }
        return all
    }

    /// Places with the same fingerprint, where there are two at least, in their order.
    private static func groups(_ places: [Place]) -> [ArraySlice<Place>] {
        // A dictionary's lists, each on its own, would cost more than sorting them all.
        let sorted = places.sorted { left, right in
            if left.print != right.print { return left.print < right.print }
            return left.plan != right.plan ? left.plan < right.plan : left.node < right.node
        }
        var groups: [ArraySlice<Place>] = []
        var start = 0
        for end in sorted.indices
        where end + 1 == sorted.count || sorted[end + 1].print != sorted[start].print {
            if end > start { groups.append(sorted[start...end]) }
            start = end + 1
        }
        return groups
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
        let plan = profile.plans[candidate.plan]
        let root = plan.nodes[candidate.node]
        let size = root.total("data size") ?? (plan.rows(of: candidate.node) ?? 0) * 64
        return RecomputationRule.finding(
            runs: candidate.runs,
            share: root.isExchange ? (0.6, 1) : (0.35, 0.95),
            what: "The same \(root.isExchange ? "part of a query" : root.name)",
            isCacheable: size < 8 << 30, sizeBytes: size, execution: plan.id, profile: profile)
    }
}

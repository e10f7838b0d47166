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

/// RDDs that several jobs compute anew because nobody keeps them.
enum RDDRepeats {
    static func finding(in profile: ApplicationProfile) -> Finding? {
        let lineage = profile.lineage
        let candidates = candidates(profile)
        var users: [Int: [StageProfile]] = [:]
        for (place, stage) in profile.stages.enumerated() where mayRepeat(stage, profile) {
            guard lineage.rdds(ofStage: place).contains(where: { candidates[Int($0)] }) else {
                continue
            }
            for rdd in lineage.computed(byStage: place) where candidates[Int(rdd)] {
                users[lineage.ids[Int(rdd)], default: []].append(stage)
            }
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

    private static func mayRepeat(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        stage.attempt == 0 && !profile.isSQL(stage) && !profile.isStreaming(stage)
    }

    /// By position in the lineage: data sets that several stages list, for so long that computing
    /// them again could matter.
    private static func candidates(_ profile: ApplicationProfile) -> [Bool] {
        let lineage = profile.lineage
        var counts = [Int32](repeating: 0, count: lineage.ids.count)
        var walls = [Int64](repeating: 0, count: lineage.ids.count)
        for (place, stage) in profile.stages.enumerated() where mayRepeat(stage, profile) {
            for rdd in lineage.rdds(ofStage: place) {
                counts[Int(rdd)] += 1
                walls[Int(rdd)] += stage.wall
            }
        }
        return counts.indices.map { rdd in
            counts[rdd] >= 2 && !lineage.marks[rdd].contains(.persisted)
                && profile.matters(walls[rdd], share: 0.05)
        }
    }
}

import SparkLog

/// Python RDDs computed by several actions.
///
/// Python glues a chain of functions into one new RDD an action, so no RDD is seen twice: what
/// repeats is the source, with tasks that take about as long each time.
enum PythonRepeats {
    static func finding(in profile: ApplicationProfile) -> Finding? {
        var groups: [Int: [StageProfile]] = [:]
        let lineage = profile.lineage
        for (place, stage) in profile.stages.enumerated() {
            guard stage.shuffleRead == 0, stage.attempt == 0, !profile.isSQL(stage),
                !profile.isStreaming(stage), let source = lineage.rdds(ofStage: place).min()
            else { continue }
            let marks = lineage.rdds(ofStage: place).map { lineage.marks[Int($0)] }
            guard marks.contains(where: { $0.contains(.python) }),
                !marks.contains(where: { $0.contains(.persisted) })
            else { continue }
            groups[Int(source), default: []].append(stage)
        }
        let candidates = groups.values.filter { stages in
            let work = Figures(stages.map { $0.run.sum })
            return stages.count >= 3 && Double(work.smallest) >= 0.6 * work.median
        }
        guard
            let stages = candidates.max(by: { total($0) < total($1) }),
            profile.matters(total(stages), share: 0.10)
        else { return nil }
        let sorted = stages.sorted { $0.firstLaunch < $1.firstLaunch }
        return RecomputationRule.finding(
            runs: sorted.map { [$0] }, share: (0.4, 0.95), what: "The same Python RDD",
            isCacheable: false, sizeBytes: 0, execution: nil, profile: profile)
    }

    private static func total(_ stages: [StageProfile]) -> Int64 {
        stages.sorted { $0.firstLaunch < $1.firstLaunch }.dropFirst().reduce(0) { $0 + $1.wall }
    }
}

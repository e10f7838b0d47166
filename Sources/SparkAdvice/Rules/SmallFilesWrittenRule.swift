import SparkLog

/// Outputs of very many files with little in each.
enum SmallFilesWrittenRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.plans.compactMap { plan in
            for position in plan.places.writers {
                let node = plan.nodes[position]
                guard let files = node.filesWritten, files >= 100,
                    let bytes = node.total("written output", "bytes of written output")
                else { continue }
                let mean = bytes / files
                guard mean < 3 << 20 || files >= 1_000 && mean < 16 << 20 else { continue }
                return finding(files: files, bytes: bytes, node, plan, profile)
            }
            return nil
        }
    }

    private static func finding(
        files: Int64, bytes: Int64, _ node: PlanProfile.Node, _ plan: PlanProfile,
        _ profile: ApplicationProfile
    ) -> Finding? {
        let jobs = Set(profile.application.sqlExecutions[plan.execution].jobs)
        let writers = profile.stages.filter { stage in
            stage[.outputBytes] > 0 && profile.job(of: stage).map { jobs.contains($0.id) } ?? false
        }
        guard let worst = writers.max(by: { $0.wall < $1.wall }),
            profile.matters(worst.wall, share: 0.05)
        else { return nil }
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for stage in writers {
            // A task for each file: with fewer files there are fewer tasks, too.
            if stage.tasks.count >= 64, TinyTasksRule.isTiny(stage, profile) {
                (best.durations[stage.index], modest.durations[stage.index]) = TinyTasksRule.fewer(
                    stage)
                continue
            }
            let total = Double(stage.allDurations.reduce(0, +))
            // Creating and closing a file takes 10 to 50 ms.
            best.durations[stage.index] = stage.scaled(
                max(0.1, 1 - Double(files) * 30 / max(1, total)))
            modest.durations[stage.index] = stage.scaled(
                max(0.6, 1 - Double(files) * 5 / max(1, total)))
        }
        let count = max(1, bytes.dividedUp(by: 128 << 20))
        let partitions = node.total("number of dynamic part") ?? 0
        return Finding(
            .smallFilesWritten, at: worst,
            title: "\(files) files of \(AdviceText.size(bytes / files)) each were written",
            evidence: [
                FindingEvidence("files", files), FindingEvidence("bytes", bytes),
                FindingEvidence("mean_file_bytes", bytes / files),
                FindingEvidence("partitions_written", partitions),
                FindingEvidence("tasks", worst.tasks.count),
            ],
            changes: [
                .code(
                    partitions > 1
                        ? "Bring the rows of a partition together before writing: "
                            + "repartition(<the partition columns>), or the REBALANCE hint."
                        : "Write fewer files: repartition(\(count)) before the write, or the "
                            + "REBALANCE hint.")
            ],
            saving: FindingSaving(low: profile.saved(by: modest), high: profile.saved(by: best)),
            confidence: 0.8, execution: plan.id, stages: writers.map(\.index))
    }
}

import SparkLog

/// Inputs of very many files with little in each.
enum SmallFilesRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        let scans = profile.inputScans.compactMap { scan($0, profile) }
        return scans + texts(in: profile)
    }

    private static func isSmall(files: Int64, bytes: Int64) -> Bool {
        let mean = bytes / max(1, files)
        return files >= 100 && mean < 3 << 20 || files >= 1_000 && mean < 16 << 20
    }

    private static func scan(_ scan: InputScan, _ profile: ApplicationProfile) -> Finding? {
        guard isSmall(files: scan.files, bytes: scan.bytes),
            let worst = scan.stages.max(by: { $0.wall < $1.wall }),
            profile.matters(worst.wall, share: 0.05)
        else { return nil }
        return finding(
            files: scan.files, bytes: scan.bytes, stages: scan.stages, worst: worst,
            execution: scan.plan.id, profile: profile)
    }

    /// Files read by RDD code: one partition a file, and a byte count that shows it.
    private static func texts(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            guard !profile.isSQL(stage), stage.shuffleRead == 0, stage.tasks.count >= 100,
                profile.matters(stage.wall, share: 0.05),
                profile.scopes(of: stage).contains(where: { scope in
                    ["HadoopRDD", "textFile", "wholeTextFiles", "binaryFiles", "hadoopFile"]
                        .contains { scope.contains($0) }
                })
            else { return nil }
            let files = Int64(stage.tasks.count { $0.inputBytes > 0 })
            guard files * 10 >= Int64(stage.tasks.count) * 9,
                isSmall(files: files, bytes: stage[.inputBytes]),
                stage.duration.median < 500 * TinyTasksRule.slowness(stage)
            else { return nil }
            return finding(
                files: files, bytes: stage[.inputBytes],
                stages: [stage] + heirs(of: stage, profile), worst: stage, execution: nil,
                profile: profile)
        }
    }

    /// Shuffles of RDD code without a number of their own take that of what they read: a partition
    /// a file there, too.
    private static func heirs(
        of stage: StageProfile, _ profile: ApplicationProfile
    ) -> [StageProfile] {
        profile.stages.filter { other in
            other.tasks.count == stage.tasks.count && other.shuffleRead > 0
                && profile.application.stages[other.index].parents.contains(stage.id)
                && TinyTasksRule.isTiny(other, profile)
        }
    }

    private static func finding(
        files: Int64, bytes: Int64, stages: [StageProfile], worst: StageProfile,
        execution: Int64?, profile: ApplicationProfile
    ) -> Finding? {
        // Opening a file takes 1 to 50 ms; the time that its bytes take stays.
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for stage in stages {
            if TinyTasksRule.isTiny(stage, profile) {
                (best.durations[stage.index], modest.durations[stage.index]) = TinyTasksRule.fewer(
                    stage)
                continue
            }
            let total = Double(stage.allDurations.reduce(0, +))
            let opening = min(0.95, Double(files) * 8 / max(1, total))
            let count = max(stage.slots, Int(bytes.dividedUp(by: 128 << 20)))
            best.durations[stage.index] = stage.evenTasks(count, keeping: max(0.06, 1 - opening))
            modest.durations[stage.index] = stage.evenTasks(
                max(count, stage.tasks.count), keeping: max(0.4, 1 - opening / 3))
        }
        shrinkListing(before: worst, profile, &best)
        let target = max(1, bytes.dividedUp(by: 128 << 20))
        let settings = profile.settings(of: worst)
        return Finding(
            .smallFiles, at: worst,
            title: "\(files) files of \(AdviceText.size(bytes / max(1, files))) each were read: "
                + "opening them took longer than their data",
            evidence: [
                FindingEvidence("files", files), FindingEvidence("bytes", bytes),
                FindingEvidence("mean_file_bytes", bytes / max(1, files)),
                FindingEvidence("tasks", worst.tasks.count),
                FindingEvidence("threshold_files", 100),
                FindingEvidence("threshold_mean_bytes", Int64(3 << 20)),
                settings.origin(of: "spark.sql.files.openCostInBytes"),
            ],
            changes: [
                .code(
                    "Rewrite the input as about \(max(target, Int64(worst.slots))) files (read it "
                        + "once, repartition, write), or have its writer make fewer.")
            ],
            saving: FindingSaving(low: profile.saved(by: modest), high: profile.saved(by: best)),
            confidence: 0.9, execution: execution, stages: stages.map(\.index))
    }

    /// Listing the files takes a job of its own and time in the driver; both shrink with them.
    private static func shrinkListing(
        before stage: StageProfile, _ profile: ApplicationProfile, _ change: inout ScheduleChange
    ) {
        guard let job = profile.jobOfStage[stage.index] else { return }
        change.jobGaps[job] = 0.2
        for earlier in profile.schedule.jobs[job].after {
            guard profile.application.jobs[earlier].sqlExecution == nil else { continue }
            for other in profile.stages where profile.jobOfStage[other.index] == earlier {
                guard other.shuffleRead == 0, other[.outputBytes] == 0 else { continue }
                change.durations[other.index] = other.scaled(0.2)
                change.jobGaps[earlier] = 0.5
            }
        }
    }
}

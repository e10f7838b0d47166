import SparkLog

/// Files that one task must read alone because their compression has no places to start at.
enum UnsplittableInputRule: AdviceRule {
    private static let endings = [".gz", ".gzip", ".zip", ".snappy", ".lz4", ".zst", ".deflate"]

    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            guard stage.slots >= 2, !profile.isStreaming(stage), stage.shuffleRead == 0,
                profile.matters(stage.wall, share: 0.10), let big = BigSplit(stage, in: profile)
            else { return nil }
            return big.finding(profile)
        }
    }

    /// One task's input against what a splittable file would give it.
    private struct BigSplit {
        var stage: StageProfile
        var bytes: Int64
        var expected: Int64
        var isNamed: Bool
        var format: String

        init?(_ stage: StageProfile, in profile: ApplicationProfile) {
            self.stage = stage
            let readers = stage.tasks.filter { $0.inputBytes > 0 }
            guard let largest = readers.max(by: { $0.inputBytes < $1.inputBytes }),
                largest.inputBytes >= 1 << 20
            else { return nil }
            let scan = profile.inputScans.first {
                $0.stages.contains { $0.index == stage.index }
            }
            let names = profile.scopes(of: stage) + [scan?.location ?? ""]
            isNamed = names.contains { name in
                UnsplittableInputRule.endings.contains { name.contains($0) }
            }
            format = scan?.format.lowercased() ?? "text"
            guard ["csv", "json", "text", "xml", ""].contains(format) || isNamed else { return nil }
            let settings = profile.settings(of: stage)
            let total = max(scan?.bytes ?? 0, stage[.inputBytes])
            bytes = largest.inputBytes
            // min(maxPartitionBytes, max(openCost, total / parallelism)), as Spark splits files.
            let parallelism =
                settings.int("spark.sql.files.minPartitionNum")
                ?? settings.int("spark.default.parallelism") ?? stage.slots
            let open = settings.bytes("spark.sql.files.openCostInBytes") ?? 4 << 20
            let most = settings.bytes("spark.sql.files.maxPartitionBytes") ?? 128 << 20
            let share = (total + open).dividedUp(by: Int64(max(1, parallelism)))
            expected = scan == nil ? total / 2 + 1 : min(most, max(open, share))
            // More than a split read by one task: nothing could start in the middle.
            guard Double(bytes) >= 1.4 * Double(expected) else { return nil }
            // Others must have stood idle for it, or the size hurts nobody.
            guard readers.count < stage.slots || largest.run >= stage.wall * 2 / 3 else {
                return nil
            }
        }

        func finding(_ profile: ApplicationProfile) -> Finding {
            let high = profile.saved(
                by: .stage(stage.index, stage.evenTasks(max(2, 2 * stage.slots))))
            return Finding(
                .unsplittableInput, at: stage,
                title: "One task read \(AdviceText.size(bytes)) alone, though \(stage.slots) could "
                    + "have shared it: the file cannot be split",
                evidence: [
                    FindingEvidence("max_input_bytes", bytes),
                    FindingEvidence("expected_split_bytes", expected),
                    FindingEvidence("tasks", stage.tasks.count),
                    FindingEvidence("slots", stage.slots), FindingEvidence("format", format),
                    FindingEvidence("compressed_name", isNamed ? "yes" : "not seen"),
                ],
                changes: [
                    .code(
                        "Write the input in a splittable form (Parquet, or text in bzip2 or in "
                            + "several files), or repartition(\(2 * stage.slots)) right after "
                            + "reading so that only the reading is done by one task.")
                ],
                saving: FindingSaving(low: high / 3, high: high), confidence: isNamed ? 0.9 : 0.75,
                execution: profile.job(of: stage)?.sqlExecution, leastShare: 0.05)
        }
    }
}

/// Splits of the input too small or too large for the work.
enum InputSplitRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        // Too small ones are told by ``TinyTasksRule``.
        profile.longStages.compactMap { tooLarge($0, profile) }
    }

    private static func tooLarge(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        guard stage.slots >= 2, stage.shuffleRead == 0, !profile.isStreaming(stage),
            profile.matters(stage.wall, share: 0.10)
        else { return nil }
        let settings = profile.settings(of: stage)
        let largest = stage.tasks.map(\.inputBytes).max() ?? 0
        // Somebody's settings must be what made the splits: Spark's own would make smaller ones.
        let keys = [
            ("spark.sql.files.maxPartitionBytes", "128m"),
            ("spark.sql.files.openCostInBytes", "4m"),
            ("spark.sql.files.minPartitionNum", "\(2 * stage.slots)"),
        ].filter { settings.origin($0.0) != .unset }
        guard !keys.isEmpty, profile.isSQL(stage),
            let scan = profile.inputScans.first(where: { scan in
                scan.stages.contains { $0.index == stage.index }
            })
        else { return nil }
        let total = scan.bytes + scan.files * (4 << 20)
        let usual = min(128 << 20, max(4 << 20, total.dividedUp(by: Int64(stage.slots))))
        guard Double(largest) >= 1.8 * Double(min(usual, scan.bytes / Int64(stage.slots))),
            stage.tasks.count < 2 * stage.slots || largest >= 256 << 20
        else { return nil }
        let count = max(2 * stage.slots, Int(stage[.inputBytes].dividedUp(by: 128 << 20)))
        let high = profile.saved(by: .stage(stage.index, stage.evenTasks(count)))
        return Finding(
            .inputSplit, at: stage,
            title:
                "Splits of up to \(AdviceText.size(largest)) left \(stage.tasks.count) tasks for "
                + "\(stage.slots) slots",
            evidence: [
                FindingEvidence("max_input_bytes", largest),
                FindingEvidence("tasks", stage.tasks.count),
                FindingEvidence("slots", stage.slots),
                FindingEvidence("usual_split_bytes", usual),
            ] + keys.map { settings.origin(of: $0.0) },
            changes: keys.map { settings.change($0.0, to: $0.1) },
            saving: FindingSaving(low: high / 3, high: high), confidence: 0.7,
            execution: profile.job(of: stage)?.sqlExecution, leastShare: 0.05)
    }
}

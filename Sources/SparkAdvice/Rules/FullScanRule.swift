import SparkLog

/// Partitioned tables read whole where a filter then throws most of it away.
enum FullScanRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        InputScan.all(in: profile).compactMap { scan in
            let node = scan.node
            let filters = node.metadata.first { $0.key == "PartitionFilters" }?.value
            let partitions = node.total("number of partitions read") ?? 0
            guard filters == "[]", partitions >= 8,
                let worst = scan.stages.max(by: { $0.wall < $1.wall }),
                profile.matters(worst.wall, share: 0.1),
                scan.bytes >= 256 << 20 || profile.matters(worst.wall, share: 0.3),
                let kept = kept(scan), kept <= 0.2
            else { return nil }
            var best = ScheduleChange()
            var modest = ScheduleChange()
            for stage in scan.stages {
                best.durations[stage.index] = stage.scaled(max(0.05, kept))
                modest.durations[stage.index] = stage.scaled(max(0.5, kept))
            }
            return Finding(
                .fullScan, at: worst,
                title:
                    "All \(partitions) partitions of a table (\(AdviceText.size(scan.bytes))) were "
                    + "read, and a filter kept \(AdviceText.percent(kept)) of the rows",
                evidence: [
                    FindingEvidence("partitions_read", partitions),
                    FindingEvidence("bytes", scan.bytes), FindingEvidence("kept_share", kept),
                    FindingEvidence("partition_filters", "[]"),
                ],
                changes: [
                    .code(
                        "Filter on the partition column itself, without a function or a cast "
                            + "around it, so that partitions are left out before reading.")
                ],
                saving: FindingSaving(
                    low: profile.saved(by: modest), high: profile.saved(by: best)),
                confidence: 0.6, execution: scan.plan.id, stages: scan.stages.map(\.index))
        }
    }

    /// The share of rows that the filter above a scan lets through.
    private static func kept(_ scan: InputScan) -> Double? {
        guard let rows = scan.node.rows, rows > 0,
            let filter = scan.plan.nodes.first(where: { node in
                node.name == "Filter" && !Set(node.stages).isDisjoint(with: scan.node.stages)
            })?.rows
        else { return nil }
        return Double(filter) / Double(rows)
    }
}

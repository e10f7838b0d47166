import SparkLog

/// Partitioned tables read whole where a filter then throws most of it away.
enum FullScanRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        let scans = profile.inputScans.filter { scan in
            let filters = scan.node.metadata.first { $0.key == "PartitionFilters" }?.value
            return filters == "[]" && partitions(scan) >= 8 && kept(scan) ?? 1 <= 0.2
        }
        // One table that is read whole by many queries is one trouble.
        let tables = Dictionary(grouping: scans, by: \.location)
        return tables.keys.sorted().compactMap { finding(tables[$0] ?? [], profile) }
    }

    private static func partitions(_ scan: InputScan) -> Int64 {
        scan.node.total("number of partitions read") ?? 0
    }

    private static func finding(
        _ scans: [InputScan], _ profile: ApplicationProfile
    ) -> Finding? {
        var best = ScheduleChange()
        var modest = ScheduleChange()
        var stages: [StageProfile] = []
        for scan in scans {
            let kept = kept(scan) ?? 1
            for stage in scan.stages where best.durations[stage.index] == nil {
                best.durations[stage.index] = stage.scaled(max(0.05, kept))
                modest.durations[stage.index] = stage.scaled(max(0.5, kept))
                stages.append(stage)
            }
        }
        let wall = stages.reduce(0) { $0 + $1.wall }
        let bytes = scans.map(\.bytes).max() ?? 0
        guard let first = scans.first, let worst = stages.max(by: { $0.wall < $1.wall }),
            profile.matters(wall, share: bytes >= 256 << 20 ? 0.1 : 0.15)
        else { return nil }
        let share = scans.compactMap { kept($0) }.max() ?? 1
        return Finding(
            .fullScan, at: worst,
            title:
                "All \(partitions(first)) partitions of a table (\(AdviceText.size(bytes))) were "
                + "read, and a filter kept \(AdviceText.percent(share)) of the rows",
            evidence: [
                FindingEvidence("partitions_read", partitions(first)),
                FindingEvidence("bytes", bytes), FindingEvidence("queries", scans.count),
                FindingEvidence("kept_share", share), FindingEvidence("partition_filters", "[]"),
            ],
            changes: [
                .code(
                    "Filter on the partition column itself, without a function or a cast around "
                        + "it, so that partitions are left out before reading.")
            ],
            saving: FindingSaving(
                low: profile.saved(by: modest), high: profile.saved(by: best)),
            confidence: 0.8, execution: first.plan.id, stages: stages.map(\.index))
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

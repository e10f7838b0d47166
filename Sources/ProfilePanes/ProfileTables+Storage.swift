import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    /// What was cached, how much of it, and where.
    var storage: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("RDD", .fixed(5), .right),
            TableColumn("NAME", .flexible(least: 16, weight: 1)),
            TableColumn("KEPT IN", .fixed(12)), TableColumn("PARTITIONS", .fixed(11), .right),
            TableColumn("MEMORY", .fixed(9), .right), TableColumn("DISK", .fixed(9), .right),
            TableColumn("PEAK", .fixed(9), .right),
        ]
        let kept = application.rdds.values.filter { $0.isPersisted || $0.peakBytes > 0 }
        // Without the events of blocks nobody knows what was kept; that is not nothing.
        let isKnown = kept.contains { $0.cachedPartitions > 0 || $0.peakBytes > 0 }
        if !isKnown, !kept.isEmpty {
            table.header = [
                [
                    TextRun(
                        "How much was kept is not in this log: it is where "
                            + "spark.eventLog.logBlockUpdates.enabled is true.", .warning)
                ]
            ]
        }
        table.rows = kept.sorted { $0.id < $1.id }.map { rdd in
            let level = [rdd.usesMemory ? "memory" : nil, rdd.usesDisk ? "disk" : nil]
            let isWhole = rdd.cachedPartitions >= rdd.partitions || rdd.isUnpersisted
            return ProfileTable.Row(
                cells: [
                    .number(Double(rdd.id), "\(rdd.id)", .plain), .text(rdd.name, .plain),
                    .text(level.compactMap { $0 }.joined(separator: "+"), .plain),
                    .number(
                        Double(rdd.cachedPartitions),
                        "\(isKnown ? "\(rdd.cachedPartitions)" : "?")/\(rdd.partitions)",
                        isWhole || !isKnown ? .plain : .warning),
                    size(rdd.memoryBytes), size(rdd.diskBytes), size(rdd.peakBytes),
                ], target: nil, copy: rdd.name)
        }
        if table.rows.isEmpty { table.header = [[TextRun("Nothing was cached.", .dim)]] }
        return table
    }
}

/// What jobs listed: later events that describe it again need not be read as closely.
///
/// Small enough to be handed to another thread with every portion of a log.
struct ListedStages: Sendable {
    private var stages = SmallNumbers()
    /// Stages with an RDD that is kept: only those tell something new of RDDs when they complete.
    private var keepers = SmallNumbers()
    private var rdds = SmallNumbers()

    func contains(stage: Int) -> Bool { stages.contains(stage) }
    func keeps(stage: Int) -> Bool { keepers.contains(stage) }
    func contains(rdd: Int) -> Bool { rdds.contains(rdd) }

    mutating func insert(_ job: JobStartRecord) {
        for stage in job.stageInfos {
            stages.insert(stage.id)
            for rdd in stage.rdds {
                rdds.insert(rdd.id)
                if rdd.isPersisted { keepers.insert(stage.id) }
            }
        }
    }
}

/// A set of whole numbers that count from 0: a bit for each.
private struct SmallNumbers: Sendable {
    /// Numbers from here on are never in the set.
    private static let limit = 1 << 20
    private var words: [UInt64] = []

    func contains(_ number: Int) -> Bool {
        guard number >= 0, number >> 6 < words.count else { return false }
        return words[number >> 6] >> UInt64(number & 63) & 1 == 1
    }

    mutating func insert(_ number: Int) {
        guard number >= 0, number < Self.limit else { return }
        while words.count <= number >> 6 { words.append(0) }
        words[number >> 6] |= 1 << UInt64(number & 63)
    }
}

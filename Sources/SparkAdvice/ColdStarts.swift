import SparkLog

/// What the first tasks of a stage on every slot take longer than those that follow.
///
/// They load classes, run generated code that is not compiled yet, and start Python; those that
/// follow find all that done. This is paid once a slot, at the same time on all of them: cutting a
/// stage into more tasks does not make it shorter, and with fewer slots fewer tasks pay it.
///
/// Where a stage had tasks that followed others on their slots, the two are compared. Where all began
/// cold, a usual amount is taken: in a new JVM Spark 4.3 on JDK 17 took about 1.4 s of processor time
/// in the first stage of an application and 0.3 s in each later one of SQL (whole-stage code
/// generation makes new classes for each), in a warm one 0.1 s; the same for stages of one task and
/// of two.
enum ColdStarts {
    /// Milliseconds of processor time.
    private static let first = 1_400.0
    private static let later = 300.0
    private static let warm = 100.0
    /// A worker of Python, where Spark does not say.
    private static let python = 350.0
    /// No more of a task than this share is taken to be it without being seen.
    private static let mostShare = 0.6

    /// Milliseconds of computing by which a task was longer that began cold, and how many did.
    ///
    /// - Parameter youth: 1 for executors that were new when the application began, 0 for warm ones.
    static func measure(
        _ stage: StageProfile, _ work: StageWork, youth: Double, in profile: ApplicationProfile
    ) -> (extra: Double, count: Int) {
        let columns = profile.application.tasks
        let rows = columns.launches(ofRows: profile.application.taskRows(ofStage: stage.index))
        var firstEnd: [Int: Int64] = [:]
        for (row, launch) in rows {
            let end = launch.plausibleMoment + columns.value(.duration, row: row).plausibleLength
            let executor = columns.executorIndex(row: row)
            firstEnd[executor] = min(firstEnd[executor] ?? .max, end)
        }
        // The next task may be sent in the very millisecond in which one ends: no more are first than
        // there are slots.
        var free = Dictionary(
            profile.slots.executors.map { ($0.index, $0.slots) }, uniquingKeysWith: { $1 })
        let isCold = rows.map { row, launch in
            let executor = columns.executorIndex(row: row)
            guard launch.plausibleMoment < firstEnd[executor] ?? 0, free[executor] ?? 0 > 0 else {
                return false
            }
            free[executor, default: 0] -= 1
            return true
        }
        let count = isCold.count { $0 }
        func figures(cold: Bool, _ value: (Int) -> Int64) -> Figures {
            Figures(rows.indices.filter { isCold[$0] == cold }.map(value))
        }
        func rowsRead(_ place: Int) -> Int64 {
            max(
                columns.value(.shuffleReadRecords, row: rows[place].row).plausibleAmount,
                columns.value(.inputRecords, row: rows[place].row).plausibleAmount)
        }
        let computing = { (place: Int) in
            place < work.tasks.count ? Int64(work.tasks[place].computing) : 0
        }
        let warm = figures(cold: false, computing)
        let cold = figures(cold: true, computing)
        guard warm.count > 0 else {
            return (usual(stage, typical: cold.median, youth: youth, in: profile), count)
        }
        let amounts = (
            cold: figures(cold: true, rowsRead), warm: figures(cold: false, rowsRead)
        )
        // One long task may have more to do than the others; several that all are longer, or one
        // with as many rows as the others, began cold.
        let isEven =
            amounts.cold.sum == 0
            ? count > 1
            : Double(amounts.cold.largest) <= 1.3 * amounts.warm.median
        guard isEven else { return (0, count) }
        let follows = max(warm.quantile(0.75), Int64(warm.median))
        return (Double(max(0, cold.smallest - follows)), count)
    }

    private static func usual(
        _ stage: StageProfile, typical: Double, youth: Double, in profile: ApplicationProfile
    ) -> Double {
        if let start = profile.pythonStart(of: stage) {
            return min(typical, Double(start) / Double(max(1, stage.tasks.count)))
        }
        if StageWork.usesPython(stage, profile) { return min(mostShare * typical, python) }
        let isFirst = !profile.stages.contains { $0.firstLaunch < stage.firstLaunch }
        guard isFirst || profile.isSQL(stage) else { return 0 }
        return min(
            mostShare * typical, (isFirst ? first : later) * youth + warm * (1 - youth))
    }
}

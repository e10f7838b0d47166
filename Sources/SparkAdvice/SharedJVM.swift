import SparkLog

/// What the tasks of a stage pay for sharing a JVM, and would pay with other slots in it.
///
/// Two things are paid once by a JVM and not once by a task, however many tasks wait for them:
///
/// - The first tasks on every slot load classes, generate and compile code and start Python; those
///   that follow find all that done. With fewer slots fewer tasks begin cold.
/// - A garbage collection stops all tasks, and each of them counts it as its own.
///
/// Both are read off the stage's own tasks; where the log does not show them nothing is changed.
struct SharedJVM {
    private let stage: StageProfile
    /// Milliseconds by which every task that began cold was longer than the later ones.
    private let coldExtra: Int64
    /// Ends that were on a slot before any other of the stage had ended there.
    private let coldCount: Int
    private let collections: [Int64]

    init(_ stage: StageProfile, in profile: ApplicationProfile) {
        self.stage = stage
        let columns = profile.application.tasks
        let rows = columns.launches(ofRows: profile.application.taskRows(ofStage: stage.index))
        var firstEnd: [Int: Int64] = [:]
        for (row, launch) in rows {
            let end = launch.plausibleMoment + columns.value(.duration, row: row).plausibleLength
            let executor = columns.executorIndex(row: row)
            firstEnd[executor] = min(firstEnd[executor] ?? .max, end)
        }
        let isCold = rows.map { row, launch in
            launch.plausibleMoment < firstEnd[columns.executorIndex(row: row)] ?? 0
        }
        coldCount = isCold.count { $0 }
        collections = rows.map { columns.value(.gcMilliseconds, row: $0.row).plausibleLength }
        func figures(cold: Bool, _ value: (Int) -> Int64) -> Figures {
            Figures(rows.indices.filter { isCold[$0] == cold }.map { value(rows[$0].row) })
        }
        func rowsRead(_ row: Int) -> Int64 {
            max(
                columns.value(.shuffleReadRecords, row: row).plausibleAmount,
                columns.value(.inputRecords, row: row).plausibleAmount)
        }
        let amounts = (
            cold: figures(cold: true, rowsRead), warm: figures(cold: false, rowsRead)
        )
        // One long task may have more to do than the others; several that all are longer, or one
        // with as many rows as the others, began cold.
        let isEven =
            amounts.cold.sum == 0
            ? coldCount > 1
            : Double(amounts.cold.largest) <= 1.3 * amounts.warm.median
        let durations = { (row: Int) in columns.value(.duration, row: row).plausibleLength }
        let warm = figures(cold: false, durations)
        let cold = figures(cold: true, durations)
        coldExtra =
            isEven && warm.count > 0
            ? max(0, cold.smallest - max(warm.quantile(0.75), Int64(warm.median))) : 0
    }

    /// The durations with other slots, from those that other reasons give.
    ///
    /// - Parameters:
    ///   - durations: of all ends, in the order of their launches.
    ///   - before: slots of one executor; `after`: what it would have.
    ///   - cold: slots of all executors together that would be there.
    func durations(
        from durations: [Int64], slots before: Int, after: Int, cold: Int
    ) -> [Int64] {
        guard durations.count == collections.count else { return durations }
        let side = (
            before: max(1, min(before, durations.count)), after: max(1, min(after, durations.count))
        )
        let pause = Double(side.after) / Double(side.before) - 1
        return durations.indices.map { place in
            let recorded = max(1, stage.allDurations[place])
            let scale = Double(durations[place]) / Double(recorded)
            var duration = Double(recorded)
            duration += Double(min(collections[place], recorded)) * pause
            if place < coldCount, place >= cold { duration -= Double(coldExtra) }
            if place >= coldCount, place < cold { duration += Double(coldExtra) }
            return Int64(max(1, duration * scale))
        }
    }
}

import SparkLog

/// What wants the processors of an executor's host beside the tasks' own threads.
///
/// Compiling counts most: HotSpot compiles in threads of its own, at the tasks' priority (JDK 17,
/// *Java HotSpot VM Options*: `-XX:CICompilerCount`, tiered compilation). In the first half minute of
/// a JVM its threads used 10 to 20 s of processor time, as much as the tasks of small jobs; where
/// slots are as many as processors those tasks had 55 to 65 % of a processor each. The same jobs in
/// a JVM that had run them before had 85 to 95 %. Which of both a log is of is told by its first
/// tasks: reading one takes 30 to 130 ms where its classes must be loaded, else 1 to 13 ms (Spark 4.3
/// on JDK 17 and two processors, 18 jobs; Spark 3.5 and clusters' executors: 80 to 900 ms).
struct BackgroundThreads: Sendable {
    /// Threads of a JVM that has just begun, of one whose classes are loaded but that meets new code
    /// with every query, and of one that has long been running the same.
    private static let young = 0.75
    private static let warm = 0.3
    private static let old = 0.15
    /// Milliseconds in which half of the difference goes.
    private static let halving = 80_000.0
    /// Milliseconds that the first tasks of a warm JVM take to be read at most, those of a young one
    /// at least.
    private static let deserializing = (warm: 14.0, young: 28.0)
    /// Milliseconds of a processor that a driver in the tasks' own JVM needs for each of them: to
    /// send it, to take its result, and to log it.
    private static let driver = 2.5

    /// 0 for executors that were warm when the application began, 1 for new ones.
    let youth: Double
    /// Milliseconds of a processor of the tasks' host that the driver needs for each task.
    let drivingEachTask: Double
    private let begin: Int64
    /// JVMs of a host.
    private let executors: Double

    /// - Parameter executors: of a host.
    init(_ profile: ApplicationProfile, executors: Int) {
        begin = profile.stages.map(\.firstLaunch).min() ?? profile.start
        self.executors = Double(max(1, executors))
        let isLocal = profile.settings.value("spark.master")?.hasPrefix("local") ?? false
        drivingEachTask = isLocal ? Self.driver : 0
        youth = Self.youth(profile)
    }

    private static func youth(_ profile: ApplicationProfile) -> Double {
        let columns = profile.application.tasks
        // Before Spark 1.3 nobody noted it; a log with zeros alone tells nothing.
        guard columns.count > 0,
            profile.stages.contains(where: { $0[.deserializeMilliseconds] > 0 })
        else { return 1 }
        var firstEnds: [Int: Int64] = [:]
        func end(_ row: Int) -> Int64 {
            columns.value(.launchTime, row: row).plausibleMoment
                + columns.value(.duration, row: row).plausibleLength
        }
        for row in 0..<columns.count where columns.hasMetrics(row: row) {
            let executor = columns.executorIndex(row: row)
            firstEnds[executor] = min(firstEnds[executor] ?? .max, end(row))
        }
        // Of those that began together the quickest: the others waited for it, or for each other.
        var quickest: [Int: Int64] = [:]
        for row in 0..<columns.count where columns.hasMetrics(row: row) {
            let executor = columns.executorIndex(row: row)
            guard columns.value(.launchTime, row: row).plausibleMoment < firstEnds[executor] ?? 0
            else { continue }
            let time = columns.value(.deserializeMilliseconds, row: row).plausibleLength
            quickest[executor] = min(quickest[executor] ?? .max, time)
        }
        guard !quickest.isEmpty else { return 1 }
        let shares = quickest.values.map { time in
            let range = deserializing.young - deserializing.warm
            return min(1, max(0, (Double(time) - deserializing.warm) / range))
        }
        return shares.reduce(0, +) / Double(shares.count)
    }

    /// How much of a JVM's youth is left while a stage runs, 0 to 1.
    private func freshness(during stage: StageProfile) -> Double {
        let age = Double(max(0, stage.firstLaunch - begin) + stage.wall / 2)
        // No need for the exponential function: a half each `halving`.
        var share = 1.0
        var rest = age / Self.halving
        while rest >= 1, share > 0.001 {
            share /= 2
            rest -= 1
        }
        return share * (1 - rest / 2)
    }

    /// Threads of a host that are to be expected while a stage runs.
    func expected(during stage: StageProfile) -> Double {
        let begun = Self.young * youth + Self.warm * (1 - youth)
        return (Self.old + (begun - Self.old) * freshness(during: stage)) * executors
    }

    /// How much more processor time equal work takes where all processors have a task: caches and
    /// memory are shared, and code that waits for a busy compiler runs uncompiled for longer.
    ///
    /// Tasks that only compute took as much on two slots as on one; those that aggregate, sort or
    /// join took up to 30 % more, and all of a young JVM 20 to 30 %.
    ///
    /// - Parameter memory: the most bytes that a task of the stage held to do so.
    func crowding(of stage: StageProfile, memory: Int64) -> Double {
        let usesMemory = memory >= Self.muchMemory
        let young = Self.crowding.young * youth * freshness(during: stage)
        return Self.crowding.alone + (usesMemory ? Self.crowding.memory : 0) + young
    }

    private static let crowding = (alone: 0.02, memory: 0.18, young: 0.15)
    /// Bytes of execution memory beyond what processors' caches hold.
    private static let muchMemory: Int64 = 25_000_000
}

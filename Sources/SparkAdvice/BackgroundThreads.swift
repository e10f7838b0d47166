import SparkLog

/// Threads of an executor's JVM that want a processor while tasks run.
///
/// Compiling is what counts: HotSpot compiles in threads of its own, at the tasks' priority (JDK 17,
/// *Java HotSpot VM Options*: `-XX:CICompilerCount`, tiered compilation), and Spark hands it new
/// classes with every query (whole-stage code generation). Where slots are as many as processors a
/// young JVM's tasks share them with the compiler: real jobs of 5 to 40 s on `local[2]` and two
/// processors had 55 to 65 % of a processor each, the same jobs on `local[1]` 90 %, which is one
/// such thread in both. It goes down as the code gets warm.
enum BackgroundThreads {
    /// Threads of a JVM that has just begun, and of one that has long been running.
    private static let young = 1.0
    private static let old = 0.15
    /// Milliseconds in which most of the difference goes.
    private static let warming = 60_000.0

    /// Those that are to be expected while a stage runs.
    static func expected(during stage: StageProfile, in profile: ApplicationProfile) -> Double {
        let first = profile.stages.map(\.firstLaunch).min() ?? stage.firstLaunch
        let age = Double(max(0, stage.firstLaunch - first) + stage.wall / 2)
        // No need for the exponential function: a half each `warming`.
        var share = 1.0
        var rest = age / warming
        while rest >= 1, share > 0.001 {
            share /= 2
            rest -= 1
        }
        share *= 1 - rest / 2
        return old + (young - old) * share
    }

    /// How much more processor time a task takes where all processors have one: caches, memory and
    /// the collector are shared. Same jobs, processor time of equal work on two slots against one.
    private static let mostCrowding = 0.12

    /// The factor on processor time for a task beside which others run on the host, itself counted.
    static func crowding(_ tasks: Double, of processors: Double) -> Double {
        guard processors > 1 else { return 1 }
        return 1 + mostCrowding * min(1, max(0, tasks - 1) / (processors - 1))
    }
}

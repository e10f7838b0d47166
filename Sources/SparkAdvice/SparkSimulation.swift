public import JSONText
import SparkLog

/// Wall times of an application with other executors, by replaying its tasks.
public struct SparkSimulation: Sendable {
    public struct Row: Sendable {
        public var executors: Int
        /// Slots an executor.
        public var cores: Int
        /// Milliseconds.
        public var wall: Int64
        /// Between which a run is likely to lie: the JVM's own threads may want more or less of the
        /// processors than supposed, and equal runs differ.
        public var low: Int64
        public var high: Int64
        /// Share of the slots' time in which a task ran.
        public var busyShare: Double
    }

    /// By how much a simulated wall is off in the mean, as a share: 26 real jobs of 2 to 20 s on one core
    /// against two. With it four of five lay between a row's low and high.
    private static let doubt = 0.1

    public var rows: [Row]
    /// The recorded wall time, and what a replay on the recorded executors gives, in milliseconds:
    /// how far apart they are tells how far to trust the rows.
    public var recorded: Int64
    public var replayed: Int64
    /// What no number of slots can beat.
    public var bound: Int64

    /// What else could be different than the executors.
    public var scenarios: [SimulatedScenario]

    /// How other runs corrected the rows; nil without them.
    public var calibration: SimulationCalibration?

    /// - Parameters:
    ///   - cores: slots an executor; nil for those of the recorded ones.
    ///   - partitions: numbers of shuffle partitions to try, on the recorded executors.
    ///   - processors: those of a host, which more slots share; nil where not known.
    ///   - others: runs of the same on other executors, which correct the rows.
    public init(
        _ profile: ApplicationProfile, executors: [Int], cores: [Int]?, partitions: [Int] = [],
        processors: Int? = nil, correctedBy others: [ApplicationProfile] = []
    ) {
        let own = profile.slots.most
        let work = profile.stages.reduce(Int64(0)) { $0 + $1.allDurations.reduce(0, +) }
        let spread = RunSpread(profile.longStages).share
        var recorded = RecordedWorks(profile)
        let calibration = SimulationCalibration(
            profile, others: others, processors: processors, recorded: &recorded)
        rows = []
        for count in executors {
            for slots in cores ?? [own] {
                let changes = SimulatedSlots(
                    profile, executors: count, cores: slots, processors: processors,
                    recorded: &recorded)
                let factor = calibration?.factor(slots: count * slots) ?? 1
                let walls = changes.changes.map { Int64(Double(profile.wall($0)) * factor) }
                let wall = walls[0]
                let share = Double(work) / (Double(wall) * Double(count * slots))
                var doubt = spread + (calibration?.spread ?? 0)
                if !changes.isRecorded {
                    doubt += Self.doubt * (calibration?.distance(slots: count * slots) ?? 1)
                }
                let low = Double(walls.min() ?? wall) * max(0, 1 - doubt)
                let high = Double(walls.max() ?? wall) * (1 + doubt)
                rows.append(
                    Row(
                        executors: count, cores: slots, wall: wall, low: max(1, Int64(low)),
                        high: Int64(high), busyShare: min(1, share)))
            }
        }
        self.calibration = calibration
        scenarios = SimulatedScenario.all(profile, partitions: partitions)
        self.recorded = profile.wall
        replayed = profile.replayedWall
        // Every task at once, each alone on its processor.
        let most = max(1, profile.stages.reduce(0) { $0 + $1.allDurations.count })
        var alone = ScheduleChange(executors: [most])
        for (stage, work) in recorded.works(Double(processors ?? max(1, recorded.slots))) {
            alone.durations[stage.index] = work.durationsAlone
        }
        let shortest = min(
            profile.wall(ScheduleChange(executors: [most])), profile.wall(alone))
        bound = min(shortest, rows.map(\.wall).min() ?? .max)
    }

    /// `{"recorded_ms","replayed_ms","bound_ms","rows":[{"executors","cores","wall_ms",
    /// "low_ms","high_ms","busy_share"}],"scenarios":[{"name","wall_ms","stages_changed"}]}`, and
    /// `"calibration"` where other runs corrected the rows, see there.
    public var json: JSONValue {
        let members: KeyValuePairs<String, JSONValue> = [
            "recorded_ms": .integer(recorded), "replayed_ms": .integer(replayed),
            "bound_ms": .integer(bound),
            "rows": .array(
                rows.map { row in
                    .object([
                        "executors": .integer(Int64(row.executors)),
                        "cores": .integer(Int64(row.cores)), "wall_ms": .integer(row.wall),
                        "low_ms": .integer(row.low), "high_ms": .integer(row.high),
                        "busy_share": .number((row.busyShare * 1000).rounded() / 1000),
                    ])
                }),
            "scenarios": .array(
                scenarios.map { scenario in
                    .object([
                        "name": .string(scenario.name), "wall_ms": .integer(scenario.wall),
                        "stages_changed": .integer(Int64(scenario.stages)),
                    ])
                }),
        ]
        guard let calibration else { return .object(members) }
        return .object(
            members.map { .init($0.key, $0.value) } + [.init("calibration", calibration.json)])
    }
}

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
        /// Share of the slots' time in which a task ran.
        public var busyShare: Double
    }

    public var rows: [Row]
    /// The recorded wall time, and what a replay on the recorded executors gives, in milliseconds:
    /// how far apart they are tells how far to trust the rows.
    public var recorded: Int64
    public var replayed: Int64
    /// What no number of slots can beat.
    public var bound: Int64

    /// What else could be different than the executors.
    public var scenarios: [SimulatedScenario]

    /// - Parameters:
    ///   - cores: slots an executor; nil for those of the recorded ones.
    ///   - partitions: numbers of shuffle partitions to try, on the recorded executors.
    ///   - processors: those of a host, which more slots share; nil where not known.
    public init(
        _ profile: ApplicationProfile, executors: [Int], cores: [Int]?, partitions: [Int] = [],
        processors: Int? = nil
    ) {
        let own = max(1, profile.slots.executors.map(\.slots).max() ?? 1)
        let work = profile.stages.reduce(Int64(0)) { $0 + $1.allDurations.reduce(0, +) }
        // The first executors' start-up is part of the recorded time and stays in it.
        let bias = profile.wall - profile.replayedWall
        let shared = profile.stages.map { SharedJVM($0, in: profile) }
        rows = []
        for count in executors {
            for slots in cores ?? [own] {
                let change = Self.change(
                    profile, shared, executors: count, cores: slots, processors: processors)
                let wall = max(1, profile.schedule.wall(change) + bias)
                let share = Double(work) / (Double(wall) * Double(count * slots))
                rows.append(
                    Row(executors: count, cores: slots, wall: wall, busyShare: min(1, share)))
            }
        }
        scenarios = SimulatedScenario.all(profile, partitions: partitions)
        recorded = profile.wall
        replayed = profile.replayedWall
        bound = max(
            1,
            profile.schedule.wall(
                ScheduleChange(executors: [
                    max(1, profile.stages.reduce(0) { $0 + $1.allDurations.count })
                ]))
                + bias)
    }

    /// Other executors, with tasks as long as their share of the processors and of the JVM makes them.
    ///
    /// - Parameter shared: what the tasks of each stage pay for their JVM.
    private static func change(
        _ profile: ApplicationProfile, _ shared: [SharedJVM], executors: Int, cores: Int,
        processors: Int?
    ) -> ScheduleChange {
        var change = ScheduleChange(executors: [Int](repeating: cores, count: executors))
        let recorded = profile.slots.executors
        let own = recorded.map(\.slots).max() ?? cores
        let hosts = Set(recorded.map { profile.application.executors[$0.index].host }).count
        let before = recorded.reduce(0) { $0 + $1.slots } / max(1, hosts)
        // Executors that were spread over hosts stay spread; all of one host share it.
        let each = max(1, recorded.count / max(1, hosts))
        let after = hosts > 1 ? cores * min(executors, each) : cores * executors
        guard before > 0, own != cores || recorded.count != executors else { return change }
        for (stage, shared) in zip(profile.stages, shared) {
            let share =
                after == before
                ? nil
                : ProcessorShare(stage, slots: before, processors: processors, in: profile)
            change.durations[stage.index] = shared.durations(
                from: share?.durations(slots: after) ?? stage.allDurations, slots: own,
                after: cores, cold: cores * executors)
        }
        return change
    }

    /// `{"recorded_ms","replayed_ms","bound_ms","rows":[{"executors","cores","wall_ms",
    /// "busy_share"}],"scenarios":[{"name","wall_ms","stages_changed"}]}`.
    public var json: JSONValue {
        .object([
            "recorded_ms": .integer(recorded), "replayed_ms": .integer(replayed),
            "bound_ms": .integer(bound),
            "rows": .array(
                rows.map { row in
                    .object([
                        "executors": .integer(Int64(row.executors)),
                        "cores": .integer(Int64(row.cores)), "wall_ms": .integer(row.wall),
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
        ])
    }
}

import SparkLog

/// The recorded stages on other executors: how many tasks they would have, and how long each.
struct SimulatedSlots {
    /// The likely one, then those with less and with more for the JVM's own threads.
    private(set) var changes: [ScheduleChange] = []
    /// Whether these are the executors that the log is of.
    let isRecorded: Bool

    /// - Parameters:
    ///   - processors: those of a host; nil where not known.
    ///   - recorded: what was found for other rows.
    init(
        _ profile: ApplicationProfile, executors: Int, cores: Int, processors: Int?,
        recorded: inout RecordedWorks
    ) {
        let present = profile.slots.executors
        let own = present.map(\.slots).max() ?? cores
        let (hosts, each) = (recorded.hosts, recorded.each)
        // Executors that were spread over hosts stay spread, and more than there were come with hosts
        // of their own; where the processors are told, all of one host share them.
        let isSpread = hosts > 1 || processors == nil && executors > each
        let hostsAfter = isSpread ? max(1, (executors + each - 1) / each) : 1
        let after = isSpread ? cores * min(executors, each) : cores * executors
        let plain = ScheduleChange(executors: [Int](repeating: cores, count: executors))
        isRecorded = recorded.slots <= 0 || own == cores && present.count == executors
        guard !isRecorded else {
            changes = [plain]
            return
        }
        let host = processors.map { Double($0) } ?? recorded.processors(after: after)
        let works = recorded.works(host)
        var parallelism = DefaultParallelism(profile, executors: executors, cores: cores)
        // Code gets compiled while the first tasks run: no more of them are at it than processors.
        let all = min(cores * executors, max(1, Int(host) * hostsAfter))
        let moved = works.map { stage, work in
            guard let weights = parallelism?.weights(of: stage) else {
                return (stage, work.moved(cold: all))
            }
            let cut = work.cut(weights, cold: all)
            return parallelism?.isWithoutExchange ?? false
                ? (stage, cut.withoutExchange(records: stage[.shuffleReadRecords])) : (stage, cut)
        }
        // Of hundreds of thousands of tasks the JVM's own threads are a small part, and replays take long.
        let isLarge = profile.application.tasks.count > 200_000
        changes = (isLarge ? [1.0] : [1.0, 0.0, 1.6]).map { factor in
            var change = plain
            for (stage, work) in moved {
                var work = work
                work.background *= factor
                change.durations[stage.index] = work.durations(
                    slots: after, hosts: hostsAfter, processors: host)
            }
            return change
        }
    }
}

/// What would be different in a schedule.
struct ScheduleChange: Sendable {
    /// New task durations by stage position; an empty list takes the stage out, with the time
    /// between it and what waited for it.
    var durations: [Int: [Int64]] = [:]
    /// Factors for the recorded time between a job and what it waited for, by job position.
    var jobGaps: [Int: Double] = [:]
    /// New time between the last job and the end.
    var tail: Int64?
    /// Whether executors that were removed stay to the end.
    var executorsStay = false
    /// Executors other than the recorded ones: slots each, all there from the first one's start.
    var executors: [Int]?

    static func stage(_ index: Int, _ durations: [Int64]) -> ScheduleChange {
        ScheduleChange(durations: [index: durations])
    }
}

extension StageProfile {
    /// Durations of the same work in `count` even tasks.
    func evenTasks(_ count: Int, keeping share: Double = 1) -> [Int64] {
        // More tasks than that change nothing that a replay could tell.
        let count = min(max(1, count), 100_000)
        let total = Double(allDurations.reduce(0, +)) * share
        return [Int64](repeating: Int64((total / Double(count)).rounded(.up)), count: count)
    }

    /// All durations, each scaled.
    func scaled(_ share: Double) -> [Int64] {
        allDurations.map { Int64(Double($0) * share) }
    }

    /// All durations, none longer than `limit`; what is cut off goes into tasks of that length.
    func levelled(to limit: Int64) -> [Int64] {
        let limit = max(1, limit)
        var durations: [Int64] = []
        for duration in allDurations {
            var rest = duration
            while rest > limit, durations.count < 1_000_000 {
                durations.append(limit)
                rest -= limit
            }
            durations.append(rest)
        }
        return durations.sorted(by: >)
    }
}

public import Domain
public import SchedulerCore

extension Schedules {
    /// When the runs of a pipeline come; nil for one that has no schedule.
    ///
    /// - Throws: A `UserFacingError`: an expression is none, or the machine lacks its zone.
    public static func timetable(of pipeline: Pipeline) throws -> Timetable? {
        guard let schedule = pipeline.schedule, let ticks = try ticks(schedule, of: pipeline) else {
            return nil
        }
        return Timetable(
            ticks, interval: pipeline.timing.dataInterval,
            start: pipeline.startDate, end: pipeline.endDate, catchesUp: pipeline.catchup)
    }

    private static func ticks(
        _ schedule: Schedule, of pipeline: Pipeline
    ) throws -> Timetable.Ticks? {
        switch schedule {
        case .cron(let expressions):
            return .cron(
                try expressions.map {
                    try cron($0, zone: pipeline.timezone, policy: pipeline.timing.clockChanges)
                })
        case .every(let length):
            return .every(length, anchor: pipeline.startDate ?? Instant(seconds: 0))
        case .once: return .once
        case .continuous: return .continuous
        // No clock says when assets are made.
        case .assets: return nil
        }
    }
}

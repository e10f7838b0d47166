public import Domain
public import SchedulerCore

extension Schedules {
    /// When a pipeline runs, in words: `at 06:00 every day, in Europe/Berlin`; nil for one that runs
    /// by hand.
    ///
    /// - Throws: A `UserFacingError`: an expression is none.
    public static func words(of pipeline: Pipeline) throws -> String? {
        guard let schedule = pipeline.schedule else { return nil }
        switch schedule {
        case .cron(let expressions):
            let policy = pipeline.timing.clockChanges
            let words = try expressions.map {
                try explanation(of: $0, policy: policy)
            }
            return words.joined(separator: ", and ") + ", in \(pipeline.timezone)"
        case .every(let length): return "every \(length.durationText)"
        case .once: return "once"
        case .continuous: return "again as soon as the run before has ended"
        case .assets(let condition): return "when these have been made: \(condition.words)"
        }
    }

    /// A cron expression in words, as `policy` reads it: `at 00:00 on day 13 of the month or on
    /// Friday`.
    ///
    /// - Throws: `CronSyntaxError`.
    public static func explanation(
        of expression: String, policy: CronSchedule.Policy = .vixie
    ) throws -> String {
        try CronExpression(expression).explanation(policy: policy)
    }
}

extension AssetCondition {
    /// `a and (b or c)`
    fileprivate var words: String {
        switch self {
        case .asset(let name): name.name
        case .all(let parts): Self.joined(parts, by: " and ")
        case .any(let parts): Self.joined(parts, by: " or ")
        }
    }

    private static func joined(_ parts: [AssetCondition], by word: String) -> String {
        parts.map { part in
            if case .asset = part { return part.words }
            return parts.count > 1 ? "(\(part.words))" : part.words
        }.joined(separator: word)
    }
}

import Domain
import PaneKit

/// How runs are put into words.
enum RunText {
    /// `manual 11-23 22:57:25` from `manual__2026-11-23T22:57:25+00:00`; another name as it is.
    static func shortName(_ run: RunID, _ clock: LocalClock) -> String {
        guard let gap = run.name.firstRange(of: "__"),
            let date = Instant(iso8601: String(run.name[gap.upperBound...]))
        else { return run.name }
        let time = clock.civilTime(date)
        return run.name[..<gap.lowerBound] + " " + time.isoDate.dropFirst(5) + " "
            + time.clockText
    }

    /// How long the run took, or has taken so far; nil before its start.
    static func duration(_ run: RunRow, now: Instant) -> Span? {
        run.startedAt.map { max(.zero, (run.endedAt ?? now).since($0)) }
    }

    /// How long the task's newest attempt took, or has taken so far; nil before its start.
    static func duration(_ task: TaskRow, now: Instant) -> Span? {
        guard let start = task.startedAt else { return nil }
        if let end = task.endedAt { return end.since(start) }
        let isRunning = task.state == .running || task.state == .restarting
        return isRunning ? max(.zero, now.since(start)) : nil
    }

    /// When a moment comes, on the user's clock: `06:00` today, else `12-24 06:00`.
    static func moment(_ instant: Instant, _ clock: LocalClock) -> String {
        let time = clock.civilTime(instant)
        let text = String(time.clockText.prefix(5))
        let isToday = time.isoDate == clock.civilTime(clock.now).isoDate
        return isToday ? text : time.isoDate.dropFirst(5) + " " + text
    }
}

public import Domain
public import PaneKit
public import RunProfiles

/// What the profiler shows of a run of a pipeline.
public enum RunView: Hashable, Sendable {
    case timeline, path, tasks, before, attempts, slots
    /// One task: what it waited for and used, and where it leads.
    case task(TaskID)
    /// Two runs side by side.
    case comparison

    /// The views that `[` and `]` walk through.
    static let tabs: [RunView] = [.timeline, .path, .tasks, .before, .attempts, .slots]

    var title: String {
        switch self {
        case .timeline: "Timeline"
        case .path: "Critical path"
        case .tasks: "Tasks"
        case .before: "Against before"
        case .attempts: "Attempts"
        case .slots: "Slots"
        case .task(let id): id.name
        case .comparison: "Side by side"
        }
    }

    /// The tab that a view hangs below.
    var tab: RunView {
        switch self {
        case .task: .tasks
        case .comparison: .before
        default: self
        }
    }
}

/// Two runs of a pipeline, and what changed from one to the other.
public struct RunPair: Sendable {
    public var before: RunProfile
    public var after: RunProfile
    public var comparison: RunComparison

    public init(before: RunProfile, after: RunProfile) {
        (self.before, self.after) = (before, after)
        comparison = RunComparison(before, after)
    }
}

/// Something that a task of a run leads to, beside the logs of its attempts.
public struct TaskLead: Hashable, Sendable {
    public var link: Link
    /// What it is: `SQL plan`, `Spark application`.
    public var kind: String
    public var name: String

    public init(_ link: Link, kind: String, name: String) {
        (self.link, self.kind, self.name) = (link, kind, name)
    }
}

/// When a run that goes on is going to end.
public struct RunForecast: Hashable, Sendable {
    public var run: RunRow
    public var estimate: RunEstimate

    public init(run: RunRow, estimate: RunEstimate) {
        (self.run, self.estimate) = (run, estimate)
    }

    /// `orders ends 14:05:12 ±12s`: half the distance between the quartiles.
    func text(_ clock: LocalClock) -> String {
        let half = Span(
            microseconds: estimate.late.since(estimate.early).microseconds / 2)
        let moment = clock.civilTime(estimate.end).clockText
        return "\(run.pipeline) ends \(moment) ±\(half.humanText)"
    }
}

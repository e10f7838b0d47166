/// What the profiler shows: of an application, or of a run of a pipeline.
public enum ProfileView: Hashable, Sendable {
    case overview, jobs, stages, queries, executors, timeline, findings, whatIf, storage, streams,
        failures, environment
    /// The stages of one job, by its position in the application's jobs.
    case job(Int)
    /// What one executor did, by its position.
    case executor(Int)
    /// One attempt of a stage, by its position in the application's stages.
    case stage(Int)
    case tasks(Int)
    /// The plan of one execution, by its position, and a version of it (0 is the newest).
    case plan(Int, version: Int)
    /// One finding, by its place in the list.
    case finding(Int)
    /// What applying a finding brought: two runs side by side.
    case comparison
    /// The list of applications, where a row of it is seen in full.
    case applications
    /// The runs of all pipelines, newest first; beside the list of applications.
    case runs
    case run(RunView)
    /// One row of a view in full, by its place in the view's table.
    indirect case row(ProfileView, Int)

    /// The views that `[` and `]` walk through from this one.
    var siblings: [ProfileView] {
        if case .run = self { RunView.tabs.map { .run($0) } } else { Self.tabs }
    }

    /// The views of an application.
    static let tabs: [ProfileView] = [
        .overview, .jobs, .stages, .queries, .executors, .timeline, .findings, .whatIf, .storage,
        .streams, .failures, .environment,
    ]

    var title: String {
        switch self {
        case .overview: "Overview"
        case .jobs: "Jobs"
        case .job: "Job"
        case .executor: "Executor"
        case .whatIf: "What if"
        case .comparison: "Comparison"
        case .stages: "Stages"
        case .queries: "Queries"
        case .executors: "Executors"
        case .timeline: "Timeline"
        case .findings: "Findings"
        case .storage: "Storage"
        case .streams: "Streams"
        case .failures: "Failures"
        case .environment: "Environment"
        case .stage: "Stage"
        case .tasks: "Tasks"
        case .plan: "Plan"
        case .finding: "Finding"
        case .runs: "Runs"
        case .applications: "Applications"
        case .run(let view): view.title
        case .row: "Row"
        }
    }

    /// The title where all of them do not fit into a line.
    var shortTitle: String {
        switch self {
        case .queries: "SQL"
        case .executors: "Exec"
        case .timeline: "Time"
        case .storage: "Store"
        case .failures: "Fails"
        case .environment: "Env"
        default: title
        }
    }

    /// The tab that a view hangs below.
    var tab: ProfileView {
        switch self {
        case .stage, .tasks: .stages
        case .plan: .queries
        case .finding, .comparison: .findings
        case .job: .jobs
        case .executor: .executors
        case .run(let view): .run(view.tab)
        case .row(let view, _): view.tab
        default: self
        }
    }
}

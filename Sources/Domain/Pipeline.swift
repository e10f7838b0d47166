/// A pipeline as its file describes it: tasks, what they need, and when they run.
///
/// Values only: templates are still unrendered text, paths still relative to `folder`.
public struct Pipeline: Hashable, Sendable {
    public var name: PipelineName
    public var description: String?
    public var schedule: Schedule?
    /// IANA name of the zone that `schedule` is read in.
    public var timezone: String
    public var startDate: Instant?
    /// The last tick that may still run.
    public var endDate: Instant?
    /// Whether ticks missed while nothing was open are run afterwards.
    public var catchup: Bool
    /// How many tasks of one run may hold a slot at once.
    public var maxActiveTasks: Int
    /// How many runs may be active at once; further ones wait in state `queued`.
    public var maxActiveRuns: Int
    public var params: [PipelineParameter]
    /// Environment of every task, in file order; values are templates.
    public var environment: [EnvironmentEntry]
    public var connections: [ConnectionDefinition]
    /// In file order.
    public var tasks: [TaskDefinition]
    /// Data intervals, deadlines and what else its runs have to do with time.
    public var timing = PipelineTiming()
    /// What is done when its runs end.
    public var hooks: [Hook] = []
    /// Absolute path of the file it came from; nil where the text came from elsewhere.
    public var file: String?
    /// Folder that `cwd` and SQL files are relative to, and in which tasks run.
    public var folder: String

    public init(
        name: PipelineName, description: String? = nil, schedule: Schedule? = nil,
        timezone: String = "UTC", startDate: Instant? = nil, endDate: Instant? = nil,
        catchup: Bool = false, maxActiveTasks: Int = 16, maxActiveRuns: Int = 16,
        params: [PipelineParameter] = [], environment: [EnvironmentEntry] = [],
        connections: [ConnectionDefinition] = [], tasks: [TaskDefinition] = [],
        file: String? = nil, folder: String = "."
    ) {
        self.name = name
        self.description = description
        self.schedule = schedule
        self.timezone = timezone
        self.startDate = startDate
        self.endDate = endDate
        self.catchup = catchup
        self.maxActiveTasks = maxActiveTasks
        self.maxActiveRuns = maxActiveRuns
        self.params = params
        self.environment = environment
        self.connections = connections
        self.tasks = tasks
        self.file = file
        self.folder = folder
    }
}

/// When runs are made.
public enum Schedule: Hashable, Sendable {
    /// Five-field cron expressions or `@` macros, as written; read in the pipeline's zone. A tick
    /// of several of them is one tick.
    case cron([String])
    /// Once every stretch of this length, counted from the start date, else from 1970.
    case every(Span)
    /// One run: at the start date, else as soon as the pipeline is known (`@once`).
    case once
    /// The next run as soon as the last has ended (`@continuous`).
    case continuous
    /// As soon as these assets have been made anew since the last run.
    case assets(AssetCondition)
}

/// Which assets a run waits for.
public indirect enum AssetCondition: Hashable, Sendable {
    case asset(AssetName)
    case all([AssetCondition])
    case any([AssetCondition])

    /// Whether it holds where exactly the assets of which `isNew` says so were made anew.
    public func holds(where isNew: (AssetName) -> Bool) -> Bool {
        switch self {
        case .asset(let name): isNew(name)
        case .all(let parts): parts.allSatisfy { $0.holds(where: isNew) }
        case .any(let parts): parts.contains { $0.holds(where: isNew) }
        }
    }

    /// Every asset it speaks of, in the order written.
    public var assets: [AssetName] {
        switch self {
        case .asset(let name): [name]
        case .all(let parts), .any(let parts): parts.flatMap(\.assets)
        }
    }
}

/// A name and a template of its value.
public struct EnvironmentEntry: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A parameter of a pipeline: what a run may set, and what it is otherwise.
public struct PipelineParameter: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case string, integer, number, boolean
    }

    public var name: String
    public var kind: Kind
    /// The value as templates show it; nil: every run must give one.
    public var defaultValue: String?
    /// The only values allowed, where not empty.
    public var allowed: [String]
    public var description: String?

    public init(
        name: String, kind: Kind = .string, defaultValue: String? = nil, allowed: [String] = [],
        description: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.allowed = allowed
        self.description = description
    }
}

/// A database by name.
public struct ConnectionDefinition: Hashable, Sendable {
    public var name: ConnectionName
    /// `sqlite:PATH`, the path relative to the pipeline's folder.
    public var url: String

    public init(name: ConnectionName, url: String) {
        self.name = name
        self.url = url
    }
}

/// One task of a pipeline.
public struct TaskDefinition: Hashable, Sendable {
    public var id: TaskID
    public var action: TaskAction
    /// What must settle first; no repeats, in file order.
    public var needs: [TaskID]
    /// Extra attempts after the first; 0…
    public var retries: Int
    public var retryDelay: Span
    /// How long one attempt may take.
    public var timeout: Span?
    public var triggerRule: TriggerRule
    public var environment: [EnvironmentEntry]
    /// Folder to run in, relative to the pipeline's; a template.
    public var workingDirectory: String?
    public var pool: PoolName
    public var group: GroupID?
    public var description: String?
    /// What it waits for in the run before.
    public var past = PastDependency.none
    /// What only some tasks say; costs space only where something is said.
    public var options: TaskOptions {
        get { said?.options ?? .standard }
        set { said = newValue == .standard ? nil : SaidOptions(newValue) }
    }
    private var said: SaidOptions?
    /// Whether ``options`` is anything but the standard.
    public var hasOptions: Bool { said != nil }

    private final class SaidOptions: Hashable, Sendable {
        let options: TaskOptions

        init(_ options: TaskOptions) { self.options = options }

        static func == (one: SaidOptions, other: SaidOptions) -> Bool {
            one === other || one.options == other.options
        }

        func hash(into hasher: inout Hasher) { hasher.combine(options) }
    }

    public init(
        id: TaskID, action: TaskAction, needs: [TaskID] = [], retries: Int = 0,
        retryDelay: Span = .seconds(300), timeout: Span? = nil,
        triggerRule: TriggerRule = .allSuccess, environment: [EnvironmentEntry] = [],
        workingDirectory: String? = nil, pool: PoolName = .standard, group: GroupID? = nil,
        description: String? = nil
    ) {
        self.id = id
        self.action = action
        self.needs = needs
        self.retries = retries
        self.retryDelay = retryDelay
        self.timeout = timeout
        self.triggerRule = triggerRule
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.pool = pool
        self.group = group
        self.description = description
    }
}

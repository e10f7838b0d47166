/// A task that waits for something outside.
public struct SensorTask: Hashable, Sendable {
    public var condition: WaitCondition
    /// From one look to the next.
    public var pokeInterval: Span
    /// For all attempts together.
    public var timeout: Span
    /// Whether the task is skipped instead of failed where it waited in vain.
    public var isSoft: Bool

    /// Airflow's defaults.
    public static let standardPokeInterval = Span.seconds(60)
    public static let standardTimeout = Span.seconds(7 * 86_400)

    public init(
        condition: WaitCondition, pokeInterval: Span = standardPokeInterval,
        timeout: Span = standardTimeout, isSoft: Bool = false
    ) {
        self.condition = condition
        self.pokeInterval = pokeInterval
        self.timeout = timeout
        self.isSoft = isSoft
    }
}

/// What a task waits for; all texts are templates.
public enum WaitCondition: Hashable, Sendable {
    /// That a file is there; `*` and `?` in its last part stand for any characters.
    case file(String)
    /// That a query's first value is something else than nothing, 0, an empty text or false.
    case sql(SQLScript, on: ConnectionName)
    /// That a GET of this URL is answered by a status of 200…299.
    case http(String)
    /// That a command for `/bin/sh -c` ends with exit code 0.
    case command(String)
    /// That a run of another pipeline for the same logical date has succeeded.
    case pipeline(String)
}

/// A task that is a run of another pipeline.
public struct ChildPipelineTask: Hashable, Sendable {
    /// A template.
    public var pipeline: String
    /// Values for its parameters; templates.
    public var params: [EnvironmentEntry]

    public init(pipeline: String, params: [EnvironmentEntry] = []) {
        self.pipeline = pipeline
        self.params = params
    }
}

/// Names a thing that pipelines make and others wait for.
public struct AssetName: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

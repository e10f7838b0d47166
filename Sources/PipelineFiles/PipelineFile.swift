public import Domain

/// A pipeline file: text → ``Pipeline`` and problems. Never touches the disk.
public enum PipelineFile {
    /// The pipeline in `bytes`, and everything wrong with it.
    ///
    /// Whatever the bytes: no crash, memory and time linear in their count. Files over 32 MiB are
    /// refused unread.
    ///
    /// - Parameters:
    ///   - file: the path, as problems name it; its base name is the pipeline's default name.
    ///   - folder: the folder that the pipeline's paths are relative to.
    ///   - workspace: what `spillway.yml` gives to every pipeline.
    ///   - checks: what the reader cannot know by itself.
    public static func read(
        bytes: [UInt8], file: String, folder: String,
        workspace: WorkspaceSettings = WorkspaceSettings(), checks: PipelineFileChecks
    ) -> PipelineFileReading {
        switch DocumentReader.open(bytes, file: file) {
        case .failure(let problem):
            return PipelineFileReading(pipeline: nil, problems: [problem])
        case .success(let document):
            if let generator = document.generator() {
                return PipelineFileReading(generator: generator)
            }
            var reader = PipelineReader(
                document: document, folder: folder, workspace: workspace, checks: checks)
            let pipeline = reader.read()
            let log = reader.document.log
            var reading = PipelineFileReading(
                pipeline: log.hasErrors ? nil : pipeline, problems: log.sorted(in: document.source))
            reading.references = reader.document.references
            return reading
        }
    }
}

/// What reading a pipeline file brought.
public struct PipelineFileReading: Hashable, Sendable {
    /// nil where one of the problems is an error.
    public var pipeline: Pipeline?
    /// By place; at most a thousand, then one that counts the others.
    public var problems: [SourceProblem]
    /// The file does not say what the pipeline is, but how to find out; the other two say nothing.
    public var generator: PipelineGenerator?
    /// What the file names that lies outside of it, in file order.
    public var references: [OutsideReference] = []

    init(generator: PipelineGenerator) {
        (pipeline, problems) = (nil, [])
        self.generator = generator
    }

    public init(pipeline: Pipeline?, problems: [SourceProblem]) {
        self.pipeline = pipeline
        self.problems = problems
    }
}

/// What the reader of pipeline files asks of others.
public struct PipelineFileChecks: Sendable {
    /// Whether this machine knows an IANA zone of this name.
    public var zoneExists: @Sendable (String) -> Bool
    /// What is wrong with a cron expression or `@` macro, and at which column from 1.
    public var checkCron: @Sendable (String) -> (column: Int, problem: String, remedy: String)?
    /// The instant that a date or time without an offset means in a zone; nil where the machine does
    /// not know the zone.
    public var localInstant: @Sendable (_ text: String, _ zone: String) -> Instant?

    public init(
        zoneExists: @escaping @Sendable (String) -> Bool,
        checkCron:
            @escaping @Sendable (String) -> (column: Int, problem: String, remedy: String)?,
        localInstant:
            @escaping @Sendable (_ text: String, _ zone: String) -> Instant? = { text, _ in
                Instant(iso8601: text)
            }
    ) {
        self.zoneExists = zoneExists
        self.checkCron = checkCron
        self.localInstant = localInstant
    }
}

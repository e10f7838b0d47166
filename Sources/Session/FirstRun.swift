public import Domain

/// A run that begins once the workbench has painted its first screen: what it starts would compete
/// with the paint.
public struct FirstRun: Sendable {
    let pipeline: PipelineName
    /// Ends when all is there that the run needs.
    let prepare: @Sendable () async throws -> Void

    public init(
        of pipeline: PipelineName, prepare: @escaping @Sendable () async throws -> Void = {}
    ) {
        (self.pipeline, self.prepare) = (pipeline, prepare)
    }
}

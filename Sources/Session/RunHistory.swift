import Domain
import PipelineFiles
import SchedulerCore
import Store

/// Earlier runs as templates show them; read only where a template asks.
struct RunHistory: Sendable {
    private let folder: StateFolder

    init(_ folder: StateFolder) { self.folder = folder }

    /// The run of the same pipeline with the latest logical date before that of `run` among those
    /// that succeeded; nil for none, or where the state cannot be read.
    func lastSuccess(before run: RunCreation) -> TemplateContext.PreviousRun? {
        guard let reader = try? StoreReader(folder, isLookedAt: true),
            let row = try? reader.lastSuccess(of: run.pipeline, before: run.logicalDate),
            let startedAt = row.startedAt, let endedAt = row.endedAt,
            let creation = try? reader.creation(of: row.id)
        else { return nil }
        return TemplateContext.PreviousRun(
            dataIntervalStart: creation.dataIntervalStart,
            dataIntervalEnd: creation.dataIntervalEnd, startedAt: startedAt, endedAt: endedAt)
    }
}

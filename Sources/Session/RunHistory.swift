import Domain
import PipelineFiles
import SchedulerCore
import Store

/// Earlier runs as templates show them; read only where a template asks.
struct RunHistory: Sendable {
    private let folder: StateFolder
    /// How many of the pipeline's newest runs are looked through.
    private static let limit = 10_000
    private static let page = 500

    init(_ folder: StateFolder) { self.folder = folder }

    /// The run of the same pipeline with the latest logical date before that of `run` among those
    /// that succeeded; nil for none, or where the state cannot be read.
    func lastSuccess(before run: RunCreation) -> TemplateContext.PreviousRun? {
        guard let reader = try? StoreReader(folder, isLookedAt: true) else { return nil }
        var best: RunRow?
        var offset = 0
        while offset < Self.limit,
            let rows = try? reader.runs(of: run.pipeline, limit: Self.page, offset: offset),
            !rows.isEmpty
        {
            for row in rows where row.state == .success && row.logicalDate < run.logicalDate {
                if best.map({ $0.logicalDate < row.logicalDate }) ?? true { best = row }
            }
            offset += rows.count
        }
        guard let best, let startedAt = best.startedAt, let endedAt = best.endedAt,
            let creation = try? reader.creation(of: best.id)
        else { return nil }
        return TemplateContext.PreviousRun(
            dataIntervalStart: creation.dataIntervalStart,
            dataIntervalEnd: creation.dataIntervalEnd, startedAt: startedAt, endedAt: endedAt)
    }
}

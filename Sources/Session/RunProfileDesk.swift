import Domain
import Engine
import PaneKit
import ProfilePanes
import RunProfiles
import SparkSources
import Store
import Synchronization

/// Reads for the profiler what the store holds of runs.
final class RunProfileDesk: Sendable {
    /// Runs that the list shows.
    private static let mostRuns = 200
    /// A forecast costs the profile of a run: so long it stands, and twenty times what it took.
    private static let forecastAge = Span.seconds(2)

    private let host: WorkspaceHost
    private let forecast = Mutex(Forecast())

    private struct Forecast: Sendable {
        var madeAt: Instant?
        var cost = Span.zero
        var entries: [RunForecast] = []
    }

    init(host: WorkspaceHost) { self.host = host }

    /// The newest runs of all pipelines, newest first.
    func list() throws -> [RunRow] {
        let rows = try host.pipelineRows().flatMap(\.recentRuns)
        return Array(rows.sorted { $0.createdAt > $1.createdAt }.prefix(Self.mostRuns))
    }

    /// - Throws: ``LookUpError`` where `name` names no run, or several.
    func profile(named name: String) throws -> RunProfile {
        try profile(host.reader.run(named: name))
    }

    private func profile(_ run: RunRow) throws -> RunProfile {
        try RunProfiling.profile(
            run, from: host.reader, capacity: RunProfiling.capacity(of: host.outline))
    }

    /// When the runs that go on are going to end, the one that ends last first.
    func forecasts() throws -> [RunForecast] {
        let open = try host.reader.openRuns().filter { $0.state == .running }
        guard !open.isEmpty else { return [] }
        let now = Clock.now()
        let known = forecast.withLock { $0 }
        let age = max(Self.forecastAge, known.cost.scaled(by: 20))
        if let madeAt = known.madeAt, now.since(madeAt) < age {
            let ids = Set(open.map(\.id))
            return known.entries.filter { ids.contains($0.run.id) }
        }
        let entries = try open.compactMap { run in
            try profile(run).estimate.map { RunForecast(run: run, estimate: $0) }
        }.sorted { $0.estimate.end > $1.estimate.end }
        let cost = Clock.now().since(now)
        forecast.withLock { $0 = Forecast(madeAt: now, cost: cost, entries: entries) }
        return entries
    }

    /// What a task of a run leads to, beside its logs: the plan of its SQL, or its Spark applications.
    func leads(of run: RunID, _ task: TaskID) throws -> [TaskLead] {
        guard let creation = try host.reader.creation(of: run),
            let pipeline = try host.reader.definition(of: run),
            let definition = pipeline.tasks.first(where: {
                $0.id == task.instanceParts?.task ?? task
            })
        else { return [] }
        let attempts = try host.reader.attempts(of: run, task)
        switch definition.action {
        case .spark:
            return attempts.reversed().compactMap { attempt in
                SparkRerun.eventLog(of: attempt).map { path in
                    TaskLead(
                        .sparkApplication(path: path), kind: "Spark application",
                        name: "attempt \(attempt.id.number)")
                }
            }
        case .sql(let script, on: let connection):
            let request = RenderRequest(
                run: creation, pipeline: pipeline, task: definition,
                attempt: attempts.last?.id.number ?? 1, log: attempts.last?.log ?? "-")
            let text: String
            switch script {
            case .inline(let inline): text = try TaskRendering.renderText(request, inline)
            case .file(let path):
                let name = try TaskRendering.renderText(request, path)
                let place = name.hasPrefix("/") ? name : pipeline.folder + "/" + name
                text = try TaskRendering.renderText(request, try SQLFile.read(place))
            }
            return [
                TaskLead(
                    .plan(connection: connection.name, sql: text, analyzes: false),
                    kind: "SQL plan", name: "on \(connection)"),
                TaskLead(
                    .statement(connection: connection.name, sql: text), kind: "SQL editor",
                    name: "on \(connection)"),
            ]
        default: return []
        }
    }
}

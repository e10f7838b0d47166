public import Domain
import GRDB

/// As much of the pipelines' runs as a first screen shows.
public struct StoreGlance: Hashable, Sendable {
    /// The pipelines that have runs, by name.
    public var pipelines: [PipelineName] = []
    /// The one to look at first: one that runs, or the one that ran last; nil where none has.
    public var liveliest: PipelineName?
    /// The newest runs of those that stand around it, newest first.
    public var recentRuns: [PipelineName: [RunRow]] = [:]

    public init() {}
}

extension StoreReader {
    /// The names of all pipelines that have runs, and the newest runs, at most `limit` of each, of
    /// the liveliest and of `around` pipelines before it and after it.
    ///
    /// O(pipelines + `around` · `limit`), the first with a small factor.
    public func glance(
        each limit: Int, around: Int
    ) throws(StoreError) -> StoreGlance {
        try read { database in
            var glance = StoreGlance()
            // The names are found by stepping from one to the next in the index.
            let names = try database.cachedStatement(
                sql: """
                    WITH RECURSIVE names (name) AS (
                        SELECT min(pipeline) FROM runs
                        UNION ALL
                        SELECT (SELECT min(pipeline) FROM runs WHERE pipeline > name)
                        FROM names WHERE name IS NOT NULL)
                    SELECT name FROM names WHERE name IS NOT NULL
                    """)
            glance.pipelines = try String.fetchAll(names).map { PipelineName($0) }
            let running = try String.fetchOne(
                database,
                sql: """
                    SELECT min(+pipeline) FROM runs
                    WHERE state IN ('queued', 'running') AND state = 'running'
                    """)
            let liveliest =
                try running
                ?? String.fetchOne(
                    database, sql: "SELECT pipeline FROM runs ORDER BY number DESC LIMIT 1")
            glance.liveliest = liveliest.map { PipelineName($0) }
            guard let place = glance.pipelines.firstIndex(where: { $0 == glance.liveliest }) else {
                return glance
            }
            let newest = try database.cachedStatement(
                sql: """
                    SELECT \(RunRow.columns) FROM runs WHERE pipeline = ?
                    ORDER BY number DESC LIMIT ?
                    """)
            let shown = max(0, place - around)..<min(glance.pipelines.count, place + around + 1)
            for name in glance.pipelines[shown] {
                let rows = try Row.fetchCursor(newest, arguments: [name.name, max(0, limit)])
                while let row = try rows.next() {
                    glance.recentRuns[name, default: []].append(RunRow(columns: row))
                }
            }
            return glance
        }
    }
}

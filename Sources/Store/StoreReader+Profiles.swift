public import Domain
import GRDB

/// What profiles of runs are made of.
extension StoreReader {
    /// All attempts of a run that began, by task and number.
    public func attempts(of run: RunID) throws(StoreError) -> [AttemptRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT attempts.*, tasks.id AS task_id FROM runs
                    JOIN attempts ON attempts.run = runs.number
                    JOIN tasks ON tasks.run = attempts.run
                        AND tasks.position = attempts.position
                        AND tasks.attempts >= attempts.number
                    WHERE runs.id = ? ORDER BY attempts.position, attempts.number
                    """, arguments: [run.name]
            ).map { AttemptRow($0, run: run, task: TaskID($0["task_id"])) }
        }
    }

    /// The newest runs of the same pipeline that succeeded and were made before this one, newest
    /// first.
    public func runs(before run: RunID, limit: Int) throws(StoreError) -> [RunRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT earlier.* FROM runs JOIN runs AS earlier
                        ON earlier.pipeline = runs.pipeline AND earlier.number < runs.number
                    WHERE runs.id = ? AND earlier.state = 'success'
                        AND earlier.started_at IS NOT NULL
                    ORDER BY earlier.number DESC LIMIT ?
                    """, arguments: [run.name, max(0, limit)]
            ).map { RunRow($0) }
        }
    }

    /// How long each task of a run ran that succeeded: the last attempt of each; of a mapped task from
    /// the first instance's beginning to the last one's end.
    public func lengths(of run: RunID) throws(StoreError) -> [TaskID: Span] {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT tasks.id, tasks.started_at, tasks.ended_at FROM tasks
                    JOIN runs ON runs.number = tasks.run
                    WHERE runs.id = ? AND tasks.state = 'success'
                        AND tasks.started_at IS NOT NULL AND tasks.ended_at IS NOT NULL
                    """, arguments: [run.name])
            var stretches: [TaskID: (start: Int64, end: Int64)] = [:]
            while let row = try rows.next() {
                let (id, start, end) = (TaskID(row[0]), row[1] as Int64, row[2] as Int64)
                stretches[id] = (start, end)
                guard let task = id.instanceParts?.task else { continue }
                let whole = stretches[task] ?? (start, end)
                stretches[task] = (min(whole.start, start), max(whole.end, end))
            }
            return stretches.mapValues { Span(microseconds: max(0, $0.end - $0.start)) }
        }
    }
}

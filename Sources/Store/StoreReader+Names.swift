public import Domain
import GRDB

/// Finds runs by what people call them.
extension StoreReader {
    /// The runs that `text` may mean, newest first, at most `limit`.
    ///
    /// That is the one with exactly this id; else the newest for `latest` (of those that are no task
    /// of another run, if there is any); else all whose id begins with it. `PIPELINE/` before any of
    /// them looks among the runs of that pipeline alone.
    public func runs(matching text: String, limit: Int = 10) throws(StoreError) -> [RunRow] {
        if let exact = try run(RunID(text)) { return [exact] }
        guard let slash = text.firstIndex(of: "/") else {
            return try runs(matching: text, of: nil, limit: limit)
        }
        let pipeline = PipelineName(String(text[..<slash]))
        return try runs(
            matching: String(text[slash...].dropFirst()), of: pipeline, limit: limit)
    }

    private func runs(
        matching text: String, of pipeline: PipelineName?, limit: Int
    ) throws(StoreError) -> [RunRow] {
        if text == "latest" {
            if let newest = try newest(of: pipeline) { return [newest] }
            return try runs(of: pipeline, limit: 1)
        }
        if let pipeline {
            // Where several pipelines share a date, ids bear the pipeline's name.
            for id in [text, "\(text)__\(pipeline)"] {
                if let exact = try run(RunID(id)), exact.pipeline == pipeline { return [exact] }
            }
        }
        return try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM runs
                    WHERE substr(id, 1, length(?1)) = ?1 AND (?2 IS NULL OR pipeline = ?2)
                    ORDER BY number DESC LIMIT ?3
                    """, arguments: [text, pipeline?.name, max(0, limit)]
            ).map { RunRow($0) }
        }
    }

    /// The newest run that no task of another pipeline asked for.
    private func newest(of pipeline: PipelineName?) throws(StoreError) -> RunRow? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM runs WHERE trigger != ?1 AND (?2 IS NULL OR pipeline = ?2)
                    ORDER BY number DESC LIMIT 1
                    """, arguments: [RunTrigger.pipelineTriggered.rawValue, pipeline?.name]
            ).map { RunRow($0) }
        }
    }
}

import Domain

extension SparkApplication {
    mutating func start(_ record: SQLRecord, _ strings: StringTable) {
        guard let id = record.id else { return }
        let index = sqlIndex(id)
        sqlExecutions[index].root = record.root ?? id
        sqlExecutions[index].description = record.description
        sqlExecutions[index].details = record.details
        sqlExecutions[index].startedAt = Instant(sparkTime: record.time)
        sqlExecutions[index].modifiedSettings = record.settings
        note(Instant(sparkTime: record.time))
        take(record, into: index, strings)
    }

    mutating func update(_ record: SQLRecord, _ strings: StringTable) {
        reading.adaptiveUpdates += 1
        guard let id = record.id else { return }
        let index = sqlIndex(id)
        sqlExecutions[index].adaptiveUpdates += 1
        take(record, into: index, strings)
    }

    private mutating func take(
        _ record: SQLRecord, into index: Int, _ strings: StringTable
    ) {
        for metric in record.metrics { metrics.define(metric, strings) }
        if let plan = record.plan { sqlExecutions[index].plans.append(plan) }
    }

    mutating func addMetrics(
        _ records: [MetricRecord], to id: Int64, _ strings: StringTable
    ) {
        let index = sqlIndex(id)
        for metric in records {
            metrics.define(metric, strings)
            sqlExecutions[index].extraMetrics.append(metric.id)
        }
    }

    mutating func endSQL(_ id: Int64, time: Int64?, message: String?) {
        reading.sqlEnds += 1
        note(Instant(sparkTime: time))
        let index = sqlIndex(id)
        sqlExecutions[index].endedAt = Instant(sparkTime: time)
        switch message {
        case nil: sqlExecutions[index].outcome = .ended
        case .some(""): sqlExecutions[index].outcome = .succeeded
        case .some(let text): sqlExecutions[index].outcome = .failed(text)
        }
    }

    /// The position of an execution; made if new, as a damaged log may lack its start.
    private mutating func sqlIndex(_ id: Int64) -> Int {
        if let index = sqlIndices[id] { return index }
        sqlIndices[id] = sqlExecutions.count
        sqlExecutions.append(SparkSQLExecution(id: id))
        return sqlExecutions.count - 1
    }

    mutating func start(_ query: SparkStreamingQuery) {
        reading.queryStarts += 1
        let index = queryIndex(run: query.run, id: query.id)
        streamingQueries[index].name = query.name
        streamingQueries[index].startedAt = query.startedAt
    }

    mutating func note(
        _ progress: SparkStreamingProgress, run: String, id: String, name: String?
    ) {
        reading.progressEvents += 1
        let index = queryIndex(run: run, id: id)
        if let name { streamingQueries[index].name = name }
        streamingQueries[index].progress.append(progress)
    }

    mutating func endQuery(run: String, exception: String?) {
        reading.queryEnds += 1
        let index = queryIndex(run: run, id: "")
        streamingQueries[index].isTerminated = true
        streamingQueries[index].exception = exception
    }

    private mutating func queryIndex(run: String, id: String) -> Int {
        if let index = queryIndices[run] { return index }
        queryIndices[run] = streamingQueries.count
        streamingQueries.append(
            SparkStreamingQuery(id: id, run: run, isTerminated: false, progress: []))
        return streamingQueries.count - 1
    }
}

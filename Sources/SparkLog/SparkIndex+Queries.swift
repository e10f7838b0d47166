import Domain

extension SparkSQLExecution: IndexCoded {
    static var blank: SparkSQLExecution { SparkSQLExecution(id: 0) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&root)
        coder.code(&description)
        coder.code(&details)
        coder.code(&startedAt)
        coder.code(&endedAt)
        coder.code(&outcome)
        coder.code(&modifiedSettings)
        coder.code(&jobs)
        coder.code(&plans)
        coder.code(&extraMetrics)
        coder.code(&adaptiveUpdates)
    }
}

extension SparkSQLExecution.Outcome: IndexCoded {
    static var blank: SparkSQLExecution.Outcome { .running }

    mutating func code(_ coder: inout IndexCoder) {
        var (number, text) = (0, "")
        switch self {
        case .running: number = 0
        case .succeeded: number = 1
        case .ended: number = 2
        case .failed(let message): (number, text) = (3, message)
        }
        coder.code(&number)
        if number == 3 { coder.code(&text) }
        switch number {
        case 0: self = .running
        case 1: self = .succeeded
        case 2: self = .ended
        default: self = .failed(text)
        }
    }
}

extension SparkPlan: IndexCoded {
    static var blank: SparkPlan { SparkPlan(nodes: [], metrics: [], logOffset: 0) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&nodes)
        coder.code(&metrics)
        coder.code(&logOffset)
    }
}

extension SparkPlan.Node: IndexCoded {
    static var blank: SparkPlan.Node {
        SparkPlan.Node(name: "", detail: "", depth: 0, metadata: [], metricRange: 0..<0)
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&name)
        coder.code(&detail)
        coder.code(&depth)
        coder.code(&metadata)
        var (from, to) = (metricRange.lowerBound, metricRange.upperBound)
        coder.code(&from)
        coder.code(&to)
        guard from <= to else { return coder.damaged() }
        metricRange = from..<to
    }
}

extension SparkRDD: IndexCoded {
    static var blank: SparkRDD {
        SparkRDD(
            id: 0, name: "", scope: "", callSite: "", parents: [], partitions: 0,
            isBarrier: false, usesMemory: false, usesDisk: false, isDeserialized: false,
            cachedPartitions: 0, memoryBytes: 0, diskBytes: 0, peakBytes: 0,
            isUnpersisted: false)
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&name)
        coder.code(&scope)
        coder.code(&callSite)
        coder.code(&parents)
        coder.code(&partitions)
        coder.code(&isBarrier)
        coder.code(&usesMemory)
        coder.code(&usesDisk)
        coder.code(&isDeserialized)
        coder.code(&cachedPartitions)
        coder.code(&memoryBytes)
        coder.code(&diskBytes)
        coder.code(&peakBytes)
        coder.code(&isUnpersisted)
    }
}

extension SparkStreamingQuery: IndexCoded {
    static var blank: SparkStreamingQuery {
        SparkStreamingQuery(id: "", run: "", isTerminated: false, progress: [])
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&run)
        coder.code(&name)
        coder.code(&startedAt)
        coder.code(&isTerminated)
        coder.code(&exception)
        coder.code(&progress)
    }
}

extension SparkStreamingProgress: IndexCoded {
    static var blank: SparkStreamingProgress {
        SparkStreamingProgress(
            batch: 0, triggerMilliseconds: 0, latestOffsetMilliseconds: 0,
            getBatchMilliseconds: 0, planningMilliseconds: 0, walCommitMilliseconds: 0,
            addBatchMilliseconds: 0, commitOffsetsMilliseconds: 0, inputRows: 0, stateRows: 0,
            stateBytes: 0, stateRowsDropped: 0, sources: [], sink: "")
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&batch)
        coder.code(&startedAt)
        coder.code(&triggerMilliseconds)
        coder.code(&latestOffsetMilliseconds)
        coder.code(&getBatchMilliseconds)
        coder.code(&planningMilliseconds)
        coder.code(&walCommitMilliseconds)
        coder.code(&addBatchMilliseconds)
        coder.code(&commitOffsetsMilliseconds)
        coder.code(&inputRows)
        coder.code(&inputRowsPerSecond)
        coder.code(&processedRowsPerSecond)
        coder.code(&outputRows)
        coder.code(&watermark)
        coder.code(&stateRows)
        coder.code(&stateBytes)
        coder.code(&stateRowsDropped)
        coder.code(&sources)
        coder.code(&sink)
    }
}

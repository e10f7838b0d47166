import Domain

extension SparkApplication: IndexCoded {
    static var blank: SparkApplication { SparkApplication() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&name)
        coder.code(&user)
        coder.code(&attempt)
        coder.code(&sparkVersion)
        coder.code(&startedAt)
        coder.code(&endedAt)
        coder.code(&firstMoment)
        coder.code(&lastMoment)
        coder.code(&sparkProperties)
        coder.code(&jvmProperties)
        coder.code(&hadoopProperties)
        coder.code(&systemProperties)
        coder.code(&resourceProfiles)
        coder.code(&executors)
        coder.code(&blockManagers)
        coder.code(&jobs)
        coder.code(&stages)
        coder.code(&tasks)
        coder.code(&endReasons)
        coder.code(&sqlExecutions)
        coder.code(&streamingQueries)
        coder.code(&rdds)
        coder.code(&totals)
        coder.code(&reading)
        var open = runningTasks
        coder.code(&open)
        guard coder.isReading else { return }
        running = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for (index, stage) in stages.enumerated() {
            stageIndices[StageKey(id: stage.id, attempt: stage.attempt)] = index
        }
        if totals.count != TaskMetric.allCases.count { coder.damaged() }
    }
}

extension SparkSetting: IndexCoded {
    static var blank: SparkSetting { SparkSetting(key: "", value: "") }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&key)
        coder.code(&value)
    }
}

extension SparkResourceProfile: IndexCoded {
    static var blank: SparkResourceProfile { SparkResourceProfile(id: 0) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&executorCores)
        coder.code(&memory)
        coder.code(&memoryOverhead)
        coder.code(&offHeapMemory)
        coder.code(&pysparkMemory)
        coder.code(&taskCPUs)
    }
}

extension SparkExecutor: IndexCoded {
    static var blank: SparkExecutor { SparkExecutor(id: "") }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&host)
        coder.code(&cores)
        coder.code(&resourceProfile)
        coder.code(&isAnnounced)
        coder.code(&addedAt)
        coder.code(&removedAt)
        coder.code(&removalReason)
        coder.code(&endedTasks)
        coder.code(&failedTasks)
        coder.code(&runMilliseconds)
    }
}

extension SparkBlockManager: IndexCoded {
    static var blank: SparkBlockManager {
        SparkBlockManager(executor: "", host: "", port: 0, maximumBytes: 0)
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&executor)
        coder.code(&host)
        coder.code(&port)
        coder.code(&maximumBytes)
        coder.code(&maximumOnHeapBytes)
        coder.code(&maximumOffHeapBytes)
        coder.code(&addedAt)
        coder.code(&removedAt)
    }
}

extension SparkJob: IndexCoded {
    static var blank: SparkJob { SparkJob(id: 0, outcome: .running, stages: []) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&submittedAt)
        coder.code(&endedAt)
        coder.code(&outcome)
        coder.code(&stages)
        coder.code(&sqlExecution)
        coder.code(&description)
        coder.code(&group)
        coder.code(&pool)
        coder.code(&callSite)
        coder.code(&streamingRun)
        coder.code(&batch)
    }
}

extension SparkJob.Outcome: IndexCoded {
    static var blank: SparkJob.Outcome { .running }

    mutating func code(_ coder: inout IndexCoder) {
        var (number, text) = (0, "")
        switch self {
        case .running: number = 0
        case .succeeded: number = 1
        case .failed(let message): (number, text) = (2, message)
        }
        coder.code(&number)
        if number == 2 { coder.code(&text) }
        self = number == 0 ? .running : number == 1 ? .succeeded : .failed(text)
    }
}

extension SparkStage: IndexCoded {
    static var blank: SparkStage { SparkStage(id: 0, attempt: 0) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&attempt)
        coder.code(&name)
        coder.code(&details)
        coder.code(&taskCount)
        coder.code(&parents)
        coder.code(&rdds)
        coder.code(&resourceProfile)
        coder.code(&isBarrier)
        coder.code(&isSubmitted)
        coder.code(&isCompleted)
        coder.code(&submittedAt)
        coder.code(&completedAt)
        coder.code(&failureReason)
        coder.code(&startedTasks)
        coder.code(&endedTasks)
        coder.code(&succeededTasks)
        coder.code(&failedTasks)
        coder.code(&killedTasks)
        coder.code(&firstLaunchAt)
        coder.code(&lastFinishAt)
        coder.code(&peakHeapBytes)
        coder.code(&lastRow)
    }
}

extension TaskEndReason: IndexCoded {
    static var blank: TaskEndReason { TaskEndReason(kind: "", count: 0) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&kind)
        coder.code(&exceptionClass)
        coder.code(&message)
        coder.code(&count)
    }
}

extension RunningTask: IndexCoded {
    static var blank: RunningTask {
        RunningTask(id: 0, stageIndex: 0, launchedAt: Instant(microseconds: 0))
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&id)
        coder.code(&stageIndex)
        coder.code(&executorIndex)
        coder.code(&launchedAt)
    }
}

extension SparkReading: IndexCoded {
    static var blank: SparkReading { SparkReading() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&events)
        coder.code(&badLines)
        coder.code(&firstBadLines)
        coder.code(&isTruncated)
        coder.code(&taskStarts)
        coder.code(&speculativeTasks)
        coder.code(&tasksWithoutMetrics)
        coder.code(&jobEnds)
        coder.code(&sqlEnds)
        coder.code(&driverAccumulatorUpdates)
        coder.code(&adaptiveUpdates)
        coder.code(&progressEvents)
        coder.code(&queryStarts)
        coder.code(&queryEnds)
        coder.code(&executorsAdded)
        coder.code(&executorsRemoved)
        var names = otherEvents.keys.sorted()
        var counts = names.map { otherEvents[$0] ?? 0 }
        coder.code(&names)
        coder.code(&counts)
        otherEvents = Dictionary(zip(names, counts), uniquingKeysWith: { $1 })
    }
}

import Domain

extension SparkApplication {
    /// Names of unknown events beyond this many are counted together.
    private static let mostEventNames = 1_000

    /// Takes one event; ends of tasks come another way.
    mutating func take(
        _ record: EventRecord, _ heading: EventDecoder.Heading, _ strings: StringTable
    ) {
        reading.events += 1
        countIfOther(heading)
        switch record {
        case .taskEnd, .ignored: break
        case .taskStart(let start): apply(start, strings)
        case .stage(let stage): apply(stage, strings)
        case .jobStart(let job): apply(job)
        case .jobEnd(let id, let time, let failure): endJob(id, time: time, failure: failure)
        case .stageExecutorMetrics(let stage, let attempt, let heap):
            if let index = stageIndices[StageKey(id: stage, attempt: attempt)] {
                stages[index].peakHeapBytes = max(stages[index].peakHeapBytes, heap)
            }
        case .blockUpdated(let block): apply(block)
        case .unpersist(let id): unpersist(id)
        case .driverAccumulators(let updates):
            reading.driverAccumulatorUpdates += 1
            for update in updates { metrics.setDriverValue(update.value, of: update.id) }
        case .sqlStart(let execution): start(execution, strings)
        case .sqlEnd(let id, let time, let message): endSQL(id, time: time, message: message)
        case .adaptiveUpdate(let execution): update(execution, strings)
        case .adaptiveMetrics(let id, let metrics): addMetrics(metrics, to: id, strings)
        case .queryStarted(let query): start(query)
        case .queryProgress(let run, let id, let name, let progress):
            note(progress, run: run, id: id, name: name)
        case .queryTerminated(let run, let exception): endQuery(run: run, exception: exception)
        case .logStart(let version): sparkVersion = version
        case .applicationStart(let application): start(application)
        case .applicationEnd(let time):
            endedAt = Instant(sparkTime: time)
            note(endedAt)
        case .environment(let environment): apply(environment)
        case .resourceProfile(let profile): resourceProfiles.append(profile)
        case .executorAdded(let executor): apply(executor)
        case .executorRemoved(let id, let time, let reason):
            removeExecutor(id, time: time, reason: reason)
        case .blockManagerAdded(let manager): blockManagers.append(manager)
        case .blockManagerRemoved(let executor, let time):
            removeBlockManager(of: executor, time: time)
        }
    }

    private mutating func countIfOther(_ heading: EventDecoder.Heading) {
        switch heading {
        case .unknown(let name):
            if reading.otherEvents[name] == nil,
                reading.otherEvents.count >= Self.mostEventNames
            {
                reading.otherEvents["…", default: 0] += 1
            } else {
                reading.otherEvents[name, default: 0] += 1
            }
        case .known(let kind):
            switch kind {
            case .blockManagerAdded, .blockManagerRemoved, .blockUpdated, .environment,
                .resourceProfile, .stageExecutorMetrics, .unpersist, .adaptiveMetrics:
                reading.otherEvents[kind.name, default: 0] += 1
            default: break
            }
        }
    }
}

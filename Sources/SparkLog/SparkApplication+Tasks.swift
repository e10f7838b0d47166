import Domain

extension SparkApplication {
    /// Reasons beyond this many are told apart only by their kind.
    private static let mostReasons = 2_000

    mutating func apply(_ start: TaskStartRecord, _ strings: StringTable) {
        reading.taskStarts += 1
        let stage = stageIndex(for: StageKey(id: start.stage, attempt: start.stageAttempt))
        stages[stage].startedTasks += 1
        let launched = Instant(milliseconds: max(0, start.launch))
        note(launched)
        running[start.taskID] = RunningTask(
            id: start.taskID, stageIndex: stage,
            executorIndex: start.executor < 0
                ? nil : executorIndex(text: start.executor, host: start.host, strings),
            launchedAt: launched)
    }

    mutating func apply(_ end: TaskEndRecord, _ strings: StringTable) {
        let stage = stageIndex(for: StageKey(id: end.stage, attempt: end.stageAttempt))
        let executor = executorIndex(text: end.executor, host: end.host, strings)
        let outcome = Self.outcome(end)
        let place = TaskPlace(
            stageIndex: stage, executorIndex: executor, reasonIndex: reasonIndex(end),
            outcome: outcome, previousRow: stages[stage].lastRow)
        running[end.taskID] = nil
        count(end, place)
        for update in end.updates where end.isSuccess {
            metrics.addTaskUpdate(update.value, to: update.id, stage: stage)
        }
        stages[stage].lastRow = tasks.count
        tasks.append(end, place)
    }

    private mutating func count(_ end: TaskEndRecord, _ place: TaskPlace) {
        if end.isSpeculative { reading.speculativeTasks += 1 }
        if end.hasMetrics {
            for metric in totals.indices {
                totals[metric] = totals[metric].addingSaturated(end.figures[metric])
            }
        } else {
            reading.tasksWithoutMetrics += 1
        }
        let launch = end.figures[TaskMetric.launchTime.rawValue]
        let finish = launch.addingSaturated(end.figures[TaskMetric.duration.rawValue])
        let finished = Instant(milliseconds: finish)
        let launched = Instant(milliseconds: launch)
        note(finished)

        stages[place.stageIndex].endedTasks += 1
        switch place.outcome {
        case .succeeded: stages[place.stageIndex].succeededTasks += 1
        case .failed: stages[place.stageIndex].failedTasks += 1
        case .killed: stages[place.stageIndex].killedTasks += 1
        }
        let first = stages[place.stageIndex].firstLaunchAt
        stages[place.stageIndex].firstLaunchAt = min(first ?? launched, launched)
        let last = stages[place.stageIndex].lastFinishAt
        stages[place.stageIndex].lastFinishAt = max(last ?? finished, finished)

        executors[place.executorIndex].endedTasks += 1
        if place.outcome == .failed { executors[place.executorIndex].failedTasks += 1 }
        let run = end.figures[TaskMetric.runMilliseconds.rawValue]
        let sum = executors[place.executorIndex].runMilliseconds.addingSaturated(run)
        executors[place.executorIndex].runMilliseconds = sum
    }

    private static func outcome(_ end: TaskEndRecord) -> TaskOutcome {
        if end.isSuccess { return .succeeded }
        switch end.reason.kind {
        case "TaskKilled", "TaskCommitDenied", "Resubmitted": return .killed
        default: return .failed
        }
    }

    private static let success = TaskEndReason(kind: "Success", count: 0)

    private mutating func reasonIndex(_ end: TaskEndRecord) -> Int {
        if end.isSuccess, let index = successIndex {
            endReasons[index].count += 1
            return index
        }
        var reason = end.isSuccess ? Self.success : end.reason
        if reason.kind.isEmpty { reason.kind = "UnknownReason" }
        if endReasons.count >= Self.mostReasons {
            reason.message = nil
            if endReasons.count >= 2 * Self.mostReasons { reason.exceptionClass = nil }
            if endReasons.count >= 3 * Self.mostReasons { reason.kind = "UnknownReason" }
        }
        if let index = reasonIndices[reason] {
            endReasons[index].count += 1
            return index
        }
        reasonIndices[reason] = endReasons.count
        if end.isSuccess { successIndex = endReasons.count }
        reason.count = 1
        endReasons.append(reason)
        return endReasons.count - 1
    }

    /// The position of the executor whose id has number `text` in `strings`; made if new.
    mutating func executorIndex(text: Int, host: Int, _ strings: StringTable) -> Int {
        if let lastExecutor, lastExecutor.text == text { return lastExecutor.index }
        if let index = executorOfText[text] {
            lastExecutor = (text, index)
            return index
        }
        let index = executorIndex(id: text < 0 ? "" : strings[text])
        if executors[index].host.isEmpty, host >= 0 { executors[index].host = strings[host] }
        executorOfText[text] = index
        return index
    }

    mutating func executorIndex(id: String) -> Int {
        if let index = executorIndices[id] { return index }
        executorIndices[id] = executors.count
        executors.append(SparkExecutor(id: id))
        return executors.count - 1
    }

    /// The position of a stage attempt; made if new.
    @inline(__always)
    mutating func stageIndex(for key: StageKey) -> Int {
        if let lastStage, lastStage.key == key { return lastStage.index }
        let index: Int
        if let known = stageIndices[key] {
            index = known
        } else {
            index = stages.count
            stageIndices[key] = index
            stages.append(SparkStage(id: key.id, attempt: key.attempt))
        }
        lastStage = (key, index)
        return index
    }

    /// Widens the span of moments that the log names.
    @inline(__always)
    mutating func note(_ moment: Instant?) {
        guard let moment, moment.microseconds > 0 else { return }
        if moment < firstMoment ?? moment { firstMoment = moment }
        if moment > lastMoment ?? Instant(microseconds: .min) { lastMoment = moment }
        if firstMoment == nil { firstMoment = moment }
    }
}

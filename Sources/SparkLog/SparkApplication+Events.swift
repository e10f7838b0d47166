import Domain

extension SparkApplication {
    mutating func apply(_ record: StageRecord, _ strings: StringTable) {
        let index = stageIndex(for: StageKey(id: record.id, attempt: record.attempt))
        stages[index].isSubmitted = true
        if record.isCompletion { stages[index].isCompleted = true }
        stages[index].fill(from: record)
        note(Instant(sparkTime: record.submissionTime))
        note(Instant(sparkTime: record.completionTime))
        for rdd in record.rdds { take(rdd, isCompletion: record.isCompletion) }
        for total in record.totals {
            metrics.setStageTotal(total.value, of: total.id, text: total.name, strings)
        }
    }

    private mutating func take(_ rdd: SparkRDD, isCompletion: Bool) {
        if rdds.change(rdd.id, { $0.take(rdd, isCompletion: isCompletion) }) { return }
        var new = rdd
        new.peakBytes = rdd.memoryBytes.addingSaturated(rdd.diskBytes)
        rdds.append(new)
    }

    mutating func apply(_ record: JobStartRecord) {
        let id = Int(record.id)
        // Told twice: one job all the same.
        guard jobIndices[id] == nil else { return }
        jobIndices[id] = jobs.count
        jobs.append(
            SparkJob(
                id: id, submittedAt: Instant(sparkTime: record.time), outcome: .running,
                stages: record.stages.isEmpty ? record.stageInfos.map(\.id) : record.stages,
                sqlExecution: record.sqlExecution, description: record.description,
                group: record.group, pool: record.pool, callSite: record.callSite,
                streamingRun: record.streamingRun, batch: record.batch))
        note(Instant(sparkTime: record.time))
        for info in record.stageInfos {
            let index = stageIndex(for: StageKey(id: info.id, attempt: info.attempt))
            stages[index].fill(from: info)
            for rdd in info.rdds { take(rdd, isCompletion: false) }
        }
        if let execution = record.sqlExecution, let index = sqlIndices[execution] {
            sqlExecutions[index].jobs.append(id)
        }
    }

    mutating func endJob(_ id: Int64, time: Int64?, failure: String?) {
        note(Instant(sparkTime: time))
        let known = jobIndices[Int(id)]
        if let known, jobs[known].outcome != .running { return }
        reading.jobEnds += 1
        guard let index = known else { return }
        jobs[index].endedAt = Instant(sparkTime: time)
        jobs[index].outcome = failure.map { .failed($0) } ?? .succeeded
    }

    mutating func apply(_ record: BlockRecord) {
        guard rdds.place(of: record.rdd) != nil else { return }
        let place = BlockPlace(
            partition: record.partition, executor: executorIndex(id: record.executor))
        let before = blocks[record.rdd]?[place]
        let isKept = record.size.memory > 0 || record.size.disk > 0
        blocks[record.rdd, default: [:]][place] = isKept ? record.size : nil
        let change = (isKept ? 1 : 0) - (before == nil ? 0 : 1)
        _ = rdds.change(record.rdd) { rdd in
            rdd.noteStorage(
                partitions: max(0, rdd.cachedPartitions.addingSaturated(change)),
                memory: max(0, rdd.memoryBytes - (before?.memory ?? 0))
                    .addingSaturated(record.size.memory),
                disk: max(0, rdd.diskBytes - (before?.disk ?? 0))
                    .addingSaturated(record.size.disk))
        }
    }

    mutating func unpersist(_ id: Int64) {
        let isThere = rdds.change(Int(id)) { rdd in
            rdd.isUnpersisted = true
            rdd.noteStorage(partitions: 0, memory: 0, disk: 0)
        }
        if isThere { blocks[Int(id)] = nil }
    }

    mutating func apply(_ record: ExecutorRecord) {
        reading.executorsAdded += 1
        note(Instant(sparkTime: record.time))
        let index = executorIndex(id: record.id)
        executors[index].isAnnounced = true
        executors[index].host = record.host
        executors[index].cores = record.cores
        executors[index].resourceProfile = record.resourceProfile
        executors[index].addedAt = Instant(sparkTime: record.time)
    }

    mutating func removeExecutor(_ id: String, time: Int64?, reason: String?) {
        reading.executorsRemoved += 1
        note(Instant(sparkTime: time))
        let index = executorIndex(id: id)
        executors[index].removedAt = Instant(sparkTime: time)
        executors[index].removalReason = reason
    }

    mutating func removeBlockManager(of executor: String, time: Int64?) {
        guard let index = blockManagers.lastIndex(where: { $0.executor == executor }) else {
            return
        }
        blockManagers[index].removedAt = Instant(sparkTime: time)
    }

    mutating func start(_ record: ApplicationRecord) {
        id = record.id
        name = record.name
        user = record.user
        attempt = record.attempt
        startedAt = Instant(sparkTime: record.time)
        note(startedAt)
    }

    mutating func apply(_ record: EnvironmentRecord) {
        sparkProperties = record.spark
        jvmProperties = record.jvm
        hadoopProperties = record.hadoop
        systemProperties = record.system
    }
}

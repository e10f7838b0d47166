extension EventDecoder {
    mutating func stageEvent(_ cursor: inout JSONCursor, isCompletion: Bool) -> StageRecord {
        var record = StageRecord()
        while let key = cursor.nextKey() {
            if key.equals("Stage Info") {
                record = stageInfo(&cursor, isCompletion ? .completion : .submission)
            } else {
                cursor.skipValue()
            }
        }
        record.isCompletion = isCompletion
        return record
    }

    /// Where a stage is described: a job tells all, later events need not be read as closely.
    private enum StageSource { case listing, submission, completion }

    private mutating func stageInfo(
        _ cursor: inout JSONCursor, _ source: StageSource
    ) -> StageRecord {
        var record = StageRecord()
        guard cursor.enterObject() else { return record }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.stage, after: &last) {
            case -1: return record
            case 0: record.id = Int(cursor.int() ?? 0)
            case 1: record.attempt = Int(cursor.int() ?? 0)
            case 2: record.name = text(&cursor)
            case 3: record.taskCount = Int(max(0, cursor.int() ?? 0))
            case 4: record.parents = ints(&cursor)
            case 5: readRDDs(&cursor, source, into: &record)
            case 6 where source != .listing && listedStages.contains(stage: record.id):
                cursor.skipValue()
            case 6: record.details = text(&cursor)
            case 7: record.submissionTime = cursor.int()
            case 8: record.completionTime = cursor.int()
            case 9: record.failureReason = optionalText(&cursor)
            case 10: record.totals = totals(&cursor)
            case 11: record.resourceProfile = Int(max(0, cursor.int() ?? 0))
            default: cursor.skipValue()
            }
        }
    }

    private mutating func readRDDs(
        _ cursor: inout JSONCursor, _ source: StageSource, into record: inout StageRecord
    ) {
        let isListed = listedStages.contains(stage: record.id)
        if isListed, source == .submission || !listedStages.keeps(stage: record.id) {
            return cursor.skipValue()
        }
        guard cursor.enterArray() else { return }
        while cursor.nextElement() {
            if let rdd = rdd(&cursor) { record.rdds.append(rdd) }
        }
    }

    private mutating func rdd(_ cursor: inout JSONCursor) -> SparkRDD? {
        guard cursor.enterObject() else { return nil }
        var rdd = SparkRDD(
            id: -1, name: "", scope: "", callSite: "", parents: [], partitions: 0,
            isBarrier: false, usesMemory: false, usesDisk: false, isDeserialized: false,
            cachedPartitions: 0, memoryBytes: 0, diskBytes: 0, peakBytes: 0,
            isUnpersisted: false)
        var last = -1
        var isKnown = false
        while true {
            switch cursor.nextKey(&keys.rdd, after: &last) {
            case -1: return rdd.id >= 0 ? rdd : nil
            case 0:
                rdd.id = Int(cursor.int() ?? -1)
                isKnown = listedStages.contains(rdd: rdd.id)
            case 1...4 where isKnown: cursor.skipValue()
            case 1: rdd.name = text(&cursor)
            case 2: rdd.scope = text(&cursor)
            case 3: rdd.callSite = text(&cursor)
            case 4: rdd.parents = ints(&cursor)
            case 5: storageLevel(&cursor, &rdd)
            case 6: rdd.partitions = Int(max(0, cursor.int() ?? 0))
            case 7: rdd.cachedPartitions = Int(max(0, cursor.int() ?? 0))
            case 8: rdd.memoryBytes = max(0, cursor.int() ?? 0)
            case 9: rdd.diskBytes = max(0, cursor.int() ?? 0)
            case 10: rdd.isBarrier = cursor.bool()
            default: cursor.skipValue()
            }
        }
    }

    private mutating func storageLevel(_ cursor: inout JSONCursor, _ rdd: inout SparkRDD) {
        guard cursor.enterObject() else { return }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.storageLevel, after: &last) {
            case -1: return
            case 0: rdd.usesDisk = cursor.bool()
            case 1: rdd.usesMemory = cursor.bool()
            case 2: rdd.isDeserialized = cursor.bool()
            default: cursor.skipValue()
            }
        }
    }

    /// Totals of the accumulators that are not Spark's own.
    private mutating func totals(
        _ cursor: inout JSONCursor
    ) -> [StageTotal] {
        totalsRead.removeAll(keepingCapacity: true)
        guard cursor.enterArray() else { return [] }
        while cursor.nextElement() {
            if cursor.skipInternalAccumulable() { continue }
            if let (id, name, value) = cursor.metricTotal() {
                totalsRead.append(
                    StageTotal(id: id, name: strings.number(of: name), value: value))
                continue
            }
            guard cursor.enterObject() else { continue }
            var last = -1
            var id: Int64?
            var value: Int64?
            var name: Int32 = -1
            var isInternal = false
            loop: while true {
                switch cursor.nextKey(&keys.accumulable, after: &last) {
                case -1: break loop
                case 0: id = cursor.int()
                case 1:
                    guard let text = cursor.stringIfAny() else { continue }
                    isInternal = text.isInternalMetric
                    name = strings.number(of: text)
                case 3: value = cursor.int()
                default: cursor.skipValue()
                }
            }
            if let id, let value, !isInternal {
                totalsRead.append(StageTotal(id: id, name: name, value: value))
            }
        }
        return totalsRead.copied()
    }

    mutating func jobStart(_ cursor: inout JSONCursor) -> JobStartRecord {
        var record = JobStartRecord()
        while let key = cursor.nextKey() {
            if key.equals("Job ID") {
                record.id = cursor.int() ?? 0
            } else if key.equals("Submission Time") {
                record.time = cursor.int()
            } else if key.equals("Stage IDs") {
                record.stages = ints(&cursor)
            } else if key.equals("Stage Infos") {
                guard cursor.enterArray() else { continue }
                while cursor.nextElement() {
                    record.stageInfos.append(stageInfo(&cursor, .listing))
                }
            } else if key.equals("Properties") {
                jobProperties(&cursor, &record)
            } else {
                cursor.skipValue()
            }
        }
        return record
    }

    private mutating func jobProperties(
        _ cursor: inout JSONCursor, _ record: inout JobStartRecord
    ) {
        guard cursor.enterObject() else { return }
        while let key = cursor.nextKey() {
            switch key.count {
            case 22 where key.equals("spark.sql.execution.id"):
                record.sqlExecution = cursor.int()
            case 21 where key.equals("spark.job.description"):
                record.description = optionalText(&cursor)
            case 17 where key.equals("spark.jobGroup.id"):
                record.group = optionalText(&cursor)
            case 20 where key.equals("spark.scheduler.pool"):
                record.pool = optionalText(&cursor)
            case 14 where key.equals("callSite.short"):
                record.callSite = optionalText(&cursor)
            case 21 where key.equals("sql.streaming.queryId"):
                record.streamingRun = optionalText(&cursor)
            case 21 where key.equals("streaming.sql.batchId"):
                record.batch = cursor.int()
            default:
                cursor.skipValue()
            }
        }
    }

    mutating func jobEnd(_ cursor: inout JSONCursor) -> EventRecord {
        var id: Int64 = 0
        var time: Int64?
        var failure: String?
        while let key = cursor.nextKey() {
            if key.equals("Job ID") {
                id = cursor.int() ?? 0
            } else if key.equals("Completion Time") {
                time = cursor.int()
            } else if key.equals("Job Result") {
                failure = jobFailure(&cursor)
            } else {
                cursor.skipValue()
            }
        }
        return .jobEnd(id: id, time: time, failure: failure)
    }

    /// Nil for a job that succeeded.
    private mutating func jobFailure(_ cursor: inout JSONCursor) -> String? {
        guard cursor.enterObject() else { return nil }
        var hasFailed = false
        var message = ""
        while let key = cursor.nextKey() {
            if key.equals("Result") {
                hasFailed = text(&cursor) != "JobSucceeded"
            } else if key.equals("Exception") {
                guard cursor.enterObject() else { continue }
                while let key = cursor.nextKey() {
                    if key.equals("Message") {
                        message = text(&cursor)
                    } else {
                        cursor.skipValue()
                    }
                }
            } else {
                cursor.skipValue()
            }
        }
        return hasFailed ? message : nil
    }
}

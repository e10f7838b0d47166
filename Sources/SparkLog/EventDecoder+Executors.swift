import Domain

extension EventDecoder {
    mutating func executorEvent(_ kind: EventKind, _ cursor: inout JSONCursor) -> EventRecord {
        var record = ExecutorRecord()
        var reason: String?
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Executor ID".utf8) {
                record.id = text(&cursor)
            } else if key.bytes.elementsEqual("Timestamp".utf8) {
                record.time = cursor.int()
            } else if key.bytes.elementsEqual("Removed Reason".utf8) {
                reason = optionalText(&cursor)
            } else if key.bytes.elementsEqual("Executor Info".utf8) {
                executorInfo(&cursor, &record)
            } else {
                cursor.skipValue()
            }
        }
        return kind == .executorAdded
            ? .executorAdded(record)
            : .executorRemoved(id: record.id, time: record.time, reason: reason)
    }

    private mutating func executorInfo(
        _ cursor: inout JSONCursor, _ record: inout ExecutorRecord
    ) {
        guard cursor.enterObject() else { return }
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Host".utf8) {
                record.host = text(&cursor)
            } else if key.bytes.elementsEqual("Total Cores".utf8) {
                record.cores = Int(max(0, cursor.int() ?? 0))
            } else if key.bytes.elementsEqual("Resource Profile Id".utf8) {
                record.resourceProfile = Int(max(0, cursor.int() ?? 0))
            } else {
                cursor.skipValue()
            }
        }
    }

    mutating func blockManager(_ kind: EventKind, _ cursor: inout JSONCursor) -> EventRecord {
        var manager = SparkBlockManager(executor: "", host: "", port: 0, maximumBytes: 0)
        var time: Int64?
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Block Manager ID".utf8) {
                blockManagerID(&cursor, &manager)
            } else if key.bytes.elementsEqual("Maximum Memory".utf8) {
                manager.maximumBytes = max(0, cursor.int() ?? 0)
            } else if key.bytes.elementsEqual("Maximum Onheap Memory".utf8) {
                manager.maximumOnHeapBytes = cursor.int()
            } else if key.bytes.elementsEqual("Maximum Offheap Memory".utf8) {
                manager.maximumOffHeapBytes = cursor.int()
            } else if key.bytes.elementsEqual("Timestamp".utf8) {
                time = cursor.int()
            } else {
                cursor.skipValue()
            }
        }
        guard kind == .blockManagerAdded else {
            return .blockManagerRemoved(executor: manager.executor, time: time)
        }
        manager.addedAt = Instant(sparkTime: time)
        return .blockManagerAdded(manager)
    }

    private mutating func blockManagerID(
        _ cursor: inout JSONCursor, _ manager: inout SparkBlockManager
    ) {
        guard cursor.enterObject() else { return }
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Executor ID".utf8) {
                manager.executor = text(&cursor)
            } else if key.bytes.elementsEqual("Host".utf8) {
                manager.host = text(&cursor)
            } else if key.bytes.elementsEqual("Port".utf8) {
                manager.port = Int(cursor.int() ?? 0)
            } else {
                cursor.skipValue()
            }
        }
    }

    mutating func stageExecutorMetrics(_ cursor: inout JSONCursor) -> EventRecord {
        var stage = 0
        var attempt = 0
        var peak: Int64 = 0
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Stage ID".utf8) {
                stage = Int(cursor.int() ?? 0)
            } else if key.bytes.elementsEqual("Stage Attempt ID".utf8) {
                attempt = Int(cursor.int() ?? 0)
            } else if key.bytes.elementsEqual("Executor Metrics".utf8) {
                peak = heap(&cursor)
            } else {
                cursor.skipValue()
            }
        }
        return .stageExecutorMetrics(stage: stage, attempt: attempt, heap: peak)
    }

    mutating func blockUpdated(_ cursor: inout JSONCursor) -> EventRecord {
        var record = BlockRecord()
        var isRDD = false
        while let key = cursor.nextKey() {
            guard key.bytes.elementsEqual("Block Updated Info".utf8) else {
                cursor.skipValue()
                continue
            }
            guard cursor.enterObject() else { continue }
            while let key = cursor.nextKey() {
                if key.bytes.elementsEqual("Block Manager ID".utf8) {
                    var manager = SparkBlockManager(
                        executor: "", host: "", port: 0, maximumBytes: 0)
                    blockManagerID(&cursor, &manager)
                    record.executor = manager.executor
                } else if key.bytes.elementsEqual("Block ID".utf8) {
                    isRDD = rddBlock(cursor.stringIfAny(), &record)
                } else if key.bytes.elementsEqual("Memory Size".utf8) {
                    record.size.memory = max(0, cursor.int() ?? 0)
                } else if key.bytes.elementsEqual("Disk Size".utf8) {
                    record.size.disk = max(0, cursor.int() ?? 0)
                } else {
                    cursor.skipValue()
                }
            }
        }
        return isRDD ? .blockUpdated(record) : .ignored
    }

    /// Reads `rdd_<id>_<partition>`; false for every other block.
    private func rddBlock(_ text: JSONCursor.Text?, _ record: inout BlockRecord) -> Bool {
        guard let text, text.count > 4, text.count < 48,
            text.bytes.prefix(4).elementsEqual("rdd_".utf8)
        else { return false }
        let parts = String(decoding: text.bytes.dropFirst(4), as: UTF8.self).split(separator: "_")
        guard parts.count == 2, let rdd = Int(parts[0]), let partition = Int(parts[1]) else {
            return false
        }
        record.rdd = rdd
        record.partition = partition
        return true
    }

    mutating func unpersist(_ cursor: inout JSONCursor) -> EventRecord {
        var id: Int64?
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("RDD ID".utf8) {
                id = cursor.int()
            } else {
                cursor.skipValue()
            }
        }
        return id.map(EventRecord.unpersist) ?? .ignored
    }
}

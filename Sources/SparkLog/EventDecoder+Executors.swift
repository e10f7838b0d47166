import Domain

extension EventDecoder {
    mutating func executorEvent(_ kind: EventKind, _ cursor: inout JSONCursor) -> EventRecord {
        var record = ExecutorRecord()
        var reason: String?
        while let key = cursor.nextKey() {
            if key.equals("Executor ID") {
                record.id = text(&cursor)
            } else if key.equals("Timestamp") {
                record.time = cursor.int()
            } else if key.equals("Removed Reason") {
                reason = optionalText(&cursor)
            } else if key.equals("Executor Info") {
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
            if key.equals("Host") {
                record.host = text(&cursor)
            } else if key.equals("Total Cores") {
                record.cores = Int(max(0, cursor.int() ?? 0))
            } else if key.equals("Resource Profile Id") {
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
            if key.equals("Block Manager ID") {
                blockManagerID(&cursor, &manager)
            } else if key.equals("Maximum Memory") {
                manager.maximumBytes = max(0, cursor.int() ?? 0)
            } else if key.equals("Maximum Onheap Memory") {
                manager.maximumOnHeapBytes = cursor.int()
            } else if key.equals("Maximum Offheap Memory") {
                manager.maximumOffHeapBytes = cursor.int()
            } else if key.equals("Timestamp") {
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
            if key.equals("Executor ID") {
                manager.executor = text(&cursor)
            } else if key.equals("Host") {
                manager.host = text(&cursor)
            } else if key.equals("Port") {
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
            if key.equals("Stage ID") {
                stage = Int(cursor.int() ?? 0)
            } else if key.equals("Stage Attempt ID") {
                attempt = Int(cursor.int() ?? 0)
            } else if key.equals("Executor Metrics") {
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
            guard key.equals("Block Updated Info") else {
                cursor.skipValue()
                continue
            }
            guard cursor.enterObject() else { continue }
            while let key = cursor.nextKey() {
                if key.equals("Block Manager ID") {
                    var manager = SparkBlockManager(
                        executor: "", host: "", port: 0, maximumBytes: 0)
                    blockManagerID(&cursor, &manager)
                    record.executor = manager.executor
                } else if key.equals("Block ID") {
                    isRDD = rddBlock(cursor.stringIfAny(), &record)
                } else if key.equals("Memory Size") {
                    record.size.memory = max(0, cursor.int() ?? 0)
                } else if key.equals("Disk Size") {
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
            if key.equals("RDD ID") {
                id = cursor.int()
            } else {
                cursor.skipValue()
            }
        }
        return id.map(EventRecord.unpersist) ?? .ignored
    }
}

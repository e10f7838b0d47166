extension EventDecoder {
    mutating func applicationEvent(_ kind: EventKind, _ cursor: inout JSONCursor) -> EventRecord {
        var record = ApplicationRecord()
        var version: String?
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Spark Version".utf8) {
                version = optionalText(&cursor)
            } else if key.bytes.elementsEqual("App ID".utf8) {
                record.id = optionalText(&cursor)
            } else if key.bytes.elementsEqual("App Name".utf8) {
                record.name = optionalText(&cursor)
            } else if key.bytes.elementsEqual("User".utf8) {
                record.user = optionalText(&cursor)
            } else if key.bytes.elementsEqual("App Attempt ID".utf8) {
                record.attempt = optionalText(&cursor)
            } else if key.bytes.elementsEqual("Timestamp".utf8) {
                record.time = cursor.int()
            } else {
                cursor.skipValue()
            }
        }
        switch kind {
        case .logStart: return .logStart(version: version)
        case .applicationStart: return .applicationStart(record)
        default: return .applicationEnd(time: record.time)
        }
    }

    mutating func environment(_ cursor: inout JSONCursor) -> EnvironmentRecord {
        var record = EnvironmentRecord()
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Spark Properties".utf8) {
                record.spark = settings(&cursor)
            } else if key.bytes.elementsEqual("JVM Information".utf8) {
                record.jvm = settings(&cursor)
            } else if key.bytes.elementsEqual("Hadoop Properties".utf8) {
                record.hadoop = settings(&cursor)
            } else if key.bytes.elementsEqual("System Properties".utf8) {
                record.system = settings(&cursor)
            } else {
                cursor.skipValue()
            }
        }
        return record
    }

    mutating func resourceProfile(_ cursor: inout JSONCursor) -> SparkResourceProfile {
        var profile = SparkResourceProfile(id: 0)
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Resource Profile Id".utf8) {
                profile.id = Int(cursor.int() ?? 0)
            } else if key.bytes.elementsEqual("Executor Resource Requests".utf8)
                || key.bytes.elementsEqual("Task Resource Requests".utf8)
            {
                guard cursor.enterObject() else { continue }
                while let key = cursor.nextKey() {
                    let name = strings.intern(key)
                    let amount = amount(&cursor)
                    set(name, amount, &profile)
                }
            } else {
                cursor.skipValue()
            }
        }
        return profile
    }

    private func set(_ name: String, _ amount: Double?, _ profile: inout SparkResourceProfile) {
        let whole = amount.map { Int64(max(0, min($0, 1e15))) }
        switch name {
        case "cores": profile.executorCores = whole.map(Int.init)
        case "memory": profile.memory = whole
        case "memoryOverhead": profile.memoryOverhead = whole
        case "offHeap": profile.offHeapMemory = whole
        case "pyspark.memory": profile.pysparkMemory = whole
        case "cpus": profile.taskCPUs = amount
        default: break
        }
    }

    private func amount(_ cursor: inout JSONCursor) -> Double? {
        var amount: Double?
        guard cursor.enterObject() else { return nil }
        while let key = cursor.nextKey() {
            if key.bytes.elementsEqual("Amount".utf8) {
                amount = cursor.double()
            } else {
                cursor.skipValue()
            }
        }
        return amount
    }
}

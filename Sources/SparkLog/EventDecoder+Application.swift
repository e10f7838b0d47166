extension EventDecoder {
    mutating func applicationEvent(_ kind: EventKind, _ cursor: inout JSONCursor) -> EventRecord {
        var record = ApplicationRecord()
        var version: String?
        while let key = cursor.nextKey() {
            if key.equals("Spark Version") {
                version = optionalText(&cursor)
            } else if key.equals("App ID") {
                record.id = optionalText(&cursor)
            } else if key.equals("App Name") {
                record.name = optionalText(&cursor)
            } else if key.equals("User") {
                record.user = optionalText(&cursor)
            } else if key.equals("App Attempt ID") {
                record.attempt = optionalText(&cursor)
            } else if key.equals("Timestamp") {
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
            if key.equals("Spark Properties") {
                record.spark = settings(&cursor)
            } else if key.equals("JVM Information") {
                record.jvm = settings(&cursor)
            } else if key.equals("Hadoop Properties") {
                record.hadoop = settings(&cursor)
            } else if key.equals("System Properties") {
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
            if key.equals("Resource Profile Id") {
                profile.id = Int(cursor.int() ?? 0)
            } else if key.equals("Executor Resource Requests")
                || key.equals("Task Resource Requests")
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
            if key.equals("Amount") {
                amount = cursor.double()
            } else {
                cursor.skipValue()
            }
        }
        return amount
    }
}

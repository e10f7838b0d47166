/// Turns lines into records. Holds what is learned while reading: key orders and strings.
struct EventDecoder: Sendable {
    var keys = EventKeys()
    var strings = StringTable()
    var taskEnd = TaskEndRecord()
    /// Stages that a job listed: later events need not repeat what their RDDs are.
    var listedStages = ListedStages()
    /// Filled again and again; what is kept of them is copied, in as much memory as it needs.
    var metricsRead: [MetricRecord] = []
    var totalsRead: [StageTotal] = []
    var nodesBefore = 0
    private let names = EventNames()
    private var shortNames: [Int: String] = [:]

    /// What one line is.
    enum Line {
        case blank
        /// No event: the cursor is anywhere in it.
        case bad
        case event(EventRecord, Heading)
    }

    /// Decodes one line up to its line feed.
    ///
    /// - Parameter offset: where the line starts in the log; kept with plans.
    @inline(__always)
    mutating func line(_ cursor: inout JSONCursor, offset: Int64) -> Line {
        cursor.skipSpaces()
        if cursor.at.pointee == ByteScan.lineFeed { return .blank }
        if cursor.at.pointee == 0xEF { cursor.skipByteOrderMark() }
        guard let heading = heading(&cursor) else { return .bad }
        var record = EventRecord.ignored
        if case .known(let kind) = heading {
            record = self.record(kind, &cursor, offset: offset)
        } else {
            skipRest(&cursor)
        }
        cursor.skipSpaces()
        guard !cursor.hasFailed, cursor.at.pointee == ByteScan.lineFeed else { return .bad }
        return .event(record, heading)
    }

    /// What stands at the start of a line.
    enum Heading {
        case known(EventKind)
        /// The name after its last `.`.
        case unknown(String)
    }

    /// Reads up to and with the `Event` key; nil (and failed) where the line has none.
    mutating func heading(_ cursor: inout JSONCursor) -> Heading? {
        cursor.expect(UInt8(ascii: "{"))
        let start = cursor
        while let key = cursor.nextKey() {
            guard key.equals("Event") else {
                cursor.skipValue()
                continue
            }
            guard let name = cursor.string() else { return nil }
            // Behind other keys: those are read again, by the reader of that event.
            if key.start != start.at + 1 { cursor = start }
            if let kind = names.kind(of: name) { return .known(kind) }
            return .unknown(shortName(name))
        }
        cursor.fail()
        return nil
    }

    private mutating func shortName(_ name: JSONCursor.Text) -> String {
        let index = strings.index(of: name)
        if let known = shortNames[index] { return known }
        let text = strings[index]
        let short = text.split(separator: ".").last.map(String.init) ?? text
        shortNames[index] = short
        return short
    }

    /// Reads the rest of the line behind its heading.
    ///
    /// - Parameter offset: where the line starts in the log; kept with plans.
    mutating func record(
        _ kind: EventKind, _ cursor: inout JSONCursor, offset: Int64
    ) -> EventRecord {
        switch kind {
        case .taskEnd:
            decodeTaskEnd(&cursor)
            return .taskEnd
        case .taskStart: return .taskStart(taskStart(&cursor))
        case .stageSubmitted: return .stage(stageEvent(&cursor, isCompletion: false))
        case .stageCompleted: return .stage(stageEvent(&cursor, isCompletion: true))
        case .jobStart: return .jobStart(jobStart(&cursor))
        case .jobEnd: return jobEnd(&cursor)
        case .stageExecutorMetrics: return stageExecutorMetrics(&cursor)
        case .blockUpdated: return blockUpdated(&cursor)
        case .unpersist: return unpersist(&cursor)
        case .driverAccumulators: return driverAccumulators(&cursor)
        case .sqlStart: return .sqlStart(sqlEvent(&cursor, offset: offset))
        case .sqlEnd: return sqlEnd(&cursor)
        case .adaptiveUpdate: return .adaptiveUpdate(sqlEvent(&cursor, offset: offset))
        case .adaptiveMetrics: return adaptiveMetrics(&cursor)
        case .queryStarted, .queryTerminated: return queryEvent(kind, &cursor)
        case .queryProgress: return queryProgress(&cursor)
        case .logStart, .applicationStart, .applicationEnd:
            return applicationEvent(kind, &cursor)
        case .environment: return .environment(environment(&cursor))
        case .resourceProfile: return .resourceProfile(resourceProfile(&cursor))
        case .executorAdded, .executorRemoved: return executorEvent(kind, &cursor)
        case .blockManagerAdded, .blockManagerRemoved: return blockManager(kind, &cursor)
        }
    }

    /// Steps over what is left of an object.
    func skipRest(_ cursor: inout JSONCursor) {
        while cursor.nextKey() != nil { cursor.skipValue() }
    }

    /// The string here, shared with all equal ones; empty for null.
    mutating func text(_ cursor: inout JSONCursor) -> String {
        cursor.stringIfAny().map { strings.intern($0) } ?? ""
    }

    mutating func optionalText(_ cursor: inout JSONCursor) -> String? {
        cursor.stringIfAny().map { strings.intern($0) }
    }

    func ints(_ cursor: inout JSONCursor) -> [Int] {
        var numbers: [Int] = []
        guard cursor.enterArray() else { return [] }
        while cursor.nextElement() {
            if let number = cursor.int() { numbers.append(Int(number)) }
        }
        return numbers
    }

    /// An object of strings, sorted by key; other values are left out.
    mutating func settings(_ cursor: inout JSONCursor) -> [SparkSetting] {
        var settings: [SparkSetting] = []
        guard cursor.enterObject() else { return [] }
        while let key = cursor.nextKey() {
            if let value = cursor.stringIfAny() {
                settings.append(
                    SparkSetting(key: strings.intern(key), value: strings.intern(value)))
            }
        }
        return settings.count < 2 ? settings : settings.sorted { $0.key < $1.key }
    }
}

/// The objects whose keys are read by number; the numbers are the positions in these lists.
struct EventKeys: Sendable {
    var taskEnd = KeyTable([
        "Stage ID", "Stage Attempt ID", "Task End Reason", "Task Info", "Task Executor Metrics",
        "Task Metrics",
    ])
    var taskInfo = KeyTable([
        "Task ID", "Index", "Attempt", "Launch Time", "Finish Time", "Getting Result Time",
        "Executor ID", "Host", "Locality", "Speculative", "Accumulables",
    ])
    var accumulable = KeyTable(["ID", "Name", "Update", "Value"])
    var executorMetrics = KeyTable(["JVMHeapMemory"])
    var taskMetrics = KeyTable([
        "Executor Run Time", "Executor CPU Time", "Executor Deserialize Time",
        "Result Serialization Time", "JVM GC Time", "Result Size", "Memory Bytes Spilled",
        "Disk Bytes Spilled", "Peak Execution Memory", "Input Metrics", "Output Metrics",
        "Shuffle Read Metrics", "Shuffle Write Metrics",
    ])
    var input = KeyTable(["Bytes Read", "Records Read"])
    var output = KeyTable(["Bytes Written", "Records Written"])
    var shuffleRead = KeyTable([
        "Remote Bytes Read", "Local Bytes Read", "Total Records Read", "Remote Blocks Fetched",
        "Local Blocks Fetched", "Fetch Wait Time",
    ])
    var shuffleWrite = KeyTable([
        "Shuffle Bytes Written", "Shuffle Records Written", "Shuffle Write Time",
    ])
    var stage = KeyTable([
        "Stage ID", "Stage Attempt ID", "Stage Name", "Number of Tasks", "Parent IDs",
        "RDD Info", "Details", "Submission Time", "Completion Time", "Failure Reason",
        "Accumulables", "Resource Profile Id",
    ])
    var rdd = KeyTable([
        "RDD ID", "Name", "Scope", "Callsite", "Parent IDs", "Storage Level",
        "Number of Partitions", "Number of Cached Partitions", "Memory Size", "Disk Size",
        "Barrier",
    ])
    var storageLevel = KeyTable(["Use Disk", "Use Memory", "Deserialized"])
    var planNode = KeyTable(["nodeName", "simpleString", "children", "metadata", "metrics"])
    var planMetric = KeyTable(["name", "accumulatorId", "metricType"])
}

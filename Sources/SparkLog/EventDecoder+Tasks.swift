extension EventDecoder {
    mutating func taskStart(_ cursor: inout JSONCursor) -> TaskStartRecord {
        var record = TaskStartRecord()
        var last = -1
        while true {
            switch cursor.nextKey(&keys.taskEnd, after: &last) {
            case -1: return record
            case 0: record.stage = Int(cursor.int() ?? 0)
            case 1: record.stageAttempt = Int(cursor.int() ?? 0)
            case 3: taskStartInfo(&cursor, &record)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func taskStartInfo(
        _ cursor: inout JSONCursor, _ record: inout TaskStartRecord
    ) {
        guard cursor.enterObject() else { return }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.taskInfo, after: &last) {
            case -1: return
            case 0: record.taskID = cursor.int() ?? 0
            case 3: record.launch = cursor.int() ?? 0
            case 6: record.executor = textIndex(&cursor)
            case 7: record.host = textIndex(&cursor)
            default: cursor.skipValue()
            }
        }
    }

    /// Fills `taskEnd`.
    mutating func decodeTaskEnd(_ cursor: inout JSONCursor) {
        taskEnd.reset()
        var last = -1
        while true {
            switch cursor.nextKey(&keys.taskEnd, after: &last) {
            case -1: return
            case 0: taskEnd.stage = Int(cursor.int() ?? 0)
            case 1: taskEnd.stageAttempt = Int(cursor.int() ?? 0)
            case 2: endReason(&cursor)
            case 3: taskInfo(&cursor)
            case 4: executorMetrics(&cursor)
            case 5: taskMetrics(&cursor)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func taskInfo(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var last = -1
        var launch: Int64 = 0
        var finish: Int64 = 0
        var gettingResult: Int64 = 0
        loop: while true {
            switch cursor.nextKey(&keys.taskInfo, after: &last) {
            case -1: break loop
            case 0: taskEnd.taskID = cursor.int() ?? 0
            case 1: taskEnd.index = Int(cursor.int() ?? 0)
            case 2: taskEnd.attempt = Int(cursor.int() ?? 0)
            case 3: launch = cursor.int() ?? 0
            case 4: finish = cursor.int() ?? 0
            case 5: gettingResult = cursor.int() ?? 0
            case 6: taskEnd.executor = textIndex(&cursor)
            case 7: taskEnd.host = textIndex(&cursor)
            case 8: taskEnd.locality = locality(&cursor)
            case 9: taskEnd.isSpeculative = cursor.bool()
            case 10: accumulables(&cursor)
            default: cursor.skipValue()
            }
        }
        launch = max(0, launch)
        taskEnd.figures[TaskMetric.launchTime.rawValue] = launch
        taskEnd.figures[TaskMetric.duration.rawValue] = finish > launch ? finish - launch : 0
        if gettingResult > 0, finish > gettingResult {
            taskEnd.figures[TaskMetric.gettingResultMilliseconds.rawValue] =
                finish - gettingResult
        }
    }

    /// What the task added to each accumulator but Spark's own, whose figures are in the metrics.
    private mutating func accumulables(_ cursor: inout JSONCursor) {
        guard cursor.enterArray() else { return }
        while cursor.nextElement() {
            if cursor.skipInternalAccumulable() { continue }
            if let (id, update) = cursor.metricUpdate() {
                taskEnd.updates.append((id, update))
                continue
            }
            guard cursor.enterObject() else { continue }
            var last = -1
            var id: Int64?
            var update: Int64?
            var isInternal = false
            loop: while true {
                switch cursor.nextKey(&keys.accumulable, after: &last) {
                case -1: break loop
                case 0: id = cursor.int()
                case 1: isInternal = cursor.stringIfAny()?.isInternalMetric ?? false
                case 2: update = cursor.int()
                default: cursor.skipValue()
                }
            }
            if let id, let update, !isInternal { taskEnd.updates.append((id, update)) }
        }
    }

    private mutating func endReason(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var kind = ""
        var exceptionClass: String?
        var message: String?
        while let key = cursor.nextKey() {
            if key.equals("Reason") {
                guard let text = cursor.stringIfAny() else { continue }
                if text.equals("Success") {
                    taskEnd.isSuccess = true
                    continue
                }
                kind = strings.intern(text)
            } else if key.equals("Class Name") {
                exceptionClass = optionalText(&cursor)
            } else if Self.isMessage(key) {
                message = cursor.stringIfAny().map(firstLine)
            } else {
                cursor.skipValue()
            }
        }
        taskEnd.reason = TaskEndReason(
            kind: kind, exceptionClass: exceptionClass, message: message, count: 0)
    }

    private static func isMessage(_ key: JSONCursor.Text) -> Bool {
        key.equals("Description") || key.equals("Message") || key.equals("Kill Reason")
            || key.equals("Loss Reason")
    }

    /// The text up to its first line break, at most 500 bytes as written.
    private func firstLine(_ text: JSONCursor.Text) -> String {
        let limit = min(text.count, 500)
        var length = 0
        while length < limit {
            if text.start[length] == ByteScan.backslash, length + 1 < limit {
                let escape = text.start[length + 1]
                let isBreak = escape == UInt8(ascii: "n") || escape == UInt8(ascii: "r")
                if isBreak, length > 0 { break }
                length += 2
            } else {
                length += 1
            }
        }
        let bytes = UnsafeBufferPointer(start: text.start, count: min(length, limit))
        return JSONText.decode(bytes, hasEscapes: text.hasEscapes)
    }

    private mutating func executorMetrics(_ cursor: inout JSONCursor) {
        taskEnd.figures[TaskMetric.peakHeapBytes.rawValue] = heap(&cursor)
    }

    mutating func heap(_ cursor: inout JSONCursor) -> Int64 {
        guard cursor.enterObject() else { return 0 }
        var heap: Int64 = 0
        var last = -1
        while true {
            switch cursor.nextKey(&keys.executorMetrics, after: &last) {
            case -1: return heap
            case 0: heap = max(0, cursor.int() ?? 0)
            default: cursor.skipValue()
            }
        }
    }

    mutating func textIndex(_ cursor: inout JSONCursor) -> Int {
        cursor.stringIfAny().map { strings.index(of: $0) } ?? -1
    }

    private func locality(_ cursor: inout JSONCursor) -> TaskLocality {
        guard let text = cursor.stringIfAny(), let first = text.bytes.first else {
            return .unknown
        }
        switch (first, text.count) {
        case (UInt8(ascii: "P"), 13): return .processLocal
        case (UInt8(ascii: "N"), 10): return .nodeLocal
        case (UInt8(ascii: "N"), 7): return .noPreference
        case (UInt8(ascii: "R"), 10): return .rackLocal
        case (UInt8(ascii: "A"), 3): return .any
        default: return .unknown
        }
    }
}

extension JSONCursor.Text {
    /// Whether a name is one of Spark's own metrics, whose figures are in the task's metrics.
    var isInternalMetric: Bool {
        count >= 17
            && JSONCursor.Text(start: start, count: 17, hasEscapes: false).equals(
                "internal.metrics.")
    }
}

extension EventDecoder {
    /// Fills the figures of `taskEnd` from its `Task Metrics`; groups that are absent stay 0, as
    /// logs before 2.0 leave out what is zero.
    mutating func taskMetrics(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var last = -1
        var isEmpty = true
        while true {
            let key = cursor.nextKey(&keys.taskMetrics, after: &last)
            if key >= 0 { isEmpty = false }
            switch key {
            case -1:
                taskEnd.hasMetrics = !isEmpty
                return
            case 0: set(.runMilliseconds, &cursor)
            case 1: set(.cpuNanoseconds, &cursor)
            case 2: set(.deserializeMilliseconds, &cursor)
            case 3: set(.resultSerializationMilliseconds, &cursor)
            case 4: set(.gcMilliseconds, &cursor)
            case 5: set(.resultBytes, &cursor)
            case 6: set(.memorySpillBytes, &cursor)
            case 7: set(.diskSpillBytes, &cursor)
            case 8: set(.peakExecutionMemoryBytes, &cursor)
            case 9: input(&cursor)
            case 10: output(&cursor)
            case 11: shuffleRead(&cursor)
            case 12: shuffleWrite(&cursor)
            default: cursor.skipValue()
            }
        }
    }

    @inline(__always)
    private mutating func set(_ metric: TaskMetric, _ cursor: inout JSONCursor) {
        taskEnd.figures[metric.rawValue] = cursor.int() ?? 0
    }

    @inline(__always)
    private mutating func add(_ metric: TaskMetric, _ cursor: inout JSONCursor) {
        let sum = taskEnd.figures[metric.rawValue].addingSaturated(cursor.int() ?? 0)
        taskEnd.figures[metric.rawValue] = sum
    }

    private mutating func input(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.input, after: &last) {
            case -1: return
            case 0: set(.inputBytes, &cursor)
            case 1: set(.inputRecords, &cursor)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func output(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.output, after: &last) {
            case -1: return
            case 0: set(.outputBytes, &cursor)
            case 1: set(.outputRecords, &cursor)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func shuffleRead(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.shuffleRead, after: &last) {
            case -1: return
            case 0: set(.shuffleRemoteBytes, &cursor)
            case 1: set(.shuffleLocalBytes, &cursor)
            case 2: set(.shuffleReadRecords, &cursor)
            case 3, 4: add(.shuffleBlocks, &cursor)
            case 5: set(.fetchWaitMilliseconds, &cursor)
            default: cursor.skipValue()
            }
        }
    }

    private mutating func shuffleWrite(_ cursor: inout JSONCursor) {
        guard cursor.enterObject() else { return }
        var last = -1
        while true {
            switch cursor.nextKey(&keys.shuffleWrite, after: &last) {
            case -1: return
            case 0: set(.shuffleWriteBytes, &cursor)
            case 1: set(.shuffleWriteRecords, &cursor)
            case 2: set(.shuffleWriteNanoseconds, &cursor)
            default: cursor.skipValue()
            }
        }
    }
}

import Domain

extension EventDecoder {
    mutating func queryEvent(_ kind: EventKind, _ cursor: inout JSONCursor) -> EventRecord {
        var query = SparkStreamingQuery(id: "", run: "", isTerminated: false, progress: [])
        while let key = cursor.nextKey() {
            if key.equals("id") {
                query.id = text(&cursor)
            } else if key.equals("runId") {
                query.run = text(&cursor)
            } else if key.equals("name") {
                query.name = optionalText(&cursor)
            } else if key.equals("timestamp") {
                query.startedAt = moment(&cursor)
            } else if key.equals("exception") {
                query.exception = optionalText(&cursor)
            } else {
                cursor.skipValue()
            }
        }
        return kind == .queryStarted
            ? .queryStarted(query)
            : .queryTerminated(run: query.run, exception: query.exception)
    }

    mutating func queryProgress(_ cursor: inout JSONCursor) -> EventRecord {
        var record = EventRecord.ignored
        while let key = cursor.nextKey() {
            guard key.equals("progress") else {
                cursor.skipValue()
                continue
            }
            // Up to Spark 3 and at some vendors the progress is JSON inside a string.
            cursor.skipSpaces()
            guard cursor.at.pointee == ByteScan.quote else {
                record = progress(&cursor)
                continue
            }
            guard let text = cursor.string() else { break }
            var bytes = Array(JSONText.decode(text.bytes, hasEscapes: text.hasEscapes).utf8)
            bytes.append(ByteScan.lineFeed)
            bytes.withUnsafeBufferPointer { inner in
                guard let start = inner.baseAddress else { return }
                var innerCursor = JSONCursor(at: start, end: start + inner.count)
                let found = progress(&innerCursor)
                if !innerCursor.hasFailed { record = found }
            }
        }
        return record
    }

    private mutating func progress(_ cursor: inout JSONCursor) -> EventRecord {
        guard cursor.enterObject() else { return .ignored }
        var progress = SparkStreamingProgress(
            batch: 0, triggerMilliseconds: 0, latestOffsetMilliseconds: 0,
            getBatchMilliseconds: 0, planningMilliseconds: 0, walCommitMilliseconds: 0,
            addBatchMilliseconds: 0, commitOffsetsMilliseconds: 0, inputRows: 0, stateRows: 0,
            stateBytes: 0, stateRowsDropped: 0, sources: [], sink: "")
        var run = ""
        var id = ""
        var name: String?
        while let key = cursor.nextKey() {
            if key.equals("id") {
                id = text(&cursor)
            } else if key.equals("runId") {
                run = text(&cursor)
            } else if key.equals("name") {
                name = optionalText(&cursor)
            } else if key.equals("timestamp") {
                progress.startedAt = moment(&cursor)
            } else if key.equals("batchId") {
                progress.batch = cursor.int() ?? 0
            } else if key.equals("durationMs") {
                durations(&cursor, &progress)
            } else if key.equals("eventTime") {
                eventTime(&cursor, &progress)
            } else if key.equals("stateOperators") {
                state(&cursor, &progress)
            } else if key.equals("sources") {
                sources(&cursor, &progress)
            } else if key.equals("sink") {
                sink(&cursor, &progress)
            } else {
                cursor.skipValue()
            }
        }
        return .queryProgress(run: run, id: id, name: name, progress)
    }

    /// Moments differ in every event: they are read without being kept as strings.
    private func moment(_ cursor: inout JSONCursor) -> Instant? {
        guard let text = cursor.stringIfAny(), text.count <= 40 else { return nil }
        return Instant(iso8601: String(decoding: text.bytes, as: UTF8.self))
    }

    private func eventTime(
        _ cursor: inout JSONCursor, _ progress: inout SparkStreamingProgress
    ) {
        guard cursor.enterObject() else { return }
        while let key = cursor.nextKey() {
            if key.equals("watermark") {
                progress.watermark = moment(&cursor)
            } else {
                cursor.skipValue()
            }
        }
    }

    private mutating func durations(
        _ cursor: inout JSONCursor, _ progress: inout SparkStreamingProgress
    ) {
        guard cursor.enterObject() else { return }
        while let key = cursor.nextKey() {
            let name = strings.intern(key)
            let value = max(0, cursor.int() ?? 0)
            switch name {
            case "triggerExecution": progress.triggerMilliseconds = value
            case "latestOffset": progress.latestOffsetMilliseconds = value
            case "getBatch": progress.getBatchMilliseconds = value
            case "queryPlanning": progress.planningMilliseconds = value
            case "walCommit": progress.walCommitMilliseconds = value
            case "addBatch": progress.addBatchMilliseconds = value
            case "commitOffsets": progress.commitOffsetsMilliseconds = value
            default: break
            }
        }
    }

    private mutating func state(
        _ cursor: inout JSONCursor, _ progress: inout SparkStreamingProgress
    ) {
        guard cursor.enterArray() else { return }
        while cursor.nextElement() {
            guard cursor.enterObject() else { continue }
            while let key = cursor.nextKey() {
                if key.equals("numRowsTotal") {
                    progress.stateRows = progress.stateRows.addingSaturated(cursor.int() ?? 0)
                } else if key.equals("memoryUsedBytes") {
                    progress.stateBytes = progress.stateBytes.addingSaturated(cursor.int() ?? 0)
                } else if key.equals("numRowsDroppedByWatermark") {
                    progress.stateRowsDropped = progress.stateRowsDropped.addingSaturated(
                        cursor.int() ?? 0)
                } else {
                    cursor.skipValue()
                }
            }
        }
    }

    private mutating func sources(
        _ cursor: inout JSONCursor, _ progress: inout SparkStreamingProgress
    ) {
        guard cursor.enterArray() else { return }
        while cursor.nextElement() {
            guard cursor.enterObject() else { continue }
            while let key = cursor.nextKey() {
                if key.equals("description") {
                    progress.sources.append(text(&cursor))
                } else if key.equals("numInputRows") {
                    progress.inputRows = progress.inputRows.addingSaturated(cursor.int() ?? 0)
                } else if key.equals("inputRowsPerSecond") {
                    Self.add(cursor.double(), to: &progress.inputRowsPerSecond)
                } else if key.equals("processedRowsPerSecond") {
                    Self.add(cursor.double(), to: &progress.processedRowsPerSecond)
                } else {
                    cursor.skipValue()
                }
            }
        }
    }

    private static func add(_ rate: Double?, to sum: inout Double?) {
        if let rate { sum = (sum ?? 0) + rate }
    }

    private mutating func sink(
        _ cursor: inout JSONCursor, _ progress: inout SparkStreamingProgress
    ) {
        guard cursor.enterObject() else { return }
        while let key = cursor.nextKey() {
            if key.equals("description") {
                progress.sink = text(&cursor)
            } else if key.equals("numOutputRows") {
                let rows = cursor.int() ?? -1
                progress.outputRows = rows < 0 ? nil : rows
            } else {
                cursor.skipValue()
            }
        }
    }
}

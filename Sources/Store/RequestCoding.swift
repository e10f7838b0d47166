import ByteCoding
public import Domain

/// A request with its answer, as the state keeps it.
public struct AnsweredRequest: Hashable, Sendable {
    public var id: RequestID
    public var at: Instant
    public var answer: RequestAnswer

    public init(id: RequestID, at: Instant, answer: RequestAnswer) {
        self.id = id
        self.at = at
        self.answer = answer
    }
}

/// What somebody asks of the process that owns the state folder.
public struct OperatorRequest: Hashable, Sendable {
    public var id: RequestID
    public var person: String
    public var at: Instant
    public var action: OperatorAction

    public init(id: RequestID, person: String, at: Instant, action: OperatorAction) {
        self.id = id
        self.person = person
        self.at = at
        self.action = action
    }
}

/// Requests and answers as bytes; the first byte is the version of the layout behind it.
enum RequestCoding {
    private static let version: UInt8 = 1

    static func encode(_ answer: RequestAnswer) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(byte: version)
        switch answer {
        case .done(let result):
            writer.write(byte: 0)
            writer.write(result.pipeline) { $0.write($1.name) }
            writer.write(result.run) { $0.write($1.name) }
            writer.write(result.backfill) { $0.write($1.name) }
            writer.write(list: result.tasks) { $0.write($1.name) }
            writer.write(result.summary)
        case .refused(let problem, let remedy):
            writer.write(byte: 1)
            writer.write(problem)
            writer.write(remedy)
        }
        return writer.bytes
    }

    /// Nil for what is no answer of this version.
    static func decode(_ bytes: [UInt8]) -> RequestAnswer? {
        var reader = ByteReader(bytes)
        return try? answer(&reader)
    }

    private static func answer(_ reader: inout ByteReader) throws(PayloadError) -> RequestAnswer {
        guard try reader.byte() == version else { throw PayloadError(offset: 0) }
        if try reader.byte() == 1 {
            return .refused(problem: try reader.string(), remedy: try reader.string())
        }
        return .done(
            OperatorResult(
                pipeline: try reader.optionalText().map { PipelineName($0) },
                run: try reader.optionalText().map { RunID($0) },
                backfill: try reader.optionalText().map { BackfillID($0) },
                tasks: try reader.taskIDs(), summary: try reader.string()))
    }

    static func encode(_ request: OperatorRequest) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(byte: version)
        writer.write(request.id.name)
        writer.write(request.person)
        writer.write(request.at.microseconds)
        writer.write(request.action)
        return writer.bytes
    }

    /// Nil for what is no request of this version.
    static func decodeRequest(_ bytes: [UInt8]) -> OperatorRequest? {
        var reader = ByteReader(bytes)
        return try? request(&reader)
    }

    private static func request(
        _ reader: inout ByteReader
    ) throws(PayloadError) -> OperatorRequest {
        guard try reader.byte() == version else { throw PayloadError(offset: 0) }
        let request = OperatorRequest(
            id: RequestID(try reader.string()), person: try reader.string(),
            at: try reader.instant(), action: try reader.action())
        guard reader.isAtEnd else { throw PayloadError(offset: 0) }
        return request
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ params: [String: String]) {
        write(list: params.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(entry.key)
            writer.write(entry.value)
        }
    }

    fileprivate mutating func write(_ action: OperatorAction) {
        switch action {
        case .trigger(let pipeline, let file, let params, let date):
            write(byte: 0)
            write(pipeline.name)
            write(file) { $0.write($1) }
            write(params)
            write(date) { $0.write($1.microseconds) }
        case .clear(let run, let scope):
            write(byte: 1)
            write(run.name)
            write(list: scope.tasks) { $0.write($1.name) }
            write(scope.includesDownstream)
            write(scope.onlyFailed)
            write(scope.asItWas)
        case .mark(let run, let tasks, let state):
            write(byte: 2)
            write(run.name)
            write(list: tasks) { $0.write($1.name) }
            write(state.rawValue)
        case .setPaused(let pipeline, let isPaused):
            write(byte: 3)
            write(pipeline.name)
            write(isPaused)
        case .cancel(let run, let tasks):
            write(byte: 4)
            write(run.name)
            write(list: tasks) { $0.write($1.name) }
        case .backfill(let backfill, let file):
            write(byte: 5)
            write(backfill)
            write(file) { $0.write($1) }
        case .changeBackfill(let id, let state):
            write(byte: 6)
            write(id.name)
            write(state.rawValue)
        case .undo: write(byte: 7)
        }
    }
}

extension ByteReader {
    fileprivate mutating func optionalText() throws(PayloadError) -> String? {
        try optional { (reader) throws(PayloadError) in try reader.string() }
    }

    fileprivate mutating func taskIDs() throws(PayloadError) -> [TaskID] {
        try list { (reader) throws(PayloadError) in TaskID(try reader.string()) }
    }

    fileprivate mutating func params() throws(PayloadError) -> [String: String] {
        let entries = try list { (reader) throws(PayloadError) in
            (try reader.string(), try reader.string())
        }
        return Dictionary(entries, uniquingKeysWith: { $1 })
    }

    fileprivate mutating func action() throws(PayloadError) -> OperatorAction {
        switch try byte() {
        case 0:
            return .trigger(
                PipelineName(try string()), file: try optionalText(), params: try params(),
                logicalDate: try optional { (reader) throws(PayloadError) in
                    try reader.instant()
                })
        case 1:
            let run = RunID(try string())
            var scope = ClearScope(
                tasks: try taskIDs(), includesDownstream: try bool(), onlyFailed: try bool())
            // Requests of earlier versions end here.
            if !isAtEnd { scope.asItWas = try bool() }
            return .clear(run, scope)
        case 2: return .mark(RunID(try string()), try taskIDs(), try word())
        case 3: return .setPaused(PipelineName(try string()), try bool())
        case 4: return .cancel(RunID(try string()), try taskIDs())
        case 5: return .backfill(try backfill(), file: try optionalText())
        case 6: return .changeBackfill(BackfillID(try string()), try word())
        case 7: return .undo
        default: throw PayloadError(offset: 0)
        }
    }
}

import ByteCoding
import Domain

/// A pipeline's definition as bytes, kept with the runs made from it: later edits of the file do
/// not reach them. The first byte is the version of the layout behind it: 1 has no attributes.
enum PipelineCoding {
    private static let version: UInt8 = 2

    static func encode(_ pipeline: Pipeline) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(byte: version)
        writer.write(pipeline.name.name)
        writer.write(pipeline.description) { $0.write($1) }
        writer.write(pipeline.schedule) { $0.write($1) }
        writer.write(pipeline.timezone)
        writer.write(pipeline.startDate) { $0.write($1.microseconds) }
        writer.write(pipeline.endDate) { $0.write($1.microseconds) }
        writer.write(pipeline.catchup)
        writer.write(pipeline.maxActiveTasks)
        writer.write(pipeline.maxActiveRuns)
        writer.write(list: pipeline.params) { $0.write($1) }
        writer.write(list: pipeline.environment) { $0.write($1) }
        writer.write(list: pipeline.connections) { writer, connection in
            writer.write(connection.name.name)
            writer.write(connection.url)
        }
        writer.write(list: pipeline.tasks) { $0.write($1) }
        writer.write(pipeline.file) { $0.write($1) }
        writer.write(pipeline.folder)
        writer.writeAttributes(of: pipeline)
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(PayloadError) -> Pipeline {
        var reader = ByteReader(bytes)
        let found = try reader.byte()
        guard (1...version).contains(found) else { throw PayloadError(offset: 0) }
        let hasAttributes = found > 1
        var pipeline = Pipeline(name: PipelineName(try reader.string()))
        pipeline.description = try reader.optionalString()
        pipeline.schedule = try reader.optional { (reader) throws(PayloadError) in
            try reader.schedule()
        }
        pipeline.timezone = try reader.string()
        pipeline.startDate = try reader.optional { (reader) throws(PayloadError) in
            try reader.instant()
        }
        pipeline.endDate = try reader.optional { (reader) throws(PayloadError) in
            try reader.instant()
        }
        pipeline.catchup = try reader.bool()
        pipeline.maxActiveTasks = try reader.int()
        pipeline.maxActiveRuns = try reader.int()
        pipeline.params = try reader.list { (reader) throws(PayloadError) in
            try reader.parameter()
        }
        pipeline.environment = try reader.environment()
        pipeline.connections = try reader.list { (reader) throws(PayloadError) in
            ConnectionDefinition(
                name: ConnectionName(try reader.string()), url: try reader.string())
        }
        pipeline.tasks = try reader.list { (reader) throws(PayloadError) in
            var task = try reader.task()
            if hasAttributes { try reader.readAttributes(of: &task) }
            return task
        }
        pipeline.file = try reader.optionalString()
        pipeline.folder = try reader.string()
        if hasAttributes { try reader.readAttributes(of: &pipeline) }
        guard reader.isAtEnd else { throw PayloadError(offset: bytes.count) }
        return pipeline
    }
}

extension ByteWriter {
    mutating func write(_ entry: EnvironmentEntry) {
        write(entry.name)
        write(entry.value)
    }

    fileprivate mutating func write(_ parameter: PipelineParameter) {
        write(parameter.name)
        write(parameter.kind.rawValue)
        write(parameter.defaultValue) { $0.write($1) }
        write(list: parameter.allowed) { $0.write($1) }
        write(parameter.description) { $0.write($1) }
    }

    fileprivate mutating func write(_ task: TaskDefinition) {
        write(task.id.name)
        write(task.action)
        write(list: task.needs) { $0.write($1.name) }
        write(task.retries)
        write(task.retryDelay.microseconds)
        write(task.timeout) { $0.write($1.microseconds) }
        write(task.triggerRule.rawValue)
        write(list: task.environment) { $0.write($1) }
        write(task.workingDirectory) { $0.write($1) }
        write(task.pool.name)
        write(task.group) { $0.write($1.name) }
        write(task.description) { $0.write($1) }
        writeAttributes(of: task)
    }
}

extension ByteReader {
    mutating func optionalString() throws(PayloadError) -> String? {
        try optional { (reader) throws(PayloadError) in try reader.string() }
    }

    mutating func environment() throws(PayloadError) -> [EnvironmentEntry] {
        try list { (reader) throws(PayloadError) in
            EnvironmentEntry(name: try reader.string(), value: try reader.string())
        }
    }

    fileprivate mutating func parameter() throws(PayloadError) -> PipelineParameter {
        PipelineParameter(
            name: try string(), kind: try word(), defaultValue: try optionalString(),
            allowed: try list { (reader) throws(PayloadError) in try reader.string() },
            description: try optionalString())
    }

    fileprivate mutating func task() throws(PayloadError) -> TaskDefinition {
        let id = TaskID(try string())
        let action = try action()
        return TaskDefinition(
            id: id, action: action,
            needs: try list { (reader) throws(PayloadError) in TaskID(try reader.string()) },
            retries: try int(), retryDelay: try span(),
            timeout: try optional { (reader) throws(PayloadError) in try reader.span() },
            triggerRule: try word(), environment: try environment(),
            workingDirectory: try optionalString(), pool: PoolName(try string()),
            group: try optionalString().map { GroupID($0) }, description: try optionalString())
    }
}

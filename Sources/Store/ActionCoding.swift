import ByteCoding
import ByteCoding
import Domain

/// What tasks do, as bytes: the kind, then its own values.
extension ByteWriter {
    mutating func write(_ action: TaskAction) {
        switch action {
        case .shell(let command):
            write(byte: 0)
            write(command)
        case .sql(.file(let path), let connection):
            write(byte: 1)
            write(path)
            write(connection.name)
        case .sql(.inline(let text), let connection):
            write(byte: 2)
            write(text)
            write(connection.name)
        case .transform(let task):
            write(byte: 3)
            write(task.arguments)
            write(task.projectFolder) { $0.write($1) }
        case .check(let task):
            write(byte: 4)
            write(task.suite)
            write(task.connection) { $0.write($1.name) }
            write(task.csv) { $0.write($1) }
            write(task.table) { $0.write($1) }
        case .spark(let task):
            write(byte: 5)
            write(task)
        case .wait(let task):
            write(byte: 6)
            write(task)
        case .pipeline(let task):
            write(byte: 7)
            write(task.pipeline)
            write(list: task.params) { $0.write($1) }
        case .branch(let command):
            write(byte: 8)
            write(command)
        case .shortCircuit(let command, let leavesOutAll):
            write(byte: 9)
            write(command)
            write(leavesOutAll)
        }
    }

    private mutating func write(_ task: SensorTask) {
        switch task.condition {
        case .file(let path):
            write(byte: 0)
            write(path)
        case .sql(let script, let connection):
            write(byte: 1)
            write(script)
            write(connection.name)
        case .http(let url):
            write(byte: 2)
            write(url)
        case .command(let command):
            write(byte: 3)
            write(command)
        case .pipeline(let name):
            write(byte: 4)
            write(name)
        }
        write(task.pokeInterval.microseconds)
        write(task.timeout.microseconds)
        write(task.isSoft)
    }

    private mutating func write(_ task: SparkTask) {
        write(task.application)
        write(task.master) { $0.write($1) }
        write(task.deployMode) { $0.write($1) }
        write(task.mainClass) { $0.write($1) }
        write(list: task.settings) { $0.write($1) }
        write(list: task.lists) { writer, list in
            writer.write(list.option.rawValue)
            writer.write(list: list.items) { $0.write($1) }
        }
        write(list: task.arguments) { $0.write($1) }
    }
}

extension ByteReader {
    mutating func action() throws(PayloadError) -> TaskAction {
        switch try byte() {
        case 0: .shell(try string())
        case 1: .sql(.file(try string()), on: ConnectionName(try string()))
        case 2: .sql(.inline(try string()), on: ConnectionName(try string()))
        case 3:
            .transform(
                TransformTask(arguments: try string(), projectFolder: try optionalString()))
        case 4:
            .check(
                CheckTask(
                    suite: try string(),
                    connection: try optionalString().map { ConnectionName($0) },
                    csv: try optionalString(), table: try optionalString()))
        case 5: .spark(try spark())
        case 6: .wait(try sensor())
        case 7:
            .pipeline(ChildPipelineTask(pipeline: try string(), params: try environment()))
        case 8: .branch(try string())
        case 9: .shortCircuit(try string(), leavesOutAll: try bool())
        default: throw PayloadError(offset: 0)
        }
    }

    private mutating func spark() throws(PayloadError) -> SparkTask {
        SparkTask(
            application: try string(), master: try optionalString(),
            deployMode: try optionalString(), mainClass: try optionalString(),
            settings: try environment(),
            lists: try list { (reader) throws(PayloadError) in
                SparkList(option: try reader.word(), items: try reader.strings())
            }, arguments: try strings())
    }

    private mutating func sensor() throws(PayloadError) -> SensorTask {
        let condition: WaitCondition
        switch try byte() {
        case 0: condition = .file(try string())
        case 1: condition = .sql(try script(), on: ConnectionName(try string()))
        case 2: condition = .http(try string())
        case 3: condition = .command(try string())
        case 4: condition = .pipeline(try string())
        default: throw PayloadError(offset: 0)
        }
        return SensorTask(
            condition: condition, pokeInterval: try span(), timeout: try span(),
            isSoft: try bool())
    }

    mutating func strings() throws(PayloadError) -> [String] {
        try list { (reader) throws(PayloadError) in try reader.string() }
    }
}

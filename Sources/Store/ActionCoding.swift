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
        }
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

    mutating func strings() throws(PayloadError) -> [String] {
        try list { (reader) throws(PayloadError) in try reader.string() }
    }
}

import Connections
import Domain
import Glibc
import PipelineFiles
import Runners
import Workspace

/// Turns the kinds of tasks that are commands of their own into a line for `/bin/sh`.
///
/// They run as processes like shell tasks do: output, cancelling, timeouts and survival are the same.
struct CommandRendering {
    let pipeline: Pipeline
    let context: TemplateContext
    /// Absolute path of the attempt's log; what else it leaves lies beside it.
    var log: String
    /// Absolute path of this program.
    let program: String
    /// Variables of `environment` whose values must not be seen in the log.
    var secrets: [String] = []
    var environment: [EnvironmentEntry] = []
    /// Absolute path of the folder that the task runs in.
    var directory = "."

    init(pipeline: Pipeline, context: TemplateContext, log: String, program: String) {
        self.pipeline = pipeline
        self.context = context
        self.log = log
        self.program = program
    }

    /// The command with its secrets masked in all it prints.
    func masked(_ command: String) -> String {
        if secrets.isEmpty { return command }
        return "exec \(quoted(program)) masked \(secrets.joined(separator: ",")) -- "
            + quoted(command)
    }

    func command(of task: TransformTask) throws -> String {
        var words = ["exec", quoted(program), "transform", try rendered(task.arguments)]
        if let folder = task.projectFolder {
            let path = TaskRendering.path(try rendered(folder), in: pipeline.folder)
            words += ["--project-dir", quoted(path)]
        }
        return words.joined(separator: " ")
    }

    func command(of task: CheckTask) throws -> String {
        let suite = TaskRendering.path(try rendered(task.suite), in: pipeline.folder)
        var words = ["exec", quoted(program), "check", quoted(suite)]
        if let csv = task.csv {
            words += ["--csv", quoted(TaskRendering.path(try rendered(csv), in: pipeline.folder))]
        } else if let connection = task.connection {
            words += ["--connection", quoted(try url(of: connection))]
        } else if pipeline.connections.count == 1 {
            // For suites that name no data themselves.
            let url = try url(of: pipeline.connections[0].name)
            words.insert("SPILLWAY_CONNECTION=\(quoted(url))", at: 0)
            words.removeAll { $0 == "exec" }
        }
        if let table = task.table { words += ["--table", quoted(try rendered(table))] }
        return words.joined(separator: " ")
    }

    /// `spark-submit` with event logging into the folder `spark/` beside the attempt's log, which
    /// the task's own settings may redirect; behind it the application is profiled.
    func command(of task: SparkTask) throws -> String {
        let folder = sparkLogFolder
        var words = [
            "spark-submit", "--name",
            quoted("\(pipeline.name).\(context.task)"),
            "--conf", "spark.eventLog.enabled=true",
            "--conf", quoted("spark.eventLog.dir=file://\(folder)"),
            "--conf", "spark.eventLog.rolling.enabled=false",
        ]
        if let master = task.master { words += ["--master", quoted(try rendered(master))] }
        if let mode = task.deployMode { words += ["--deploy-mode", quoted(try rendered(mode))] }
        if let name = task.mainClass { words += ["--class", quoted(try rendered(name))] }
        for setting in task.settings {
            words += ["--conf", quoted("\(setting.name)=\(try rendered(setting.value))")]
        }
        for list in task.lists where !list.items.isEmpty {
            let items = try list.items.map { try rendered($0) }.joined(separator: ",")
            words += [list.option.flag, quoted(items)]
        }
        words.append(quoted(try rendered(task.application)))
        words += try task.arguments.map { quoted(try rendered($0)) }
        return """
            (umask 077 && mkdir -p \(quoted(folder))) || exit 98
            command -v spark-submit >/dev/null || PATH="$PATH:${SPARK_HOME:-/opt/spark}/bin"
            command -v spark-submit >/dev/null || {
                echo "spark-submit is not on the PATH: 'pip install pyspark', or set SPARK_HOME" >&2
                exit 98
            }
            trap : TERM INT HUP
            \(words.joined(separator: " "))
            code=$?
            [ $code -gt 128 ] || \(quoted(program)) spark keep \(quoted(folder))
            exit $code
            """
    }

    /// `spark/<task>.<attempt>` in the run's folder of logs.
    private var sparkLogFolder: String {
        let slash = log.lastIndex(of: "/") ?? log.startIndex
        let name = log[slash...].dropFirst()
        let stem = name.hasSuffix(".log") ? name.dropLast(4) : name
        return "\(log[..<slash])/spark/\(stem)"
    }

    /// What a wait looks at.
    func condition(of sensor: SensorTask) throws -> SensorLaunch.Condition {
        switch sensor.condition {
        case .file(let path): return .file(TaskRendering.path(try rendered(path), in: directory))
        case .http(let url): return .http(try rendered(url))
        case .command(let command):
            let line = try rendered(command)
            return .command(
                BriefCommand(
                    command: masked(line), title: "the command: " + line, environment: environment,
                    directory: directory, log: log))
        case .pipeline(let name):
            return .run(PipelineName(try rendered(name)), context.logicalDate)
        case .sql(let script, let connection):
            let text = try text(of: script, or: "").text
            guard let address = try foreignAddress(connection) else {
                return .sql(text, database: try database(connection))
            }
            var look = BriefCommand(
                command: masked("exec \(quoted(program)) query \(quoted(address)) - --test"),
                title: "a query on \(connection)", environment: environment,
                directory: directory, log: log)
            look.input = text
            return .command(look)
        }
    }

    /// The statements of a script and what a log calls them.
    func text(of script: SQLScript, or name: String) throws -> (text: String, name: String) {
        switch script {
        case .inline(let text): return (try rendered(text), name)
        case .file(let path):
            let file = TaskRendering.path(try rendered(path), in: pipeline.folder)
            return (try rendered(try TextFile.read(file)), path)
        }
    }

    /// So long another task's lock on a database file is waited for; a time-out may end it earlier.
    private static let lockSeconds = 3_600

    /// What runs statements on a connection that is no SQLite file, in one transaction unless they
    /// begin one themselves; nil for SQLite. The command takes the text from its ``ScriptFile``.
    func script(
        of text: String, on connection: ConnectionName
    ) throws -> (command: String, text: String)? {
        guard let address = try foreignAddress(connection) else { return nil }
        let file = quoted(ScriptFile.path(of: log))
        let command =
            "exec <\(file); rm -f \(file) 2>/dev/null; exec \(quoted(program)) query"
            + " \(quoted(address)) -"
            + " --yes --create --format csv --lock-wait \(Self.lockSeconds)"
        let engine = (try? ConnectionAddress(address, folder: pipeline.folder))?.engine
        if (engine ?? .postgresql).beginsTransaction(text) { return (command, text) }
        // On the line of the first, so that errors name the lines of the script.
        return (command, "BEGIN; \(text)\n;\nCOMMIT;")
    }

    /// The address of a connection that is no SQLite file, its path absolute.
    private func foreignAddress(_ connection: ConnectionName) throws -> String? {
        guard let definition = pipeline.connections.first(where: { $0.name == connection }) else {
            throw RenderingError.unknownConnection(connection)
        }
        let url = try rendered(definition.url)
        if url.hasPrefix("sqlite:") { return nil }
        // Without a path all is in memory.
        guard url.hasPrefix("duckdb:"), url != "duckdb:", url != "duckdb::memory:" else {
            return url
        }
        return "duckdb:" + TaskRendering.path(String(url.dropFirst(7)), in: pipeline.folder)
    }

    /// Absolute path of a SQLite connection's file.
    func database(_ connection: ConnectionName) throws -> String {
        guard let definition = pipeline.connections.first(where: { $0.name == connection }) else {
            throw RenderingError.unknownConnection(connection)
        }
        let url = try rendered(definition.url)
        guard url.hasPrefix("sqlite:") else {
            throw RenderingError.unsupportedConnection(connection, url: definition.url)
        }
        return TaskRendering.path(String(url.dropFirst(7)), in: pipeline.folder)
    }

    private func url(of connection: ConnectionName) throws -> String {
        guard let definition = pipeline.connections.first(where: { $0.name == connection }) else {
            throw RenderingError.unknownConnection(connection)
        }
        let url = try rendered(definition.url)
        guard url.hasPrefix("sqlite:") else { return connection.name }
        return "sqlite:" + TaskRendering.path(String(url.dropFirst(7)), in: pipeline.folder)
    }

    private func rendered(_ text: String) throws -> String {
        try Template.parse(text).render(context)
    }

    private func quoted(_ text: String) -> String { ShellWord.quoted(text) }
}

/// This program, as it runs now.
enum Program {
    /// Absolute path of the binary; what `PATH` finds by its name where the kernel does not tell.
    static let path: String = {
        guard let path = realpath("/proc/self/exe", nil) else { return "spillway" }
        defer { free(path) }
        return String(cString: path)
    }()
}

import Domain
import Engine
import Glibc
import PipelineFiles
import SchedulerCore
import Workspace

/// Turns a task's templates into what is run: command or statements, environment and folder.
enum TaskRendering {
    static func render(_ request: RenderRequest) throws -> RenderedTask {
        let (pipeline, task) = (request.pipeline, request.task)
        let context = TemplateContext(
            run: request.run.id, pipeline: pipeline.name, task: task.id, attempt: request.attempt,
            logicalDate: request.run.logicalDate,
            dataIntervalStart: request.run.dataIntervalStart,
            dataIntervalEnd: request.run.dataIntervalEnd,
            localDate: Zones.localDate(request.run.logicalDate, zone: pipeline.timezone),
            params: request.run.params)
        var environment = [
            EnvironmentEntry(name: "SPILLWAY_PIPELINE", value: pipeline.name.name),
            EnvironmentEntry(name: "SPILLWAY_RUN_ID", value: request.run.id.name),
            EnvironmentEntry(name: "SPILLWAY_TASK", value: task.id.name),
            EnvironmentEntry(name: "SPILLWAY_ATTEMPT", value: String(request.attempt)),
        ]
        for entry in pipeline.environment + task.environment {
            let value = try Template.parse(entry.value).render(context)
            environment.append(EnvironmentEntry(name: entry.name, value: value))
        }
        let folder = try task.workingDirectory.map { try Template.parse($0).render(context) }
        let commands = CommandRendering(
            pipeline: pipeline, context: context, log: request.log, program: Program.path)
        return RenderedTask(
            work: try work(task, pipeline, context, commands), environment: environment,
            workingDirectory: path(folder ?? ".", in: pipeline.folder))
    }

    private static func work(
        _ task: TaskDefinition, _ pipeline: Pipeline, _ context: TemplateContext,
        _ commands: CommandRendering
    ) throws -> RenderedTask.Work {
        switch task.action {
        case .shell(let command): return .shell(try Template.parse(command).render(context))
        case .transform(let transform): return .shell(try commands.command(of: transform))
        case .check(let check): return .shell(try commands.command(of: check))
        case .spark(let spark): return .shell(try commands.command(of: spark))
        case .sql(let script, let connection):
            guard let definition = pipeline.connections.first(where: { $0.name == connection })
            else { throw RenderingError.unknownConnection(connection) }
            guard definition.url.hasPrefix("sqlite:") else {
                throw RenderingError.unsupportedConnection(connection, url: definition.url)
            }
            let database = path(String(definition.url.dropFirst(7)), in: pipeline.folder)
            switch script {
            case .inline(let text):
                let rendered = try Template.parse(text).render(context)
                return .sql(script: rendered, database: database, name: "\(task.id)")
            case .file(let name):
                let file = path(try Template.parse(name).render(context), in: pipeline.folder)
                let text = try TextFile.read(file)
                let rendered = try Template.parse(text).render(context)
                return .sql(script: rendered, database: database, name: name)
            }
        }
    }

    static func path(_ path: String, in folder: String) -> String {
        if path.hasPrefix("/") { return path }
        return path == "." || path.isEmpty ? folder : folder + "/" + path
    }
}

/// Why a task could not be made ready to run.
enum RenderingError: UserFacingError {
    case unknownConnection(ConnectionName)
    case unsupportedConnection(ConnectionName, url: String)

    var problem: String {
        switch self {
        case .unknownConnection(let name): "There is no connection '\(name)'."
        case .unsupportedConnection(let name, _):
            "Connection '\(name)' is not of a kind that can run SQL tasks yet."
        }
    }

    var remedy: String {
        switch self {
        case .unknownConnection(let name): "Add '\(name)' under connections."
        case .unsupportedConnection: "Use sqlite:PATH."
        }
    }
}

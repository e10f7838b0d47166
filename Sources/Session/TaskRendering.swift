import Domain
import Engine
import Glibc
import PipelineFiles
import SchedulerCore
import Workspace

/// Turns a task's templates into what is run: command or statements, environment and folder.
enum TaskRendering {
    static func render(
        _ request: RenderRequest, _ history: RunHistory? = nil
    ) throws -> RenderedTask {
        let (pipeline, task) = (request.pipeline, request.task)
        let opening = SecretOpening(pipeline)
        let context = try context(for: request, history, opening)
        var own: [EnvironmentEntry] = []
        for entry in pipeline.environment + task.environment {
            let value = try Template.parse(entry.value).render(context)
            own.append(EnvironmentEntry(name: entry.name, value: value))
        }
        let folder = try task.workingDirectory.map { try Template.parse($0).render(context) }
        let directory = path(folder ?? ".", in: pipeline.folder)
        let secrets = try Secrets.values(of: task.options.secrets, folder: pipeline.folder)
        // It may come by those of others: by what they hand on, or from the environment of us all.
        let others = Secrets.known(in: pipeline).filter { !task.options.secrets.contains($0.name) }
        let hidden = others.enumerated().map { number, secret in
            EnvironmentEntry(
                name: MaskedCommand.hiddenPrefix + "\(number)", value: secret.value)
        }
        let environment = variables(for: request, context) + own + secrets + hidden
        var commands = CommandRendering(
            pipeline: pipeline, context: context, log: request.log, program: Program.path)
        commands.secrets = task.options.secrets + hidden.map(\.name)
        commands.environment = environment
        commands.directory = directory
        let (whole, script) = try work(task, pipeline, context, commands)
        try opening.check()
        try checkParameters(of: whole, SecretSeal(secrets + others))
        var rendered = RenderedTask(
            work: whole, environment: environment, workingDirectory: directory)
        rendered.script = script
        rendered.secrets = commands.secrets
        if !task.options.inputs.isEmpty || !task.options.products.isEmpty {
            // Where this run keeps its logs makes no difference.
            commands.log = "-"
            let inputs = try task.options.inputs.map {
                path(try Template.parse($0).render(context), in: directory)
            }
            rendered.fingerprint = Fingerprint.of(
                try work(task, pipeline, context, commands).work, script: script, own,
                inputs: inputs)
            rendered.products = try task.options.products.map {
                path(try Template.parse($0).render(context), in: directory)
            }
        }
        return rendered
    }

    /// A text of a hook.
    static func renderText(
        _ request: RenderRequest, _ text: String, _ history: RunHistory? = nil
    ) throws -> String {
        let opening = SecretOpening(request.pipeline)
        let rendered = try Template.parse(text).render(
            try context(for: request, history, opening))
        try opening.check()
        return rendered
    }

    /// A run keeps its parameters where everybody looks.
    private static func checkParameters(of work: RenderedTask.Work, _ seal: SecretSeal) throws {
        guard case .pipeline(let child, let params) = work else { return }
        for (name, value) in params where seal.isBroken(by: value) {
            throw RenderingError.secretParameter(name, of: child)
        }
    }

    private static func context(
        for request: RenderRequest, _ history: RunHistory?, _ opening: SecretOpening
    ) throws -> TemplateContext {
        let (run, pipeline, task) = (request.run, request.pipeline, request.task)
        var context = TemplateContext(
            run: run.id, pipeline: pipeline.name, task: task.id, attempt: request.attempt,
            logicalDate: run.logicalDate, dataIntervalStart: run.dataIntervalStart,
            dataIntervalEnd: run.dataIntervalEnd,
            localDate: Zones.localDate(run.logicalDate, zone: pipeline.timezone),
            params: run.params)
        let output = request.output
        context.output = { task, key in output(task, key).map { opening.opened($0) } }
        context.trigger = run.trigger
        if let history { context.previousSuccess = { history.lastSuccess(before: run) } }
        context.mapIndex = request.mapIndex
        context.item = request.item.map { opening.opened($0) }
        if let index = request.mapIndex, case .items(let items)? = task.options.mapping?.source,
            items.indices.contains(index)
        {
            context.item = try rendered(items[index], context)
        }
        return context
    }

    /// An item of a file with the templates in its texts rendered.
    private static func rendered(
        _ value: OutputValue, _ context: TemplateContext
    ) throws -> OutputValue {
        switch value {
        case .text(let text): return .text(try Template.parse(text).render(context))
        case .list(let items): return .list(try items.map { try rendered($0, context) })
        case .object(let members):
            return .object(try members.map { .init($0.name, try rendered($0.value, context)) })
        case .null, .boolean, .number: return value
        }
    }

    private static func variables(
        for request: RenderRequest, _ context: TemplateContext
    ) -> [EnvironmentEntry] {
        var variables = [
            EnvironmentEntry(name: "SPILLWAY_PIPELINE", value: request.pipeline.name.name),
            EnvironmentEntry(name: "SPILLWAY_RUN_ID", value: request.run.id.name),
            EnvironmentEntry(name: "SPILLWAY_TASK", value: request.task.id.name),
            EnvironmentEntry(name: "SPILLWAY_ATTEMPT", value: String(request.attempt)),
        ]
        if let index = request.mapIndex {
            variables.append(EnvironmentEntry(name: "SPILLWAY_MAP_INDEX", value: String(index)))
        }
        if let item = context.item {
            // A text with a NUL cannot be in an environment; the template can still show it.
            let text = item.plainText
            if !text.utf8.contains(0), text.utf8.count < 100_000 {
                variables.append(EnvironmentEntry(name: "SPILLWAY_ITEM", value: text))
            }
        }
        return variables
    }

    /// What is to be done; `script` is the text for its ``ScriptFile``, where it takes one from it.
    private static func work(
        _ task: TaskDefinition, _ pipeline: Pipeline, _ context: TemplateContext,
        _ commands: CommandRendering
    ) throws -> (work: RenderedTask.Work, script: String?) {
        let command: String
        switch task.action {
        case .shell(let line), .branch(let line), .shortCircuit(let line, _):
            command = try Template.parse(line).render(context)
        case .wait(let sensor):
            return (.wait(try commands.condition(of: sensor), interval: sensor.pokeInterval), nil)
        case .pipeline(let child):
            var params: [String: String] = [:]
            for entry in child.params {
                params[entry.name] = try Template.parse(entry.value).render(context)
            }
            let name = PipelineName(try Template.parse(child.pipeline).render(context))
            return (.pipeline(name, params: params), nil)
        case .transform(let transform): command = try commands.command(of: transform)
        case .check(let check): command = try commands.command(of: check)
        case .spark(let spark): command = try commands.command(of: spark)
        case .sql(let script, let connection):
            let (text, name) = try commands.text(of: script, or: "\(task.id)")
            if let script = try commands.script(of: text, on: connection) {
                return (.shell(commands.masked(script.command)), script.text)
            }
            let database = try commands.database(connection)
            return (.sql(script: text, database: database, name: name), nil)
        }
        return (.shell(commands.masked(command)), nil)
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
    case secretParameter(String, of: PipelineName)

    var problem: String {
        switch self {
        case .unknownConnection(let name): "There is no connection '\(name)'."
        case .unsupportedConnection(let name, _):
            "Connection '\(name)' is not of a kind that can run SQL tasks yet."
        case .secretParameter(let name, let pipeline):
            "The parameter '\(name)' for pipeline '\(pipeline)' holds a secret, and parameters "
                + "are shown and kept."
        }
    }

    var remedy: String {
        switch self {
        case .unknownConnection(let name): "Add '\(name)' under connections."
        case .unsupportedConnection: "Use sqlite:PATH."
        case .secretParameter(_, let pipeline):
            "Give the tasks of '\(pipeline)' the secret by their own 'secrets'."
        }
    }
}

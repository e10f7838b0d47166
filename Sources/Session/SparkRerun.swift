import Domain
import Engine
import Glibc
import Runners
import SparkSources
import Store
import Workspace

/// A `spark:` task of a run, run again beside the run with a copy of its settings changed.
///
/// No attempt of the engine's: the run has ended and stays as it is. The task is rendered as it was
/// then, with its environment and secrets; its output and event log lie beside those of the run.
struct SparkRerun {
    /// Long enough for any job that somebody waits for.
    private static let limit = Span.seconds(24 * 3600)
    private static let grace = Span.seconds(2)

    private let attempt: AttemptRow
    private let request: RenderRequest

    /// The task whose event log lies at `path`.
    ///
    /// - Throws: ``SparkRerunError`` where it is not of a task of this workspace's runs.
    init(logAt path: String, host: WorkspaceHost) throws {
        let parts = path.split(separator: "/").map(String.init)
        guard let place = parts.lastIndex(of: "spark"), place >= 1, place + 1 < parts.count else {
            throw SparkRerunError.notOfATask(path: path)
        }
        let run = RunID(parts[place - 1])
        guard let creation = try host.reader.creation(of: run),
            let pipeline = try host.reader.definition(of: run)
        else { throw SparkRerunError.notOfATask(path: path) }
        let stem = parts[place + 1]
        for task in pipeline.tasks {
            guard case .spark = task.action else { continue }
            let attempts = try host.reader.attempts(of: run, task.id)
            guard let found = attempts.first(where: { Self.stem(of: $0.log) == stem }) else {
                continue
            }
            attempt = found
            let outputs = try host.reader.outputs(of: run)
            var request = RenderRequest(
                run: creation, pipeline: pipeline, task: task, attempt: found.id.number,
                log: found.log)
            request.output = { task, key in
                outputs[task]?.first { $0.key == key }?.value
            }
            self.request = request
            return
        }
        throw SparkRerunError.notOfATask(path: path)
    }

    var task: TaskID { attempt.id.task }

    /// Runs the task with `settings` in the place of its own of the same names.
    ///
    /// Blocks until it has ended. The event log is told by its folder.
    ///
    /// - Returns: the files of the new event log.
    /// - Throws: ``SparkRerunError``, or what keeps the task from being rendered.
    func run(
        changing settings: [(key: String, value: String)], isCancelled: @Sendable () -> Bool
    ) throws -> EventLogFiles {
        var request = request
        guard case .spark(var spark) = request.task.action else {
            throw SparkRerunError.notOfATask(path: attempt.log)
        }
        spark.settings.removeAll { known in settings.contains { $0.key == known.name } }
        spark.settings += settings.map { EnvironmentEntry(name: $0.key, value: $0.value) }
        request.task.action = .spark(spark)
        request.log = Self.freeLog(beside: attempt.log)
        let rendered = try TaskRendering.render(request)
        guard case .shell(let command) = rendered.work else {
            throw SparkRerunError.notOfATask(path: attempt.log)
        }
        let folder = Self.sparkFolder(of: request.log)
        // What the task hands on to others counts for nothing here.
        let output = EnvironmentEntry(name: "SPILLWAY_OUTPUT", value: request.log + ".output")
        var submission = BriefCommand(
            command: command, environment: rendered.environment + [output],
            directory: rendered.workingDirectory, log: request.log)
        // A driver tells its cluster that it goes.
        submission.grace = Self.grace
        let outcome = submission.run(limit: Self.limit, isCancelled: isCancelled)
        unlink(request.log + ".output")
        if isCancelled() { throw SparkRerunError.cancelled(log: request.log) }
        switch outcome {
        case .exited(code: 0): break
        case .notStarted(let reason): throw SparkRerunError.notStarted(task, reason: reason)
        default:
            throw SparkRerunError.failed(
                task, words: Self.lastWords(of: request.log), log: request.log)
        }
        guard let log = EventLogFiles.logs(in: folder).max(by: { $0.path < $1.path }) else {
            throw SparkRerunError.noLog(task, log: request.log)
        }
        return log
    }

    /// The last line of an output that tells of an error, else its last line; at most 200
    /// characters.
    private static func lastWords(of log: String) -> String? {
        guard let file = fopen(log, "re") else { return nil }
        defer { fclose(file) }
        if fseek(file, -(64 << 10), SEEK_END) != 0 { rewind(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
            .filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("spillway: ") }
        let marks = ["Error", "Exception", "error:", "not found", "not on the PATH", "denied"]
        let telling = lines.last { line in
            line.first?.isWhitespace == false && marks.contains { line.contains($0) }
        }
        return (telling ?? lines.last).map { String($0.prefix(200)) }
    }

    // MARK: Paths

    /// `features.1` of `…/features.1.log`.
    private static func stem(of log: String) -> String {
        let name = log[(log.lastIndex(of: "/") ?? log.startIndex)...].drop { $0 == "/" }
        return String(name.hasSuffix(".log") ? name.dropLast(4) : name)
    }

    /// The event log that an attempt left beside its own log; nil where there is none.
    static func eventLog(of attempt: AttemptRow) -> String? {
        EventLogFiles.logs(in: sparkFolder(of: attempt.log)).first?.path
    }

    private static func sparkFolder(of log: String) -> String {
        "\(log[..<(log.lastIndex(of: "/") ?? log.startIndex)])/spark/\(stem(of: log))"
    }

    /// `features.1.proof-N.log`, the first that is not there yet.
    private static func freeLog(beside log: String) -> String {
        let folder = log[..<(log.lastIndex(of: "/") ?? log.startIndex)]
        var number = 1
        while true {
            let path = "\(folder)/\(stem(of: log)).proof-\(number).log"
            if access(path, F_OK) != 0 { return path }
            number += 1
        }
    }
}

/// Why a task could not be run again with other settings.
enum SparkRerunError: UserFacingError, Equatable {
    case notOfATask(path: String)
    /// With the words of its output that tell most.
    case failed(TaskID, words: String?, log: String)
    /// Its event log has no end.
    case noEnd(TaskID, eventLog: String)
    case noLog(TaskID, log: String)
    case cancelled(log: String)
    case noFinding(String)
    case notStarted(TaskID, reason: String)

    var problem: String {
        switch self {
        case .notOfATask(let path): "'\(path)' is not the event log of a task of this workspace."
        case .failed(let task, let words, _):
            "Task '\(task)' failed when it was run again" + (words.map { ": " + $0 } ?? ".")
        case .noEnd(let task, _):
            "The event log of task '\(task)', run again, has no end: the job may still run."
        case .noLog(let task, _): "Task '\(task)' wrote no event log when it was run again."
        case .cancelled: "Running the task again was cancelled."
        case .noFinding(let rule): "The log no longer has that finding of '\(rule)'."
        case .notStarted(let task, let reason):
            "Task '\(task)' could not be run again: \(reason)."
        }
    }

    var remedy: String {
        switch self {
        case .notOfATask:
            "'spillway spark prove --log LOG -- spark-submit …' proves a finding of any job."
        case .failed(_, _, let log), .cancelled(let log): "Its output is in \(log)."
        case .noLog(_, let log):
            "Look whether the program sets spark.eventLog.enabled or spark.eventLog.dir itself, or "
                + "never begins an application; its output is in \(log)."
        case .noEnd(_, let log):
            "Let spark-submit wait for the driver (deploy mode client, or "
                + "spark.yarn.submit.waitAppCompletion), or compare it later: \(log)."
        case .noFinding: "Read the log again with r."
        case .notStarted: "Look whether the run's folder is there and can be written."
        }
    }
}

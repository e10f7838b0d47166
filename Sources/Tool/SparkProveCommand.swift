import ArgumentParser
import Dispatch
import Domain
import Foundation
import JSONText
import Session
import SparkAdvice
import SparkLog
import SparkSources
import Synchronization

/// `spark prove -- spark-submit …` runs a job, applies the best advice, runs it again and judges.
struct SparkProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Run a job with and without the advised settings, and say whether it helped.",
        discussion: """
            Runs the given spark-submit command with event logging into a folder of its own, takes \
            the best finding that is cured by settings, applies them to a copy of the command, runs \
            that, and compares both. With --log the first run is not made: an event log of the same \
            job stands for it. The verdict is kept in the project's state and shown by 'spark \
            advise' beside the rule. Exit code 1 where the advice was refuted or a run failed.

            Examples:
              spillway spark prove -- spark-submit --master 'local[2]' job.py
              spillway spark prove --log app-1.zstd --rule too-many-partitions \
            -- spark-submit --master yarn job.py --day 2026-01-01
            """)

    @Option(help: "An event log of the job as it is, instead of running it first.")
    var log: String?

    @Option(help: "Prove the finding of this rule, not the best one.")
    var rule: String?

    @Option(help: "Where the event logs go; a temporary folder if left out.")
    var events: String?

    @Option(help: "Seconds after which a run is ended and counts as failed.")
    var timeout: Int = 3_600

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(parsing: .postTerminator, help: "The command: spark-submit and its arguments.")
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("Write the command behind '--': -- spark-submit … job.py")
        }
        guard timeout > 0 else { throw ValidationError("--timeout takes seconds above 0.") }
        if let rule, FindingRule(rawValue: rule) == nil {
            let near = nearestName(to: rule, among: FindingRule.allCases.map(\.rawValue))
            throw ValidationError(
                "There is no rule '\(rule)'." + (near.map { " Did you mean '\($0)'?" } ?? ""))
        }
    }

    func run() throws {
        let submission = try SparkSubmission(command)
        let folder = try events ?? Self.temporaryFolder()
        let before: SparkApplication
        if let log {
            before = try SparkLogs.application(log)
        } else {
            Console.error("first run: as it is")
            before = try submission.run(changing: [], events: folder + "/before", timeout: timeout)
        }
        let profile = ApplicationProfile(before)
        let findings = SparkAdvisor.findings(in: profile)
        let wanted = findings.first { finding in
            (rule == nil || finding.rule.rawValue == rule) && !finding.settings.isEmpty
        }
        guard let finding = wanted else {
            throw ProofError.nothingToApply(
                rule: rule, found: findings.map(\.rule.rawValue))
        }
        Console.error(
            "second run: " + (finding.submitArguments ?? "").printable
                + " for \(finding.rule.rawValue)")
        let after = try submission.run(
            changing: finding.settings, events: folder + "/after", timeout: timeout)
        let proof = SparkProof(finding, SparkComparison(profile, ApplicationProfile(after)))
        SparkVerdicts.keep(proof)
        if json {
            Console.printJSON(proof.json)
        } else {
            Console.print(SparkDiffCommand.text(proof.comparison))
            Console.print("")
            Console.print(
                "\(finding.rule.rawValue): \(proof.verdict.rawValue) (\(proof.reason))".printable)
        }
        if proof.verdict == .refuted { throw Exit.workFailed }
    }

    private static func temporaryFolder() throws -> String {
        var template = Array((NSTemporaryDirectory() + "/spillway-proof-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw ProofError.noFolder }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A `spark-submit` command that can be run with other settings.
struct SparkSubmission {
    private let program: String
    private let arguments: [String]

    /// - Throws: ``ProofError`` where the program cannot be found.
    init(_ command: [String]) throws {
        guard let found = Self.find(command[0]) else { throw ProofError.noProgram(command[0]) }
        program = found
        arguments = Array(command.dropFirst())
    }

    /// `name` on the PATH, in SPARK_HOME, or as a path.
    static func find(_ name: String) -> String? {
        let manager = FileManager.default
        if name.contains("/") { return manager.isExecutableFile(atPath: name) ? name : nil }
        let environment = ProcessInfo.processInfo.environment
        var folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        if let home = environment["SPARK_HOME"] { folders.append(home + "/bin") }
        return folders.map { $0 + "/" + name }.first { manager.isExecutableFile(atPath: $0) }
    }

    /// The arguments with settings put in front, and out where they stood.
    func arguments(changing settings: [(key: String, value: String)]) -> [String] {
        var rest: [String] = []
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            let isOption = word == "--conf" || word == "-c"
            let value = isOption && index + 1 < arguments.count ? arguments[index + 1] : nil
            if let value, settings.contains(where: { value.hasPrefix($0.key + "=") }) {
                index += 2
                continue
            }
            rest.append(word)
            if let value {
                rest.append(value)
                index += 1
            }
            index += 1
        }
        return settings.flatMap { ["--conf", "\($0.key)=\($0.value)"] } + rest
    }

    /// Runs it and reads the log that it leaves; its output goes to standard error.
    func run(
        changing settings: [(key: String, value: String)], events: String, timeout: Int
    ) throws -> SparkApplication {
        do {
            try FileManager.default.createDirectory(
                atPath: events, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ProofError.noFolder
        }
        let absolute = URL(filePath: events).standardizedFileURL.path
        let logging: [(key: String, value: String)] = [
            ("spark.eventLog.enabled", "true"), ("spark.eventLog.dir", "file://" + absolute),
            ("spark.eventLog.rolling.enabled", "false"),
        ]
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments(changing: settings + logging)
        process.standardOutput = FileHandle.standardError
        let happened = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in happened.signal() }
        // The terminal's ^C does not reach the job: it is a process group of its own.
        let isInterrupted = Mutex(false)
        let interrupts = Interrupts {
            isInterrupted.withLock { $0 = true }
            happened.signal()
        }
        defer { interrupts.stop() }
        try process.run()
        let outcome = happened.wait(timeout: .now() + .seconds(timeout))
        if process.isRunning { Self.end(process, happened) }
        if isInterrupted.withLock({ $0 }) {
            Console.error("interrupted: the job was ended")
            throw Exit.interrupted
        }
        if outcome == .timedOut { throw ProofError.timedOut(seconds: timeout) }
        guard process.terminationReason == .exit else {
            throw ProofError.killed(signal: process.terminationStatus)
        }
        guard process.terminationStatus == 0 else {
            throw ProofError.failed(code: process.terminationStatus)
        }
        let logs = EventLogFiles.logs(in: absolute)
        guard let log = logs.max(by: { $0.path < $1.path }) else {
            throw ProofError.noLog(folder: absolute)
        }
        let application = try SparkLogs.application(log.path)
        guard application.endedAt != nil else { throw ProofError.noEnd(log: log.path) }
        return application
    }

    /// Tells a job and all that it started to end, and kills them where they do not within 10 s or
    /// at another interrupt.
    private static func end(_ process: Process, _ happened: DispatchSemaphore) {
        let id = process.processIdentifier
        // Its own group, where it has one.
        let target = getpgid(id) == id ? -id : id
        kill(target, SIGTERM)
        _ = happened.wait(timeout: .now() + .seconds(10))
        kill(target, SIGKILL)
        process.waitUntilExit()
    }
}

/// Why advice could not be proved.
enum ProofError: UserFacingError, Equatable {
    case noProgram(String)
    case noFolder
    case failed(code: Int32)
    case killed(signal: Int32)
    case timedOut(seconds: Int)
    /// The run has ended, and its log tells no end.
    case noEnd(log: String)
    case noLog(folder: String)
    case nothingToApply(rule: String?, found: [String])

    var problem: String {
        switch self {
        case .noProgram(let name): "There is no program '\(name)' on the PATH or in SPARK_HOME."
        case .noFolder: "No folder for the event logs could be made."
        case .failed(let code): "The run ended with code \(code)."
        case .killed(let signal): "The run was ended by signal \(signal)."
        case .noEnd(let log): "The event log '\(log)' has no end: the job may still run."
        case .timedOut(let seconds):
            "The run took more than \(seconds) second\(seconds == 1 ? "" : "s") and was ended."
        case .noLog(let folder): "The run wrote no event log to '\(folder)'."
        case .nothingToApply(nil, let found) where found.isEmpty:
            "The job has no finding: there is nothing to prove."
        case .nothingToApply(let rule, let found):
            "No finding\(rule.map { " of rule '\($0)'" } ?? "") is cured by settings"
                + (found.isEmpty ? "." : "; found: \(found.joined(separator: ", ")).")
        }
    }

    var remedy: String {
        switch self {
        case .noProgram:
            "Install Spark ('pip install pyspark' brings spark-submit) or set SPARK_HOME."
        case .noFolder: "Name one that can be written with --events."
        case .killed: "Nothing was judged: run it again, and look who ended it."
        case .noEnd:
            "Submit with a driver that spark-submit waits for (--deploy-mode client, or "
                + "spark.yarn.submit.waitAppCompletion=true), or compare with 'spark diff' later."
        case .failed: "Its own messages stand above; run it by hand until it succeeds."
        case .timedOut: "Give more with --timeout."
        case .noLog:
            "Check that the program does not set spark.eventLog.enabled or spark.eventLog.dir itself."
        case .nothingToApply:
            "'spillway spark advise' shows what else to change; compare with 'spark diff' after it."
        }
    }
}

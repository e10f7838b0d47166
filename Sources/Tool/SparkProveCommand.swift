import ArgumentParser
import Domain
import Foundation
import JSONText
import SparkAdvice
import SparkLog
import SparkSources

/// `spark prove -- spark-submit …` runs a job, applies the best advice, runs it again and judges.
struct SparkProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Run a job with and without the advised settings, and say whether it helped.",
        discussion: """
            Runs the given spark-submit command with event logging into a folder of its own, takes
            the best finding that is cured by settings, applies them to a copy of the command, runs
            that, and compares both. With --log the first run is not made: an event log of the same
            job stands for it. The verdict is kept in the project's state and shown by 'spark
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

/// A finding, applied and measured.
struct SparkProof {
    var finding: Finding
    var comparison: SparkComparison
    var verdict: SparkComparison.Verdict
    var reason: String

    init(_ finding: Finding, _ comparison: SparkComparison) {
        self.finding = finding
        self.comparison = comparison
        let judged = comparison.judgements.first {
            $0.finding.rule == finding.rule && $0.finding.stage == finding.stage
        }
        verdict = judged?.verdict ?? .notComparable
        reason = judged?.reason ?? "the finding is not among those of the first run"
        // A program that sets the value itself wins over the command line.
        for (key, value) in finding.settings {
            let now = comparison.after.application.sparkProperties.first { $0.key == key }?.value
            guard now != value else { continue }
            verdict = .notComparable
            reason = "\(key) was \(now ?? "not set") in the second run: the program sets it itself"
        }
    }

    /// `{"rule","verdict","reason","expected_ms","measured_ms","changes","comparison"}`.
    var json: JSONValue {
        .object([
            "rule": .string(finding.rule.rawValue), "verdict": .string(verdict.rawValue),
            "reason": .string(reason),
            "expected_ms": .object([
                "low": .integer(finding.saving.low), "high": .integer(finding.saving.high),
            ]),
            "measured_ms": .integer(comparison.saved),
            "finding": finding.json, "comparison": comparison.json,
        ])
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
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        if ended.wait(timeout: .now() + .seconds(timeout)) == .timedOut {
            process.terminate()
            _ = ended.wait(timeout: .now() + .seconds(10))
            throw ProofError.timedOut(seconds: timeout)
        }
        guard process.terminationStatus == 0 else {
            throw ProofError.failed(code: process.terminationStatus)
        }
        let logs = EventLogFiles.logs(in: absolute)
        guard let log = logs.max(by: { $0.path < $1.path }) else {
            throw ProofError.noLog(folder: absolute)
        }
        return try SparkLogs.application(log.path)
    }
}

extension Finding {
    /// The settings among the changes.
    var settings: [(key: String, value: String)] {
        changes.compactMap { change in
            guard case .setting(let key, _, let to) = change else { return nil }
            return (key, to)
        }
    }
}

/// Why advice could not be proved.
enum ProofError: UserFacingError, Equatable {
    case noProgram(String)
    case noFolder
    case failed(code: Int32)
    case timedOut(seconds: Int)
    case noLog(folder: String)
    case nothingToApply(rule: String?, found: [String])

    var problem: String {
        switch self {
        case .noProgram(let name): "There is no program '\(name)' on the PATH or in SPARK_HOME."
        case .noFolder: "No folder for the event logs could be made."
        case .failed(let code): "The run ended with code \(code)."
        case .timedOut(let seconds): "The run took more than \(seconds) seconds and was ended."
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
        case .failed: "Its own messages stand above; run it by hand until it succeeds."
        case .timedOut: "Give more with --timeout."
        case .noLog:
            "Check that the program does not set spark.eventLog.enabled or spark.eventLog.dir itself."
        case .nothingToApply:
            "'spillway spark advise' shows what else to change; compare with 'spark diff' after it."
        }
    }
}

/// What became of advice in this project, one JSON object a line.
enum SparkVerdicts {
    private static let name = "spark-verdicts.jsonl"

    private static var path: String? {
        let folder = FileManager.default.currentDirectoryPath + "/.spillway"
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else { return nil }
        return folder + "/" + name
    }

    /// Appends a verdict where the current folder is a project with state.
    static func keep(_ proof: SparkProof) {
        guard let path else { return }
        let line = JSONValue.object([
            "rule": .string(proof.finding.rule.rawValue),
            "verdict": .string(proof.verdict.rawValue),
            "app": .string(orNull: proof.comparison.after.application.name),
            "expected_low_ms": .integer(proof.finding.saving.low),
            "expected_high_ms": .integer(proof.finding.saving.high),
            "measured_ms": .integer(proof.comparison.saved),
        ]).text
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        Console.write(line + "\n", to: descriptor)
    }

    /// `held 2, refuted 1` of a rule; nil where nothing was proved.
    static func summary(of rule: FindingRule) -> String? {
        guard let path, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            return nil
        }
        var counts: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            guard
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
                    as? [String: Any], object["rule"] as? String == rule.rawValue,
                let verdict = object["verdict"] as? String
            else { continue }
            counts[verdict, default: 0] += 1
        }
        guard !counts.isEmpty else { return nil }
        return counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }
}

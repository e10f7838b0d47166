import Domain
import Glibc
import JSONText
import PaneKit
import ProfilePanes
import SparkAdvice
import SparkLog
import SparkSources
import Synchronization
import Workbench
import Workspace

/// Performs the effects of the profiler: lists event logs and reads them.
final class ProfilePerformer: Sendable {
    private let mailbox: Mailbox
    /// The folder that relative paths count from.
    private let root: String
    /// Counts loads: an older one gives up when a newer has begun.
    private let newest = Mutex(0)
    private let host: WorkspaceHost
    private let records: SparkRecords
    private let proof = ProofUnderWay()
    private let runs: RunProfileDesk
    private let follower = EventLogFollower()
    private let server: ServerProfiles

    init(host: WorkspaceHost, mailbox: Mailbox) {
        self.host = host
        root = host.outline.root
        records = SparkRecords(stateFolder: host.stateFolder)
        runs = RunProfileDesk(host: host)
        self.mailbox = mailbox
        server = ServerProfiles(mailbox: mailbox)
    }

    /// The answer. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: Profile.Effect) throws -> Profile.Answer? {
        switch effect {
        case .list(let folder):
            return .listed(
                folder: folder,
                SparkServer.isAddress(folder)
                    ? try ServerProfiles.rows(of: SparkServer(url: folder)) : rows(in: folder))
        case .load(let path):
            return try load(path)
        case .compare(let before, let after):
            return .compared(
                ComparedRuns(SparkComparison(try profile(before), try profile(after))))
        case .correct(let path, let others):
            return .simulated(path: path, try simulation(of: path, by: others))
        case .prove(let path, let rule, let stage):
            return try prove(path, rule, stage: stage)
        case .cancelProof:
            proof.cancel()
            return nil
        case .cancelLoad:
            newest.withLock { $0 += 1 }
            return nil
        case .listRuns: return .runsListed(try runs.list())
        case .loadRun(let name): return .runLoaded(name: name, try runs.profile(named: name))
        case .compareRuns(let before, let after):
            return .runsCompared(
                RunPair(
                    before: try runs.profile(named: before), after: try runs.profile(named: after)))
        case .leads(let run, let task):
            return .leads(run, task, try runs.leads(of: run, task))
        case .forecast: return .forecast(try runs.forecasts())
        }
    }

    /// Runs the task of a log again with the settings of a finding, and judges.
    private func prove(
        _ path: String, _ rule: FindingRule, stage: Int?
    ) throws -> Profile.Answer? {
        // No failure of this one: the pane would take that for the end of the one that runs.
        guard proof.begin() else {
            mailbox.post(.notice(Notice(.info, "A task is being run again already.")))
            return nil
        }
        defer { proof.end() }
        mailbox.post(.profile(.proving(path: path)))
        let task = try SparkRerun(logAt: absolute(path), host: host)
        let before = try profile(path)
        let findings = SparkAdvisor.findings(in: before)
        guard let finding = findings.first(where: { $0.rule == rule && $0.stage == stage }) else {
            throw SparkRerunError.noFinding(rule.rawValue)
        }
        let files = try task.run(changing: finding.settings) { [proof] in proof.isCancelled }
        let after = try profile(files.path)
        guard after.application.endedAt != nil else {
            throw SparkRerunError.noEnd(task.task, eventLog: files.path)
        }
        let judged = SparkProof(finding, SparkComparison(before, after))
        records.keep(judged.record)
        return .proved(
            path: path, ComparedRuns(judged),
            summary: ProvedRules(records: records.verdicts).summary(of: rule))
    }

    /// What is simulated of a log, corrected by those of the others that can be compared.
    private func simulation(of path: String, by others: [String]) throws -> SparkSimulation {
        let own = try profile(path)
        var why = "none can be read"
        let runs = others.compactMap { other -> ApplicationProfile? in
            guard let run = try? profile(other) else { return nil }
            if let obstacle = SparkComparison.obstacle(own, run, onEqualSlots: false) {
                why = obstacle
                return nil
            }
            return run
        }
        guard !runs.isEmpty else { throw SimulationError.noOtherRun(why: why) }
        return ProfiledApplication.simulation(
            own, processors: LocalMachine.processors(sharedBy: own.application),
            correctedBy: runs)
    }

    /// Ends the task that is being run again, if one is: nobody will be there to see the verdict.
    func endProof() { proof.endAndWait() }

    private func profile(_ path: String) throws -> ApplicationProfile {
        let log =
            SparkServer.isAddress(path)
            ? try SparkServer(url: path).load() : try EventLogFiles(path: absolute(path)).load()
        guard let application = log?.mainApplication
        else { throw EventLogError.noLog(path: path, candidates: []) }
        return ApplicationProfile(application)
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : path == "." ? root : root + "/" + path
    }

    /// Logs of the workspace's folder, of `spark-events` in it, and of the runs' own folders.
    private func rows(in folder: String) -> [ApplicationRow] {
        var folders = [absolute(folder)]
        if folder == "." {
            folders += ["spark-events", "logs/spark"].map(absolute)
            folders += Self.runFolders(below: absolute(".spillway/logs"))
        }
        return folders.flatMap { EventLogSummary.all(in: $0) }.map { log in
            ApplicationRow(
                path: log.files.path, id: log.id ?? "-", name: log.name ?? "-",
                version: log.sparkVersion ?? "-",
                start: log.startedAt.map { $0.microseconds / 1_000 },
                end: log.endedAt.map { $0.microseconds / 1_000 },
                isInProgress: log.isWithoutEnd, bytes: log.files.bytes,
                finding: Self.firstFinding(of: log.files.path))
        }
    }

    /// The best of the findings that were kept when the task of a log ended.
    private static func firstFinding(of path: String) -> String? {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard let bytes = KeptFindings.read(of: folder),
            let findings = try? JSONValue(reading: bytes)["findings"]?.elements
        else { return nil }
        return findings.first?["rule"]?.string ?? "none"
    }

    /// `<pipeline>/<run>/spark/<task>.<attempt>`, the newest hundred runs of each pipeline.
    private static func runFolders(below logs: String) -> [String] {
        names(in: logs).flatMap { pipeline in
            names(in: logs + "/" + pipeline).suffix(100).flatMap { run -> [String] in
                let spark = "\(logs)/\(pipeline)/\(run)/spark"
                return names(in: spark).map { spark + "/" + $0 }
            }
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Reads a log, telling how far it is and what it shows by then; nil where another one is wanted
    /// by now. One that is still being written is followed from then on.
    private func load(_ path: String) throws -> Profile.Answer? {
        follower.stop()
        server.stop()
        let number = newest.withLock { count in
            count += 1
            return count
        }
        if SparkServer.isAddress(path) {
            return try server.load(
                path, isWanted: { [self] in newest.withLock { $0 } == number },
                profiled: { [self] in profiled(path, $0) })
        }
        let files = try EventLogFiles(path: absolute(path))
        if !files.isInProgress, let known = EventLogIndex.ofUser?.read(files) {
            return profiled(path, known).map { .loaded($0) }
        }
        let loader = EventLogLoader(files, portionBytes: 1 << 20)
        var told = 0.0
        let began = ContinuousClock.now
        var nextLook = Duration.milliseconds(100)
        while try loader.readPortion() == .more {
            guard newest.withLock({ $0 }) == number else { return nil }
            if loader.share - told >= 0.05 {
                told = loader.share
                mailbox.post(.profile(.progress(path: path, told)))
            }
            // Looks cost more the more was read: each comes after four times as long.
            if ContinuousClock.now - began > nextLook {
                if let sofar = profiled(path, loader.snapshot()) {
                    mailbox.post(.profile(.sharpened(sofar)))
                }
                nextLook = (ContinuousClock.now - began) * 4
            }
        }
        guard loader.files.isInProgress else {
            return profiled(path, loader.keep(in: .ofUser)).map { .loaded($0) }
        }
        guard let application = profiled(path, loader.snapshot()) else { return nil }
        follower.follow(loader) { [self] log in
            if let grown = profiled(path, log) { mailbox.post(.profile(.sharpened(grown))) }
        }
        return .loaded(application)
    }

    private func profiled(_ path: String, _ log: LoadedEventLog) -> ProfiledApplication? {
        guard let application = log.mainApplication else { return nil }
        var profiled = ProfiledApplication(
            path: path, application, facts: log.facts,
            processors: LocalMachine.processors(sharedBy: application))
        let proved = ProvedRules(records: records.verdicts)
        for finding in profiled.findings {
            profiled.verdicts[finding.rule] = proved.summary(of: finding.rule)
        }
        return profiled
    }
}

/// Why nothing corrects what is simulated.
private enum SimulationError: UserFacingError {
    case noOtherRun(why: String)

    var problem: String {
        switch self {
        case .noOtherRun(let why):
            "No other application of this name did the same work: \(why)."
        }
    }

    var remedy: String { "Run it on the same data with other executors." }
}

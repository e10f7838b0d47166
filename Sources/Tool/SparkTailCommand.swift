import ArgumentParser
import Domain
import Glibc
import SparkAdvice
import SparkLog
import SparkSources

/// `spark tail LOG` follows a running application.
struct SparkTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Follow a running application by its event log or its server.",
        discussion: """
            Prints a line for every job, stage and failed task as the log tells of it, and a summary \
            at the end. Looks for new bytes and new files of a rolled log four times a second; Spark \
            itself holds back task events until the next stage or job event.

            Examples:
              spillway spark tail /var/log/spark-events/local-1795416242112.inprogress
              spillway spark tail /var/log/spark-events/eventlog_v2_app-1
              spillway spark tail http://localhost:4040
            """)

    @Argument(help: "An event log that is being written: a file, or the folder of a rolled log.")
    var log: String

    func run() throws {
        if SparkServer.isAddress(log) { return try follow(SparkServer(url: log).reading()) }
        let loader = EventLogLoader(try EventLogFiles(path: log))
        let mayEndByName = loader.files.isInProgress
        var follower = ApplicationFollower()
        var watch = try FolderWatch(path: log)
        var looksWithoutLog = 0
        while true {
            while try loader.readPortion() == .more {}
            if let application = loader.applications.last {
                // A log begins with an event, whatever is cut off or damaged behind it.
                guard application.reading.events > 0 || application.reading.badLines == 0 else {
                    throw SparkCommandError.noApplication(path: loader.files.path)
                }
                for line in follower.news(of: application) { Console.print(line.printable) }
                if application.endedAt != nil { break }
            }
            // Between two names of a file there is a moment without any.
            looksWithoutLog = loader.isGone ? looksWithoutLog + 1 : 0
            guard looksWithoutLog < 4 else { throw EventLogError.notFound(path: log) }
            if mayEndByName, !loader.files.isInProgress {
                Console.print("the log is complete, and tells no end of the application")
                break
            }
            watch.wait(milliseconds: 250)
        }
        loader.finish()
    }

    /// Asks a server twice a second, and more seldom where its answers take long.
    private func follow(_ application: sending ServerReading) throws {
        var reading = application
        var follower = ApplicationFollower()
        var hasBegun = false
        while true {
            let began = ContinuousClock.now
            let found: LoadedEventLog?
            do {
                found = try reading.look()
            } catch {
                guard hasBegun else { throw error }
                // A driver goes when its application ends, mostly before anybody could ask again.
                let why = (error as any UserFacingError).problem.printable
                Console.print(
                    "the server no longer answers (\(why)): the application has ended, or it "
                        + "cannot be reached; its event log tells the end")
                return
            }
            if let log = found, let application = log.mainApplication {
                for line in follower.news(of: application) { Console.print(line.printable) }
                hasBegun = true
                if application.endedAt != nil || !log.facts.isInProgress { return }
            }
            // Four times what it took, so that a driver has other things to do.
            let pause = max(.milliseconds(500), (ContinuousClock.now - began) * 4)
            _ = poll(nil, 0, Int32(clamping: Int64(pause / .milliseconds(1))))
        }
    }
}

/// Turns what has changed in an application into lines.
struct ApplicationFollower {
    /// What tells one application, or one beginning of a file, from another.
    private struct Identity: Equatable {
        var id: String?
        var attempt: String?
        var startedAt: Instant?
    }

    private var identity: Identity?
    private var begunJobs: Set<Int> = []
    private var endedJobs: Set<Int> = []
    private var begun: Set<[Int]> = []
    private var ended: Set<[Int]> = []
    private var failures = 0

    /// What is new since the last call; everything of another application.
    mutating func news(of application: SparkApplication) -> [String] {
        var lines: [String] = []
        let identity = Identity(
            id: application.id, attempt: application.attempt, startedAt: application.startedAt)
        if application.startedAt != nil, self.identity != identity {
            if self.identity != nil { self = ApplicationFollower() }
            self.identity = identity
            lines.append(
                "application \(application.id ?? "-") \(application.name ?? "") on Spark "
                    + "\(application.sparkVersion ?? "-")")
        }
        for job in application.jobs where begunJobs.insert(job.id).inserted {
            lines.append("job \(job.id) began: \(job.callSite ?? job.description ?? "")")
        }
        for stage in application.stages where stage.isSubmitted {
            let key = [stage.id, stage.attempt]
            if begun.insert(key).inserted, !stage.isCompleted {
                lines.append("stage \(stage.id).\(stage.attempt) began: \(stage.taskCount) tasks")
            }
            if stage.isCompleted, ended.insert(key).inserted {
                let time = stage.submittedAt.flatMap { from in
                    stage.completedAt.map { AdviceText.time($0.since(from).inMilliseconds) }
                }
                lines.append(
                    "stage \(stage.id).\(stage.attempt) \(stage.failureReason == nil ? "done" : "failed")"
                        + ": \(stage.endedTasks) tasks in \(time ?? "-")")
            }
        }
        let failed = application.stages.reduce(0) { $0 + $1.failedTasks }
        if failed > failures {
            let reason = application.endReasons.last { $0.kind != "Success" }
            lines.append(
                "\(failed - failures) tasks failed: \(reason?.message ?? reason?.kind ?? "")")
            failures = failed
        }
        for job in application.jobs {
            guard job.outcome != .running, endedJobs.insert(job.id).inserted else { continue }
            lines.append("job \(job.id) \(job.outcome == .succeeded ? "succeeded" : "failed")")
        }
        if application.endedAt != nil {
            let profile = ApplicationProfile(application)
            lines.append(
                "ended after \(AdviceText.time(profile.wall)): \(application.tasks.count) tasks")
            for finding in SparkAdvisor.findings(in: profile) {
                lines.append(
                    "  \(finding.severity.name): \(finding.rule.rawValue): \(finding.title)")
            }
        }
        return lines
    }
}

/// Waits for changes of a log's folder, by inotify.
struct FolderWatch {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return }
        let events = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)
        _ = inotify_add_watch(descriptor, path, events)
    }

    /// Returns at a change, or after the time, since some file systems tell of none.
    mutating func wait(milliseconds: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, milliseconds)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }
}

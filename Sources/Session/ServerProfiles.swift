import Domain
import Glibc
import ProfilePanes
import SparkLog
import SparkSources
import Synchronization
import Workbench

/// Reads applications from a History Server or a driver, and follows the one that runs.
final class ServerProfiles: Sendable {
    /// Between two looks: a change is in sight within a second.
    private static let leastPause = Duration.milliseconds(500)

    private let mailbox: Mailbox
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(mailbox: Mailbox) { self.mailbox = mailbox }

    deinit { stop() }

    /// Ends what is being followed.
    func stop() {
        work.withLock { work in
            work?.cancel()
            work = nil
        }
    }

    /// The applications that a server knows, each attempt for itself.
    static func rows(of server: SparkServer) throws -> [ApplicationRow] {
        try server.applications().map { entry in
            ApplicationRow(
                path: entry.url, id: entry.id + (entry.attempt.map { "/" + $0 } ?? ""),
                name: entry.name, version: entry.sparkVersion ?? "-",
                start: entry.startedAt.map { $0.microseconds / 1_000 },
                end: entry.endedAt.map { $0.microseconds / 1_000 },
                isInProgress: !entry.isCompleted, bytes: nil)
        }
    }

    /// Reads what an address names: an application, or the list where it names none of several.
    ///
    /// - Returns: nil where something else is wanted by now.
    /// - Throws: ``RemoteError``.
    func load(
        _ url: String, isWanted: @escaping @Sendable () -> Bool,
        profiled: @escaping @Sendable (LoadedEventLog) -> ProfiledApplication?
    ) throws -> Profile.Answer? {
        let server = try SparkServer(url: url)
        if server.application == nil {
            let rows = try Self.rows(of: server)
            guard rows.count == 1 else { return .listed(folder: url, rows) }
        }
        var reading = try server.reading()
        let mailbox = mailbox
        let first = try reading.look(isWanted: isWanted) { share in
            mailbox.post(.profile(.progress(path: url, share)))
        }
        guard isWanted(), let first, let application = profiled(first) else { return nil }
        if first.facts.isInProgress { follow(reading, url, first, profiled) }
        return .loaded(application)
    }

    private func follow(
        _ reading: sending ServerReading, _ url: String, _ first: LoadedEventLog,
        _ profiled: @escaping @Sendable (LoadedEventLog) -> ProfiledApplication?
    ) {
        let mailbox = mailbox
        let task = Task.detached(executorPreference: ElasticExecutor.shared) {
            var (reading, last) = (reading, first)
            var pause = Self.leastPause
            while (try? await Task.sleep(for: pause)) != nil {
                let began = ContinuousClock.now
                do {
                    let look = try reading.look()
                    guard !Task.isCancelled else { return }
                    if let look {
                        last = look
                        if let grown = profiled(look) {
                            mailbox.post(.profile(.sharpened(grown)))
                        }
                        guard look.facts.isInProgress else { return }
                    }
                } catch {
                    return Self.tellLoss(of: last, error, mailbox, profiled)
                }
                pause = max(Self.leastPause, (ContinuousClock.now - began) * 4)
            }
        }
        work.withLock { work in
            work?.cancel()
            work = task
        }
    }

    /// What is in sight stays, as one that is not followed any more.
    private static func tellLoss(
        of last: LoadedEventLog, _ error: any Error, _ mailbox: Mailbox,
        _ profiled: (LoadedEventLog) -> ProfiledApplication?
    ) {
        var last = last
        last.facts.isInProgress = false
        last.facts.notTold.append("the end: the server no longer answers")
        if let known = profiled(last) { mailbox.post(.profile(.sharpened(known))) }
        let problem = (error as? any UserFacingError)?.problem ?? "\(error)"
        mailbox.post(
            .failed(
                problem: "No longer followed. " + problem,
                remedy: "The application has ended, or its server cannot be reached: r asks again.",
                effect: nil))
    }
}

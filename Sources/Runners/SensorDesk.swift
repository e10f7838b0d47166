public import Domain
import Foundation
import Glibc
import Synchronization

/// Something of one attempt to be waited for; no template is left in it.
public struct SensorLaunch: Sendable {
    public enum Condition: Sendable {
        /// Absolute path; `*` and `?` in its last part stand for any characters.
        case file(String)
        case sql(String, database: String)
        case http(String)
        case command(BriefCommand)
        /// A successful run of that pipeline for that logical date.
        case run(PipelineName, Instant)
    }

    public var id: AttemptID
    public var condition: Condition
    /// From one look to the next.
    public var interval: Span
    /// Absolute path of the log file.
    public var log: String

    public init(id: AttemptID, condition: Condition, interval: Span, log: String) {
        self.id = id
        self.condition = condition
        self.interval = interval
        self.log = log
    }
}

/// Waits for many things at once without a process or a thread for each. Belongs to the thread of
/// its ``EventLoop``.
///
/// Files are waited for by the kernel's word where it gives it; they are still looked at once a
/// minute at most. Looks that may take long are taken on few threads beside.
public final class SensorDesk {
    private struct Sensor {
        var launch: SensorLaunch
        var isLooking = false
        var wantsEnd = false
        /// The folder that is watched for it.
        var folder: String?
        /// The last trouble that was noted in its log.
        var trouble: String?
    }

    private struct Look: Sendable {
        var id: AttemptID
        var result: Result<Bool, LookFailure>
    }

    struct LookFailure: Error {
        var reason: String
    }

    private let loop: EventLoop
    private let token: EventLoop.Token
    private let folders: FolderWatch?
    private let workers = OperationQueue()
    private var sensors: [AttemptID: Sensor] = [:]
    private var byFolder: [String: Set<AttemptID>] = [:]
    private var due = DeadlineQueue<AttemptID>()
    private var events: [RunnerEvent] = []
    private let looks = LookBox()
    private let hasRun: (PipelineName, Instant) throws -> Bool

    /// Where the looks taken on other threads end up.
    private final class LookBox: Sendable {
        private let looks = Mutex<[Look]>([])

        func put(_ look: Look) { looks.withLock { $0.append(look) } }

        func takeAll() -> [Look] {
            looks.withLock { looks in
                defer { looks = [] }
                return looks
            }
        }
    }

    /// How seldom a watched file is looked at all the same.
    private static let watchedInterval = Span.seconds(60)
    /// How long one look may take at the least.
    private static let lookLimit = Span.seconds(60)

    /// Reports what the kernel tells of folders under `token`; `hasRun` knows of successful runs,
    /// and has to be quick.
    public init(
        loop: EventLoop, token: EventLoop.Token,
        hasRun: @escaping (PipelineName, Instant) throws -> Bool
    ) {
        (self.loop, self.token, self.hasRun) = (loop, token, hasRun)
        folders = FolderWatch()
        workers.maxConcurrentOperationCount = 8
        if let folders { loop.watch(folders.descriptor, as: token) }
    }

    /// The waits that have not ended.
    public var active: [AttemptID] { Array(sensors.keys) }

    public func isWaiting(_ id: AttemptID) -> Bool { sensors[id] != nil }

    /// What happened since the last call, in order.
    public func takeEvents() -> [RunnerEvent] {
        collectLooks()
        defer { events = [] }
        return events
    }

    /// Begins to wait, with a look at once; one that waits already is left alone. It ends with exit
    /// code 0 once the condition holds, or 1 where it can never be known.
    ///
    /// - Throws: ``LogError`` where the disk is full: nothing was begun.
    public func launch(_ launch: SensorLaunch) throws(LogError) {
        guard sensors[launch.id] == nil else { return }
        do {
            try AttemptLog(launch.log).note("waits for " + launch.condition.words)
        } catch {
            if error.isDiskFull { throw error }
            events.append(
                .ended(launch.id, .notStarted(reason: error.reason), at: SystemClock.now()))
            return
        }
        sensors[launch.id] = Sensor(launch: launch)
        events.append(.started(launch.id, process: nil, at: SystemClock.now()))
        look(launch.id)
    }

    /// Stops waiting; `ended` follows.
    public func terminate(_ id: AttemptID) {
        guard let sensor = sensors[id] else { return }
        if sensor.isLooking {
            // Its answer will end it.
            sensors[id]?.wantsEnd = true
        } else {
            end(id, .signalled(number: SIGTERM))
        }
    }

    /// Looks again at once at what waits for runs: one has ended.
    public func lookAtRuns() {
        for (id, sensor) in sensors {
            if case .run = sensor.launch.condition { look(id) }
        }
    }

    /// When ``fireDeadlines()`` wants to be called, by the monotonic clock; nil: not at all.
    public func nextDeadline() -> Span? { due.nextDeadline() }

    public func fireDeadlines() {
        let now = SystemClock.monotonic()
        while let id = due.popDue(at: now) { look(id) }
    }

    /// Handles a token of the loop; false where it is not this desk's.
    public func handle(_ token: EventLoop.Token) -> Bool {
        guard token == self.token, let folders else { return false }
        guard let changes = folders.takeChanges() else {
            for ids in byFolder.values { for id in ids { look(id) } }
            return true
        }
        for change in changes {
            for id in byFolder[change.folder] ?? [] where isConcerned(id, by: change) { look(id) }
        }
        return true
    }

    private func isConcerned(_ id: AttemptID, by change: FolderWatch.Change) -> Bool {
        guard case .file(let path)? = sensors[id]?.launch.condition else { return false }
        if change.name.isEmpty { return true }
        let (folder, name) = FilePattern.parts(of: path)
        // A folder above the one waited for: some part of the way may have come to be.
        return folder != change.folder || FilePattern.matches(name, change.name)
    }

    // MARK: Looking

    private func look(_ id: AttemptID) {
        guard let sensor = sensors[id], !sensor.isLooking else { return }
        switch sensor.launch.condition {
        case .file(let path): settle(id, lookAtFile(path, id))
        case .run(let pipeline, let date):
            settle(
                id,
                Result { try hasRun(pipeline, date) }.mapError { LookFailure(reason: "\($0)") })
        case .sql(let query, let database):
            ask(id) {
                SQLProbe.holds(query, database: database).mapError {
                    LookFailure(reason: $0.reason)
                }
            }
        case .http(let url):
            ask(id) {
                switch HTTPExchange(url: url).status(limit: .seconds(30)) {
                case .success(let status): .success((200..<300).contains(status))
                // Not there yet is what a wait is for.
                case .failure: .success(false)
                }
            }
        case .command(let command):
            let limit = max(Self.lookLimit, sensor.launch.interval)
            ask(id) {
                switch command.run(limit: limit) {
                case .exited(code: 0): .success(true)
                case .notStarted(let reason): .failure(LookFailure(reason: reason))
                default: .success(false)
                }
            }
        }
    }

    private func ask(_ id: AttemptID, _ body: @escaping @Sendable () -> Result<Bool, LookFailure>) {
        sensors[id]?.isLooking = true
        workers.addOperation { [looks, wake = loop.wake] in
            looks.put(Look(id: id, result: body()))
            wake.signal()
        }
    }

    private func collectLooks() {
        for look in looks.takeAll() {
            sensors[look.id]?.isLooking = false
            settle(look.id, look.result)
        }
    }

    private func settle(_ id: AttemptID, _ result: Result<Bool, LookFailure>) {
        guard let sensor = sensors[id] else { return }
        if sensor.wantsEnd { return end(id, .signalled(number: SIGTERM)) }
        switch result {
        case .success(true): end(id, .exited(code: 0))
        case .success(false):
            let isWatched = sensor.folder != nil
            let interval =
                isWatched
                ? max(sensor.launch.interval, Self.watchedInterval) : sensor.launch.interval
            var next = SystemClock.monotonic() + interval
            if interval >= .seconds(10) {
                // Many that wait are looked at together: the loop wakes once a second at most.
                next = Span(microseconds: (next.microseconds / 1_000_000 + 1) * 1_000_000)
            }
            due.set(id, deadline: next)
        case .failure(let failure):
            AttemptLog.note("cannot look: " + failure.reason, in: sensor.launch.log)
            end(id, .exited(code: 1))
        }
    }

    private func end(_ id: AttemptID, _ outcome: AttemptOutcome) {
        guard let sensor = sensors.removeValue(forKey: id) else { return }
        due.cancel(id)
        unwatch(sensor.folder, id)
        if outcome == .exited(code: 0) {
            AttemptLog.note("there it is", in: sensor.launch.log)
        }
        events.append(.ended(id, outcome, at: SystemClock.now()))
    }

    // MARK: Files

    private func lookAtFile(_ path: String, _ id: AttemptID) -> Result<Bool, LookFailure> {
        if FilePattern.exists(path) { return .success(true) }
        // More of the way to it may come to be between a look and the watch: then once more.
        while true {
            let folder = Self.nearestFolder(to: path)
            if sensors[id]?.folder == folder { return .success(false) }
            unwatch(sensors[id]?.folder, id)
            sensors[id]?.folder = nil
            guard let folders, folders.watch(folder) else { return .success(false) }
            sensors[id]?.folder = folder
            byFolder[folder, default: []].insert(id)
            if FilePattern.exists(path) { return .success(true) }
        }
    }

    /// The folder that is there now, as near to the file as can be.
    private static func nearestFolder(to path: String) -> String {
        var folder = FilePattern.parts(of: path).folder
        while access(folder, F_OK) != 0, folder != "/" {
            folder = FilePattern.parts(of: folder).folder
        }
        return folder
    }

    private func unwatch(_ folder: String?, _ id: AttemptID) {
        guard let folder else { return }
        byFolder[folder]?.remove(id)
        if byFolder[folder]?.isEmpty == true { byFolder[folder] = nil }
        folders?.forget(folder)
    }
}

extension SensorLaunch.Condition {
    /// What is waited for, as the log says it.
    var words: String {
        switch self {
        case .file(let path): "the file " + path
        case .sql(_, let database): "a query on " + database
        case .http(let url): "an answer from " + HTTPExchange.shown(url)
        case .command(let command): "the command: " + command.command
        case .run(let pipeline, let date): "a run of \(pipeline) for \(date.iso8601)"
        }
    }
}

extension HTTPExchange {
    /// The URL without what stands behind `?`, where keys may be.
    static func shown(_ url: String) -> String { String(url.prefix { $0 != "?" }) }
}

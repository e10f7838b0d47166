public import Domain
import Foundation
import Glibc

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
    /// Values that the log must not show.
    public var secrets: [String]

    public init(
        id: AttemptID, condition: Condition, interval: Span, log: String, secrets: [String] = []
    ) {
        self.secrets = secrets
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
/// minute at most. Looks that may take long are taken on threads beside, few at a time.
public final class SensorDesk {
    private struct Sensor {
        var launch: SensorLaunch
        /// The look that is being taken, or waits for its turn; what ends it.
        var look: Cancellation?
        /// Whether the last look took no time.
        var isQuick = false
        /// The folder that is watched for it.
        var folder: String?
        /// What was noted in its log last, and when by the monotonic clock.
        var noted: (sighting: Sighting, at: Span)?
    }

    private let loop: EventLoop
    private let token: EventLoop.Token
    private let folders: FolderWatch?
    private var queue = LookQueue<(AttemptID, Cancellation)>()
    private var sensors: [AttemptID: Sensor] = [:]
    private var byFolder: [String: Set<AttemptID>] = [:]
    private var due = DeadlineQueue<AttemptID>()
    private var events: [RunnerEvent] = []
    private let looks = LookBatch.Box()
    private let hasRun: (PipelineName, Instant) throws -> Bool

    /// How seldom a watched file is looked at all the same.
    private static let watchedInterval = Span.seconds(60)
    /// How often a command's words are noted that differ each time.
    private static let noteInterval = Span.seconds(60)

    /// Reports what the kernel tells of folders under `token`; `hasRun` knows of successful runs,
    /// and has to be quick.
    public init(
        loop: EventLoop, token: EventLoop.Token,
        hasRun: @escaping (PipelineName, Instant) throws -> Bool
    ) {
        (self.loop, self.token, self.hasRun) = (loop, token, hasRun)
        folders = FolderWatch()
        if let folders { loop.watch(folders.descriptor, as: token) }
    }

    deinit {
        for sensor in sensors.values { sensor.look?.request() }
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
            try AttemptLog(launch.log, hiding: launch.secrets).note(
                "waits for " + launch.condition.words)
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

    /// Stops waiting at once, whatever a look is at; `ended` follows.
    public func terminate(_ id: AttemptID) {
        guard sensors[id] != nil else { return }
        end(id, .failed(reason: "stopped waiting"))
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
        guard let sensor = sensors[id], sensor.look == nil else { return }
        switch sensor.launch.condition {
        case .file(let path): settle(id, .success(Sighting(isThere: isThere(path, id))))
        case .run(let pipeline, let date):
            settle(
                id,
                Result { Sighting(isThere: try hasRun(pipeline, date)) }
                    .mapError { LookFailure(reason: "\($0)") })
        case .sql, .http, .command:
            guard let place = sensor.launch.condition.place else { return }
            let cancellation = Cancellation()
            sensors[id]?.look = cancellation
            queue.add((id, cancellation), at: place, isQuick: sensor.isQuick)
            startLooks()
        }
    }

    private func startLooks() {
        while let (keys, place) = queue.next() {
            var batch = LookBatch(place: place)
            for (id, cancellation) in keys where !cancellation.isRequested {
                guard let launch = sensors[id]?.launch else { continue }
                batch.looks.append(.init(launch: launch, cancellation: cancellation))
            }
            if batch.looks.isEmpty {
                queue.finished(at: place)
                continue
            }
            Thread.detachNewThread { [batch, looks, wake = loop.wake] in
                batch.take(into: looks) { wake.signal() }
            }
        }
    }

    private func collectLooks() {
        let (taken, finished) = looks.takeAll()
        for place in finished { queue.finished(at: place) }
        for look in taken {
            guard let sensor = sensors[look.id], sensor.look === look.cancellation else { continue }
            guard let result = look.result else {
                queue.add((look.id, look.cancellation), at: look.place)
                continue
            }
            sensors[look.id]?.look = nil
            sensors[look.id]?.isQuick = look.wasQuick
            settle(look.id, result)
        }
        startLooks()
    }

    private func settle(_ id: AttemptID, _ result: Result<Sighting, LookFailure>) {
        guard let sensor = sensors[id] else { return }
        switch result {
        case .success(let sighting):
            note(sighting, of: id)
            if sighting.isThere { return end(id, .exited(code: 0)) }
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
            note("cannot look: " + failure.reason, of: sensor)
            end(id, .exited(code: 1))
        }
    }

    /// Tells the log what was seen, where that is something else than the last time.
    private func note(_ sighting: Sighting, of id: AttemptID) {
        guard let sensor = sensors[id], sighting.words != nil || !sighting.output.isEmpty else {
            return
        }
        let now = SystemClock.monotonic()
        if let noted = sensor.noted, !sighting.isThere, noted.sighting.words == sighting.words {
            guard noted.sighting.output != sighting.output, now >= noted.at + Self.noteInterval
            else { return }
        }
        sensors[id]?.noted = (sighting, now)
        guard let log = try? AttemptLog(sensor.launch.log, hiding: sensor.launch.secrets)
        else { return }
        log.write(sighting.output)
        if !sighting.isThere, let words = sighting.words { log.note("not yet: " + words) }
    }

    private func note(_ text: String, of sensor: Sensor) {
        try? AttemptLog(sensor.launch.log, hiding: sensor.launch.secrets).note(text)
    }

    private func end(_ id: AttemptID, _ outcome: AttemptOutcome) {
        guard let sensor = sensors.removeValue(forKey: id) else { return }
        due.cancel(id)
        sensor.look?.request()
        unwatch(sensor.folder, id)
        if outcome == .exited(code: 0) {
            note("there it is", of: sensor)
        }
        events.append(.ended(id, outcome, at: SystemClock.now()))
    }

    // MARK: Files

    private func isThere(_ path: String, _ id: AttemptID) -> Bool {
        if FilePattern.exists(path) { return true }
        // More of the way to it may come to be between a look and the watch: then once more.
        while true {
            let folder = Self.nearestFolder(to: path)
            if sensors[id]?.folder == folder { return false }
            unwatch(sensors[id]?.folder, id)
            sensors[id]?.folder = nil
            guard let folders, folders.watch(folder) else { return false }
            sensors[id]?.folder = folder
            byFolder[folder, default: []].insert(id)
            if FilePattern.exists(path) { return true }
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

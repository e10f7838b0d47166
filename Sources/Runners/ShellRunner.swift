import CProcess
public import Domain
import Glibc
public import SchedulerCore

/// Runs shell commands as children of this process, each in a session of its own, and ends whole
/// process trees. Belongs to the thread of its ``EventLoop``.
///
/// The owner passes on the tokens that the loop reports, calls ``fireDeadlines()`` when
/// ``nextDeadline`` is over, and takes events with ``takeEvents()``.
public final class ShellRunner {
    private struct Attempt {
        var id: AttemptID
        /// Pid of the shell, which is also the number of its session.
        var leader: Int32
        var token: String
        var log: String
        var startedAt: Instant
        /// When to tell that it has begun, by the monotonic clock; nil once that was told.
        var announceAt: Span?
        var stage = Stage.running
        var outcome: AttemptOutcome?
        /// The processes being waited for, with their tokens.
        var watched: [Int32: EventLoop.Token] = [:]
    }

    private enum Stage {
        case running
        /// The shell has ended; what it left in the background may finish by itself until then.
        case lingering(until: Span)
        case terminating(until: Span)
        case killing(until: Span)
    }

    private struct Watch {
        var attempt: AttemptID
        var pid: Int32
        var descriptor: Int32
    }

    private let loop: EventLoop
    private let grace: Span
    let environment: BaseEnvironment
    let null: Int32
    private var attempts: [AttemptID: Attempt] = [:]
    private var watches: [EventLoop.Token: Watch] = [:]
    private var nextToken: EventLoop.Token
    private var events: [RunnerEvent] = []
    private let adoptedChildren = AdoptedChildren()

    /// How long the news that a process has begun waits: most short tasks end within that time, and
    /// who their process was need not be looked up then, nor recorded by itself.
    private static let announceDelay = Span.milliseconds(3)
    /// How long background processes of a shell that has ended may go on by themselves.
    private static let linger = Span.milliseconds(500)

    /// Makes this process inherit the orphans of its tasks. Uses the tokens from `firstToken` on.
    public init(
        loop: EventLoop, firstToken: EventLoop.Token, grace: Span
    ) throws(RunnerError) {
        null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw .system(call: "open of /dev/null", code: errno) }
        guard spillway_adopt_orphans() == 0 else {
            throw .system(call: "prctl", code: errno)
        }
        self.loop = loop
        self.grace = grace
        nextToken = firstToken
        var lines: [String] = []
        var entry = spillway_environment()
        while let line = entry?.pointee {
            lines.append(String(cString: line))
            entry = entry?.successor()
        }
        environment = BaseEnvironment(lines: lines)
    }

    deinit {
        for watch in watches.values { close(watch.descriptor) }
        close(null)
    }

    /// The attempts that have not ended.
    public var active: [AttemptID] { Array(attempts.keys) }

    /// Whether no attempt is going on.
    public var isIdle: Bool { attempts.isEmpty }

    /// What happened since the last call, in order.
    public func takeEvents() -> [RunnerEvent] {
        defer { events = [] }
        return events
    }

    /// Starts a command; one that runs already is left alone.
    ///
    /// - Throws: ``LogError`` where the disk is full: nothing was started, the same launch may be
    ///   tried again. Every other failure is an `ended(.notStarted)` event.
    public func launch(_ launch: ShellLaunch) throws(LogError) {
        guard attempts[launch.id] == nil else { return }
        let log: AttemptLog
        do {
            log = try AttemptLog(launch.log)
        } catch {
            if error.isDiskFull { throw error }
            return refuse(launch.id, error.reason)
        }
        switch spawn(launch, output: log.descriptor) {
        case .success(let pid):
            var attempt = Attempt(
                id: launch.id, leader: pid, token: launch.token, log: launch.log,
                startedAt: SystemClock.now(),
                announceAt: SystemClock.monotonic() + Self.announceDelay)
            watch(pid, for: &attempt)
            attempts[launch.id] = attempt
            if attempt.watched.isEmpty { terminate(launch.id) }
        case .failure(let failure):
            log.note("not started: " + failure.reason)
            refuse(launch.id, failure.reason)
        }
    }

    /// Waits for a process that an earlier owner started; its exit code cannot be had any more, so
    /// it ends as `lost`. False, and nothing done, where no process of it is alive.
    public func adopt(_ id: AttemptID, process: ProcessIdentity?, token: String, log: String)
        -> Bool
    {
        var leader: Int32?
        if let process, ProcessTable.isAlive(process) { leader = process.pid }
        guard let pid = leader ?? ProcessTable.processes(withToken: token).first?.pid else {
            return false
        }
        var attempt = Attempt(
            id: id, leader: pid, token: token, log: log, startedAt: SystemClock.now())
        attempt.outcome = .lost
        for member in ProcessTable.members(ofSession: pid, token: token) {
            watch(member, for: &attempt)
        }
        guard !attempt.watched.isEmpty else { return false }
        attempts[id] = attempt
        return true
    }

    /// Ends an attempt with its whole process tree: TERM, grace, KILL. `ended` follows when nothing
    /// of it is left; asking again changes nothing.
    public func terminate(_ id: AttemptID) {
        guard var attempt = attempts[id] else { return }
        switch attempt.stage {
        case .terminating, .killing: return
        case .running, .lingering: break
        }
        attempt.stage = .terminating(until: SystemClock.monotonic() + grace)
        signalAll(of: &attempt, SIGTERM)
        attempts[id] = attempt
        if attempt.watched.isEmpty { finish(attempt) }
    }

    /// Handles a token of the loop; false where it is not one of this runner's.
    public func handle(_ token: EventLoop.Token) -> Bool {
        guard let watch = watches[token] else { return false }
        var (isSignalled, value): (Int32, Int32) = (0, 0)
        let result = spillway_reap(watch.descriptor, &isSignalled, &value)
        guard result != 0 else { return true }
        let hasStatus = result > 0
        loop.forget(watch.descriptor)
        close(watch.descriptor)
        watches[token] = nil
        guard var attempt = attempts.removeValue(forKey: watch.attempt) else { return true }
        attempt.watched[watch.pid] = nil
        if watch.pid == attempt.leader, attempt.outcome == nil {
            attempt.outcome =
                !hasStatus
                ? .lost : isSignalled != 0 ? .signalled(number: value) : .exited(code: value)
        }
        attempts[watch.attempt] = attempt
        if attempt.watched.isEmpty { look(after: attempt) }
        return true
    }

    /// When ``fireDeadlines()`` wants to be called, by the monotonic clock; nil: not at all.
    public var nextDeadline: Span? {
        var next: Span?
        for attempt in attempts.values {
            if let due = attempt.announceAt { next = min(next ?? due, due) }
            switch attempt.stage {
            case .running: break
            case .lingering(let until), .terminating(let until), .killing(let until):
                next = min(next ?? until, until)
            }
        }
        return next
    }

    /// Goes on with those whose time is over: from lingering to TERM, from TERM to KILL; and tells
    /// of those that began a moment ago.
    public func fireDeadlines() {
        let now = SystemClock.monotonic()
        for (id, attempt) in attempts {
            guard let due = attempt.announceAt, due <= now else { continue }
            attempts[id]?.announceAt = nil
            // Once it was reaped its number may be another's.
            let isThere = attempt.watched[attempt.leader] != nil
            let process = isThere ? ProcessTable.identity(of: attempt.leader) : nil
            events.append(.started(id, process: process, at: attempt.startedAt))
        }
        for var attempt in Array(attempts.values) {
            switch attempt.stage {
            case .lingering(let until) where until <= now:
                AttemptLog.note("ending what the command left running", in: attempt.log)
                terminate(attempt.id)
            case .terminating(let until) where until <= now:
                AttemptLog.note(
                    "still running \(grace.humanText) after TERM: KILL", in: attempt.log)
                kill(&attempt, now)
            case .killing(let until) where until <= now:
                kill(&attempt, now)
            default:
                break
            }
        }
    }

    private func kill(_ attempt: inout Attempt, _ now: Span) {
        attempt.stage = .killing(until: now + .milliseconds(200))
        signalAll(of: &attempt, SIGKILL)
        attempts[attempt.id] = attempt
        if attempt.watched.isEmpty { finish(attempt) }
    }

    /// All watched processes of `attempt` have ended: whether others are left.
    private func look(after attempt: Attempt) {
        var attempt = attempt
        switch attempt.stage {
        case .running:
            let adopted = reapOrphans()
            let hasGroup = Glibc.kill(-attempt.leader, 0) == 0
            guard hasGroup || adopted.contains(attempt.leader) else { return tellEnd(of: attempt) }
            watchMembers(of: &attempt)
            attempt.stage = .lingering(until: SystemClock.monotonic() + Self.linger)
        case .lingering:
            watchMembers(of: &attempt)
        case .terminating:
            signalAll(of: &attempt, SIGTERM)
        case .killing:
            signalAll(of: &attempt, SIGKILL)
        }
        attempts[attempt.id] = attempt
        if attempt.watched.isEmpty { finish(attempt) }
    }

    private func finish(_ attempt: Attempt) {
        _ = reapOrphans()
        tellEnd(of: attempt)
    }

    private func tellEnd(of attempt: Attempt) {
        attempts[attempt.id] = nil
        if attempt.announceAt != nil {
            events.append(.started(attempt.id, process: nil, at: attempt.startedAt))
        }
        events.append(
            .ended(attempt.id, attempt.outcome ?? .lost, at: SystemClock.now()))
    }

    private func refuse(_ id: AttemptID, _ reason: String) {
        events.append(.ended(id, .notStarted(reason: reason), at: SystemClock.now()))
    }

    private func watchMembers(of attempt: inout Attempt) {
        for pid in ProcessTable.members(ofSession: attempt.leader, token: attempt.token) {
            watch(pid, for: &attempt)
        }
    }

    /// Sends `signal` to every process of the attempt, and wakes those that are stopped. The shell
    /// comes first: it would take the end of a child for the end of its work otherwise.
    private func signalAll(of attempt: inout Attempt, _ signal: Int32) {
        watchMembers(of: &attempt)
        let leader = attempt.leader
        let shellFirst = attempt.watched.sorted { left, right in
            left.key == leader && right.key != leader
        }
        for (_, token) in shellFirst {
            guard let descriptor = watches[token]?.descriptor else { continue }
            _ = spillway_pidfd_signal(descriptor, signal)
            if signal != SIGKILL { _ = spillway_pidfd_signal(descriptor, SIGCONT) }
        }
    }

    private func watch(_ pid: Int32, for attempt: inout Attempt) {
        guard attempt.watched[pid] == nil else { return }
        let descriptor = spillway_pidfd_open(pid)
        guard descriptor >= 0 else { return }
        let token = nextToken
        guard loop.watch(descriptor, as: token) else {
            close(descriptor)
            return
        }
        nextToken += 1
        watches[token] = Watch(attempt: attempt.id, pid: pid, descriptor: descriptor)
        attempt.watched[pid] = token
    }

    /// Reaps what tasks orphaned and nobody waits for; returns the sessions of those that live.
    ///
    /// Children of this process's own session belong to somebody else in it and are left alone.
    private func reapOrphans() -> Set<Int32> {
        let adopted = adoptedChildren.pids
        guard !adopted.isEmpty else { return [] }
        let (own, watched) = (getsid(0), Set(watches.values.map(\.pid)))
        var sessions: Set<Int32> = []
        for status in adopted.compactMap({ ProcessStatus(pid: $0) }) where status.session != own {
            if !status.isZombie {
                sessions.insert(status.session)
            } else if !watched.contains(status.pid) {
                spillway_reap_pid(status.pid)
            }
        }
        return sessions
    }
}

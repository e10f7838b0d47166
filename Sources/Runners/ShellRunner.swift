import CProcess
public import Domain
import Glibc
import SchedulerCore

/// Runs shell commands as children of this process, each in a group of its own, and ends whole
/// process trees. With a home it notes what it began and how that ended, for whoever comes after it.
public final class ShellRunner: AttemptRunner {
    /// What keeps tasks apart from this process and its terminal.
    public enum Isolation: Sendable {
        /// Each task leads a session of its own.
        case session
        /// Each task leads a group in this process's session, which has no terminal. A session a task
        /// is a scheduling group a task for the kernel (autogroup), and each new one has to wait for
        /// its turn: on a busy machine short tasks take twice as long.
        case group
    }

    struct Attempt {
        var id: AttemptID
        /// Pid of the shell, which is also the number of its session.
        var leader: Int32
        var token: String
        var log: String
        /// What its output goes to until the log has its name.
        var spare: SpareLogs.Spare?
        var place: SlotPlace?
        /// What the guard knows it by; -1 for nothing.
        var guardSlot: Int32 = -1
        var startedAt: Instant
        /// Whether it took another's place, and so was told of as it began.
        var isSuccessor = false
        /// When to tell that it has begun, by the monotonic clock; nil once that was told.
        var announceAt: Span?
        var stage = Stage.running
        var outcome: AttemptOutcome?
        var limits = TaskLimits.none
        var meter = AttemptMeter()
        /// When it was last told what it uses.
        var toldUseAt: Instant?
        /// Which of its limits it went over, in words; it is being ended then.
        var excess: LimitExcess?
        /// The processes being waited for, with their tokens.
        var watched: [Int32: EventLoop.Token] = [:]
    }

    enum Stage {
        case running
        /// The shell has ended; what it left in the background may finish by itself until then.
        case lingering(until: Span)
        case terminating(until: Span)
        case killing(until: Span)
    }

    /// Where the output of an attempt goes.
    private struct Output {
        var spare: SpareLogs.Spare?
        /// Kept open until the process has it.
        var log: AttemptLog?

        var descriptor: Int32 { spare?.descriptor ?? log?.descriptor ?? -1 }

        func giveBack(to spares: SpareLogs?) { if let spare { spares?.giveBack(spare) } }
    }

    private struct Watch {
        var attempt: AttemptID
        var pid: Int32
        var descriptor: Int32
    }

    private let loop: EventLoop
    private var grace: Span
    let isolation: Isolation
    private(set) var environment: BaseEnvironment
    let null: Int32
    let journal: RunnerJournal?
    let home: RunnerHome?
    private let guardian: RunnerGuard?
    /// Whether guards have noted anything that may be wanted.
    var hasOrphans = false
    let spares: SpareLogs?
    var attempts: [AttemptID: Attempt] = [:]
    var sampler = AttemptSampler()
    var emptyFolders = EmptyFolders()
    private var watches: [EventLoop.Token: Watch] = [:]
    /// Of all watches.
    private var watchedPIDs: Set<Int32> = []
    private var nextToken: EventLoop.Token
    var events: [RunnerEvent] = []
    var standbys = Standbys()
    private let adoptedChildren = AdoptedChildren()

    /// How long the news that a process has begun waits: most short tasks end within that time, and
    /// who their process was need not be looked up then, nor recorded by itself. Nobody sees it.
    private static let announceDelay = Span.milliseconds(30)
    /// How long background processes of a shell that has ended may go on by themselves.
    private static let linger = Span.milliseconds(500)

    /// Makes this process inherit the orphans of its tasks. Uses the tokens from `firstToken` on.
    ///
    /// - Parameter home: where it notes what it does; it takes up what an earlier runner left there.
    /// - Throws: ``RunnerError/occupied`` where another runner has that home.
    public convenience init(
        loop: EventLoop, firstToken: EventLoop.Token, grace: Span, home: RunnerHome? = nil,
        isolation: Isolation = .session
    ) throws(RunnerError) {
        try self.init(
            loop: loop, firstToken: firstToken, grace: grace, home: home, isolation: isolation,
            guardian: nil)
    }

    init(
        loop: EventLoop, firstToken: EventLoop.Token, grace: Span, home: RunnerHome?,
        isolation: Isolation, guardian: RunnerGuard?
    ) throws(RunnerError) {
        null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw .system(call: "open of /dev/null", code: errno) }
        guard spillway_adopt_orphans() == 0 else {
            throw .system(call: "prctl", code: errno)
        }
        self.loop = loop
        self.grace = grace
        self.isolation = isolation
        (self.home, self.guardian) = (home, guardian)
        nextToken = firstToken
        environment = BaseEnvironment(lines: BaseEnvironment.ownLines)
        if let home {
            journal = try RunnerJournal(home.journalPath, runner: guardian?.name)
            // Without them, on a full disk, each log is made at once.
            spares = try? SpareLogs(home.sparePath)
        } else {
            (journal, spares) = (nil, nil)
        }
        takeUpAll()
    }

    deinit {
        for watch in watches.values { close(watch.descriptor) }
        close(null)
        emptyFolders.closeAll()
    }

    public var active: [AttemptID] { Array(attempts.keys) }

    public var isIdle: Bool { attempts.isEmpty }

    public func takeEvents() -> [RunnerEvent] {
        defer { events = [] }
        return events
    }

    public func launch(_ launch: ShellLaunch) {
        standbys.remove(launch)
        switch begin(launch, inPlaceOf: nil) {
        case .begun, .isKnown: break
        case .held: events.append(.held(launch.id, log: launch.log))
        case .refused(let reason): refuse(launch.id, reason)
        }
    }

    enum Beginning {
        case begun
        case isKnown
        /// There is no space for its log.
        case held
        case refused(reason: String)
    }

    /// - Parameter predecessor: token of the attempt whose place it takes.
    func begin(_ launch: ShellLaunch, inPlaceOf predecessor: String?) -> Beginning {
        guard attempts[launch.id] == nil, journal?.knows(launch.token) != true else {
            return .isKnown
        }
        let now = SystemClock.now()
        let output: Output
        do {
            output = try openOutput(of: launch)
        } catch {
            return error.isDiskFull ? .held : .refused(reason: error.reason)
        }
        if let journal,
            !journal.begin(
                launch, spare: output.spare?.number, at: now, inPlaceOf: predecessor)
        {
            output.giveBack(to: spares)
            return .held
        }
        let slot = guardian?.takeSlot(launch.token) ?? -1
        switch spawn(launch, output: output.descriptor, slot: slot) {
        case .success(let pid):
            spillway_point("spawned")
            var attempt = Attempt(
                id: launch.id, leader: pid, token: launch.token, log: launch.log,
                spare: output.spare, place: launch.place, guardSlot: slot, startedAt: now,
                isSuccessor: predecessor != nil,
                announceAt: SystemClock.monotonic() + Self.announceDelay)
            attempt.limits = launch.limits
            if launch.limits.nice > 0, spillway_set_group_nice(pid, launch.limits.nice) != 0 {
                AttemptLog.note(
                    "its niceness could not be set: \(String(cString: strerror(errno)))",
                    in: launch.log)
            }
            watch(pid, for: &attempt)
            attempts[launch.id] = attempt
            if attempt.watched.isEmpty { terminate(launch.id) }
            return .begun
        case .failure(let failure):
            spillway_slot_give(slot)
            output.giveBack(to: spares)
            AttemptLog.note("not started: " + failure.reason, in: launch.log)
            journal?.end(launch.token, .notStarted(reason: failure.reason), at: now)
            return .refused(reason: failure.reason)
        }
    }

    public func prepare() {}
    public func flush() {}

    /// When the oldest end was written that may be lost should the power go.
    var unsyncedSince: Span? { journal?.unsyncedSince }

    func sync() { journal?.sync() }

    /// Runs what follows as this engine wants it.
    func adapt(environment lines: [String], grace: Span) {
        environment = BaseEnvironment(lines: lines)
        self.grace = grace
    }

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

    public func handle(_ token: EventLoop.Token) -> Bool {
        guard let watch = watches[token] else { return false }
        var (isSignalled, value): (Int32, Int32) = (0, 0)
        var use = spillway_use()
        let slot = attempts[watch.attempt].map { $0.leader == watch.pid ? $0.guardSlot : -1 } ?? -1
        let result = spillway_reap_measured(watch.descriptor, slot, &isSignalled, &value, &use)
        guard result != 0 else { return true }
        let outcome: AttemptOutcome =
            result > 0
            ? (isSignalled != 0 ? .signalled(number: value) : .exited(code: value))
            : Self.outcome(of: watch)
        loop.forget(watch.descriptor)
        close(watch.descriptor)
        watches[token] = nil
        watchedPIDs.remove(watch.pid)
        guard var attempt = attempts.removeValue(forKey: watch.attempt) else { return true }
        attempt.watched[watch.pid] = nil
        if result > 0 { attempt.meter.add(reaped: use) }
        if watch.pid == attempt.leader, attempt.outcome == nil { attempt.outcome = outcome }
        attempts[watch.attempt] = attempt
        if attempt.watched.isEmpty { look(after: attempt) }
        return true
    }

    /// How a process ended that is no child of this one.
    private static func outcome(of watch: Watch) -> AttemptOutcome {
        var status: Int32 = 0
        guard spillway_exit_status(watch.descriptor, watch.pid, &status) > 0 else { return .lost }
        let signal = status & 0x7F
        return signal == 0 ? .exited(code: status >> 8 & 0xFF) : .signalled(number: signal)
    }

    public var nextDeadline: Span? {
        // Without attempts there is nothing to be sampled.
        var next = attempts.isEmpty ? nil : sampler.nextDeadline
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
            nameLog(of: id, isOver: false)
            // Once it was reaped its number may be another's.
            let isThere = attempt.watched[attempt.leader] != nil
            let process = isThere ? ProcessTable.identity(of: attempt.leader) : nil
            sampler.begin(hasLimits: attempt.limits.needsWatching, at: now)
            journal?.identify(attempt.token, process)
            if process != nil || !attempt.isSuccessor {
                events.append(.started(id, process: process, at: attempt.startedAt))
            }
        }
        takeSamples(now)
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

    /// Ends an attempt without a warning.
    func killNow(_ id: AttemptID) {
        guard var attempt = attempts[id] else { return }
        kill(&attempt, SystemClock.monotonic())
    }

    func tell(_ event: RunnerEvent) { events.append(event) }

    /// The path of the attempt's log, which has that name from now on.
    func nameOfLog(of id: AttemptID) -> String {
        nameLog(of: id, isOver: false)
        return attempts[id]?.log ?? ""
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
            attempt.meter = attempts[attempt.id]?.meter ?? attempt.meter
            let hasGroup = Glibc.kill(-attempt.leader, 0) == 0
            guard hasGroup || adopted.contains(where: { isLeft($0, of: attempt) }) else {
                // Orphans, whosever they are, may still write to what they were given.
                return tellEnd(of: attempt, nobodyWrites: adopted.isEmpty)
            }
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

    /// Whether an orphan belongs to `attempt`. What took a session of its own is known by its token;
    /// what has none either is meant to stay.
    private func isLeft(_ orphan: ProcessStatus, of attempt: Attempt) -> Bool {
        orphan.group == attempt.leader || orphan.session == attempt.leader
            || ProcessTable.hasToken(orphan.pid, attempt.token)
    }

    private func finish(_ attempt: Attempt) {
        _ = reapOrphans()
        tellEnd(of: attempt)
    }

    private func tellEnd(of attempt: Attempt, nobodyWrites: Bool = false) {
        var outcome = attempt.outcome ?? .lost
        // Whom an earlier runner started, its guard may have reaped.
        if outcome == .lost, let end = orphans.ends[attempt.token] { outcome = end.outcome }
        if let excess = attempt.excess { outcome = .rejected(reason: excess.text) }
        let now = SystemClock.now()
        spillway_point("ended")
        nameLog(of: attempt.id, isOver: nobodyWrites)
        if attempt.announceAt != nil, !attempt.isSuccessor {
            events.append(.started(attempt.id, process: nil, at: attempt.startedAt))
        }
        let use = (attempts[attempt.id] ?? attempt).meter.use
        attempts[attempt.id] = nil
        // Written with the beginning of what takes its place, where something does.
        let isHeld = !standbys.isEmpty && attempt.place != nil
        journal?.end(attempt.token, outcome, at: now, use: use, isHeld: isHeld)
        if let use { events.append(.measured(attempt.id, use)) }
        tell(attempt, outcome, at: now)
        spillway_slot_give(attempt.guardSlot)
    }

    private func nameLog(of id: AttemptID, isOver: Bool) {
        guard let attempt = attempts[id], let spare = attempt.spare else { return }
        attempts[id]?.spare = nil
        spares?.name(spare, as: attempt.log, isOver: isOver)
    }

    /// A file without a name yet; that of the log where it is there already.
    private func openOutput(of launch: ShellLaunch) throws(LogError) -> Output {
        guard let spares, !emptyFolders.mayHold(launch.log) else {
            return Output(log: try AttemptLog(launch.log))
        }
        return Output(spare: try spares.take())
    }

    func refuse(_ id: AttemptID, _ reason: String) {
        events.append(.ended(id, .notStarted(reason: reason), at: SystemClock.now()))
    }

    private func watchMembers(of attempt: inout Attempt) {
        for pid in ProcessTable.members(of: attempt.leader, token: attempt.token) {
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

    func watch(_ pid: Int32, for attempt: inout Attempt) {
        guard attempt.watched[pid] == nil else { return }
        let descriptor = spillway_pidfd_open(pid)
        guard descriptor >= 0 else { return }
        let token = nextToken
        guard loop.watch(descriptor, as: token) else {
            close(descriptor)
            return
        }
        nextToken += 1
        watchedPIDs.insert(pid)
        watches[token] = Watch(attempt: attempt.id, pid: pid, descriptor: descriptor)
        attempt.watched[pid] = token
    }

    /// Reaps what tasks orphaned and nobody waits for; returns those that live.
    ///
    /// Where tasks have sessions of their own, children of this process's session belong to somebody
    /// else in it and are left alone.
    private func reapOrphans() -> [ProcessStatus] {
        let orphans = adoptedChildren.pids.filter { !watchedPIDs.contains($0) }
        guard !orphans.isEmpty else { return [] }
        let own = getsid(0)
        var living: [ProcessStatus] = []
        for status in orphans.compactMap({ ProcessStatus(pid: $0) })
        where isolation == .group || status.session != own {
            if status.isZombie {
                var use = spillway_use()
                if spillway_reap_pid_measured(status.pid, &use) > 0 {
                    noteOrphan(of: isolation == .group ? status.group : status.session, use)
                }
            } else {
                living.append(status)
            }
        }
        return living
    }

    /// Counts what an orphan used for the attempt whose group or session it was in.
    private func noteOrphan(of leader: Int32, _ use: spillway_use) {
        guard let id = attempts.values.first(where: { $0.leader == leader })?.id else { return }
        attempts[id]?.meter.add(reaped: use)
    }
}

import CProcess
public import Domain
import Glibc
import SchedulerCore

/// The engine's side of the runner process: finds one that works on the state folder, or starts one,
/// and starts another should it be killed.
public final class RunnerClient: AttemptRunner {
    private let home: RunnerHome
    private let program: RunnerProgram
    private let loop: EventLoop
    private let firstToken: EventLoop.Token
    private var token: EventLoop.Token
    private let grace: Span
    private let folder: Int32
    private var connection: MessageSocket?
    /// What was launched or taken up and has not ended; the launch where it is ours.
    private var running: [AttemptID: Running] = [:]
    /// By token, what the runner knew when the connection was made.
    private var known: [String: KnownAttempt] = [:]
    private var events: [RunnerEvent] = []
    /// Came right behind the answer to a hello; counts once all is taken up that ``known`` names.
    private var early: [RunnerEvent] = []
    /// Tokens of what the runner has begun by itself, until they are forgotten: news of several
    /// attempts come together, and while the first is seen to, the engine may ask for one that has
    /// begun and ended by then.
    private var begun: Set<String> = []
    /// Whether the runner may begin anything by itself.
    private var hasStandbys = false
    /// Connections lost since anything was heard.
    private var losses = 0
    /// The runners that were started here, to be reaped when they end.
    private var started: [pid_t] = []

    private struct Running {
        var token: String
        var launch: ShellLaunch?
        var isToEnd = false
    }

    private static let mostLosses = 5
    private static let patience = Span.seconds(5)

    /// Connects to a runner that is there; one is started where `isNeeded`, else with the first
    /// launch. Uses the tokens from `firstToken` on.
    public init(
        _ home: RunnerHome, program: RunnerProgram, loop: EventLoop,
        firstToken: EventLoop.Token, grace: Span, isNeeded: Bool
    ) throws(RunnerError) {
        (self.home, self.program, self.loop) = (home, program, loop)
        (self.firstToken, token, self.grace) = (firstToken, firstToken, grace)
        folder = home.openFolder()
        guard folder >= 0 else { throw .system(call: "open of \(home.path)", code: errno) }
        if isNeeded || faccessat(folder, RunnerHome.socketName, F_OK, 0) == 0 {
            try connect(mayStart: isNeeded)
        }
    }

    deinit { close(folder) }

    public var active: [AttemptID] { Array(running.keys) }
    public var isIdle: Bool { running.isEmpty }
    public var nextDeadline: Span? { nil }
    public func fireDeadlines() {}

    public func takeEvents() -> [RunnerEvent] {
        takeEarly()
        defer { events = [] }
        return events
    }

    public func launch(_ launch: ShellLaunch) {
        guard running[launch.id] == nil, !begun.contains(launch.token) else { return }
        running[launch.id] = Running(token: launch.token, launch: launch)
        prepare()
        if connection == nil { return recover() }
        connection?.put { RunnerRequest.launch(launch).write(to: &$0) }
    }

    /// Nothing is there that a new runner could know of: it need not be heard before it is asked.
    public func prepare() {
        guard connection == nil, running.count <= 1, losses == 0,
            let started = try? start()
        else { return }
        connection = hello(on: started)
    }

    public func standBy(_ launches: [ShellLaunch]) {
        // Whoever comes after a runner that was lost knows of none.
        guard connection != nil, !launches.isEmpty else { return }
        hasStandbys = true
        for launch in launches { connection?.put { RunnerRequest.standBy(launch).write(to: &$0) } }
    }

    public func standDown() {
        guard hasStandbys else { return }
        hasStandbys = false
        connection?.put { RunnerRequest.standDown.write(to: &$0) }
        flush()
    }

    public func terminate(_ id: AttemptID) {
        guard running[id] != nil else { return }
        running[id]?.isToEnd = true
        connection?.put { RunnerRequest.terminate(id).write(to: &$0) }
        flush()
    }

    public func forget(tokens: [String]) {
        for token in tokens {
            known[token] = nil
            begun.remove(token)
        }
        connection?.put { RunnerRequest.forget(tokens: tokens).write(to: &$0) }
    }

    public func flush() {
        connection?.flush()
        if connection?.isOpen == false { recover() }
    }

    public func takeUp(_ id: AttemptID, token: String, log: String) -> KnownAttempt? {
        guard let attempt = known[token], attempt.id == id else { return nil }
        takeUp(attempt)
        return attempt
    }

    public func takeUpSuccessor(of token: String) -> KnownAttempt? {
        guard let attempt = known.values.first(where: { $0.predecessor == token }) else {
            return nil
        }
        takeUp(attempt)
        return attempt
    }

    private func takeUp(_ attempt: KnownAttempt) {
        if attempt.end == nil { running[attempt.id] = Running(token: attempt.token) }
    }

    public func handle(_ token: EventLoop.Token) -> Bool {
        guard token >= firstToken else { return false }
        // One of a connection that is gone.
        guard token == self.token, let connection else { return true }
        let payloads = connection.receive()
        if !payloads.isEmpty { losses = 0 }
        takeEarly()
        for event in Self.events(in: payloads) { take(event) }
        if !connection.isOpen { recover() }
        return true
    }

    private func take(_ event: RunnerEvent) {
        switch event {
        case .ended(let id, _, _), .held(let id, _): running[id] = nil
        case .handedOver(let id, _, let next, let token, _):
            running[id] = nil
            begun.insert(token)
            running[next] = Running(token: token, launch: running[next]?.launch)
        case .started, .logIncomplete, .measured: break
        }
        events.append(event)
    }

    /// Makes a new connection, to a new runner if it must be, and sees to all that was running: it
    /// may have ended, go on, or never have been begun.
    private func recover() {
        connection = nil
        hasStandbys = false
        takeEarly()
        losses += 1
        do throws(RunnerError) {
            guard losses <= Self.mostLosses else { throw .noRunner(program: program.path) }
            try connect(mayStart: true)
        } catch {
            let reason = error.problem + " " + error.remedy
            for (id, attempt) in running {
                let outcome: AttemptOutcome =
                    attempt.launch == nil ? .lost : .notStarted(reason: reason)
                events.append(.ended(id, outcome, at: SystemClock.now()))
            }
            running = [:]
            losses = 0
            return
        }
        tellEnds()
        for (id, attempt) in running {
            if known[attempt.token] != nil {
                if attempt.isToEnd {
                    connection?.put { RunnerRequest.terminate(id).write(to: &$0) }
                }
            } else if let launch = attempt.launch {
                connection?.put { RunnerRequest.launch(launch).write(to: &$0) }
                if attempt.isToEnd {
                    connection?.put { RunnerRequest.terminate(id).write(to: &$0) }
                }
            } else {
                take(.ended(id, .lost, at: SystemClock.now()))
            }
        }
        connection?.flush()
    }

    /// Tells of what ended while nobody listened, and of what took its place, in order.
    private func tellEnds() {
        for (found, end, next) in known.values.ends
        where running[found.id]?.token == found.token {
            take(.started(found.id, process: found.process, at: found.begunAt))
            if let use = end.use { take(.measured(found.id, use)) }
            take(found.news(of: end, next))
        }
    }

    // MARK: Connecting

    private func connect(mayStart: Bool) throws(RunnerError) {
        let deadline = SystemClock.monotonic() + Self.patience
        for pid in started { spillway_reap_pid(pid) }
        while true {
            let found = spillway_connect(folder, RunnerHome.socketName)
            if found >= 0, greet(found) { return }
            guard mayStart else { return }
            if greet(try start()) { return }
            // Another runner is just coming or going: its lock is the only sign of it.
            guard SystemClock.monotonic() < deadline else {
                throw .noRunner(program: program.path)
            }
            poll(nil, 0, 5)
        }
    }

    /// Says hello on a new connection; false where nobody answers.
    private func greet(_ descriptor: Int32) -> Bool {
        let socket = hello(on: descriptor)
        guard let answer = socket.receiveOne(atMost: Self.patience), let first = answer.first,
            case .known(let attempts)? = try? RunnerReport(first)
        else { return false }
        known = Dictionary(attempts.map { ($0.token, $0) }, uniquingKeysWith: { $1 })
        early = Self.events(in: answer.dropFirst())
        connection = socket
        return true
    }

    private func takeEarly() {
        let newer = early
        early = []
        for event in newer { take(event) }
    }

    private static func events(in payloads: some Sequence<[UInt8]>) -> [RunnerEvent] {
        payloads.compactMap { payload in
            guard case .event(let event)? = try? RunnerReport(payload) else { return nil }
            return event
        }
    }

    private func hello(on descriptor: Int32) -> MessageSocket {
        token += 1
        let socket = MessageSocket(descriptor, loop, as: token)
        let environment = BaseEnvironment.ownLines
        socket.put {
            RunnerRequest.hello(environment: environment, grace: grace).write(to: &$0)
        }
        socket.flush()
        return socket
    }

    /// Starts a runner and returns the connection to it.
    private func start() throws(RunnerError) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard spillway_socket_pair(&ends) == 0 else {
            throw .system(call: "socketpair", code: errno)
        }
        defer { close(ends[1]) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        do throws(RunnerError) {
            started.append(
                try program.start(with: [home.path], in: "/", input: ends[1], output: null))
        } catch {
            close(ends[0])
            throw error
        }
        return ends[0]
    }
}

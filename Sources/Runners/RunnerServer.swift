import CProcess
import Domain
import Glibc
import SchedulerCore

/// The runner process: keeps tasks running and notes how they end, whatever becomes of the engine.
///
/// It is started by an engine, which is its standard input; a later one finds it by its socket. It
/// leaves when nothing runs any more and nobody is connected.
public final class RunnerServer {
    private let home: RunnerHome
    private let loop: EventLoop
    private let shell: ShellRunner
    private let folder: Int32
    private let listener: Int32
    private var connection: MessageSocket?
    /// Whether the engine has said hello.
    private var isMet = false

    private static let listenToken: EventLoop.Token = 1
    private static let firstProcessToken: EventLoop.Token = 1 << 32
    private var connectionToken: EventLoop.Token = 2
    /// To be told.
    private var events: [RunnerEvent] = []
    private var reportDue: Span?
    private static let reportDelay = Span.milliseconds(2)
    /// How long an end may wait for the engine to record it before it is synced here.
    private static let syncDelay = Span.milliseconds(200)
    /// How often a runner without an engine looks whether its state folder is still there.
    private static let homeInterval = Span.seconds(2)

    /// Serves until it is not needed any more; returns the exit code of the process.
    ///
    /// - Parameter folder: absolute path of the state folder.
    public static func main(folder: String) -> Int32 {
        // Everything the engine's process had open may be somebody's terminal or pipe.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        do {
            let home = RunnerHome(path: folder)
            // Before all else: behind it this is another process.
            let guardian = try RunnerGuard.begin(home)
            try RunnerServer(home, guardian).run()
            return 0
        } catch {
            return error == .occupied ? 3 : 1
        }
    }

    private init(_ home: RunnerHome, _ guardian: RunnerGuard?) throws(RunnerError) {
        self.home = home
        loop = try EventLoop()
        shell = try ShellRunner(
            loop: loop, firstToken: Self.firstProcessToken, grace: .seconds(10), home: home,
            isolation: .group, guardian: guardian)
        folder = home.openFolder()
        listener = spillway_listen(folder, RunnerHome.socketName)
        if listener >= 0 { loop.watch(listener, as: Self.listenToken) }
        let engine = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        if null >= 0 {
            dup2(null, STDIN_FILENO)
            close(null)
        }
        if engine >= 0 { connect(engine) }
    }

    deinit {
        if listener >= 0 { close(listener) }
        if folder >= 0 { close(folder) }
    }

    private func run() {
        while connection != nil || !shell.isIdle {
            endWithoutHome()
            for token in loop.wait(atMost: timeToWait()) {
                switch token {
                case Self.listenToken: accept()
                case connectionToken: serve()
                default: _ = shell.handle(token)
                }
            }
            if let deadline = shell.nextDeadline, deadline <= SystemClock.monotonic() {
                shell.fireDeadlines()
            }
            report()
            if let since = shell.unsyncedSince,
                connection == nil || since + Self.syncDelay <= SystemClock.monotonic()
            {
                shell.sync()
            }
        }
        // Nobody can come any more: who finds no socket starts a runner, which reads the journal.
        unlinkat(folder, RunnerHome.socketName, 0)
        shell.sync()
    }

    /// Where the state folder was removed, nobody can ever take up what runs here, nor end it.
    private func endWithoutHome() {
        guard connection == nil, !shell.isIdle else { return }
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_nlink == 0 else { return }
        for id in shell.active { shell.terminate(id) }
    }

    private func timeToWait() -> Span? {
        var deadlines = [shell.nextDeadline, reportDue]
        // Nothing tells of a folder's end but a look.
        if connection == nil { deadlines.append(SystemClock.monotonic() + Self.homeInterval) }
        if connection != nil { deadlines.append(shell.unsyncedSince.map { $0 + Self.syncDelay }) }
        guard let next = deadlines.compactMap({ $0 }).min() else { return nil }
        return Span(microseconds: max(0, next.microseconds - SystemClock.monotonic().microseconds))
    }

    private func accept() {
        let engine = spillway_accept(listener)
        if engine >= 0 { connect(engine) }
    }

    /// The newest engine counts: there is one at a time, and an older one is gone or about to.
    private func connect(_ engine: Int32) {
        connectionToken += 1
        isMet = false
        connection = MessageSocket(engine, loop, as: connectionToken)
    }

    private func serve() {
        guard let connection else { return }
        for payload in connection.receive() {
            guard let request = try? RunnerRequest(payload) else {
                disconnect()
                return
            }
            carryOut(request, for: connection)
        }
        if !connection.isOpen { disconnect() }
    }

    /// Who is gone wants nothing more to begin.
    private func disconnect() {
        connection = nil
        shell.standDown()
    }

    private func carryOut(_ request: RunnerRequest, for connection: MessageSocket) {
        switch request {
        case .hello(let environment, let grace):
            shell.adapt(environment: environment, grace: grace)
            shell.standDown()
            // What is known by now is in the answer.
            _ = shell.takeEvents()
            (events, reportDue) = ([], nil)
            connection.put { RunnerReport.known(shell.known).write(to: &$0) }
            connection.flush()
            isMet = true
        case .launch(let launch): if isMet { shell.launch(launch) }
        case .terminate(let id): shell.terminate(id)
        case .forget(let tokens): shell.forget(tokens: tokens)
        case .standBy(let launch): if isMet { shell.standBy([launch]) }
        case .standDown: shell.standDown()
        }
    }

    /// Tells what happened. While others stand by, nothing waits for it, and several events together
    /// cost both sides less.
    private func report() {
        events += shell.takeEvents()
        guard !events.isEmpty else { return }
        let now = SystemClock.monotonic()
        let due = shell.hasStandbys ? reportDue ?? now + Self.reportDelay : now
        reportDue = due
        guard due <= now else { return }
        let news = events
        (events, reportDue) = ([], nil)
        guard isMet, let connection else { return }
        for event in news { connection.put { RunnerReport.event(event).write(to: &$0) } }
        connection.flush()
        if !connection.isOpen { disconnect() }
    }
}

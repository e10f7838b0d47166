import Domain
import Glibc
import PaneKit
import QueryPanes
import Screen
import Terminal
import Workbench

/// The one loop between terminal and workbench: keys, signals and messages in, frames out.
///
/// Sleeps in `poll(2)` on all of them at once and never touches a file, a database or a socket;
/// what takes time is done by an ``EffectRunner``, which answers through the mailbox.
final class UILoop {
    /// How long the first frame may wait for what it shows, in milliseconds, so that it is painted
    /// once and whole.
    private static let firstFramePatience: Int64 = 40

    /// Why the loop ended.
    enum End {
        case quit
        case quitKeepingRuns
        case hungUp
        case terminated
        /// There is no engine, and nobody else schedules.
        case failed(any Error)
    }

    private let terminal: TerminalScreen
    private let signals: SignalWatch
    private let mailbox: Mailbox
    private let runner: EffectRunner
    private let appearance: Appearance
    private let trace: IdleTrace?
    private let recorder: SessionRecorder?
    private(set) var state: WorkbenchState
    private var pacer = FramePacer()
    /// When the next second is to be counted; nil while nothing counts.
    private var nextTick: Int64?
    /// When an incomplete key sequence is taken for what has come of it; nil while there is none.
    private var sequenceEnd: Int64?
    /// When the first frame is drawn with whatever there is; nil once it has been drawn.
    private var firstFrameDue: Int64?
    /// Keys taken in so far, for the trace.
    private var keyCount = 0
    private var end: End?

    init(
        terminal: TerminalScreen, signals: SignalWatch, mailbox: Mailbox, runner: EffectRunner,
        appearance: Appearance, state: WorkbenchState, trace: IdleTrace?,
        recorder: SessionRecorder?
    ) {
        self.terminal = terminal
        self.signals = signals
        self.mailbox = mailbox
        self.runner = runner
        self.appearance = appearance
        self.state = state
        self.trace = trace
        self.recorder = recorder
    }

    /// Runs until the user leaves, the terminal goes or a signal ends it.
    func run() -> End {
        firstFrameDue = Clock.milliseconds() + Self.firstFramePatience
        perform(Workbench.start(&state))
        recorder?.resized(to: terminal.size)
        apply([.resized(terminal.size)], byKey: true)
        while true {
            let messages = mailbox.drain()
            if !messages.isEmpty { apply(messages, byKey: false) }
            if end == nil, let failure = runner.failure { end = .failed(failure) }
            if let end {
                runner.keep(state.query.unsavedBuffers)
                return end
            }
            presentIfDue()
            wait()
        }
    }

    private func apply(_ messages: [Message], byKey: Bool) {
        pacer.markDirty(byKey: byKey)
        perform(Workbench.update(&state, .clock(Clock.local())))
        for message in messages { perform(Workbench.update(&state, message)) }
    }

    /// Nothing is queued or under way. In this order: an answer is queued before its effect counts
    /// as done.
    private var isQuiet: Bool { runner.outstandingCount == 0 && mailbox.isEmpty }

    /// Milliseconds until a frame is due: 0 now, nil none.
    private func frameDelay() -> Int64? {
        let now = Clock.milliseconds()
        guard let delay = pacer.delay(now: now) else { return nil }
        guard let firstFrameDue, !isQuiet else { return delay }
        return max(delay, firstFrameDue - now)
    }

    private func presentIfDue() {
        guard frameDelay() == 0, terminal.canPresent else { return }
        let isFirst = firstFrameDue != nil
        firstFrameDue = nil
        let frame = Workbench.draw(state, charset: terminal.charset)
        terminal.present(frame)
        if isFirst { runner.beginFirstRun() }
        recorder?.drew(frame)
        pacer.drawn(now: Clock.milliseconds())
    }

    /// Sleeps until there is something to do, and takes in keys and signals.
    private func wait() {
        let isBlocked = !terminal.canPresent
        var sources = [
            pollfd(fd: terminal.inputDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let timeout = self.timeout(isBlocked: isBlocked)
        if timeout == nil { traceIdleness() }
        _ = poll(&sources, nfds_t(sources.count), timeout.map { Int32(clamping: $0) } ?? -1)
        if isBlocked { terminal.flush() }
        if sources[1].revents != 0 { signals.read().forEach(answer) }
        if sources[0].revents != 0 {
            let input = terminal.readInput()
            take(input.keys)
            if input.isHungUp { end = end ?? .hungUp }
            sequenceEnd = terminal.inputPatienceMilliseconds.map {
                Clock.milliseconds() + Int64($0)
            }
        } else if let sequenceEnd, Clock.milliseconds() >= sequenceEnd {
            self.sequenceEnd = nil
            take(terminal.flushInput())
        }
        if let nextTick, Clock.milliseconds() >= nextTick {
            self.nextTick = nextTick + 1_000
            apply([], byKey: false)
        }
    }

    private func take(_ keys: [Key]) {
        guard !keys.isEmpty else { return }
        keyCount += keys.count
        recorder?.pressed(keys)
        apply(keys.map(Message.key), byKey: true)
    }

    private func traceIdleness() {
        guard let trace, isQuiet else { return }
        trace.idle(afterKeys: keyCount)
    }

    /// Milliseconds until something is due by itself; nil: nothing is.
    private func timeout(isBlocked: Bool) -> Int64? {
        let now = Clock.milliseconds()
        var due: [Int64] = []
        if let delay = frameDelay() {
            due.append(isBlocked ? max(delay, FramePacer.congestionInterval) : delay)
        } else if isBlocked {
            due.append(FramePacer.congestionInterval)
        }
        if let sequenceEnd { due.append(max(0, sequenceEnd - now)) }
        if let nextTick { due.append(max(0, nextTick - now)) }
        return due.min()
    }

    private func answer(_ signal: TerminalSignal) {
        switch signal {
        case .resized, .goOn:
            terminal.resize()
            recorder?.resized(to: terminal.size)
            apply([.resized(terminal.size)], byKey: true)
        case .interrupt: apply([.key(.control("c"))], byKey: true)
        case .stop: stop()
        case .hangUp: end = end ?? .hungUp
        case .terminate, .quit: end = end ?? .terminated
        }
    }

    private func stop() {
        terminal.stop()
        apply([.resized(terminal.size)], byKey: true)
    }

    /// Gives the terminal to the user's editor until it ends.
    private func editOutside(_ text: String, _ buffer: String) {
        terminal.suspend()
        let edited = Result { try runner.editOutside(text) }
        terminal.resume()
        apply([.resized(terminal.size)], byKey: true)
        switch edited {
        case .success(let edited?):
            apply([.query(.edited(buffer: buffer, text: edited))], byKey: true)
        case .success(nil):
            apply(
                [.notice(Notice(.info, "The editor gave no text: nothing changed."))], byKey: true)
        case .failure(let error):
            let known = error as? any UserFacingError
            apply(
                [.failed(problem: known?.problem ?? "\(error)", remedy: known?.remedy ?? "")],
                byKey: true)
        }
    }

    /// What concerns the terminal is done here, the rest elsewhere.
    private func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .quit: end = end ?? .quit
            case .quitKeepingRuns: end = end ?? .quitKeepingRuns
            case .repaint: terminal.fullRepaint()
            case .suspend: stop()
            case .setTicking(let isTicking):
                nextTick = isTicking ? Clock.milliseconds() + 1_000 : nil
            case .showTheme(let name):
                if let theme = appearance.theme(named: name) { terminal.theme = theme }
            case .copy(let text): terminal.copy(text)
            case .query(.editOutside(let text, let buffer)): editOutside(text, buffer)
            case .ring: terminal.ring()
            default: runner.perform(effect)
            }
        }
    }
}

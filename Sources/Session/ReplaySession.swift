import Domain
import Glibc
import PipelineFiles
import QueryPanes
public import Screen
public import Workbench
import Workspace

/// Plays a script in a workbench without a terminal.
public enum ReplaySession {
    /// What came of it.
    public struct Outcome: Sendable {
        /// An expectation that was not met within its time.
        public struct Failure: Sendable {
            /// The script's line.
            public var line: Int
            public var expected: String
            public var isThere: Bool
            /// What was to be seen instead.
            public var screen: String
        }

        public var metExpectations = 0
        /// The one that ended the session; nil where all were met.
        public var failure: Failure?
        /// The screen at the end.
        public var screen: String
    }

    /// Plays the steps in order; after each the workbench comes to rest. Ends at the first
    /// expectation that is not met. Blocks the calling thread.
    ///
    /// - Throws: A `UserFacingError` where the workbench cannot be set up.
    public static func play(
        _ script: SessionScript, on host: WorkspaceHost, environment: [String: String],
        charset: Charset = .unicode
    ) throws -> Outcome {
        let mailbox = try Mailbox()
        let appearance = Appearance(
            environment: environment, workspaceRoot: host.outline.root,
            keysSetting: host.outline.settings.keys, mailbox: mailbox)
        let runner = try EffectRunner(host: host, mailbox: mailbox, opening: nil, firstRun: nil)
        let watcher = WorkbenchSession.watch(host, mailbox)
        defer { watcher.cancel() }
        var stage = Stage(
            mailbox: mailbox, runner: runner, charset: charset,
            state: WorkbenchState(
                size: Size(width: 160, height: 45), clock: Clock.local(),
                workspaceName: host.outline.name, keys: appearance.keys,
                themeNames: appearance.themeNames, charset: charset))
        return stage.play(script)
    }

    /// A workbench, and its effects.
    private struct Stage {
        let mailbox: Mailbox
        let runner: EffectRunner
        let charset: Charset
        var state: WorkbenchState
        var hasLeft = false
        var patience: Int64 = 10_000

        init(mailbox: Mailbox, runner: EffectRunner, charset: Charset, state: WorkbenchState) {
            self.mailbox = mailbox
            self.runner = runner
            self.charset = charset
            self.state = state
        }

        var screen: String { Workbench.draw(state, charset: charset).grid.text }

        mutating func play(_ script: SessionScript) -> Outcome {
            perform(Workbench.start(&state))
            send(.resized(state.size))
            rest()
            var outcome = Outcome(screen: "")
            for step in script.steps where !hasLeft {
                switch step.action {
                case .resize(let size): send(.resized(size))
                case .keys(let keys): for key in keys where !hasLeft { send(.key(key)) }
                case .patience(let span): patience = span.inMilliseconds
                case .expect(let text, let isThere):
                    guard wait(until: { $0.contains(text) == isThere }) else {
                        outcome.failure = Outcome.Failure(
                            line: step.line, expected: text, isThere: isThere, screen: screen)
                        outcome.screen = screen
                        return outcome
                    }
                    outcome.metExpectations += 1
                    continue
                }
                rest()
            }
            outcome.screen = screen
            return outcome
        }

        private mutating func send(_ message: Message) {
            perform(Workbench.update(&state, .clock(Clock.local())))
            perform(Workbench.update(&state, message))
        }

        private mutating func perform(_ effects: [Effect]) {
            for effect in effects {
                switch effect {
                case .quit, .quitKeepingRuns: hasLeft = true
                case .copy, .showTheme, .ring, .setTicking, .repaint, .suspend: break
                case .query(.editOutside): break
                case .monitor, .profile, .query, .plan, .quality, .transform:
                    runner.perform(effect)
                }
            }
        }

        /// Takes in what has come; whether there was anything.
        private mutating func takeIn() -> Bool {
            let messages = mailbox.drain()
            for message in messages { send(message) }
            return !messages.isEmpty
        }

        /// Waits until nothing is queued or under way, as long as the patience lasts.
        private mutating func rest() {
            let end = Clock.milliseconds() + patience
            while Clock.milliseconds() < end {
                let came = takeIn()
                if !came, runner.outstandingCount == 0, mailbox.isEmpty { return }
                if !came { sleepUntilMail(at: end) }
            }
        }

        private mutating func wait(until isMet: (String) -> Bool) -> Bool {
            let end = Clock.milliseconds() + patience
            while true {
                _ = takeIn()
                if isMet(screen) { return true }
                if Clock.milliseconds() >= end { return false }
                sleepUntilMail(at: min(end, Clock.milliseconds() + 1_000))
            }
        }

        private func sleepUntilMail(at end: Int64) {
            var source = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&source, 1, Int32(clamping: max(0, end - Clock.milliseconds())))
        }
    }
}

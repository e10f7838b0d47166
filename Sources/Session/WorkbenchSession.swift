import Domain
import Engine
import Glibc
import PaneKit
import PipelineFiles
import SchedulerCore
import Screen
import Store
import Terminal
import Themes
import Workbench
import Workspace

/// Opens the workbench on a terminal and stays until the user leaves.
public enum WorkbenchSession {
    /// How a session ended.
    public enum End: Hashable, Sendable {
        case quit
        /// What runs is to go on without a screen.
        case quitKeepingRuns
        /// The terminal is gone; what runs goes on without it.
        case hungUp
        case terminated
    }

    /// Runs the workbench on standard input and output. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - themeName: what the user chose; nil is the terminal's own colours.
    ///   - opening: a connection whose query desk is shown first.
    ///   - firstRun: a pipeline that is looked at first, and run once the screen is there.
    ///   - recordPath: where the session is written down for `spillway replay`; nil: nowhere.
    /// - Throws: A `UserFacingError` where there is no terminal that can show it.
    public static func run(
        on host: WorkspaceHost, environment: [String: String], themeName: String? = nil,
        opening: QueryOpening? = nil, firstRun: FirstRun? = nil, recordPath: String? = nil
    ) throws -> End {
        let recorder = try recordPath.map { try SessionRecorder(path: $0) }
        let mailbox = try Mailbox()
        let settings = host.outline.settings
        let appearance = Appearance(
            environment: environment, workspaceRoot: host.outline.root,
            keysSetting: settings.keys, mailbox: mailbox)
        let memory = MemoryFile(stateFolder: host.stateFolder)
        let left = memory.read()
        let wanted =
            themeName ?? left.values["theme"] ?? settings.theme ?? BuiltInThemes.standard
        let shown = appearance.theme(named: wanted) == nil ? BuiltInThemes.standard : wanted
        let theme = appearance.theme(named: shown) ?? Theme(name: "plain")
        let terminal = try TerminalScreen(
            theme: theme, environment: TerminalEnvironment(environment),
            options: TerminalScreen.Options(reportsMouse: true))
        defer { terminal.close() }
        guard let signals = SignalWatch() else { throw SessionError.noDescriptor(code: errno) }
        let runner = try EffectRunner(
            host: host, mailbox: mailbox, opening: opening, firstRun: firstRun)
        let watcher = watch(host, mailbox)
        defer { watcher.cancel() }
        appearance.tell(host.outline.settingsProblems + appearance.problems)
        if shown != wanted {
            mailbox.post(.failed(problem: "There is no theme '\(wanted)'.", remedy: "See ^T."))
        }
        appearance.startWatching()
        var state = WorkbenchState(
            size: terminal.size, clock: Clock.local(), workspaceName: host.outline.name,
            keys: appearance.keys, themeNames: appearance.themeNames, themeName: shown,
            focus: opening == nil ? "runs" : "query", charset: terminal.charset)
        if opening == nil { Workbench.recall(&state, left) }
        let loop = UILoop(
            terminal: terminal, signals: signals, mailbox: mailbox, runner: runner,
            appearance: appearance, state: state,
            trace: IdleTrace(path: environment["SPILLWAY_IDLE_TRACE"]), recorder: recorder)
        let end = loop.run()
        runner.endUnseen()
        memory.write(Workbench.memory(toKeepOf: loop.state))
        switch end {
        case .quit: return .quit
        case .quitKeepingRuns: return .quitKeepingRuns
        case .hungUp: return .hungUp
        case .terminated: return .terminated
        case .failed(let error): throw error
        }
    }

    static func watch(_ host: WorkspaceHost, _ mailbox: Mailbox) -> Task<Void, Never> {
        let updates = host.updates()
        let bell = ChangeBell(mailbox: mailbox)
        host.pipelines.listen { bell.ring() }
        return Task.detached {
            do {
                try await host.whenOpen()
            } catch {
                // The loop ends, and tells it where the screen was.
                return mailbox.wake()
            }
            for finding in host.engine?.findings ?? [] {
                mailbox.post(.notice(Notice(.warning, finding)))
            }
            if host.engine == nil {
                let words = "Another spillway runs the pipelines here: what you do, it carries out."
                mailbox.post(.notice(Notice(.info, words)))
            }
            for await update in updates {
                switch update {
                case .changed: bell.ring()
                case .told(let notice): tell(notice, mailbox)
                case .tookOver:
                    let words = "The other spillway has gone: this one runs the pipelines now."
                    mailbox.post(.notice(Notice(.warning, words)))
                    bell.ring()
                case .filesChanged(let news):
                    tell(news, mailbox)
                    bell.ring()
                case .engine(let update): tell(update, mailbox, bell)
                }
            }
        }
    }

    private static func tell(_ update: EngineUpdate, _ mailbox: Mailbox, _ bell: ChangeBell) {
        switch update {
        case .advanced(_, let changes):
            bell.ring()
            for case .deadlineMissed(let run, _, _) in changes {
                mailbox.post(.notice(Notice(.warning, "Run \(run) missed its deadline.")))
            }
        case .stalled(let error):
            mailbox.post(.alarm("State cannot be written: nothing new starts"))
            mailbox.post(.failed(problem: error.problem, remedy: error.remedy))
        case .attention(let text):
            mailbox.post(.ring)
            if let text { mailbox.post(.notice(Notice(.info, text))) }
        case .resumed:
            mailbox.post(.alarm(nil))
            mailbox.post(.notice(Notice(.success, "State can be written again.")))
        case .refusedSchedule(let pipeline, let date, let reason):
            let words = "The run of \(pipeline) for \(date.iso8601) was not made: \(reason)"
            mailbox.post(.notice(Notice(.warning, words)))
        case .logIncomplete(let attempt, let reason):
            let words = "The log of \(attempt.task) has a gap: \(reason)"
            mailbox.post(.notice(Notice(.warning, words)))
        }
    }

    private static func tell(_ notice: NoticeBoard.Notice, _ mailbox: Mailbox) {
        switch notice {
        case .bell: mailbox.post(.ring)
        case .toast(let text):
            mailbox.post(.ring)
            mailbox.post(.notice(Notice(.info, text)))
        case .warning(let text): mailbox.post(.notice(Notice(.warning, text)))
        }
    }

    /// One notice for each file; where many have changed at once, one for all that are right.
    private static func tell(_ news: [PipelineNews], _ mailbox: Mailbox) {
        var broken: [PipelineNews] = []
        var good: [PipelineNews] = []
        for item in news {
            if case .broken = item.change { broken.append(item) } else { good.append(item) }
        }
        for item in broken {
            guard case .broken(let problem, let keepsSchedule) = item.change else { continue }
            let place = "\(item.file):\(problem.place.line):\(problem.place.column): "
            let rest = keepsSchedule ? " Its schedule goes on as it was." : ""
            mailbox.post(
                .failed(problem: place + problem.problem, remedy: problem.remedy + rest))
        }
        if good.count > 3 {
            let words = "\(good.count) pipeline files have changed and were read again."
            mailbox.post(.notice(Notice(.info, words)))
        } else {
            for item in good { mailbox.post(.notice(Notice(.info, item.words))) }
        }
    }
}

import Domain
import Engine
import Glibc
import PaneKit
import PipelineFiles
import Screen
import Settings
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
        /// The terminal is gone; what runs goes on without it.
        case hungUp
        case terminated
    }

    /// Runs the workbench on standard input and output. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - themeName: what the user chose; nil is the terminal's own colours.
    /// - Throws: A `UserFacingError` where there is no terminal that can show it.
    public static func run(
        on host: WorkspaceHost, environment: [String: String], themeName: String? = nil
    ) throws -> End {
        let (themes, problems) = loadThemes(environment)
        let wanted = themeName ?? host.workspace.settings.theme ?? "terminal"
        let theme = themes[wanted] ?? themes["terminal"] ?? Theme(name: "plain")
        let terminal = try TerminalScreen(
            theme: theme, environment: TerminalEnvironment(environment),
            options: TerminalScreen.Options(reportsMouse: true))
        defer { terminal.close() }
        guard let signals = SignalWatch() else { throw SessionError.noDescriptor(code: errno) }
        let mailbox = try Mailbox()
        let runner = try EffectRunner(host: host, mailbox: mailbox, themes: themes)
        let watcher = watch(host.engine, mailbox)
        defer { watcher.cancel() }
        for problem in host.workspace.settingsProblems + problems {
            mailbox.post(
                .failed(problem: "\(problem.file): \(problem.problem)", remedy: problem.remedy))
        }
        let loop = UILoop(
            terminal: terminal, signals: signals, mailbox: mailbox, runner: runner,
            state: WorkbenchState(
                size: terminal.size, clock: Clock.local(), workspaceName: host.workspace.name,
                themeNames: themes.keys.sorted()),
            trace: IdleTrace(path: environment["SPILLWAY_IDLE_TRACE"]))
        switch loop.run() {
        case .quit: return .quit
        case .hungUp: return .hungUp
        case .terminated: return .terminated
        }
    }

    private static func watch(_ engine: Engine, _ mailbox: Mailbox) -> Task<Void, Never> {
        let updates = engine.subscribe(keeping: 256)
        let bell = ChangeBell(mailbox: mailbox)
        return Task.detached {
            for await update in updates {
                switch update {
                case .advanced: bell.ring()
                case .stalled(let error):
                    mailbox.post(.alarm("State cannot be written: nothing new starts"))
                    mailbox.post(.failed(problem: error.problem, remedy: error.remedy))
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
        }
    }

    private static func loadThemes(
        _ environment: [String: String]
    ) -> (themes: [String: Theme], problems: [SourceProblem]) {
        var themes: [String: Theme] = [:]
        var problems: [SourceProblem] = []
        for name in BuiltInThemes.names {
            guard let text = BuiltInThemes.text(of: name) else { continue }
            let reading = Theme.reading(text, file: name + ".yml")
            themes[name] = reading.theme
            problems += reading.problems
        }
        let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }
        for file in home.map({ TextFile.all(in: $0 + "/spillway/themes", ending: ".yml") }) ?? [] {
            let reading = Theme.reading(file.text, file: file.path)
            themes[file.stem] = reading.theme
            problems += reading.problems
        }
        return (themes, problems)
    }
}

import ArgumentParser
import Domain
import Glibc
import Session

/// Starts the command that the arguments name, and turns its end into an exit code: 0 good, 1 the
/// work failed, 2 used wrongly, 130 interrupted.
@main
enum Main {
    static func main() async {
        // A reader that goes away (`spillway logs … | head`) is an error to be seen, not a death.
        signal(SIGPIPE, SIG_IGN)
        // Asked for by scripts again and again: answered without building the whole command tree.
        if CommandLine.arguments.dropFirst() == ["--version"] {
            return Console.print("spillway " + Version.text)
        }
        // Started by an engine of this program: see `RunnerServer`.
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == WorkspaceHost.runnerWord {
            exit(WorkspaceHost.serveAsRunner(folder: CommandLine.arguments[2]))
        }
        // Stands around each task that has secrets; see `MaskedRunCommand`.
        if CommandLine.arguments.count == 5, CommandLine.arguments[1] == "masked",
            CommandLine.arguments[3] == "--"
        {
            let names = CommandLine.arguments[2].split(separator: ",").map { String($0) }
            exit(MaskedCommand.run(names, command: CommandLine.arguments[4]))
        }
        // A SQL task, started by a runner.
        if CommandLine.arguments.dropFirst().first == WorkspaceHost.scriptWord {
            exit(WorkspaceHost.runScript(Array(CommandLine.arguments.dropFirst(2))))
        }
        // A command may wait: for keys, for a job, for a disk.
        await withTaskExecutorPreference(ElasticExecutor.shared) { await carryOut() }
    }

    private static func carryOut() async {
        do {
            try CommandWords.check(Array(CommandLine.arguments.dropFirst()))
            var command = try Spillway.parseAsRoot(ArgumentText.forParsing())
            if var concurrent = command as? any AsyncParsableCommand {
                try await concurrent.run()
            } else {
                try command.run()
            }
        } catch let error as any UserFacingError {
            Console.complain(error)
            exit(Exit.usedWrongly.rawValue)
        } catch {
            if Spillway.exitCode(for: error) == .validationFailure {
                Console.error(Spillway.fullMessage(for: error))
                exit(Exit.usedWrongly.rawValue)
            }
            if Console.complainOfLostOutput() { exit(Exit.workFailed.rawValue) }
            Spillway.exit(withError: error)
        }
        if Console.complainOfLostOutput() { exit(Exit.workFailed.rawValue) }
    }
}

/// What exit codes mean here.
enum Exit {
    static let workFailed = ExitCode(1)
    static let usedWrongly = ExitCode(2)
    static let interrupted = ExitCode(130)
}

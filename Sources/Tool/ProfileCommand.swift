import ArgumentParser
import Domain
import JSONText
import RunProfiles
import Session
import Store
import Workspace

/// `profile RUN` tells where the time of a run went; `profile diff` compares two.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Tell where the time of a run went.",
        subcommands: [ProfileRunCommand.self, ProfileDiffCommand.self],
        defaultSubcommand: ProfileRunCommand.self)
}

/// `profile [run] RUN`
struct ProfileRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Tell where the time of a run went (the default).",
        discussion: """
            Shows when each task waited, ran and was repeated, which chain of tasks decided the end, \
            what each task waited for, what its processes used, how busy the slots were, and how \
            that compares with the runs before. Of a run that goes on it says when it will end.

            Examples:
              spillway profile latest
              spillway profile manual__2026-01-02 --last 30 --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String

    @Option(help: "How many runs before it to compare with (0 … 1000).")
    var last = 10

    @OptionGroup var place: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (0...1_000).contains(last) else {
            throw ValidationError("--last takes a number from 0 to 1000.")
        }
    }

    func run() throws {
        let profile = try place.profile(of: runName, past: last)
        if json { return Console.printJSON(profile.json) }
        Console.print(RunProfileText(profile).text)
    }
}

/// `profile diff RUN RUN`
struct ProfileDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare where the time of two runs went.",
        discussion: """
            Examples:
              spillway profile diff scheduled__2026-01-01 scheduled__2026-01-02
              spillway profile diff manual__2026-01-02T06 latest --json
            """)

    @Argument(help: "The earlier run.")
    var before: String

    @Argument(help: "The later run.")
    var after: String

    @OptionGroup var place: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let comparison = RunComparison(
            try place.profile(of: before, past: 0), try place.profile(of: after, past: 0))
        if json { return Console.printJSON(comparison.json) }
        Console.print(comparison.text)
    }
}

extension StateOptions {
    fileprivate func profile(of name: String, past: Int) throws -> RunProfile {
        let reader = try reader()
        return try RunProfiling.profile(
            reader.run(named: name), from: reader, past: past,
            capacity: RunProfiling.capacity(of: try? PipelineFolder(root: dir).outline))
    }
}

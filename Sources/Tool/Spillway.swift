import ArgumentParser

/// The root command: without a subcommand it opens the workbench on the current folder.
struct Spillway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spillway",
        abstract: "Runs data pipelines, shows them live, and tells why one is slow.",
        discussion: """
            Without a command it opens the workbench on the current folder.

            Examples:
              spillway                    open the workbench here
              spillway demo               make a sample project and watch it run
              spillway run orders --json  run a pipeline without a terminal
            """,
        version: "spillway " + Version.text,
        subcommands: [
            OpenCommand.self, DemoCommand.self, InitCommand.self, ValidateCommand.self,
            RunCommand.self, RunsCommand.self, TasksCommand.self, LogsCommand.self,
            TriggerCommand.self, ClearCommand.self, MarkCommand.self, CancelCommand.self,
            PauseCommand.self, ResumeCommand.self, BackfillCommand.self, UndoCommand.self,
            EventsCommand.self, ProfileCommand.self,
            GraphCommand.self, NextCommand.self, CronCommand.self, KeysCommand.self,
            DoctorCommand.self, VacuumCommand.self,
            SparkCommand.self, ServeCommand.self, TransformCommand.self, CheckCommand.self,
            ContractCommand.self, MaskedRunCommand.self, QueryCommand.self, PlanCommand.self,
            ReplayCommand.self,
        ],
        defaultSubcommand: OpenCommand.self)
}

/// The version of the program.
enum Version {
    static let text = "0.1.0"
}

import ArgumentParser
import Demo
import Domain
import Session
import Store
import Workspace

/// `init [FOLDER]` makes a first pipeline and the settings.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a first pipeline in a folder.",
        discussion: """
            Files that are there already are left as they are.

            Examples:
              spillway init
              spillway init ~/projects/shop
            """)

    @Argument(help: "The project folder; made if it is not there.")
    var folder = "."

    func run() throws {
        let made = try ProjectWriter.write(Scaffold.files, into: folder)
        for file in Scaffold.files {
            let isNew = made.contains(file.path)
            Console.print("\(isNew ? "made" : "kept")  \(folder)/\(file.path)".printable)
        }
        Console.print("Now: spillway validate, then spillway.")
    }
}

/// `demo` makes the sample project and runs it.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Make a sample project and run it.",
        discussion: """
            The project is an ordinary folder: edit it and run it again. Files that you changed \
            are left as they are. Where spark-submit is found it also has a slow Spark job.

            Examples:
              spillway demo
              spillway demo --headless
              spillway demo --dir /tmp/demo
            """)

    @Option(help: "Where to make it.")
    var dir = "spillway-demo"

    @Flag(help: "Run it without the workbench and print how it goes.")
    var headless = false

    @Option(help: "A theme by name.")
    var theme: String?

    func run() async throws {
        if !headless {
            try TerminalCheck.requireTerminal()
            WorkbenchSession.warmUp()
        }
        let hasSpark = SparkSubmission.find("spark-submit") != nil
        _ = try ProjectWriter.write(
            DemoProject.definitions + (hasSpark ? DemoProject.sparkFiles : []), into: dir)
        // Beside the opening of the project, which takes as long; done before anything runs.
        async let materials = ProjectWriter.write(DemoProject.materials, into: dir)
        let folder = try PipelineFolder(root: dir)
        if headless {
            _ = try await materials
            Console.print("The demo project is in \(dir)".printable)
            let file = folder.outline.root + "/pipelines/\(DemoProject.mainPipeline).yml"
            return try await RunCommand.parse([file]).run()
        }
        let host = try WorkspaceHost(reading: folder, purpose: .scheduling, attaches: true)
        _ = try await materials
        let main = PipelineName(DemoProject.mainPipeline)
        if try host.reader.openRuns().isEmpty {
            _ = try await host.trigger(main, params: [:])
        }
        try await OpenCommand.open(host, theme: theme)
    }
}

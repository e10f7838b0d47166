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
        // What the steps work on, there before anything runs.
        let writeMaterials: @Sendable () async throws -> Void = { [dir] in
            _ = try ProjectWriter.write(DemoProject.materials, into: dir)
        }
        let folder = try PipelineFolder(root: dir)
        if headless {
            try await writeMaterials()
            Console.print("The demo project is in \(dir)".printable)
            let file = folder.outline.root + "/pipelines/\(DemoProject.mainPipeline).yml"
            return try await RunCommand.parse([file]).run()
        }
        let host = try WorkspaceHost(
            reading: folder, purpose: .scheduling, attaches: true, isPainting: true)
        let main = PipelineName(DemoProject.mainPipeline)
        let isIdle = try host.reader.openRuns().isEmpty
        if !isIdle { try await writeMaterials() }
        let firstRun = isIdle ? FirstRun(of: main, prepare: writeMaterials) : nil
        try await OpenCommand.open(host, theme: theme, firstRun: firstRun)
    }
}

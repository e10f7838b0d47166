import ArgumentParser
import Domain
import Foundation
import JSONText
import Transform
import TransformRunner

/// `transform …` builds dbt projects on SQLite.
struct TransformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transform", abstract: "Build dbt projects as they are.",
        discussion: """
            Options of dbt that have no meaning here (--threads, --quiet, --no-partial-parse, \
            --log-format and their like) are left aside, wherever they stand.
            """,
        subcommands: [
            TransformBuild.self, TransformRunModels.self, TransformTest.self, TransformSeed.self,
            TransformSnapshot.self, TransformRetry.self, TransformCompile.self,
            TransformParse.self, TransformList.self, TransformShow.self,
            TransformRunOperation.self, TransformSource.self, TransformDocs.self,
            TransformLineage.self, TransformHistoryCommand.self, TransformDiff.self,
            TransformDeps.self, TransformClean.self,
        ])
}

/// How nodes are executed.
struct ExecutionOptions: ParsableArguments {
    @Flag(
        name: [.customLong("full-refresh"), .customShort("f")],
        help: "Build incremental models and seeds anew.")
    var fullRefresh = false

    @Flag(
        name: [.customLong("fail-fast"), .customShort("x")],
        help: "After the first failure skip what is left.")
    var failFast = false

    @Flag(name: .customLong("warn-error"), help: "Take warnings of tests for errors.")
    var warnError = false

    @Flag(name: .customLong("store-failures"), help: "Keep the failing rows of tests in tables.")
    var storeFailures = false

    @Flag(help: "Build with no rows: models see none of their parents.")
    var empty = false

    @Option(
        help: """
            Let models see only rows of this time of parents with an event_time: '3 days', or \
            {start: 2024-01-01, end: 2024-02-01}.
            """)
    var sample: String?

    @Flag(
        help: """
            Read parents that are not selected and were not built from where the manifest of \
            --state has them.
            """)
    var `defer` = false

    @Flag(name: .customLong("favor-state"), help: "With --defer: also those that were built.")
    var favorState = false

    @Flag(
        help: """
            Skip models whose SQL, configuration and parents are as they were when they were \
            built last.
            """)
    var changed = false

    @Option(
        name: .customLong("event-time-start"),
        help: "The first time that microbatch models build.")
    var eventTimeStart: String?

    @Option(
        name: .customLong("event-time-end"), help: "The time at which microbatch models stop.")
    var eventTimeEnd: String?

    @Flag(
        name: .customLong("fill-gaps"),
        help: "Let microbatch models build the batches too that earlier runs left out.")
    var fillGaps = false

    @Option(
        help: """
            Run exactly this node, by its unique id; or on-run-start, on-run-end. Leaves no \
            artifacts, for it is a piece of a run that a pipeline keeps.
            """)
    var node: String?

    @Option(
        name: .customLong("openlineage"),
        help: """
            Write OpenLineage events to this file, one a line, or to this http(s):// server \
            (OPENLINEAGE_API_KEY: its key).
            """)
    var openLineage: String?

    @Flag(help: "Print JSON.") var json = false

    /// What `--defer` means for a run of the nodes at `positions` (nil: all); nil without it.
    func deferral(
        _ state: String?, _ project: TransformProject, running positions: Set<Int>?
    ) throws -> Deferral? {
        guard `defer` else { return nil }
        guard let state else {
            throw ValidationError("--defer needs --state: a folder with a manifest.json.")
        }
        let file = state + "/manifest.json"
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw NodeTrouble(
                "\(file) cannot be read", "Give with --state a folder with a manifest.json.")
        }
        let running = (positions ?? Set(project.nodes.indices)).map {
            project.nodes[$0].uniqueID
        }
        return try Deferral(
            manifest: Array(bytes), file: file, running: Set(running), favorsState: favorState)
    }

    func validate() throws {
        guard (eventTimeStart == nil) == (eventTimeEnd == nil) else {
            throw ValidationError("Give --event-time-start and --event-time-end together.")
        }
    }
}

/// `transform build`: seeds, models, snapshots and tests in the order of the graph.
struct TransformBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Seeds, models, snapshots and tests, in their order.",
        discussion: """
            Examples:
              spillway transform build --project-dir harbor
              spillway transform build --select +orders --json
              spillway transform build --changed
            """)
    @OptionGroup var project: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var execution: ExecutionOptions

    func run() throws {
        try TransformExecution.execute(.build, project, execution, state: nodes.state) {
            try nodes.selected(in: $0)
        }
    }
}

/// `transform run`: models only.
struct TransformRunModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Build the models.",
        discussion: "Example:\n  spillway transform run --select staging.*+ --full-refresh")
    @OptionGroup var project: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var execution: ExecutionOptions

    func run() throws {
        try TransformExecution.execute(.run, project, execution, state: nodes.state) {
            try nodes.selected(in: $0)
        }
    }
}

/// `transform test`: data tests and unit tests.
struct TransformTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests.",
        discussion: "Example:\n  spillway transform test --select orders --json")
    @OptionGroup var project: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var execution: ExecutionOptions

    func run() throws {
        try TransformExecution.execute(.test, project, execution, state: nodes.state) {
            try nodes.selected(in: $0)
        }
    }
}

/// `transform seed`: CSV files into tables.
struct TransformSeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Load the CSV files.",
        discussion: "Example:\n  spillway transform seed --full-refresh")
    @OptionGroup var project: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var execution: ExecutionOptions

    func run() throws {
        try TransformExecution.execute(.seed, project, execution, state: nodes.state) {
            try nodes.selected(in: $0)
        }
    }
}

/// `transform snapshot`: history tables.
struct TransformSnapshot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Take the snapshots.",
        discussion: "Example:\n  spillway transform snapshot")
    @OptionGroup var project: ProjectOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var execution: ExecutionOptions

    func run() throws {
        try TransformExecution.execute(.snapshot, project, execution, state: nodes.state) {
            try nodes.selected(in: $0)
        }
    }
}

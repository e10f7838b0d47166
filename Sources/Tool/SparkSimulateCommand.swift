import ArgumentParser
import Domain
import JSONText
import SparkAdvice
import SparkLog
import SparkSources

/// `spark simulate LOG` says how long an application would take with other executors.
struct SparkSimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Estimate the wall time with other numbers of executors and cores.",
        discussion: """
            Plays the recorded tasks again on the given slots, first come, first served. The \
            bound is what no number of slots can beat: the program's own time and the critical \
            path of stages, each as long as its longest task.

            Stages whose number of tasks Spark chose from the cores get another number; tasks that \
            share processors with each other and with a young JVM's compiler take longer. LIKELY \
            is where a run would mostly lie.

            How much tasks slow each other that share memory and caches is not told by one log. \
            Where there are logs of the same work on other executors, --corrected-by learns it \
            from how long those took.

            Examples:
              spillway spark simulate app-1.zstd --executors 1,2,4,8
              spillway spark simulate app-1.zstd --executors 4 --cores 2,4,8 --json
              spillway spark simulate app-1.zstd --partitions 8,64,200
              spillway spark simulate app-2-slots --corrected-by app-4-slots --cores 8
            """)

    @Argument(help: "An event log: a file, or the folder of a rolled log.")
    var log: String

    @Option(help: "Numbers of executors, separated by commas.")
    var executors = "1,2,4,8,16"

    @Option(help: "Cores (slots) an executor; without it, as many as were recorded.")
    var cores: String?

    @Option(help: "Numbers of shuffle partitions to try, separated by commas.")
    var partitions: String?

    @Option(
        help: """
            Processors of the one host that all share; without it this machine's where the log is of \
            this machine, else every slot has one.
            """)
    var processors: Int?

    @Option(
        parsing: .upToNextOption,
        help: "Logs of the same work on other executors, which correct the rows.")
    var correctedBy: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        _ = try Self.counts(executors, "--executors")
        guard processors ?? 1 > 0 else {
            throw ValidationError("--processors takes a number from 1 up.")
        }
        if let cores { _ = try Self.counts(cores, "--cores") }
        if let partitions { _ = try Self.counts(partitions, "--partitions") }
    }

    func run() throws {
        let application = try SparkLogs.application(log)
        let profile = ApplicationProfile(application)
        let others = try correctedBy.map { path in
            let other = ApplicationProfile(try SparkLogs.application(path))
            if let why = SparkComparison.obstacle(profile, other, onEqualSlots: false) {
                throw SparkCommandError.notComparable(path: path, why: why)
            }
            return other
        }
        let shared = processors ?? LocalMachine.processors(sharedBy: application)
        let simulation = SparkSimulation(
            profile, executors: try Self.counts(executors, "--executors"),
            cores: try cores.map { try Self.counts($0, "--cores") },
            partitions: try partitions.map { try Self.counts($0, "--partitions") } ?? [],
            processors: shared, correctedBy: others)
        if json { return Console.printJSON(simulation.json) }
        var table = TextTable([
            "EXECUTORS", "CORES", "SLOTS", "WALL", "LIKELY", "AGAINST NOW", "BUSY", "",
        ])
        let longest = simulation.rows.map(\.wall).max() ?? 1
        for row in simulation.rows {
            let bar = Int((Double(row.wall) / Double(max(1, longest)) * 30).rounded())
            table.add([
                "\(row.executors)", "\(row.cores)", "\(row.executors * row.cores)",
                AdviceText.time(row.wall),
                "\(AdviceText.time(row.low)) to \(AdviceText.time(row.high))",
                AdviceText.percent(Double(row.wall) / Double(max(1, simulation.recorded))),
                AdviceText.percent(row.busyShare),
                String(repeating: Console.showsUnicode ? "█" : "#", count: max(1, bar)),
            ])
        }
        Console.print(table.text)
        if let calibration = simulation.calibration {
            let effects = calibration.effects.map { "corrected: \($0)" }
            Console.print((calibration.sources + effects).joined(separator: "\n"))
        }
        if let shared {
            Console.print(
                "all on one host of \(shared) processors"
                    + (processors == nil ? ", as this machine; --processors tells another" : ""))
        }
        for scenario in simulation.scenarios {
            let stages = scenario.stages == 1 ? "1 stage" : "\(scenario.stages) stages"
            Console.print(
                "\(scenario.name): \(AdviceText.time(scenario.wall)) (\(stages) changed)")
        }
        Console.print(
            """
            recorded \(AdviceText.time(simulation.recorded)) (replayed \
            \(AdviceText.time(simulation.replayed))), no slots can beat \
            \(AdviceText.time(simulation.bound))
            """)
    }

    private static func counts(_ text: String, _ option: String) throws -> [Int] {
        try text.split(separator: ",").map { word in
            guard let count = Int(word), (1...100_000).contains(count) else {
                throw ValidationError(
                    "\(option) takes numbers from 1 to 100000 separated by commas, not '\(word)'.")
            }
            return count
        }
    }
}

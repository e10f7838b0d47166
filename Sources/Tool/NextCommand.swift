import ArgumentParser
import Domain
import JSONText
import SchedulerCore
import Store
import Workspace

/// `next PIPELINE` tells which runs its schedule brings.
struct NextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Tell which runs a pipeline's schedule brings.",
        discussion: """
            Begins behind the newest run that the schedule made, else with the start
            date, and counts in what catch-up makes up for: such runs lie before --now.
            All times are UTC; where the pipeline has another time zone, the last column
            shows when its clocks say that the run starts.

            Examples:
              spillway next orders
              spillway next pipelines/orders.yml --now 2026-03-28T12:00:00Z --count 3 --json
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @Option(help: "As seen at this instant (ISO 8601; in the pipeline's zone); else now.")
    var now: String?

    @Option(help: "How many runs at the most.")
    var count = 5

    @Option(help: "The state folder, instead of .spillway in the project.")
    var state: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(count) else {
            throw ValidationError("--count takes a number from 1 to 100000.")
        }
        try DateWords.check(now, "--now")
    }

    func run() throws {
        let (workspace, entry) = try Workspace.find(pipeline)
        for problem in entry.problems { Console.error(problem.report) }
        guard let definition = entry.pipeline else { throw Exit.usedWrongly }
        let zone = definition.timezone
        let now = now.flatMap { LocalTime.instant($0, zone: zone) } ?? SystemClock.now()
        let last = try lastTick(of: definition.name, in: state ?? workspace.stateFolder)
        let runs =
            try Schedules.timetable(of: definition)?
            // When a run ends that is to be followed at once, nobody knows.
            .runs(after: last, now: now, count: definition.schedule == .continuous ? 1 : count)
            ?? []
        let words = try Schedules.words(of: definition)
        if json {
            return Console.printJSON(
                .object([
                    "schedule": .string(orNull: words), "timezone": .string(zone),
                    "runs": .array(runs.map(\.json)),
                ]))
        }
        guard let words else {
            return Console.print("\(definition.name) has no schedule: it runs by hand.")
        }
        Console.print("\(definition.name) runs \(words).".printable)
        if runs.isEmpty {
            if case .assets? = definition.schedule { return }
            return Console.print("It has no run to come.")
        }
        Console.print(Self.table(of: runs, now: now, zone: zone))
    }

    private static func table(of runs: [PlannedRun], now: Instant, zone: String) -> String {
        let isLocal = zone != "UTC"
        var table = TextTable(
            ["LOGICAL DATE", "DATA INTERVAL", "RUNS AFTER"] + (isLocal ? [zone.uppercased()] : []))
        for run in runs {
            table.add(
                [
                    run.logicalDate.iso8601,
                    "\(run.dataIntervalStart.iso8601) … \(run.dataIntervalEnd.iso8601)",
                    run.runAfter.iso8601 + (run.runAfter <= now ? "  (due)" : ""),
                ] + (isLocal ? [LocalTime.text(run.runAfter, zone: zone)] : []))
        }
        return table.text
    }

    /// The logical date of the newest run that the schedule made; nil where nothing ran yet.
    private func lastTick(of pipeline: PipelineName, in folder: String) throws -> Instant? {
        do {
            return try StoreReader(StateFolder(path: folder)).lastTicks()[pipeline]
        } catch {
            if case .noState = error { return nil }
            throw error
        }
    }
}

extension PlannedRun {
    /// `{"logical_date","data_interval_start","data_interval_end","run_after"}`
    fileprivate var json: JSONValue {
        .object([
            "logical_date": .string(logicalDate.iso8601),
            "data_interval_start": .string(dataIntervalStart.iso8601),
            "data_interval_end": .string(dataIntervalEnd.iso8601),
            "run_after": .string(runAfter.iso8601),
        ])
    }
}

import Domain
import Engine
import Foundation
import Glibc
import PipelineFiles
import Runners
import SchedulerCore

/// Very large pipelines, and many of them: from text to the first launch, and what one finish costs
/// beside tasks that it does not touch.
enum ScaleBenchmark: Benchmark {
    static let name = "scale"
    static let summary = "100,000 tasks with 200,000 needs; a finish beside 10,000 blocked tasks"

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let before = residentPeak()
        let text = Self.text(tasks: 100_000)
        let memoryOfText = residentPeak() - before
        let start = processorTime()
        let checks = PipelineFileChecks(zoneExists: { _ in true }, checkCron: { _ in nil })
        let reading = PipelineFile.read(
            bytes: text, file: "scale.yml", folder: "/", checks: checks)
        guard let pipeline = reading.pipeline else { throw Failure(problem: "not read") }
        let read = processorTime()
        let plan = try RunPlan(pipeline: pipeline)
        var scheduler = Scheduler(limits: SchedulerLimits(parallelism: 2))
        let step = scheduler.handle(.runCreated(creation("large", plan), at: moment))
        let planned = processorTime()
        guard step.commands.count == 2 else { throw Failure(problem: "nothing was launched") }
        let alone = try (0..<max(options.rounds, 7)).map { _ in try finishes(beside: 0) }
        let beside = try (0..<max(options.rounds, 7)).map { _ in try finishes(beside: 10_000) }
        let least = (alone.min() ?? 0, beside.min() ?? 0)
        return [
            Figure(name: "read and check", value: read - start, unit: "s of processor"),
            Figure(
                name: "read, check, plan, first launch", value: planned - start,
                unit: "s of processor", limit: 0.5),
            Figure(
                name: "memory beyond the text's",
                value: Double(residentPeak() - before - memoryOfText) / 1_024, unit: "MiB",
                limit: 100),
            Figure(name: "a finish and the launch that follows", value: least.0, unit: "µs"),
            Figure(
                name: "the same beside 10,000 blocked tasks, against that",
                value: least.1 / least.0, unit: "×", limit: 1.05),
            try planner(),
        ]
    }

    private struct Failure: Error { var problem: String }

    private static let moment = Instant(seconds: 1_700_000_000)

    /// A file in which every task needs two of the hundred before it.
    private static func text(tasks: Int) -> [UInt8] {
        var text = "tasks:\n"
        for task in 0..<tasks {
            let needs =
                task < 2
                ? ""
                : ", needs: [t\(max(0, task - 1 - task % 97)), t\(max(0, task - 2 - task % 89))]"
            text += "  t\(task): {run: \"true\"\(needs)}\n"
        }
        return Array(text.utf8)
    }

    private static func creation(_ id: RunID, _ plan: RunPlan) -> RunCreation {
        RunCreation(
            id: id, pipeline: PipelineName(id.name), trigger: .manual, logicalDate: moment,
            dataIntervalStart: moment, dataIntervalEnd: moment, params: [:], plan: plan)
    }

    private static func chain(of count: Int) throws -> RunPlan {
        RunPlan(
            maxActiveTasks: -1, maxActiveRuns: -1,
            tasks: (0..<count).map { TaskPlan(id: TaskID("t\($0)")) },
            graph: try DAG(
                nodeCount: count, edges: (1..<count).map { DAG.Edge(from: $0 - 1, to: $0) }))
    }

    /// Microseconds a task of a chain of 20,000 takes in the scheduler, while another run's tasks
    /// wait for one that does not end.
    private static func finishes(beside blocked: Int) throws -> Double {
        var scheduler = Scheduler(limits: SchedulerLimits(parallelism: 4))
        if blocked > 0 {
            _ = scheduler.handle(
                .runCreated(creation("blocked", try chain(of: blocked)), at: moment))
        }
        let count = 20_000
        _ = scheduler.handle(.runCreated(creation("busy", try chain(of: count)), at: moment))
        let start = processorTime()
        for task in 0..<count {
            let attempt = AttemptID(run: "busy", task: TaskID("t\(task)"), number: 1)
            _ = scheduler.handle(.attemptStarted(attempt, process: nil, at: moment))
            _ = scheduler.handle(.attemptEnded(attempt, .exited(code: 0), at: moment))
        }
        return (processorTime() - start) / Double(count) * 1_000_000
    }

    /// What five hundred schedules cost each time one of them is due.
    private static func planner() throws -> Figure {
        var planner = SchedulePlanner()
        let expression = try CronExpression("*/5 * * * *")
        let timetable = Timetable(.cron([CronSchedule(expression, zone: .utc)]))
        planner.follow(
            (0..<500).map {
                .init(name: PipelineName("p\($0)"), timetable: timetable, maxActiveRuns: 1)
            }, at: moment
        ) { _ in .init() }
        let start = processorTime()
        var now = moment
        let rounds = 1_000
        for _ in 0..<rounds {
            guard let next = planner.nextWake else { throw Failure(problem: "no wake") }
            now = next
            for due in planner.takeDue(at: now) { planner.settled(due.pipeline) }
        }
        // Every five minutes all five hundred are due: the worst that such schedules can do.
        let share = (processorTime() - start) / (Double(rounds) * 300)
        return Figure(
            name: "500 schedules of every five minutes, share of a core", value: share * 100,
            unit: "%", limit: 0.1)
    }

    /// Seconds of processor time of this process.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The most memory that this process ever had, in KiB.
    private static func residentPeak() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss
    }
}

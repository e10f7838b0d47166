import Domain
import Foundation
import SchedulerCore
import Store
import Testing

@Suite("Definitions kept with their runs")
struct DefinitionTests {
    /// A pipeline that says all that one can say.
    static var everything: Pipeline {
        var pipeline = chain("everything", of: 1)
        let actions: [TaskAction] = [
            .sql(.inline("select 1"), on: "w"), .sql(.file("a.sql"), on: "w"),
            .transform(TransformTask(arguments: "build", projectFolder: "dbt")),
            .transform(TransformTask(arguments: "run")),
            .wait(
                SensorTask(
                    condition: .sql(.file("q.sql"), on: "w"), pokeInterval: .seconds(1),
                    timeout: .seconds(2), isSoft: true)),
            .wait(SensorTask(condition: .file("f"))), .wait(SensorTask(condition: .http("h"))),
            .wait(SensorTask(condition: .command("c"))),
            .wait(SensorTask(condition: .pipeline("p"))),
            .pipeline(
                ChildPipelineTask(
                    pipeline: "q", params: [EnvironmentEntry(name: "a", value: "b")])),
            .branch("b"), .shortCircuit("s", leavesOutAll: true),
            .shortCircuit("s", leavesOutAll: false),
            .check(CheckTask(suite: "s.yml", connection: "w", csv: "a.csv", table: "t")),
            .spark(
                SparkTask(
                    application: "a.py", master: "local", deployMode: "client", mainClass: "A",
                    settings: [EnvironmentEntry(name: "spark.x", value: "1")],
                    lists: [SparkList(option: .pythonFiles, items: ["b", "c"])],
                    arguments: ["x"])),
        ]
        pipeline.schedule = .cron(["0 6 * * *", "@monthly"])
        pipeline.timing = PipelineTiming(
            dataInterval: .length(.seconds(60)), clockChanges: .airflow, runTimeout: .seconds(5),
            deadline: RunDeadline(after: .seconds(9), from: .logicalDate))
        pipeline.tasks[0].past = .sameTaskAndDownstream
        for (number, action) in actions.enumerated() {
            pipeline.tasks.append(TaskDefinition(id: TaskID("action\(number)"), action: action))
        }
        pipeline.schedule = .assets(.any([.asset("a"), .all([.asset("b"), .asset("c")])]))
        pipeline.timing.runTimeout = .seconds(7)
        pipeline.hooks = [Hook(.failure, .webhook("http://h")), Hook(.success, .bell)]
        var options = TaskOptions()
        options.backoff = RetryBackoff(multiplier: 1.5, maxDelay: .seconds(9), jitter: 0.25)
        options.poolSlots = 3
        options.priority = -4
        options.weightRule = .upstream
        options.mapping = TaskMapping(
            source: .items([.text("x"), .object([.init("k", .null)])]), maxActive: 2)
        options.role = .teardown(failsRun: true)
        options.exitCodes = ExitCodes(skip: [1], fail: [])
        options.outlets = ["a", "b"]
        options.hooks = [Hook(.retry, .command("x")), Hook(.skipped, .toast("y"))]
        options.secrets = ["TOKEN"]
        options.inputs = ["in/*"]
        options.products = ["out"]
        pipeline.tasks[0].options = options
        pipeline.tasks[1].options.mapping = TaskMapping(source: .output("t0", key: "k"))
        pipeline.tasks[2].options.role = .setup
        return pipeline
    }

    @Test(
        "every form of schedule is read back",
        arguments: [
            Schedule.cron(["@daily"]), .every(.seconds(900)), .once, .continuous,
        ])
    func schedules(schedule: Schedule) throws {
        let temporary = try TemporaryFolder()
        try temporary.state.prepare()
        let writer = try StoreWriter(temporary.state)
        var pipeline = chain(of: 2)
        pipeline.schedule = schedule
        pipeline.tasks[1].past = .sameTask
        _ = try writer.append([
            StoreEntry(
                event: .runCreated(try creation(of: pipeline, "manual__1"), at: 1),
                definition: pipeline)
        ])
        #expect(try StoreReader(temporary.state).definition(of: "manual__1") == pipeline)
    }

    @Test("plans with flows, outputs and instances come back, and a settled run with all of them")
    func flows() throws {
        let temporary = try TemporaryFolder()
        try temporary.state.prepare()
        let writer = try StoreWriter(temporary.state)
        let pipeline = chain(of: 3)
        var made = try creation(of: pipeline, "manual__1")
        made.plan.timeout = .seconds(5)
        var flow = TaskFlow()
        flow.backoff = RetryBackoff(multiplier: 2, maxDelay: nil, jitter: 1)
        (flow.slots, flow.priority, flow.weightRule) = (2, 3, .absolute)
        flow.mapping = MappingPlan(source: .output(task: 0, key: "k"), maxActive: 4)
        (flow.role, flow.group) = (.setup, "g")
        flow.exitCodes = ExitCodes(skip: [], fail: [7])
        flow.conduct = .wait(SensorPlan(timeout: .seconds(9), isSoft: true))
        made.plan.flows[1] = flow
        for (number, conduct) in [
            TaskConduct.child, .branch, .shortCircuit(leavesOutAll: true),
            .shortCircuit(leavesOutAll: false),
        ].enumerated() {
            made.plan.flows[number % 3, default: TaskFlow()].conduct = conduct
        }
        let source = AttemptID(run: "manual__1", task: "t0", number: 1)
        let outputs = [
            TaskOutput(key: "k", value: .list([.text("a"), .number("2")])),
            TaskOutput(key: "n", value: .null),
        ]
        func state(_ task: TaskID, _ state: TaskState) -> SchedulerChange {
            .taskState("manual__1", task, state, TaskDetail(at: 3, attemptCount: 1))
        }
        _ = try writer.append([
            StoreEntry(event: .runCreated(made, at: 1), definition: pipeline),
            StoreEntry(event: .outputsWritten(source, outputs, at: 2)),
            StoreEntry(
                event: .attemptEnded(source, .rejected(reason: "no"), at: 3),
                changes: [
                    .instancesAdded("manual__1", of: "t1", indices: 0..<2),
                    state("t0", .success), state("t1", .failed), state("t2", .upstreamFailed),
                    state("t1[0]", .success), state("t1[1]", .failed),
                    .assetMade("orders", by: "manual__1", "t0", at: 3),
                    .runState("manual__1", .failed, at: 3),
                ]),
            StoreEntry(event: .timerFired(.wait("manual__1", "t1"), at: 4)),
            StoreEntry(event: .timerFired(.runTimeout("manual__1"), at: 4)),
            StoreEntry(event: .timerFired(.pool("api"), at: 4)),
        ])
        let reader = try StoreReader(temporary.state)
        #expect(try reader.creation(of: "manual__1") == made)
        let settled = try #require(try reader.settledRun("manual__1"))
        #expect(settled.tasks.map(\.state) == [.success, .failed, .upstreamFailed])
        #expect(settled.instances.map(\.id) == ["t1[0]", "t1[1]"])
        #expect(settled.instances.map(\.task.state) == [.success, .failed])
        #expect(settled.outputs == ["t0": outputs])
        let rows = try reader.tasks(of: "manual__1")
        #expect(rows.map(\.id) == ["t0", "t1", "t2", "t1[0]", "t1[1]"])
        #expect(rows[3].needs == ["t0"], "as its task needs")
        let run = try #require(try reader.run("manual__1"))
        #expect((run.taskCount, run.settledCount, run.failedCount) == (5, 5, 3))
        #expect(try reader.freshAssets(for: "any") == ["orders"])
        #expect(
            try reader.events(after: 0).map(\.event).contains(.timerFired(.pool("api"), at: 4)))
    }

    @Test("a run's definition is read back with everything that was in the file")
    func roundTrip() throws {
        let temporary = try TemporaryFolder()
        try temporary.state.prepare()
        let writer = try StoreWriter(temporary.state)
        let pipeline = Self.everything
        _ = try writer.append([
            StoreEntry(
                event: .runCreated(try creation(of: pipeline, "manual__1"), at: 1),
                definition: pipeline)
        ])
        let read = try #require(try StoreReader(temporary.state).definition(of: "manual__1"))
        #expect(read == pipeline)
    }
}

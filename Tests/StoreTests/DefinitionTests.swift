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

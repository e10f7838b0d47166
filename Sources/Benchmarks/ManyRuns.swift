import Domain
import Engine
import Foundation
import SchedulerCore
import Store

/// A store of 1,000 pipelines of 100 tasks with ten runs each: a million task rows.
enum ManyRuns {
    /// A project folder with the pipelines' files and that store.
    static func write(project folder: String) throws {
        let files = URL(filePath: folder + "/pipelines")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        for number in 0..<1_000 {
            var text = "tasks:\n"
            for task in 0..<100 {
                let needs = task == 0 ? "" : ", needs: [task_\(task - 1)]"
                text += "  task_\(task): { run: \"true\"\(needs) }\n"
            }
            try text.write(
                to: files.appending(path: "pipeline_\(number).yml"), atomically: false,
                encoding: .utf8)
        }
        let state = StateFolder(path: folder + "/.spillway")
        try state.prepare()
        try write(StoreWriter(state))
    }

    static func write(_ writer: StoreWriter) throws {
        for round in 0..<10 {
            var entries: [StoreEntry] = []
            for number in 0..<1_000 {
                let pipeline = pipeline(number, tasks: 100)
                entries.append(try created(pipeline, RunID("run_\(round)_\(number)"), round))
            }
            _ = try writer.append(entries)
        }
    }

    static func pipeline(_ number: Int, tasks: Int) -> Pipeline {
        Pipeline(
            name: PipelineName("pipeline_\(number)"),
            tasks: (0..<tasks).map { task in
                TaskDefinition(
                    id: TaskID("task_\(task)"), action: .shell("true"),
                    needs: task == 0 ? [] : [TaskID("task_\(task - 1)")])
            })
    }

    static func created(_ pipeline: Pipeline, _ id: RunID, _ round: Int) throws -> StoreEntry {
        let date = Instant(seconds: Int64(round) * 86_400)
        let creation = RunCreation(
            id: id, pipeline: pipeline.name, trigger: .manual, logicalDate: date,
            dataIntervalStart: date, dataIntervalEnd: date, params: [:],
            plan: try RunPlan(pipeline: pipeline))
        let event = SchedulerEvent.runCreated(creation, at: date)
        return StoreEntry(
            event: event, changes: [.runState(id, .success, at: date)], definition: pipeline)
    }
}

import Domain
import PipelineFiles
import Testing

@Suite("Time in pipeline files")
struct TimingTests {
    private func pipeline(_ text: String) throws -> Pipeline {
        let reading = read(text)
        #expect(lines(reading.problems) == "")
        return try #require(reading.pipeline)
    }

    @Test("a schedule may be one expression, several, a length, or a word")
    func schedules() throws {
        let tasks = "\ntasks: {a: {run: x}}\n"
        let forms: [(String, Schedule?)] = [
            ("schedule: \"0 6 * * *\"", .cron(["0 6 * * *"])),
            ("schedule: [\"0 6 * * *\", \"@monthly\"]", .cron(["0 6 * * *", "@monthly"])),
            ("schedule: {cron: [\"0 6 * * *\"]}", .cron(["0 6 * * *"])),
            ("schedule: {every: 15m}", .every(.seconds(900))),
            ("every: 1d", .every(.seconds(86_400))),
            ("schedule: \"@once\"", .once), ("schedule: \"@continuous\"", .continuous),
            ("schedule:", nil),
        ]
        for (text, schedule) in forms {
            #expect(try pipeline(text + tasks).schedule == schedule, "\(text)")
        }
    }

    @Test("intervals, clock changes, limits of time and what tasks wait for are read")
    func timing() throws {
        let pipeline = try pipeline(
            """
            schedule: "@daily"
            data_interval: previous
            dst: airflow
            run_timeout: 2h
            deadline: {after: 90m, from: logical_date}
            depends_on_past: true
            defaults: {wait_for_downstream: true}
            tasks:
              a: {run: x}
              b: {run: x, wait_for_downstream: false}
              c: {run: x, wait_for_downstream: false, depends_on_past: false}
            """)
        #expect(
            pipeline.timing
                == PipelineTiming(
                    dataInterval: .previous, clockChanges: .airflow, runTimeout: .seconds(7_200),
                    deadline: RunDeadline(after: .seconds(5_400), from: .logicalDate)))
        #expect(pipeline.tasks.map(\.past) == [.sameTaskAndDownstream, .sameTask, .none])
        let length = try self.pipeline("data_interval: 1d\ndeadline: 2h\ntasks: {a: {run: x}}")
        #expect(length.timing.dataInterval == .length(.seconds(86_400)))
        #expect(length.timing.deadline == RunDeadline(after: .seconds(7_200)))
    }
}

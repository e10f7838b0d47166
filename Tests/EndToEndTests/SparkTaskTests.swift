import Foundation
import Testing

@Suite("Spark tasks that have ended")
struct SparkTaskTests {
    /// A `spark-submit` that leaves a real event log where it is told to, and ends as it is told.
    private static func project(ending code: Int) throws -> Project {
        let logs = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .appending(path: "SparkSourcesTests/Fixtures/430-range-join-snappy").path
        return try Project.submitting("cp \"\(logs)\"/* \"$folder\"; exit \(code)")
    }

    @Test("what was found stands in the task's log and is kept with the run")
    func profiled() throws {
        let project = try Self.project(ending: 0)
        #expect(try project.spillway("run", "flow").code == 0)
        let log = try project.spillway("logs", "latest", "features").output
        #expect(log.contains("spillway: profiled local-"))
        #expect(log.contains("nested-loop-join, saves "))
        let found = try project.spillway("spark", "findings", "latest", "--json").json()
        #expect(found["pipeline"].text == "flow")
        #expect(found["tasks"][0]["task"].text == "features")
        #expect(found["tasks"][0]["attempt"].text == "1")
        #expect(found["tasks"][0]["findings"][0]["rule"].text == "nested-loop-join")
        let strict = try project.spillway("spark", "findings", "--fail-on", "low")
        #expect(strict.code == 1)
        #expect(strict.output.contains("nested-loop-join"))
        #expect(try project.spillway("spark", "findings", "--task", "other").code == 0)
    }

    @Test("the task ends as spark-submit ended, profiled or not")
    func failing() throws {
        let project = try Self.project(ending: 3)
        #expect(try project.spillway("run", "flow").code == 1)
        let tasks = try project.spillway("tasks", "latest", "--json").output
        #expect(tasks.contains("failed"))
        let log = try project.spillway("logs", "latest", "features").output
        #expect(log.contains("spillway: profiled local-"))
    }

    @Test("a run without Spark says so")
    func nothing() throws {
        let project = try Project(["flow": "tasks: { a: { run: 'true' } }\n"])
        #expect(try project.spillway("run", "flow").code == 0)
        let outcome = try project.spillway("spark", "findings")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("no profiled Spark task"))
    }
}

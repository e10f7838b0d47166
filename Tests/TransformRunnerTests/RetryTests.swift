import Foundation
import Testing
import Transform
import TransformRunner

@Suite("What a run leaves behind is read back")
struct RetryTests {
    @Test("run_results.json names every node, and retry takes the unfinished ones")
    func retry() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/b.sql"] = "select nope from {{ ref('a') }}"
        bench.files["models/c.sql"] = "select * from {{ ref('b') }}"
        let results = bench.run()
        #expect(results.map(\.status) == [.success, .error, .skipped])
        #expect(RunSummary(results).exitCode == 1)
        let text = try RunResultsFile.text(
            results, arguments: [("which", "run")], generatedAt: "2026-01-01T00:00:00Z",
            invocationID: "x",
            elapsed: 0.5)
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((json["results"] as? [[String: Any]])?.count == 3)
        let statuses = try EarlierRun(Array(text.utf8), file: "run_results.json").statuses
        let project = TransformProject.load(ProjectFiles(bench.files))
        let open = project.unfinished(after: statuses)
        #expect(open.map { project.nodes[$0].name }.sorted() == ["b", "c"])
    }

    @Test("dbt's own run_results.json is read", .enabled(if: Harbor.isThere))
    func real() throws {
        let file = Harbor.shared.appending(path: "artifacts/harbor/run_results.build.json")
        let statuses = try EarlierRun(Array(Data(contentsOf: file)), file: "r").statuses
        #expect(statuses["model.harbor.fct_revenue"] == "skipped")
        #expect(statuses.count == 44)
    }
}

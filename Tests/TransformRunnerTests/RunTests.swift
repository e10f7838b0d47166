import Domain
import Foundation
import Testing
import Transform
import TransformRunner

@Suite("A run as a whole")
struct RunTests {
    private func results(_ bench: Bench, _ command: RunCommand = .build) -> [String: NodeStatus] {
        let pairs = bench.run(command).map { ($0.uniqueID, $0.status) }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }

    @Test("after a failed hook at the start the other hooks are skipped and the nodes run")
    func failedStart() throws {
        let bench = try Bench()
        bench.files["dbt_project.yml"] = """
            name: p
            version: '1'
            on-run-start: ["select * from nope", "select 1"]
            """
        bench.files["models/a.sql"] = "select 1 as id"
        #expect(
            results(bench) == [
                "operation.p.p-on-run-start-0": .error, "operation.p.p-on-run-start-1": .skipped,
                "model.p.a": .success,
            ])
        bench.files["dbt_project.yml"]? += "\nflags: {skip_nodes_if_on_run_start_fails: true}"
        #expect(results(bench)["model.p.a"] == .skipped)
    }

    @Test("a model whose macro does not exist fails alone, and its file and line are named")
    func unknownMacro() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select {{ nope(1) }} as id"
        bench.files["models/b.sql"] = "select 1 as id"
        let source = ProjectFiles(bench.files)
        let project = TransformProject.load(source)
        #expect(project.isSound)
        let run = TransformRun(
            project: project, files: source, database: bench.database,
            settings: RunSettings(command: .run, now: "2026-01-01 00:00:00"), clock: { 0 })
        let found = run.run()
        #expect(found.map(\.status) == [.error, .success])
        #expect(found[0].message?.contains("models/a.sql:1:") == true)
    }

    @Test("versions have ids, aliases and tests of their own, and a plain ref takes the latest")
    func versions() throws {
        let bench = try Bench()
        bench.files["models/m_v1.sql"] = "select 1 as id"
        bench.files["models/m_v2.sql"] = "select 2 as id, 3 as x"
        bench.files["models/u.sql"] = "select id from {{ ref('m') }}"
        bench.files["models/w.sql"] = "select id from {{ ref('m', v=1) }}"
        bench.files["models/s.yml"] = """
            models:
              - name: m
                latest_version: 2
                columns: [{name: id, data_tests: [unique]}, {name: x, data_tests: [not_null]}]
                versions:
                  - v: 1
                    columns: [{include: all, exclude: [x]}]
                  - v: 2
                    config: {alias: m_second}
            """
        let found = results(bench)
        #expect(
            Set(found.keys) == [
                "model.p.m.v1", "model.p.m.v2", "model.p.u", "model.p.w",
                "test.p.not_null_m_v2_x.b6de7459ee", "test.p.unique_m_v1_id.9d5a57269f",
                "test.p.unique_m_v2_id.cb103f4748",
            ])
        #expect(found.values.allSatisfy { $0 == .success || $0 == .pass })
        #expect(try bench.rows("select * from u union all select * from w") == ["2", "1"])
        #expect(
            try bench.rows("select id from m_second union all select id from m_v1") == ["2", "1"])
    }

    @Test("a killed run leaves what it had done, and what it had not is what retry takes")
    func killed() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] =
            "{{ config(materialized='incremental') }} select 1 as id"
        bench.files["models/b.sql"] = "select * from {{ ref('a') }}"
        let source = ProjectFiles(bench.files)
        let project = TransformProject.load(source)
        // A run that never comes to `finish` is what a kill leaves behind.
        var seen: [String] = []
        let run = TransformRun(
            project: project, files: source, database: bench.database,
            settings: RunSettings(command: .run, now: "2026-01-01 00:00:00"), clock: { 0 },
            observe: { result in
                seen.append(result.uniqueID)
                guard seen.count == 1 else { return }
                let rest = try? RunJournal.left(by: project, in: bench.database)
                #expect(rest?.command == .run)
                #expect(
                    rest?.statuses == ["model.p.a": "success", "model.p.b": "pending"])
                #expect(
                    rest.map {
                        project.unfinished(after: $0.statuses).map { project.nodes[$0].name }
                    }
                        == ["b"])
            })
        _ = run.run()
        #expect(seen.count == 2)
        run.finish()
        #expect(try RunJournal.left(by: project, in: bench.database) == nil)
        #expect(try bench.rows("select name from sqlite_master order by 1") == ["a", "b"])
    }

    @Test("with earlier fingerprints a node runs again only where it or a parent changed")
    func changed() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/b.sql"] = "select * from {{ ref('a') }}"
        bench.files["models/c.sql"] = "select 5 as id"
        func run(_ earlier: [String: String]) -> ([NodeStatus], [String: String]) {
            let source = ProjectFiles(bench.files)
            let project = TransformProject.load(source)
            var settings = RunSettings(command: .run, now: "2026-01-01 00:00:00")
            settings.earlierFingerprints = earlier
            let run = TransformRun(
                project: project, files: source, database: bench.database, settings: settings,
                clock: { 0 })
            defer { run.finish() }
            let results = run.run().sorted { $0.uniqueID < $1.uniqueID }
            return (results.map(\.status), run.fingerprints)
        }
        let (first, prints) = run([:])
        #expect(first == [.success, .success, .success])
        #expect(run(prints).0 == [.noOp, .noOp, .noOp])
        bench.files["models/a.sql"] = "select 2 as id"
        #expect(run(prints).0 == [.success, .success, .noOp])
    }

    @Test("a private model is for its group alone")
    func access() {
        let project = TransformProject.load(
            ProjectFiles([
                "dbt_project.yml": "name: p\nversion: '1'\n", "models/a.sql": "select 1 as id",
                "models/b.sql": "select * from {{ ref('a') }}",
                "models/s.yml": """
                groups: [{name: g, owner: {name: x}}]
                models:
                  - name: a
                    config: {access: private, group: g}
                """,
            ]))
        #expect(project.problems.map(\.file) == ["models/b.sql"])
        #expect(project.problems[0].problem.contains("private"))
    }

    @Test("OpenLineage: START then COMPLETE, FAIL with its error, ABORT for what was skipped")
    func openLineage() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "{{ config(materialized='table') }} select 1 as id, 2 as x"
        bench.files["models/b.sql"] = "select x * 2 as twice from {{ ref('a') }}"
        bench.files["models/c.sql"] = "{{ config(materialized='table') }} select * from nope"
        bench.files["models/d.sql"] = "select * from {{ ref('c') }}"
        let results = bench.run()
        let project = TransformProject.load(ProjectFiles(bench.files))
        let session = TransformSession(project: project, database: bench.database)
        let lineage = ProjectLineage(
            project, compile: { try session.compile($0).sql }, columns: { _ in nil })
        let events = OpenLineageEvents(
            project, lineage: lineage, host: "here", database: "/x.db", runID: "r", command: .run)
        var types: [String: [String]] = [:]
        for result in results {
            let lines = events.node(
                result, began: "2026-01-01T00:00:00Z", ended: "2026-01-01T00:00:01Z", runID: "n")
            for line in lines {
                let event = try #require(
                    JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                types[result.uniqueID, default: []].append(
                    event["eventType"] as? String ?? "")
                let run = event["run"] as? [String: Any]
                let hasError = (run?["facets"] as? [String: Any])?["errorMessage"] != nil
                #expect(hasError == (event["eventType"] as? String == "FAIL"))
                if result.uniqueID == "model.p.b" {
                    #expect(line.contains("\"name\":\"main.a\",\"field\":\"x\""))
                }
            }
        }
        #expect(
            types == [
                "model.p.a": ["START", "COMPLETE"], "model.p.b": ["START", "COMPLETE"],
                "model.p.c": ["START", "FAIL"], "model.p.d": ["START", "ABORT"],
            ])
    }

    @Test("the manifest is JSON in dbt's shape, and nothing differs from it until a file changes")
    func manifest() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/b.sql"] = "select * from {{ ref('a') }}"
        bench.files["models/s.yml"] = """
            models:
              - name: a
                description: "a\\tb \\"c\\" \\\\ \\x01 é"
                columns: [{name: id, data_tests: [unique]}]
            """
        let project = TransformProject.load(ProjectFiles(bench.files))
        let text = ManifestFile.text(
            of: project, generatedAt: "2026-01-01T00:00:00Z", invocationID: "x")
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let nodes = try #require(json["nodes"] as? [String: [String: Any]])
        #expect(nodes.keys.filter { $0.hasPrefix("model") }.sorted() == ["model.p.a", "model.p.b"])
        #expect(nodes["model.p.a"]?["description"] as? String == "a\tb \"c\" \\ \u{1} é")
        let sums = nodes.mapValues { $0["checksum"] as? [String: String] ?? [:] }
        #expect(
            sums["model.p.a"]?["name"] == "sha256" && sums["model.p.a"]?["checksum"]?.count == 64)
        // A generic test has no text of its own: dbt gives it none.
        let test = try #require(nodes.keys.first { $0.hasPrefix("test") })
        #expect(sums[test] == ["name": "none", "checksum": ""])
        #expect(
            (json["child_map"] as? [String: [String]])?["model.p.a"]?.sorted()
                == ["model.p.b", test])
        func modified() throws -> [String] {
            let now = TransformProject.load(ProjectFiles(bench.files))
            let changes = try ProjectChanges(now, since: Array(text.utf8), file: "manifest.json")
            return try NodeSelection(now, changes: changes).positions(select: ["state:modified"])
                .map { now.nodes[$0].name }.sorted()
        }
        #expect(try modified() == [])
        bench.files["models/a.sql"] = "select 2 as id"
        bench.files["models/c.sql"] = "select 2 as id"
        // A model's tests are selected with it.
        #expect(try modified() == ["a", "c", "unique_a_id"])
    }
}

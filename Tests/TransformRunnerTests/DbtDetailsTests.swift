import Domain
import Foundation
import Testing
import Transform
import TransformRunner

@Suite("Details in which dbt was held against")
struct DbtDetailsTests {
    @Test("a renamed dbt_is_deleted is known at the second snapshot")
    func renamedDeletion() throws {
        let bench = try Bench()
        bench.files["seeds/s.csv"] = "id,n\n1,a\n2,b\n"
        bench.files["snapshots/h.sql"] = """
            {% snapshot h %}
            {{ config(unique_key='id', strategy='check', check_cols='all',
                hard_deletes='new_record', snapshot_meta_column_names={'dbt_is_deleted': 'gone'}) }}
            select * from {{ ref('s') }}
            {% endsnapshot %}
            """
        bench.run(.build)
        bench.files["seeds/s.csv"] = "id,n\n2,b\n"
        let statuses = bench.run(.build, now: "2026-01-02 00:00:00").map(\.status)
        #expect(statuses == [.success, .success])
        #expect(
            try bench.rows("select id, gone from h order by id, gone") == [
                "1|False", "1|True", "2|False",
            ])
    }

    @Test("hooks know whether rows are added, and hooks at the end see nodes and their schemas")
    func hooks() throws {
        let bench = try Bench()
        bench.files["dbt_project.yml"] = """
            name: p
            version: '1'
            on-run-start: ["create table if not exists log (what text)"]
            on-run-end:
              - "insert into log values ('{{ results | length }} {{ schemas | join(',') }}')"
              - "insert into log values ('{{ results[0].node.resource_type }}-{{ results[0].node.alias }}')"
            """
        bench.files["models/a.sql"] = """
            {{ config(materialized='incremental', alias='other', pre_hook=before_begin("select 1"),
                post_hook="insert into log values ('{{ is_incremental() }}')") }}
            select 1 as id
            """
        bench.files["models/a.yml"] = """
            models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]
            """
        for _ in 1...2 { #expect(bench.run(.build).allSatisfy { $0.status != .error }) }
        let log = [false, true].flatMap { [$0 ? "True" : "False", "2 main", "model-other"] }
        #expect(try bench.rows("select what from log") == log)
    }

    @Test("a test's configuration is rendered, and one that names a relation is refused")
    func testConfiguration() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id union all select null"
        func properties(_ condition: String) -> String {
            """
            models:
              - name: a
                columns:
                  - name: id
                    data_tests:
                      - not_null:
                          config: {where: "\(condition)", enabled: "{{ var('on', true) }}"}
            """
        }
        bench.files["models/a.yml"] = properties("1 = {{ var('one', 2) }}")
        #expect(bench.run(.build).map(\.status) == [.success, .pass])
        bench.files["models/a.yml"] = properties("id in (select id from {{ ref('a') }})")
        let project = TransformProject.load(ProjectFiles(bench.files))
        #expect(!project.isSound)
        #expect(project.problems.first?.problem.contains("ref('a')") == true)
        #expect(project.problems.first?.place.line == 6)
    }

    @Test("unit tests wait for whatever their model waits for")
    func unitTestsWait() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id union all select null"
        bench.files["models/b.sql"] = "select * from {{ ref('a') }}"
        bench.files["models/s.yml"] = """
            models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]
            unit_tests:
              - {name: u, model: b, given: [{input: ref('a'), rows: [{id: 1}]}], expect: {rows: [{id: 1}]}}
            """
        let results = bench.run(.build)
        #expect(results.map(\.status) == [.success, .fail, .skipped, .skipped])
    }

    @Test("rows that not_null keeps are whole rows; a kept view that cannot be read does not stay")
    func keptRows() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select null as id, 'x' as name"
        bench.files["tests/broken.sql"] = """
            {{ config(store_failures_as='view') }}
            select nope from {{ ref('a') }}
            """
        bench.files["models/a.yml"] = """
            models:
              - name: a
                columns: [{name: id, data_tests: [{not_null: {config: {store_failures: true}}}]}]
            """
        let results = bench.run(.build)
        #expect(Set(results.map(\.status)) == [.success, .error, .fail])
        let kept = try #require(results.first { $0.status == .fail }?.relationName)
        #expect(try bench.rows("select * from \(kept)") == ["NULL|x"])
        #expect(try bench.rows("select name from sqlite_master where name like '%broken'") == [])
    }

    @Test("the spaces around ephemeral models are dbt's")
    func ephemerals() throws {
        let bench = try Bench()
        bench.files["models/e.sql"] = "{{ config(materialized='ephemeral') }}select 1 as id"
        bench.files["models/a.sql"] = "-- note\nselect * from {{ ref('e') }}"
        bench.files["models/b.sql"] = "with\n  x as (select * from {{ ref('e') }}) select * from x"
        let results = bench.run()
        let name = " __dbt__cte__e as (\nselect 1 as id\n)"
        #expect(
            results.map(\.compiledSQL) == [
                "with\(name) -- note\nselect * from __dbt__cte__e",
                "with\n  \(name), x as (select * from __dbt__cte__e) select * from x",
            ])
        #expect(results.map(\.status) == [.success, .success])
    }

    @Test("what is compiled beside a table of rows adds to it")
    func compiledIncremental() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] =
            "{{ config(materialized='incremental') }}select 1 as id{{ ' limit 0' if is_incremental() }}"
        func compiled() throws -> String {
            let project = TransformProject.load(ProjectFiles(bench.files))
            let session = TransformSession(project: project, database: bench.database)
            return try session.compile(project.nodes[0]).sql
        }
        #expect(try compiled() == "select 1 as id")
        bench.run()
        #expect(try compiled() == "select 1 as id limit 0")
    }

    @Test("modules.re replaces groups, splits, and lists the groups it finds, as Python does")
    func regularExpressions() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = #"""
            -- {{ modules.re.sub('(a)(b)', '\\2\\g<1>-', 'abxab') }}
            -- {{ modules.re.sub('b', '', 'bbb', 2) }} {{ modules.re.split(',', 'a,,b') }}
            -- {{ modules.re.findall('(a)(.)', 'abac') }} {{ modules.re.findall('a(.)', 'abac') }}
            select 1 as id
            """#
        let lines = try #require(bench.run().first?.compiledSQL).split(separator: "\n")
        #expect(
            lines.dropLast() == [
                "-- ba-xba-", "-- b ['a', '', 'b']", "-- [('a', 'b'), ('a', 'c')] ['b', 'c']",
            ])
    }

    @Test("a changed contract is a change of its own, and a new model one of everything")
    func changedContract() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/a.yml"] = """
            models:
              - name: a
                config: {contract: {enforced: true}}
                columns: [{name: id, data_type: integer}]
            """
        let manifest = Array(
            ManifestFile.text(
                of: TransformProject.load(ProjectFiles(bench.files)), generatedAt: "",
                invocationID: ""
            ).utf8)
        func taken(_ state: String) throws -> [String] {
            let project = TransformProject.load(ProjectFiles(bench.files))
            let changes = try ProjectChanges(project, since: manifest, file: "manifest.json")
            let selection = NodeSelection(project, changes: changes)
            return try selection.positions(select: ["state:\(state)"]).map {
                project.nodes[$0].name
            }.sorted()
        }
        #expect(try taken("modified") == [])
        let described = bench.files["models/a.yml"]
        bench.files["models/a.yml"] = described?.replacing("integer", with: "text")
        bench.files["models/b.sql"] = "select 1 as id"
        #expect(try taken("modified.contract") == ["a", "b"])
        #expect(try taken("modified.body") == ["b"])
    }

    @Test("a sample shows models the rows of its time only")
    func sample() throws {
        let window = try Microbatch.Window(sample: "2 months", now: "2024-04-30 10:00:00")
        #expect(window.start == "2024-02-29 10:00:00")
        #expect(throws: Incremental.Refusal.self) {
            try Microbatch.Window(sample: "soon", now: "2024-04-30 10:00:00")
        }
        let bench = try Bench()
        bench.files["seeds/s.csv"] = "id,at\n1,2024-01-31\n2,2024-02-01\n3,2024-02-02\n"
        bench.files["seeds/s.yml"] = "seeds: [{name: s, config: {event_time: at}}]"
        bench.files["models/a.sql"] = "select id from {{ ref('s') }}"
        var options = TransformOptions()
        options.sample = try Microbatch.Window(
            sample: "{start: 2024-02-01, end: 2024-02-02}", now: "2024-04-30 10:00:00")
        bench.run(.seed)
        let files = ProjectFiles(bench.files)
        _ = TransformRun(
            project: TransformProject.load(files, options: options), files: files,
            database: bench.database,
            settings: RunSettings(command: .run, now: "2024-04-30 10:00:00"), clock: { 0 }
        ).run()
        #expect(try bench.rows("select * from a") == ["2"])
    }

    @Test("parents that are not built are read from where an earlier manifest has them")
    func deferred() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/b.sql"] = "select * from {{ ref('a') }}"
        try bench.database.run("create table there as select 7 as id")
        let files = ProjectFiles(bench.files)
        let project = TransformProject.load(files)
        let manifest = """
            {"nodes": {"model.p.a": {"relation_name": "main.there"},
                       "model.p.b": {"relation_name": "main.nowhere"}}}
            """
        func build(favorsState: Bool) throws -> [String] {
            let run = TransformRun(
                project: project, files: files, database: bench.database,
                settings: RunSettings(command: .run, now: "2024-01-01 00:00:00"), clock: { 0 })
            defer { run.finish() }
            run.defer(
                to: try Deferral(
                    manifest: Array(manifest.utf8), file: "manifest.json",
                    running: ["model.p.b"], favorsState: favorsState))
            #expect(run.run(selected: [1]).map(\.status) == [.success])
            return try bench.rows("select * from b")
        }
        #expect(try build(favorsState: false) == ["7"])
        try bench.database.run("create table a as select 1 as id")
        #expect(try build(favorsState: false) == ["1"])
        #expect(try build(favorsState: true) == ["7"])
    }

    @Test("a latest_version that is no version is told")
    func latestVersion() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/a.yml"] = "models:\n  - name: a\n    latest_version: 1\n"
        let problem = try #require(
            TransformProject.load(ProjectFiles(bench.files)).problems.first)
        #expect(problem.problem == "latest_version 1 is none of the versions of 'a'")
        #expect(problem.place == SourcePlace(line: 3, column: 21))
    }

    @Test("an access, a group, a bare name and a misspelt key are told with their places")
    func mistakes() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/b.sql"] = "select * from {{ ref(a) }}"
        bench.files["models/s.yml"] = """
            models:
              - name: a
                access: privat
                group: fin
                colums: []
                columns: [{name: id, data_test: [unique]}]
            exposures:
              - name: e
                type: dashboard
                depends_on: [ref('c')]
            """
        let found = TransformProject.load(ProjectFiles(bench.files)).problems.map {
            "\($0.file):\($0.place.line) \($0.remedy)"
        }
        #expect(
            Set(found) == [
                "models/s.yml:2 Write 'private', 'protected' or 'public'.",
                "models/s.yml:2 Add it: groups: [{name: fin, owner: {email: …}}].",
                "models/b.sql:1 Put the name in quotes: 'a'.",
                "models/s.yml:5 Write 'columns' instead.",
                "models/s.yml:6 Write 'data_tests' instead.",
                "models/s.yml:8 Add a model, seed or snapshot named 'c'.",
            ])
    }

    @Test("a source's freshness and its table's are one, and one without a time is told")
    func freshness() throws {
        let bench = try Bench()
        bench.files["models/s.yml"] = """
            sources:
              - name: s
                schema: main
                config: {freshness: {warn_after: {count: 1, period: hour}}}
                tables:
                  - name: t
                    loaded_at_field: at
                    config: {freshness: {error_after: {count: 9, period: day}}}
                  - name: u
            """
        try bench.database.run("create table t as select '2026-01-01 00:00:00' as at")
        let project = TransformProject.load(ProjectFiles(bench.files))
        let found = project.nodes.compactMap {
            SourceFreshness.check($0, on: bench.database, now: "2026-01-02 00:00:00")
        }
        #expect(found.map(\.status) == ["warn", "runtime error"])
        #expect(found.last?.message?.contains("loaded_at_field") == true)
    }
}

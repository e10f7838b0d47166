import Domain
import Foundation
import Testing
import TransformTasks

/// A dbt project and a pipeline on it, in a folder of their own.
private final class Fixture {
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "unfolding-\(UUID().uuidString)")

    init(_ files: [String: String] = [:]) throws {
        var all = [
            "dbt/dbt_project.yml": "name: shop\nprofile: shop\nversion: '1.0'\n",
            "dbt/profiles.yml": """
            shop:
              target: dev
              outputs:
                dev: { type: sqlite, threads: 1, database: d, schema: main,
                       schemas_and_paths: { main: shop.db }, schema_directory: . }
            """,
            "dbt/seeds/raw.csv": "id\n1\n",
            "dbt/models/stg.sql": "select id from {{ ref('raw') }}",
            "dbt/models/eph.sql":
                "{{ config(materialized='ephemeral') }}select id from {{ ref('stg') }}",
            "dbt/models/mart.sql": "select id from {{ ref('eph') }}",
            "dbt/models/other.sql": "select 1 as id",
            "dbt/models/s.yml":
                "models: [{name: stg, columns: [{name: id, data_tests: [unique]}]}]",
        ]
        all.merge(files) { $1 }
        for (path, text) in all {
            let url = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func pipeline(_ arguments: String, _ change: (inout TaskDefinition) -> Void = { _ in })
        -> Pipeline
    {
        var build = TaskDefinition(
            id: TaskID("build"),
            action: .transform(TransformTask(arguments: arguments, projectFolder: "dbt")),
            needs: [TaskID("load")], retries: 2)
        change(&build)
        return Pipeline(
            name: PipelineName("p"),
            tasks: [
                TaskDefinition(id: TaskID("load"), action: .shell("true")), build,
                TaskDefinition(id: TaskID("after"), action: .shell("true"), needs: [build.id]),
            ], folder: folder.path)
    }
}

/// Each task with what it needs, in words.
private func lines(_ pipeline: Pipeline) -> [String] {
    TransformUnfolding.unfolded(pipeline).tasks.map {
        "\($0.id) <- \($0.needs.map(\.name).sorted().joined(separator: " "))"
    }.sorted()
}

@Suite("A transform task becomes a task a node")
struct UnfoldingTests {
    @Test("seeds, models and tests need each other as dbt builds them, across ephemeral models")
    func build() throws {
        let fixture = try Fixture()
        #expect(
            lines(fixture.pipeline("build")) == [
                "after <- build.mart build.other", "build.mart <- build.stg build.unique_stg_id",
                "build.other <- load", "build.raw <- load", "build.stg <- build.raw",
                "build.unique_stg_id <- build.stg", "load <- ",
            ])
        let tasks = TransformUnfolding.unfolded(fixture.pipeline("build")).tasks
        let mart = try #require(tasks.first { $0.id.name == "build.mart" })
        #expect(
            mart.action
                == .transform(
                    TransformTask(
                        arguments: "build --node model.shop.mart", projectFolder: "dbt")))
        #expect(mart.retries == 2 && mart.group == GroupID("build"))
    }

    @Test("a selection unfolds into what it selects, and its options go to every node")
    func selection() throws {
        let fixture = try Fixture()
        let pipeline = fixture.pipeline("run --select +mart --full-refresh --vars '{a: 1}'")
        #expect(
            lines(pipeline) == [
                "after <- build.mart", "build.mart <- build.stg", "build.stg <- load", "load <- ",
            ])
        let tasks = TransformUnfolding.unfolded(pipeline).tasks
        guard case .transform(let task)? = tasks.first(where: { $0.id.name == "build.stg" })?.action
        else {
            Issue.record("no build.stg")
            return
        }
        #expect(task.arguments == "run --node model.shop.stg --full-refresh --vars '{a: 1}'")
    }

    @Test("the hooks of a run are tasks before all and, however it went, after all")
    func hooks() throws {
        let fixture = try Fixture([
            "dbt/dbt_project.yml": """
            name: shop
            profile: shop
            version: '1.0'
            on-run-start: select 1
            on-run-end: select 2
            """
        ])
        let pipeline = fixture.pipeline("run --select stg other")
        #expect(
            lines(pipeline) == [
                "after <- build.on-run-end build.other build.stg",
                "build.on-run-end <- build.other build.stg", "build.on-run-start <- load",
                "build.other <- build.on-run-start", "build.stg <- build.on-run-start", "load <- ",
            ])
        let end = TransformUnfolding.unfolded(pipeline).tasks.first {
            $0.id.name == "build.on-run-end"
        }
        #expect(end?.triggerRule == .allDone)
    }

    @Test(
        "what only a run can tell stays one task",
        arguments: [
            "build --select {{ params.what }}", "build --select $WHAT", "build --state earlier",
            "retry", "build --engine dbt", "build --select nothing_of_that_name", "build | cat",
        ])
    func whole(arguments: String) throws {
        let fixture = try Fixture()
        let pipeline = fixture.pipeline(arguments)
        // The fixture's folder goes with it.
        withExtendedLifetime(fixture) {
            #expect(TransformUnfolding.unfolded(pipeline) == pipeline)
        }
    }

    @Test("a variable that only a run knows keeps the task whole where the project asks for it")
    func variables() throws {
        func pipeline(_ fixture: Fixture) -> Pipeline {
            fixture.pipeline("run") {
                $0.environment = [EnvironmentEntry(name: "PACE", value: "{{ params.pace }}")]
            }
        }
        let plain = try Fixture()
        #expect(TransformUnfolding.unfolded(pipeline(plain)).tasks.count == 5)
        let asking = try Fixture(["dbt/models/other.sql": "select {{ env_var('PACE', '1') }} as id"]
        )
        #expect(TransformUnfolding.unfolded(pipeline(asking)) == pipeline(asking))
    }

    @Test("a project with a mistake, and a task with assets or a mapping, stay one task")
    func hanging() throws {
        let bad = try Fixture(["dbt/models/bad.sql": "select {{ from"])
        let wrong = bad.pipeline("build")
        withExtendedLifetime(bad) { #expect(TransformUnfolding.unfolded(wrong) == wrong) }
        let fixture = try Fixture()
        let asset = fixture.pipeline("build") { $0.options.outlets = [AssetName("shop")] }
        withExtendedLifetime(fixture) { #expect(TransformUnfolding.unfolded(asset) == asset) }
    }
}

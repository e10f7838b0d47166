import Domain
import Testing
import Transform
import TransformRunner

/// A project in memory, run on a database in memory; its files change between runs.
final class Bench {
    var files: [String: String] = ["dbt_project.yml": "name: p\nversion: '1'\n"]
    let database: SQLiteDatabase
    var fillsGaps = false
    /// The engine that the project is written for, where that is not SQLite.
    var profile: String?

    init() throws { database = try SQLiteDatabase(path: ":memory:") }

    @discardableResult
    func run(
        _ command: RunCommand = .run, full: Bool = false, now: String = "2026-01-01 00:00:00"
    ) -> [NodeResult] {
        var options = TransformOptions()
        options.command = command.rawValue
        options.isFullRefresh = full
        if let profile {
            let text = "p: {target: dev, outputs: {dev: {type: \(profile), schema: main}}}"
            options.profiles = Array(text.utf8)
            options.profile = "p"
            options.dialect = .sqlite
        }
        let source = ProjectFiles(files)
        let project = TransformProject.load(source, options: options)
        for problem in project.problems { Issue.record("\(problem.problem)") }
        var settings = RunSettings(command: command, now: now)
        settings.isFullRefresh = full
        settings.fillsGaps = fillsGaps
        let run = TransformRun(
            project: project, files: source, database: database, settings: settings,
            clock: { 0 })
        defer { run.finish() }
        return run.run()
    }

    func rows(_ sql: String) throws -> [String] {
        try database.query(sql).rows.map { row in
            row.map { value in
                switch value {
                case .null: "NULL"
                case .int(let number): "\(number)"
                case .double(let number): "\(number)"
                case .text(let text): text
                case .blob(let bytes): Digest.hex(bytes)
                case .bool(let flag): "\(flag)"
                }
            }.joined(separator: "|")
        }
    }
}

@Suite("Materialisations on SQLite")
struct MaterialisationTests {
    @Test("a view with a misspelt column is an error that names it, and the old view stays")
    func brokenView() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/b.sql"] = "select id from {{ ref('a') }}"
        #expect(bench.run().map(\.status) == [.success, .success])
        bench.files["models/b.sql"] = "select idd from {{ ref('a') }}"
        let result = try #require(bench.run().last)
        #expect(result.status == .error)
        #expect(result.message?.contains("no such column: idd") == true)
        #expect(try bench.rows("select * from b") == ["1"])
    }

    @Test("a failing table leaves the old one as it was, and its descendants are skipped")
    func failingTable() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "{{ config(materialized='table') }}select 1 as id"
        bench.files["models/b.sql"] = "select id from {{ ref('a') }}"
        bench.run()
        bench.files["models/a.sql"] = "{{ config(materialized='table') }}select \"nope\" as id"
        #expect(bench.run().map(\.status) == [.error, .skipped])
        #expect(try bench.rows("select * from a") == ["1"])
    }

    @Test("ephemeral models are put in front once, in order, before the model's own with")
    func ephemeral() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "{{ config(materialized='ephemeral') }}select 1 as id"
        bench.files["models/b.sql"] =
            "{{ config(materialized='ephemeral') }}-- x\nselect id + 1 as id from {{ ref('a') }}"
        bench.files["models/c.sql"] =
            "/* c */ with own as (select * from {{ ref('b') }}) select own.id + a.id as id "
            + "from own, {{ ref('a') }} a"
        let results = bench.run()
        #expect(results.map(\.status) == [.success])
        #expect(try bench.rows("select * from c") == ["3"])
    }

    private func incremental(_ config: String, first: String, later: String) -> String {
        "{{ config(materialized='incremental'\(config)) }}"
            + "{% if is_incremental() %}\(later){% else %}\(first){% endif %}"
    }

    @Test(
        "every strategy replaces, adds and keeps the right rows",
        arguments: [
            ("", ["1|a", "1|c", "2|b", "3|d"]),
            (", unique_key='id'", ["1|c", "2|b", "3|d"]),
            (", unique_key=['id', 'v']", ["1|a", "1|c", "2|b", "3|d"]),
            (", unique_key='id', incremental_strategy='merge'", ["1|c", "2|b", "3|d"]),
            (
                ", unique_key='id', incremental_strategy='merge', merge_update_columns=[]",
                ["1|a", "2|b", "3|d"]
            ),
            (
                ", incremental_strategy='insert_overwrite', partition_by='id'",
                ["1|c", "2|b", "3|d"]
            ),
            (", incremental_strategy='insert_overwrite'", ["1|c", "3|d"]),
        ])
    func strategies(config: String, expected: [String]) throws {
        let bench = try Bench()
        bench.files["models/m.sql"] = incremental(
            config, first: "select 1 as id, 'a' as v union all select 2, 'b'",
            later: "select 1 as id, 'c' as v union all select 3, 'd'")
        #expect(bench.run().map(\.status) == [.success])
        #expect(bench.run().map(\.message) == ["OK"])
        #expect(try bench.rows("select * from m order by id, v") == expected)
        bench.run(full: true)
        #expect(try bench.rows("select * from m order by id") == ["1|a", "2|b"])
    }

    @Test("NULL keys pile up and are reported; a double key is an error for merge")
    func keys() throws {
        let bench = try Bench()
        bench.files["models/m.sql"] = incremental(
            ", unique_key='id'", first: "select null as id, 'z' as v",
            later: "select null as id, 'z' as v")
        bench.run()
        let result = try #require(bench.run().first)
        #expect(result.warnings.count == 1)
        #expect(try bench.rows("select * from m") == ["NULL|z", "NULL|z"])
        bench.files["models/m.sql"] = incremental(
            ", unique_key='id', incremental_strategy='merge'", first: "select 1 as id",
            later: "select 1 as id union all select 1")
        bench.run(full: true)
        #expect(bench.run().first?.status == .error)
    }

    @Test(
        "on_schema_change never writes a column's name as text",
        arguments: [
            ("ignore", "error", "1|a"), ("fail", "error", "1|a"),
            ("append_new_columns", "success", "1|a|NULL;2|NULL|9"),
            ("sync_all_columns", "success", "1|NULL;2|9"),
        ])
    func schemaChange(setting: String, status: String, rows: String) throws {
        let bench = try Bench()
        bench.files["models/m.sql"] = incremental(
            ", unique_key='id', on_schema_change='\(setting)'", first: "select 1 as id, 'a' as b",
            later: "select 2 as id, 9 as c")
        bench.run()
        let result = try #require(bench.run().first)
        #expect(result.status.rawValue == status)
        #expect(try bench.rows("select * from m order by id").joined(separator: ";") == rows)
        if setting == "ignore" { #expect(result.message?.contains("column b of m") == true) }
    }

    @Test("microbatches replace whole windows, look back, and fill a gap where asked")
    func microbatch() throws {
        let bench = try Bench()
        bench.files["models/e.sql"] =
            "{{ config(materialized='table', event_time='at') }}select * from {{ ref('raw') }}"
        bench.files["models/m.sql"] = """
            {{ config(materialized='incremental', incremental_strategy='microbatch',
                      event_time='at', batch_size='day', begin='2024-01-01') }}
            select id, at from {{ ref('e') }}
            """
        func day(_ rows: [String], now: String) throws -> [String] {
            bench.files["seeds/raw.csv"] = "id,at\n" + rows.joined(separator: "\n") + "\n"
            bench.run(.seed)
            for result in bench.run(now: now) {
                #expect(result.status == .success, "\(result.message ?? "")")
            }
            return try bench.rows("select id from m order by id")
        }
        let first = ["1,2023-12-31 10:00:00", "2,2024-01-01 00:00:00", "3,2024-01-02 23:59:59"]
        #expect(try day(first, now: "2024-01-02 12:00:00") == ["2", "3"])
        // The first of January is out of the window now, the second is replaced.
        let second = ["20,2024-01-01 00:00:00", "30,2024-01-02 01:00:00", "4,2024-01-03 01:00:00"]
        #expect(try day(second, now: "2024-01-03 02:00:00") == ["2", "4", "30"])
        let third = second + ["5,2024-01-05 01:00:00", "6,2024-01-08 01:00:00"]
        #expect(try day(third, now: "2024-01-08 02:00:00") == ["2", "4", "6", "30"])
        bench.fillsGaps = true
        let fourth = third + ["7,2024-01-10 01:00:00", "8,2024-01-14 01:00:00"]
        #expect(try day(fourth, now: "2024-01-14 02:00:00") == ["2", "4", "6", "7", "8", "30"])
    }

    @Test("a contract becomes DDL: wrong columns and broken constraints are errors")
    func contract() throws {
        let bench = try Bench()
        bench.files["models/m.sql"] = "{{ config(materialized='table') }}select 'x' as v, 1 as id"
        bench.files["models/m.yml"] = """
            models:
              - name: m
                config: {contract: {enforced: true}}
                columns:
                  - {name: id, data_type: integer, constraints: [{type: not_null}, {type: check, expression: id > 0}]}
                  - {name: v, data_type: text}
            """
        #expect(bench.run().map(\.status) == [.success])
        #expect(try bench.rows("select * from m") == ["1|x"])
        bench.files["models/m.sql"] =
            "{{ config(materialized='table') }}select 'x' as v, null as id"
        #expect(bench.run().first?.message?.contains("NOT NULL constraint failed") == true)
        bench.files["models/m.sql"] = "{{ config(materialized='table') }}select 1 as id, 2 as w"
        let message = bench.run().first?.message ?? ""
        #expect(message.contains("the query lacks v; the contract lacks w"))
        #expect(try bench.rows("select * from m") == ["1|x"])
    }

    private func snapshot(_ config: String) -> String {
        "{% snapshot s %}{{ config(unique_key='id', \(config)) }}"
            + "select * from {{ ref('raw') }}{% endsnapshot %}"
    }

    @Test(
        "a snapshot follows changes, deletions and returns",
        arguments: [
            (
                "strategy='timestamp', updated_at='at'",
                ["1|a|1|2", "1|b|2|NULL", "2|x|1|NULL", "3|n|2|NULL"]
            ),
            (
                "strategy='check', check_cols=['v']",
                ["1|a|d1|d2", "1|b|d2|NULL", "2|x|d1|NULL", "3|n|d2|NULL"]
            ),
            (
                "strategy='check', check_cols='all', hard_deletes='invalidate'",
                ["1|a|d1|d2", "1|b|d2|NULL", "2|x|d1|d2", "2|x|d3|NULL", "3|n|d2|NULL"]
            ),
            (
                "strategy='timestamp', updated_at='at', hard_deletes='invalidate'",
                ["1|a|1|2", "1|b|2|NULL", "2|x|1|d2", "2|x|1|NULL", "3|n|2|NULL"]
            ),
        ])
    func snapshots(config: String, expected: [String]) throws {
        let bench = try Bench()
        bench.files["snapshots/s.sql"] = snapshot(config)
        let days = [
            "id,v,at\n1,a,1\n2,x,1\n", "id,v,at\n1,b,2\n3,n,2\n", "id,v,at\n1,b,2\n2,x,1\n3,n,2\n",
        ]
        for (number, day) in days.enumerated() {
            bench.files["seeds/raw.csv"] = day
            #expect(bench.run(.seed).map(\.status) == [.success])
            let result = bench.run(.snapshot, now: "d\(number + 1)").first
            #expect(result?.status == .success, "\(result?.message ?? "")")
        }
        let rows = try bench.rows(
            "select id, v, dbt_valid_from, dbt_valid_to from s "
                + "order by id, dbt_valid_from, dbt_valid_to is null")
        #expect(rows == expected)
    }

    @Test("new_record notes a deletion in a row of its own and closes it when the key comes back")
    func newRecord() throws {
        let bench = try Bench()
        bench.files["snapshots/s.sql"] = snapshot(
            "strategy='check', check_cols='all', hard_deletes='new_record'")
        for (number, day) in ["id,v\n1,a\n2,b\n", "id,v\n1,a\n", "id,v\n1,a\n2,b\n"].enumerated() {
            bench.files["seeds/raw.csv"] = day
            bench.run(.seed)
            let result = bench.run(.snapshot, now: "d\(number + 1)").first
            #expect(result?.status == .success, "\(result?.message ?? "")")
        }
        let rows = try bench.rows(
            "select id, dbt_valid_from, dbt_valid_to, dbt_is_deleted from s order by 1, 2")
        #expect(
            rows == [
                "1|d1|NULL|False", "2|d1|d2|False", "2|d2|d3|True", "2|d3|NULL|False",
            ])
    }

    @Test("a key that the snapshot's query gives twice is an error that names it")
    func doubleKey() throws {
        let bench = try Bench()
        bench.files["snapshots/s.sql"] = snapshot("strategy='check', check_cols='all'")
        bench.files["seeds/raw.csv"] = "id,v\n1,a\n1,b\n"
        bench.run(.seed)
        let message = bench.run(.snapshot).first?.message ?? ""
        #expect(message.contains("these keys more than once: 1"))
    }

    @Test(
        "thresholds, limits and severities decide a test's status",
        arguments: [
            ("{}", "fail", 3), ("{severity: warn}", "warn", 3), ("{error_if: '>5'}", "warn", 3),
            ("{error_if: '>5', warn_if: '>5'}", "pass", 0), ("{limit: 2}", "fail", 2),
            ("{where: 'id < 3'}", "fail", 2), ("{where: 'id > 3'}", "pass", 0),
            ("{fail_calc: 'max(id)'}", "fail", 3), ("{store_failures: true}", "fail", 3),
        ])
    func severities(config: String, status: String, failures: Int) throws {
        let bench = try Bench()
        bench.files["models/m.sql"] =
            "select 1 as id, null as v union all select 2, null union all select 3, null"
        bench.files["models/m.yml"] =
            "models: [{name: m, columns: [{name: v, data_tests: [{bad: {config: \(config)}}]}]}]"
        bench.files["tests/generic/bad.sql"] =
            "{% test bad(model, column_name) %}select * from {{ model }} "
            + "where {{ column_name }} is null{% endtest %}"
        bench.run()
        let result = try #require(bench.run(.test).first)
        #expect(result.status.rawValue == status, "\(result.message ?? "")")
        #expect(result.failures == failures)
        if config.contains("store") {
            #expect(try bench.rows("select id from \(result.relationName ?? "")").count == 3)
        }
    }

    @Test("a unit test says which rows differ, and stops its model in a build")
    func unitTests() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id, 5 as n"
        bench.files["models/b.sql"] = "select id, n * 2 as d from {{ ref('a') }}"
        func yaml(_ expected: Int) -> String {
            """
            unit_tests:
              - name: doubles
                model: b
                given: [{input: ref('a'), format: csv, rows: "id,n\\n1,4\\n"}]
                expect: {rows: [{id: 1, d: \(expected)}]}
            """
        }
        bench.files["models/u.yml"] = yaml(8)
        #expect(bench.run(.build).map(\.status) == [.success, .pass, .success])
        bench.files["models/u.yml"] = yaml(9)
        let results = bench.run(.build)
        #expect(results.map(\.status) == [.success, .fail, .skipped])
        #expect(results[1].message?.contains("- 1, 9; + 1, 8") == true)
    }

    @Test("functions of other engines give what those engines give")
    func functions() throws {
        let bench = try Bench()
        let cases: [(String, String)] = [
            ("lower(hex(md5('abc')))", "900150983cd24fb0d6963f7d28e17f72"),
            ("date_trunc('month', '2024-02-29 10:20:30')", "2024-02-01 00:00:00"),
            ("date_trunc('week', '2024-03-03')", "2024-02-26 00:00:00"),
            ("dateadd('month', 1, '2024-01-31')", "2024-02-29"),
            ("datediff('day', '2023-12-31 23:00:00', '2024-01-01 01:00:00')", "1"),
            ("datediff('hour', '2024-01-01 00:59:00', '2024-01-01 01:01:00')", "1"),
            ("date_part('week', '2021-01-03')", "53"), ("split_part('a-b-c', '-', 2)", "b"),
            ("\"left\"('abc', 2) || \"right\"('abc', 2)", "abbc"), ("lpad('7', 3, '0')", "007"),
            ("greatest(1, 3, 2) || least('b', 'a')", "3a"), ("concat('a', null, 1)", "a1"),
            ("'abc' regexp '^a.c$'", "1"), ("dateadd('day', 1, 'no date')", "NULL"),
        ]
        for (sql, expected) in cases {
            #expect(try bench.rows("select \(sql)") == [expected], "\(sql)")
        }
    }
}

import Domain
import Testing
import Transform
import TransformRunner

@Suite("What is said about a node that failed")
struct WordsTests {
    @Test(
        "all misspelt columns of a view are told at once, with their places and the nearest names")
    func unknownColumns() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as customer_id, 'x' as country"
        bench.files["models/b.sql"] =
            "select custmer_id,\n    upper(contry) as c\nfrom {{ ref('a') }}"
        let message = bench.run().last?.message
        #expect(
            message
                == "models/b.sql:1:8: no such column: custmer_id. Write 'customer_id' instead. "
                + "models/b.sql:2:11: no such column: contry. Write 'country' instead.")
    }

    @Test("an error of syntax names the line of the model's file")
    func syntax() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] =
            "{{ config(materialized='table') }}\nselect 1 as id\nfrom from x\nwhere 1 = 1"
        let message = try #require(bench.run().first?.message)
        #expect(message.contains("near \"from\": syntax error, at models/a.sql:3: from from x."))
        #expect(message.contains("spillway transform compile --select a"))
    }

    @Test("sentences end before the next one begins, and CSV names its line")
    func sentences() throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select {{ duoble(1) }}"
        bench.files["seeds/s.csv"] = "a,b\n1,2\n1,2,3\n"
        let source = ProjectFiles(bench.files)
        let project = TransformProject.load(source)
        let run = TransformRun(
            project: project, files: source, database: bench.database,
            settings: RunSettings(command: .build, now: "2026-01-01 00:00:00"), clock: { 0 })
        defer { run.finish() }
        let messages = run.run().compactMap(\.message)
        #expect(messages.contains { $0.contains("'duoble' is undefined. ") })
        #expect(
            messages.contains {
                $0.hasPrefix("seeds/s.csv:3:1: the row has 3 fields, the header 2. ")
            })
    }

    @Test(
        "a wrong word in a configuration is told at the first run, with the right one",
        arguments: [
            ("materialized='tabel'", "Write 'table' instead."),
            ("materialized='incremental', on_schema_change='apend'", "sync_all_columns"),
            ("materialized='incremental', incremental_strategy='mergee'", "insert_overwrite"),
        ])
    func configuration(config: String, remedy: String) throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "{{ config(\(config)) }} select 1 as id"
        let result = try #require(bench.run().first)
        #expect(result.status == .error)
        #expect(result.message?.contains(remedy) == true)
    }

    @Test("a seed that is no UTF-8 is refused with its line, and the table stays as it was")
    func encoding() throws {
        let bench = try Bench()
        bench.files["seeds/s.csv"] = "a,b\n1,x\n"
        #expect(bench.run(.seed).map(\.status) == [.success])
        let bytes = Array("a,b\n1,x\n2,caf".utf8) + [0xE9, 10]
        #expect {
            try CSVTable(bytes, file: "seeds/s.csv")
        } throws: { error in
            TransformRun.words(of: error).hasPrefix("seeds/s.csv:3:1: the line is not UTF-8. ")
        }
        #expect(try bench.rows("select * from s") == ["1|x"])
    }

    @Test("a macro that calls itself is told once, not a dozen times")
    func recursion() throws {
        let bench = try Bench()
        bench.files["macros/m.sql"] = "{% macro f(x) %}{{ f(x) }}{% endmacro %}"
        bench.files["models/a.sql"] = "select {{ f(1) }}"
        let problems = TransformProject.load(ProjectFiles(bench.files)).problems
        let problem = try #require(problems.first?.problem)
        #expect(problem.contains("(in f called at macros/m.sql:1, again and again)"))
    }

    @Test(
        "a test's threshold that nothing can be compared with is told, and so is a wrong severity",
        arguments: [("warn_if: \"> x\"", "Write it as '> 10'"), ("severity: eror", "Write error")])
    func thresholds(config: String, remedy: String) throws {
        let bench = try Bench()
        bench.files["models/a.sql"] = "select 1 as id"
        bench.files["models/s.yml"] =
            "models: [{name: a, columns: [{name: id, data_tests: [{unique: {config: {\(config)}}}]}]}]"
        let result = try #require(bench.run(.build).last)
        #expect(result.status == .error)
        #expect(result.message?.contains(remedy) == true)
    }

    @Test("a file that is no database is told with its name")
    func database() throws {
        let path = "/dev/null/x.db"
        #expect {
            try SQLiteDatabase(path: path)
        } throws: { error in
            TransformRun.words(of: error).contains("'\(path)' cannot be opened")
        }
    }
}

@Suite("Configuration that is SQL, and what it is true of")
struct ExpressionTests {
    @Test("expressions of a snapshot are taken as the project's engine means them")
    func snapshot() throws {
        let bench = try Bench()
        bench.profile = "duckdb"
        bench.files["seeds/s.csv"] = "id,v\n1,a\n"
        bench.files["snapshots/s.yml"] = """
            snapshots:
              - name: sn
                relation: ref('s')
                config:
                  unique_key: id
                  strategy: check
                  check_cols: all
                  dbt_valid_to_current: "cast('9999-12-31' as timestamp)"
            """
        bench.run(.build)
        #expect(try bench.rows("select dbt_valid_to from sn") == ["9999-12-31"])
    }

    @Test("a row that was closed before stays so when its key is gone")
    func closedRows() throws {
        let bench = try Bench()
        func step(_ rows: String, _ now: String) {
            bench.files["seeds/s.csv"] = "id,v,at\n" + rows
            bench.run(.build, now: now)
        }
        bench.files["snapshots/s.yml"] = """
            snapshots:
              - name: sn
                relation: ref('s')
                config: {unique_key: id, strategy: check, check_cols: [v], updated_at: at,
                         hard_deletes: invalidate}
            """
        // The time of change stands still, so that both rows have one id.
        step("1,a,2024-01-01\n2,x,2024-01-01\n", "2026-01-01 00:00:00")
        step("1,b,2024-01-01\n2,x,2024-01-01\n", "2026-01-02 00:00:00")
        step("2,x,2024-01-01\n", "2026-01-03 00:00:00")
        #expect(
            try bench.rows("select v, dbt_valid_to from sn where id = 1 order by v")
                == ["a|2024-01-01", "b|2026-01-03 00:00:00"])
    }

    @Test("hooks of a node are rewritten as those of the project are")
    func hooks() throws {
        let bench = try Bench()
        bench.profile = "duckdb"
        bench.files["models/a.sql"] =
            "{{ config(post_hook=\"update {{ this }} set d = '2024-02-30'::date\", "
            + "materialized='table') }} select 1 as id, '' as d"
        #expect(bench.run().map(\.status) == [.success])
    }

    @Test("a seed whose full_refresh is set is made anew when its columns change")
    func fullRefresh() throws {
        let bench = try Bench()
        bench.files["dbt_project.yml"] =
            "name: p\nversion: '1'\nseeds: {+full_refresh: true}\n"
        bench.files["seeds/s.csv"] = "a\n1\n"
        bench.run(.seed)
        bench.files["seeds/s.csv"] = "a,b\n1,2\n"
        #expect(bench.run(.seed).map(\.status) == [.success])
        #expect(try bench.rows("select * from s") == ["1|2"])
    }

    @Test("the contract of a view is held against its columns")
    func viewContract() throws {
        let bench = try Bench()
        bench.files["models/s.yml"] = """
            models:
              - name: a
                config: {contract: {enforced: true}}
                columns: [{name: id, data_type: integer}, {name: nme, data_type: text}]
            """
        bench.files["models/a.sql"] = "select 1 as id, 'x' as name"
        let result = try #require(bench.run().first)
        #expect(result.status == .error)
        #expect(result.message?.contains("the query lacks nme; the contract lacks name") == true)
    }

    @Test("freshness with an unknown period is an error that says which are known")
    func freshness() throws {
        let bench = try Bench()
        bench.files["models/s.yml"] = """
            sources:
              - name: s
                schema: main
                freshness: {warn_after: {count: 1, period: dya}}
                loaded_at_field: t
                tables: [{name: q}]
            """
        let project = TransformProject.load(ProjectFiles(bench.files))
        let node = try #require(project.nodes.first { $0.kind == .source })
        let found = SourceFreshness.check(node, on: bench.database, now: "2026-01-01 00:00:00")
        #expect(found?.status == "runtime error")
        #expect(found?.message?.contains("minute, hour or day") == true)
    }
}

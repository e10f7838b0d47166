import Domain
import PipelineFiles
import Testing

@Suite("Good pipeline files")
struct GoodFileTests {
    static let orders = """
        # Every morning.
        name: orders_daily
        description: Orders of the day
        schedule: "0 6 * * *"
        timezone: Europe/Berlin
        start_date: 2026-01-01
        end_date: 2026-12-31T06:00:00+01:00
        catchup: false
        max_active_runs: 1
        max_active_tasks: 4
        params:
          region: { type: string, default: eu, enum: [eu, us], description: Where }
          limit: 100
          rate: { type: number, default: 0.5 }
          full: false
          ticket: { type: string }
        env: { STAGE: prod, PORT: 8080, DAY: "{{ ds }}" }
        connections: { warehouse: "sqlite:db/{{ params.region }}.db" }
        defaults: &defaults { retries: 2, retry_delay: 30s, timeout: 10m, env: { A: one, B: two } }
        x-load: &load { connection: warehouse, group: load }
        tasks:
          extract: { run: "python extract.py --day {{ ds }} --region {{ params.region | quote }}", pool: api }
          load:    { <<: *load, sql: sql/load.sql, needs: extract, retries: 0 }
          check:   { <<: *load, sql: "select 1;\\nselect 2", needs: [extract, load], env: { B: x } }
          report:
            run: |
              set -e
              ./report.sh {{ run_id }}
            needs:
              - check
              - load
            trigger_rule: none_failed_min_one_success
            cwd: out/{{ ds }}
            timeout: 1h30m
            description: Mail it

        """

    @Test("the pipeline of the manual is read with everything it says")
    func orders() throws {
        let settings = WorkspaceSettings(
            connections: [
                ConnectionDefinition(name: "warehouse", url: "sqlite:other.db"),
                ConnectionDefinition(name: "lake", url: "sqlite:lake.db"),
            ], pools: ["api": 3], defaults: TaskDefaults(retries: 9, pool: "default_pool"))
        let reading = read(Self.orders, workspace: settings)
        #expect(lines(reading.problems) == "")
        let pipeline = try #require(reading.pipeline)
        let env = [
            EnvironmentEntry(name: "A", value: "one"), EnvironmentEntry(name: "B", value: "two"),
        ]
        #expect(pipeline.name == "orders_daily")
        #expect(pipeline.description == "Orders of the day")
        #expect(pipeline.schedule == .cron(["0 6 * * *"]))
        #expect(pipeline.timezone == "Europe/Berlin")
        #expect(
            pipeline.startDate == Instant(iso8601: "2025-12-31T23:00:00Z"),
            "a date without an offset is one of the pipeline's zone")
        #expect(pipeline.endDate == Instant(iso8601: "2026-12-31T05:00:00Z"))
        #expect(!pipeline.catchup)
        #expect(pipeline.maxActiveRuns == 1)
        #expect(pipeline.maxActiveTasks == 4)
        #expect(pipeline.folder == "/project")
        #expect(pipeline.file == "flow.yml")
        #expect(
            pipeline.params == [
                PipelineParameter(
                    name: "region", kind: .string, defaultValue: "eu", allowed: ["eu", "us"],
                    description: "Where"),
                PipelineParameter(name: "limit", kind: .integer, defaultValue: "100"),
                PipelineParameter(name: "rate", kind: .number, defaultValue: "0.5"),
                PipelineParameter(name: "full", kind: .boolean, defaultValue: "false"),
                PipelineParameter(name: "ticket"),
            ])
        #expect(
            pipeline.environment == [
                EnvironmentEntry(name: "STAGE", value: "prod"),
                EnvironmentEntry(name: "PORT", value: "8080"),
                EnvironmentEntry(name: "DAY", value: "{{ ds }}"),
            ])
        #expect(
            pipeline.connections == [
                ConnectionDefinition(name: "warehouse", url: "sqlite:db/{{ params.region }}.db"),
                ConnectionDefinition(name: "lake", url: "sqlite:lake.db"),
            ])
        #expect(
            pipeline.tasks == [
                TaskDefinition(
                    id: "extract",
                    action: .shell(
                        "python extract.py --day {{ ds }} --region {{ params.region | quote }}"),
                    retries: 2, retryDelay: .seconds(30), timeout: .seconds(600),
                    environment: env, pool: "api"),
                TaskDefinition(
                    id: "load", action: .sql(.file("sql/load.sql"), on: "warehouse"),
                    needs: ["extract"], retries: 0, retryDelay: .seconds(30),
                    timeout: .seconds(600), environment: env, group: "load"),
                TaskDefinition(
                    id: "check", action: .sql(.inline("select 1;\nselect 2"), on: "warehouse"),
                    needs: ["extract", "load"], retries: 2, retryDelay: .seconds(30),
                    timeout: .seconds(600),
                    environment: [env[0], EnvironmentEntry(name: "B", value: "x")],
                    group: "load"),
                TaskDefinition(
                    id: "report", action: .shell("set -e\n./report.sh {{ run_id }}\n"),
                    needs: ["check", "load"], retries: 2, retryDelay: .seconds(30),
                    timeout: .seconds(5400), triggerRule: .noneFailedMinOneSuccess,
                    environment: env, workingDirectory: "out/{{ ds }}",
                    description: "Mail it"),
            ])
        #expect(
            try pipeline.graph().edges == [
                DAG.Edge(from: 0, to: 1), DAG.Edge(from: 0, to: 2), DAG.Edge(from: 1, to: 2),
                DAG.Edge(from: 1, to: 3), DAG.Edge(from: 2, to: 3),
            ])
    }

    @Test("the smallest file takes its name from the file and Airflow's defaults")
    func smallest() throws {
        let reading = read("\u{feff}tasks: {a: {run: true}}\r\n", file: "/p/pipelines/hello.yaml")
        #expect(lines(reading.problems) == "")
        let pipeline = try #require(reading.pipeline)
        #expect(pipeline.name == "hello")
        #expect(pipeline.tasks == [TaskDefinition(id: "a", action: .shell("true"))])
        #expect(pipeline.timezone == "UTC")
        #expect(pipeline.schedule == nil)
    }

    @Test("an undeclared pool is only a warning")
    func undeclaredPool() {
        let reading = read("tasks: {a: {run: x, pool: apo}}", workspace: .init(pools: ["api": 2]))
        #expect(reading.pipeline?.tasks.first?.pool == "apo")
        #expect(
            lines(reading.problems)
                == "1:27 warning: pool 'apo' is not declared; it has 128 slots"
                + " | Write 'api', or add it under 'pools' in spillway.yml.")
    }

    @Test("a generated file of 10,000 tasks is read whole")
    func large() throws {
        var text = "tasks:\n"
        for index in 0..<10_000 {
            let needs = index == 0 ? "" : ", needs: [t\(index / 2)]".replacing("[t0]", with: "t0")
            text += "  t\(index): { run: \"echo \(index) {{ ds }}\"\(needs) }\n"
                .replacing("needs: [t\(index)]", with: "needs: t0")
        }
        let reading = read(text)
        #expect(lines(reading.problems) == "")
        let pipeline = try #require(reading.pipeline)
        #expect(pipeline.tasks.count == 10_000)
        #expect(try pipeline.graph().edgeCount == 9_999)
    }
}

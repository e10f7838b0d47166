import Foundation
import Testing

@Suite("Kinds of tasks, end to end")
struct TaskKindTests {
    @Test("a check fails its task where the data does not hold, and its log says which")
    func check() throws {
        let project = try Project([
            "flow": """
            connections: { db: "sqlite:shop.db" }
            tasks:
              make: { sql: "create table orders (id integer); insert into orders values (1), (null)", connection: db }
              good: { check: checks/ids.yml, table: orders, needs: make }
              csv: { check: checks/ids.yml, csv: "in/{{ ds }}.csv" }
              bad: { check: "checks/{{ params.suite }}.yml", connection: db, table: orders, needs: make }
            params: { suite: strict }

            """
        ])
        try project.write("in/2026-01-02.csv", "id\n1\n2\n")
        let loose = """
            expectations:
              - expect_table_row_count_to_be_between: { min_value: 1 }

            """
        try project.write("checks/ids.yml", loose)
        try project.write(
            "checks/strict.yml",
            """
            expectations:
              - expect_column_values_to_not_be_null: { column: id }

            """)
        let outcome = try project.spillway("run", "flow", "--date", "2026-01-02", "--json")
        let states = try outcome.json()["tasks"].list.map(\.["state"].text)
        let logs = try ["make", "good", "csv", "bad"].map {
            try project.spillway("logs", "latest", $0).output
        }
        #expect(states == ["success", "success", "success", "failed"], "\(logs)")
        #expect(logs[3].contains("FAILED"))
        #expect(outcome.code == 1)
    }

    @Test("a Spark task submits its application with all it says, and an event log of its own")
    func spark() throws {
        let project = try Project([
            "flow": """
            env: { PATH: "bin:/usr/bin:/bin" }
            tasks:
              features:
                spark:
                  app: jobs/it's.py
                  master: "local[2]"
                  conf: { spark.sql.shuffle.partitions: 64 }
                  packages: [a:b:1, c:d:2]
                  args: ["{{ ds }}", "two words"]
              missing: { spark: jobs/a.py, env: { PATH: "/usr/bin:/bin", SPARK_HOME: /nowhere }, retries: 3 }

            """
        ])
        try project.writeSparkSubmit("for word; do echo \"<$word>\"; done; ls -d \"$folder\"")
        let outcome = try project.spillway("run", "flow", "--date", "2026-01-02", "--json")
        let tasks = try outcome.json()["tasks"].list
        #expect(tasks.map(\.["state"].text) == ["success", "failed"])
        #expect(tasks.map(\.["attempts"].number) == [1, 1], "a retry brings no Spark")
        let words = try project.spillway("logs", "latest", "features").output
            .split(separator: "\n").map(String.init)
        #expect(
            words.prefix(4) == [
                "<--name>", "<flow.features>", "<--conf>", "<spark.eventLog.enabled=true>",
            ])
        #expect(words[5].hasPrefix("<spark.eventLog.dir=file:///"))
        #expect(words[5].hasSuffix("/spark/features.1>"))
        #expect(
            words.dropFirst(8) == [
                "<--master>", "<local[2]>", "<--conf>", "<spark.sql.shuffle.partitions=64>",
                "<--packages>", "<a:b:1,c:d:2>", "<jobs/it's.py>", "<2026-01-02>", "<two words>",
                String(words[5].dropFirst(27).dropLast()),
                "spillway: not profiled: spark-submit left no event log",
            ])
        #expect(
            try project.spillway("logs", "latest", "missing").output.contains(
                "'pip install pyspark', or set SPARK_HOME"))
    }

    @Test("a transform builds a dbt project, in its own folder, a task a node")
    func transform() throws {
        let project = try Project([
            "flow": "tasks: { models: { transform: \"run --select a+\", project_dir: dbt } }\n"
        ])
        try project.write("dbt/dbt_project.yml", "name: shop\nprofile: shop\nversion: '1.0'\n")
        try project.write(
            "dbt/profiles.yml",
            """
            shop:
              target: dev
              outputs:
                dev: { type: sqlite, threads: 1, database: shop, schema: main, schemas_and_paths: { main: shop.db }, schema_directory: . }

            """)
        try project.write("dbt/models/a.sql", "select 1 as id\n")
        try project.write("dbt/models/b.sql", "select * from {{ ref('a') }}\n")
        try project.write("dbt/models/c.sql", "select 2 as id\n")
        let outcome = try project.spillway("run", "flow", "--json")
        let log = try project.spillway("logs", "latest", "models.b").output
        #expect(outcome.code == 0, "\(outcome.output) \(log)")
        #expect(log.contains("model.shop.b") && log.contains("select * from main.\"a\""))
        let tasks = try project.spillway("tasks", "latest", "--json").output
        #expect(tasks.contains("models.a") && tasks.contains("models.b"))
        #expect(!tasks.contains("models.c"))
    }
}

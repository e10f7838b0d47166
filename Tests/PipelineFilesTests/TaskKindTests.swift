import Domain
import PipelineFiles
import Testing

@Suite("Kinds of tasks")
struct TaskKindTests {
    @Test("transforms, checks and Spark applications are read with all that belongs to them")
    func kinds() throws {
        let reading = read(
            """
            params: { day: x }
            connections: { warehouse: "sqlite:w.db" }
            tasks:
              models: { transform: "build --select +orders", project_dir: dbt }
              contract: { check: checks/orders.yml, connection: warehouse, table: orders }
              file: { check: checks/a.json, csv: "in/{{ ds }}.csv" }
              small: { spark: jobs/small.py }
              features:
                spark:
                  app: jobs/features.jar
                  master: "local[2]"
                  deploy_mode: client
                  class: com.example.Features
                  conf: { spark.sql.shuffle.partitions: 64, spark.app.day: "{{ params.day }}" }
                  jars: a.jar
                  py_files: [b.py, c.zip]
                  args: [--day, "{{ ds }}"]
            """)
        #expect(lines(reading.problems) == "")
        let tasks = try #require(reading.pipeline).tasks
        #expect(
            tasks.map(\.action) == [
                .transform(
                    TransformTask(arguments: "build --select +orders", projectFolder: "dbt")),
                .check(
                    CheckTask(
                        suite: "checks/orders.yml", connection: "warehouse", table: "orders")),
                .check(CheckTask(suite: "checks/a.json", csv: "in/{{ ds }}.csv")),
                .spark(SparkTask(application: "jobs/small.py")),
                .spark(
                    SparkTask(
                        application: "jobs/features.jar", master: "local[2]",
                        deployMode: "client", mainClass: "com.example.Features",
                        settings: [
                            EnvironmentEntry(name: "spark.sql.shuffle.partitions", value: "64"),
                            EnvironmentEntry(
                                name: "spark.app.day", value: "{{ params.day }}"),
                        ],
                        lists: [
                            SparkList(option: .jars, items: ["a.jar"]),
                            SparkList(option: .pythonFiles, items: ["b.py", "c.zip"]),
                        ], arguments: ["--day", "{{ ds }}"])),
            ])
    }
}

import Foundation
import Testing

@Suite("What pipelines name beside themselves")
struct ReferenceTests {
    private func problems(_ project: Project, _ path: String = ".") throws -> [String] {
        try project.spillway("validate", path, "--json").json()["problems"].list.map { problem in
            let place = "\(problem["file"].text ?? ""):\(problem["line"].number ?? 0)"
            return "\(place) \(problem["severity"].text ?? "") \(problem["problem"].text ?? "")"
        }
    }

    @Test("validate looks for pipelines, their parameters, files of SQL with templates, and suites")
    func references() throws {
        let project = try Project([
            "main": """
            connections: { w: "sqlite:w.db" }
            tasks:
              a: { pipeline: chld }
              b: { pipeline: child, params: { regon: eu } }
              c: { pipeline: child }
              d: { wait: { pipeline: nosuch } }
              e: { sql: sql/load.sql, connection: w }
              f: { sql: sql/gone.sql, connection: w }
              g: { sql: sql/made.sql, connection: w, needs: e }
              h: { check: checks }
              i: { pipeline: child, params: { region: eu } }

            """,
            "child": "params: { region: { type: string } }\ntasks: { x: { run: 'true' } }\n",
        ])
        try project.write("sql/load.sql", "select 1;\r\nselect '{{ outputs.zz.k }} {{ dss }}';\n")
        try project.write("checks/orders.yml", "")
        let expected = [
            "pipelines/main.yml:3 error there is no pipeline 'chld' in this workspace",
            "pipelines/main.yml:4 error pipeline 'child' has no parameter 'regon'",
            "pipelines/main.yml:5 error pipeline 'child' wants a value for its parameter 'region'",
            "pipelines/main.yml:6 error there is no pipeline 'nosuch' in this workspace",
            "sql/load.sql:2 error this shows an output of 'zz', which is no task",
            "sql/load.sql:2 error unknown name 'dss' in a template",
            "pipelines/main.yml:8 error there is no file of SQL 'sql/gone.sql'",
            "pipelines/main.yml:9 warning there is no file of SQL 'sql/made.sql'",
            "pipelines/main.yml:10 error 'checks' is a folder, not a suite",
        ]
        #expect(try problems(project) == expected)
        #expect(try problems(project, "pipelines/main.yml") == expected)
        #expect(try project.spillway("validate").code == 1)
    }

    @Test("pipelines that run each other are refused by validate and by those who run them")
    func cycle() throws {
        let project = try Project([
            "par": "tasks: { a: { pipeline: ch } }\n", "ch": "tasks: { x: { pipeline: par } }\n",
            "top": "tasks: { t: { pipeline: par } }\n",
        ])
        let words = "These pipelines run each other without end: "
        #expect(
            try problems(project) == [
                "pipelines/ch.yml:1 error \(words)ch → par → ch.",
                "pipelines/par.yml:1 error \(words)par → ch → par.",
            ])
        for command in [["run", "par"], ["run", "pipelines/par.yml"], ["trigger", "top"]] {
            let outcome = try project.spillway(command)
            #expect(outcome.code == 2)
            #expect(outcome.errors.contains(words + "par → ch → par."), "\(outcome.errors)")
        }
        #expect(try project.spillway("runs", "--json").json()["runs"].list.isEmpty)
    }

    @Test("a template shows the interval of the last success; before the first what holds then")
    func lastSuccess() throws {
        let project = try Project([
            "flow": """
            tasks:
              a:
                run: |
                  echo {{ (prev_data_interval_end_success or data_interval_start) | ds }} \
                  {{ dag_run.run_type }} >> seen
                  test {{ ds }} != 2026-01-03

            """
        ])
        for day in ["2026-01-02", "2026-01-03", "2026-01-05", "2026-01-04"] {
            _ = try project.spillway("run", "flow", "--date", day)
        }
        #expect(
            project.read("seen") == """
                2026-01-02 manual
                2026-01-02 manual
                2026-01-02 manual
                2026-01-02 manual

                """, "a failed run and a later one count for nothing")
    }
}

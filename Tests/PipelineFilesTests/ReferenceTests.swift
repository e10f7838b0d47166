import Domain
import PipelineFiles
import Testing

@Suite("What pipeline files name beside themselves")
struct ReferenceTests {
    @Test("pipelines, SQL and suites are told with their tasks and places; templates are not")
    func references() {
        let reading = read(
            """
            connections: {w: "sqlite:w.db"}
            tasks:
              a: {sql: sql/load.sql, connection: w}
              b: {sql: "select 1", connection: w}
              c: {sql: "{{ ds }}.sql", connection: w}
              d: {check: checks/orders.yml}
              e: {pipeline: other, params: {day: "{{ ds }}"}}
              f: {wait: {pipeline: third}}
              g: {wait: {sql: sql/ready.sql, connection: w}}
            """)
        #expect(lines(reading.problems) == "")
        #expect(
            reading.references.map { "\($0.task) \($0.place.line):\($0.place.column) \($0.target)" }
                == [
                    "a 3:12 script(\"sql/load.sql\")",
                    "d 6:14 suite(\"checks/orders.yml\")",
                    "e 7:17 pipeline(\(reflecting("other")), params: Optional([\"day\"]))",
                    "f 8:24 pipeline(\(reflecting("third")), params: nil)",
                    "g 9:19 script(\"sql/ready.sql\")",
                ])
    }

    private func reflecting(_ name: PipelineName) -> String { String(reflecting: name) }

    @Test("a text that a task renders from a file may show outputs of what lies above it")
    func reach() throws {
        let pipeline = try #require(
            read(
                """
                params: {region: eu}
                tasks:
                  a: {run: x}
                  b: {run: x, needs: a}
                  c: {run: x, needs: b}
                  d: {run: x}
                """
            ).pipeline)
        var reach = TemplateReach(pipeline)
        let text = """
            select '{{ outputs.a.rows }}', '{{ outputs.d.rows }}',
              '{{ params.regon }}', '{{ outputs.q }}', '{{ item }}'
            """
        #expect(
            reach.findings(in: text, for: "c").map {
                "\($0.error.place.line):\($0.error.place.column) \($0.severity) \($0.error.problem)"
            } == [
                "1:36 warning task 'c' may run before 'd' has written its outputs",
                "2:14 error unknown parameter 'regon' in a template",
                "2:29 error this shows an output of 'q', which is no task",
                "2:48 error task 'c' is made for no item: it has no 'map'",
            ])
    }

    @Test(
        "tens of thousands of tasks that each show something from far above are not looked at for ever",
        .timeLimit(.minutes(1)))
    func manyUses() {
        var text = "tasks:\n  t0: {run: x}\n"
        for number in 1..<30_000 {
            text += "  t\(number): {run: 'echo {{ outputs.t0 }}', needs: t\(number - 1)}\n"
        }
        let reading = read(text)
        #expect(lines(reading.problems) == "")
        #expect(reading.pipeline?.tasks.count == 30_000)
    }
}

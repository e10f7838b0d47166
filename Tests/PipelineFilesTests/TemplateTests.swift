import Domain
import PipelineFiles
import Testing

@Suite("Templates")
struct TemplateTests {
    static let context = TemplateContext(
        run: "manual__2025-03-09T07:30:05+00:00", pipeline: "dag", task: "task", attempt: 2,
        logicalDate: date("2025-03-09T07:30:05Z"), dataIntervalStart: date("2025-03-09T06:00:00Z"),
        dataIntervalEnd: date("2025-03-09T07:00:00.250Z"), localDate: "2025-03-10",
        params: ["region": "eu", "note": "it's; rm -rf /", "empty": "", "days": "-7"])

    static func date(_ text: String) -> Instant { Instant(iso8601: text) ?? Instant(seconds: 0) }

    @Test(
        "a template shows what Airflow would show",
        arguments: [
            ("plain", "plain"),
            ("{{ ds }}", "2025-03-09"),
            ("{{ ds_nodash }}", "20250309"),
            ("{{ ds_local }}", "2025-03-10"),
            ("{{ ts }}", "2025-03-09T07:30:05+00:00"),
            ("{{ ts_nodash }}", "20250309T073005"),
            ("{{ ts_nodash_with_tz }}", "20250309T073005+0000"),
            ("{{ logical_date }}", "2025-03-09T07:30:05+00:00"),
            ("{{ data_interval_start }}", "2025-03-09T06:00:00+00:00"),
            ("{{ data_interval_end }}", "2025-03-09T07:00:00.250000+00:00"),
            ("{{ data_interval_end | ts_nodash }}", "20250309T070000"),
            ("{{ data_interval_start|ds }}", "2025-03-09"),
            ("{{ dag_run.logical_date | ds_nodash }}", "20250309"),
            ("{{ run_id }}", "manual__2025-03-09T07:30:05+00:00"),
            ("{{ dag.dag_id }}/{{ pipeline.name }}", "dag/dag"),
            ("{{ task.task_id }}/{{ task.id }}/{{ ti.task_id }}", "task/task/task"),
            ("{{ ti.try_number }}{{ attempt }}", "22"),
            ("{{ task_instance_key_str }}", "dag__task__20250309"),
            ("{{ params.region }}{{ params['region'] }}", "eueu"),
            ("{{ params.note | quote }}", "'it'\\''s; rm -rf /'"),
            ("{{ params.empty | quote }} {{ ds | quote }}", "'' 2025-03-09"),
            ("{{ macros.ds_add('2025-03-09', -7) }}", "2025-03-02"),
            ("{{ macros.ds_add(ds, 365) }}", "2026-03-09"),
            ("{{ macros.ds_add(ds, params.days) }}", "2025-03-02"),
            ("{{ macros.ds_add(macros.ds_add(ds, 1), 1) }}", "2025-03-11"),
            ("{{ macros.ds_format(ds, '%Y-%m-%d', '%d/%m/%Y') }}", "09/03/2025"),
            ("{{ macros.ds_format('9 Mar 25', \"%d %b %y\", '%A %j %%') }}", "Sunday 068 %"),
            ("{{ logical_date.strftime('%Y/%m/%d %H:%M:%S %I%p') }}", "2025/03/09 07:30:05 07AM"),
            ("{{ logical_date.year }}-{{ logical_date.month }}", "2025-3"),
            ("{{ \"{{\" }} {{ '}}' }} {{ 'a\\'b' }} {{ -3 }}", "{{ }} a'b -3"),
            ("a {{- ' b ' -}} c", "a b c"),
            ("a {# no {{ ds }} #}b {#- x -#} c", "a bc"),
            ("{{ds}}{ {} %} #}", "2025-03-09{ {} %} #}"),
            ("line\n{{ ds }}\n", "line\n2025-03-09\n"),
        ])
    func renders(_ template: String, _ expected: String) throws {
        #expect(Template.problems(in: template) == [])
        #expect(try Template.parse(template).render(Self.context) == expected)
    }

    @Test(
        "a bad template says where, and what to write",
        arguments: [
            ("a\n {{ dss }}", 2, 5, "unknown name 'dss' in a template", "Write 'ds'."),
            (
                "{{ tomorrow_ds }}", 1, 4, "'tomorrow_ds' is not supported",
                "Airflow 3 has no tomorrow_ds: write macros.ds_add(ds, 1)."
            ),
            (
                "{{ params.regon }}", 1, 11, "unknown parameter 'regon' in a template",
                "Write 'region'."
            ),
            (
                "é {{ ds", 1, 3, "'{{' is never closed",
                "Close it with '}}'; for the characters themselves write {{ \"{{\" }}."
            ),
            (
                "{{ ds }} {% raw %}", 1, 10, "'{% … %}' statements are not supported",
                "Use {{ … }} only; for the characters themselves write {{ \"{%\" }}."
            ),
            (
                "{{ macros.ds_add(ds 1) }}", 1, 21, "expected ',' or ')' in the call of 'ds_add'",
                "Separate arguments by commas."
            ),
            (
                "{{ 99999999999999999999 }}", 1, 4, "'99999999999999999999' is no number",
                "Write a whole number such as -7."
            ),
        ])
    func refuses(
        _ template: String, _ line: Int, _ column: Int, _ problem: String, _ remedy: String
    ) {
        let error = TemplateError(
            place: SourcePlace(line: line, column: column), problem: problem, remedy: remedy)
        #expect(throws: error) { try Template.parse(template, params: ["region"]) }
    }

    @Test(
        "what only the run can tell is refused when it is rendered, at its place",
        arguments: [
            ("{{ params.gone }}", "this run has no parameter 'gone'"),
            ("{{ macros.ds_add(params.region, 1) }}", "'eu' is no date for ds_add"),
            ("{{ macros.ds_add(ds, run_id) }}", nil),
            ("{{ macros.ds_add(ds, 4000000) }}", nil),
            ("{{ macros.ds_add(ds, 99999999999) }}", nil),
            ("{{ macros.ds_format('x', '%Y', '%Y') }}", "'x' is no date by '%Y'"),
            ("{{ macros.ds_format('2025-02-30', '%Y-%m-%d', '%Y') }}", nil),
        ])
    func refusesAtRun(_ template: String, _ problem: String?) throws {
        let parsed = try Template.parse("x\n" + template)
        let error = #expect(throws: TemplateError.self) { try parsed.render(Self.context) }
        #expect(error?.place == SourcePlace(line: 2, column: 1))
        if let problem { #expect(error?.problem == problem) }
    }

    @Test("the output is bounded")
    func bounded() throws {
        var context = Self.context
        context.params["big"] = String(repeating: "x", count: 1 << 20)
        let parsed = try Template.parse(String(repeating: "{{ params.big }}", count: 5))
        let error = #expect(throws: TemplateError.self) { try parsed.render(context) }
        #expect(error?.problem == "the rendered text is longer than 4 MiB")
    }

    @Test("calls cannot lie so deep that reading them overflows the stack")
    func deepCalls() {
        let text = "{{ " + String(repeating: "macros.ds_add(", count: 100_000)
        #expect(Template.problems(in: text).first?.problem == "calls lie too deep in each other")
    }
}

import Domain
import PipelineFiles
import Testing

@Suite("Templates")
struct TemplateTests {
    static let context = {
        var context = plainContext
        context.trigger = .scheduled
        context.previousSuccess = {
            TemplateContext.PreviousRun(
                dataIntervalStart: date("2025-03-08T06:00:00Z"),
                dataIntervalEnd: date("2025-03-08T07:00:00Z"),
                startedAt: date("2025-03-08T07:00:01Z"), endedAt: date("2025-03-08T07:09:00Z"))
        }
        return context
    }()

    private static let plainContext = TemplateContext(
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
            ("{{ prev_data_interval_start_success }}", "2025-03-08T06:00:00+00:00"),
            ("{{ prev_data_interval_end_success | ds }}", "2025-03-08"),
            ("{{ prev_start_date_success.hour }}", "7"),
            ("{{ (prev_end_date_success or logical_date).minute }}", "9"),
            ("{{ dag_run.run_type }} {{ dag_run.dag_id }}", "scheduled dag"),
            ("{{ dag_run.data_interval_start | ts_nodash }}", "20250309T060000"),
            ("{{ dag_run.conf.region }}{{ dag_run.conf['region'] }}", "eueu"),
            (
                "{{ dag_run.conf | tojson }}",
                #"{"days":"-7","empty":"","note":"it's; rm -rf /","region":"eu"}"#
            ),
            ("{{ task_instance.try_number }}", "2"),
            ("{{ params.gone | default('x') }}{{ params.empty | default('y') }}", "x"),
            ("{{ params.empty | d('y', true) }}{{ params.empty or ds or 'z' }}", "y2025-03-09"),
            ("{{ outputs.a.b | default(params.gone) | default('z') }}", "z"),
            ("{{ params.region | upper | replace('E', 'Ä') | lower }}", "äu"),
            ("{{ ds | replace('-', '/') }} [{{ ' x\n' | trim }}]", "2025/03/09 [x]"),
            ("select {{ params.note | sqlquote }}", "select 'it''s; rm -rf /'"),
            ("{{ params.days | int }} {{ '2.9' | int }} {{ ds | length }}", "-7 2 10"),
            ("{{ ds | first }}{{ ds | last }} {{ 'ab' | join('-') }}", "29 a-b"),
            (
                "{{ logical_date - macros.timedelta(days=1, hours=2) }}",
                "2025-03-08T05:30:05+00:00"
            ),
            ("{{ (logical_date + macros.timedelta(1)).strftime('%d') -}} ", "10"),
            (
                "{{ logical_date.subtract(weeks=1).add(minutes=-30) | ts }}",
                "2025-03-02T07:00:05+00:00"
            ),
            ("{{ (data_interval_end - macros.timedelta(days=params.days)) | ds }}", "2025-03-16"),
            (
                "{{ logical_date.isoformat() }} {{ logical_date.date() }}",
                "2025-03-09T07:30:05+00:00 2025-03-09"
            ),
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
            ("{{ params.gone or params.lost }}", "this run has no parameter 'lost'"),
            ("{{ params.region | int }}", "'eu' is no number for 'int'"),
            ("{{ params.region | int | default(3) }}", "'eu' is no number for 'int'"),
            ("{{ logical_date.add(days=params.region) }}", "'eu' is no number of days"),
            ("{{ logical_date.add(weeks=9999999) }}", nil),
            ("{{ logical_date.add(days=99999999999999) }}", nil),
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

    @Test("before the first success its interval is missing; a template can say what holds then")
    func noSuccessYet() throws {
        let parsed = try Template.parse("{{ prev_data_interval_end_success }}")
        let error = #expect(throws: TemplateError.self) { try parsed.render(Self.plainContext) }
        #expect(error?.problem == "no earlier run of 'dag' has succeeded yet")
        let forgiving = try Template.parse("{{ (prev_start_date_success or logical_date) | ds }}")
        #expect(try forgiving.render(Self.plainContext) == "2025-03-09")
    }

    @Test(
        "what is known elsewhere by another name is told by ours",
        arguments: [
            ("{{ ds_add(ds, 1) }}", "Write macros.ds_add(ds, -7)."),
            (
                "{{ macros.datetime(2025, 1, 1) }}",
                "Use logical_date with strftime, or macros.ds_format."
            ),
            (
                "{{ logical_date + 1 }}",
                "Write for example logical_date - macros.timedelta(days=1)."
            ),
            ("{{ logical_date.add(day=1) }}", "Write 'days'."),
            ("{{ logical_date.add() }}", "Write for example add(days=1, hours=2)."),
            ("{{ ds | replace('a') }}", "Write ds | replace('-', '/')."),
            ("{{ (ds }}", "Write ')'."),
            ("{{ dag_run.kind }}", nil),
            (
                "{{ triggering_asset_events }}",
                "The assets of a run are those of its pipeline's schedule."
            ),
        ])
    func foreignNames(_ template: String, _ remedy: String?) {
        let problems = Template.problems(in: template)
        #expect(problems.count == 1)
        if let remedy { #expect(problems.first?.remedy == remedy) }
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

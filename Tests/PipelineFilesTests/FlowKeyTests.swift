import Domain
import PipelineFiles
import Testing

@Suite("Keys of flow and resilience")
struct FlowKeyTests {
    private func task(_ text: String, _ rest: String = "") throws -> TaskDefinition {
        let reading = read("tasks:\n  a: \(text)\n  b: { run: x, needs: a }\n\(rest)")
        #expect(lines(reading.problems) == "")
        return try #require(reading.pipeline).tasks[0]
    }

    @Test("what is waited for is read with its times; a wait's timeout is not an attempt's")
    func waits() throws {
        let file = try task(
            "{ wait: { file: \"in/{{ ds }}.csv\" }, poke_interval: 5s, timeout: 1h, soft_fail: true }"
        )
        #expect(
            file.action
                == .wait(
                    SensorTask(
                        condition: .file("in/{{ ds }}.csv"), pokeInterval: .seconds(5),
                        timeout: .seconds(3_600), isSoft: true)))
        #expect(file.timeout == nil)
        let sql = try task(
            "{ wait: { sql: \"select 1\" }, connection: w }",
            "connections: { w: \"sqlite:w.db\" }\n")
        #expect(
            sql.action
                == .wait(SensorTask(condition: .sql(.inline("select 1"), on: "w"))))
        #expect(
            try task("{ wait: { http: \"http://h/x\" } }").action
                == .wait(SensorTask(condition: .http("http://h/x"))))
        #expect(
            try task("{ wait: { command: test -f x } }").action
                == .wait(SensorTask(condition: .command("test -f x"))))
        #expect(
            try task("{ wait: { pipeline: other } }").action
                == .wait(SensorTask(condition: .pipeline("other"))))
    }

    @Test("branches, short-circuits and runs of other pipelines are kinds of tasks")
    func deciding() throws {
        #expect(try task("{ branch: ./choose }").action == .branch("./choose"))
        #expect(
            try task("{ short_circuit: ./any }").action
                == .shortCircuit("./any", leavesOutAll: true))
        #expect(
            try task("{ short_circuit: ./any, ignore_downstream_trigger_rules: false }").action
                == .shortCircuit("./any", leavesOutAll: false))
        #expect(
            try task("{ pipeline: other, params: { day: \"{{ ds }}\" } }").action
                == .pipeline(
                    ChildPipelineTask(
                        pipeline: "other",
                        params: [EnvironmentEntry(name: "day", value: "{{ ds }}")])))
    }

    @Test("items are a list with types, or what another task wrote; that task is needed then")
    func maps() throws {
        let literal = try task("{ run: x, map: [a, 1, true, ~, { k: [1.5] }], max_active: 4 }")
        #expect(
            literal.options.mapping
                == TaskMapping(
                    source: .items([
                        .text("a"), .number("1"), .boolean(true), .null,
                        .object([.init("k", .list([.number("1.5")]))]),
                    ]), maxActive: 4))
        let output = try task("{ run: x, map: { from: b.stores } }")
        #expect(
            output.options.mapping == TaskMapping(source: .output("b", key: "stores")))
        #expect(output.needs == ["b"])
        #expect(
            try task("{ run: x, map: { from: b } }").options.mapping?.source
                == .output("b", key: TaskOutput.bareKey))
        let reading = read(
            "tasks:\n  e.x: { run: x }\n  m: { run: x, needs: e.x, map: { from: e.x.list } }\n")
        let mapped = try #require(reading.pipeline).tasks[1]
        #expect(mapped.options.mapping?.source == .output("e.x", key: "list"))
        #expect(mapped.needs == ["e.x"])
    }

    @Test("retries, slots, weights and exit codes come from task, group, defaults and workspace")
    func shared() throws {
        let reading = read(
            """
            run_timeout: 2h
            secrets: TOKEN
            on_failure: { webhook: "http://h" }
            defaults: { retry_backoff: 2, retry_max_delay: 10m, priority: 5, on_failure: ./all }
            groups:
              g: { retry_jitter: 0.5, pool_slots: 2, needs: first }
            tasks:
              first: { run: x }
              a: { run: x, group: g, retry_backoff: 3, weight_rule: absolute, skip_exit_code: [3, 4] }
              b: { run: x, group: g, needs: a, secrets: [KEY], on_failure: [bell, { toast: hm }] }
              c: { run: x, needs: g, fail_exit_code: none }
              up: { run: x, setup: true }
              down: { run: x, needs: c, teardown: up, fails_run: true }
              made: { run: x, outlets: [orders], inputs: "in/*.csv", outputs: [out.db] }
            """, workspace: WorkspaceSettings(defaults: TaskDefaults(retries: 7)))
        #expect(lines(reading.problems) == "")
        let pipeline = try #require(reading.pipeline)
        let tasks = Dictionary(uniqueKeysWithValues: pipeline.tasks.map { ($0.id, $0) })
        #expect(pipeline.timing.runTimeout == .seconds(7_200))
        #expect(pipeline.hooks == [Hook(.failure, .webhook("http://h"))])
        let first = try #require(tasks["first"]?.options)
        #expect(
            first.backoff == RetryBackoff(multiplier: 2, maxDelay: .seconds(600), jitter: 1))
        #expect(first.priority == 5 && first.secrets == ["TOKEN"])
        #expect(first.hooks == [Hook(.failure, .command("./all"))])
        let a = try #require(tasks["a"])
        #expect(
            a.options.backoff == RetryBackoff(multiplier: 3, maxDelay: .seconds(600), jitter: 0.5))
        #expect(a.options.poolSlots == 2 && a.options.weightRule == .absolute)
        #expect(a.options.exitCodes == ExitCodes(skip: [3, 4], fail: [98]))
        #expect(a.needs == ["first"], "what the group needs, its first tasks need")
        let b = try #require(tasks["b"])
        #expect(b.needs == ["a"])
        #expect(b.options.secrets == ["TOKEN", "KEY"])
        #expect(b.options.hooks == [Hook(.failure, .bell), Hook(.failure, .toast("hm"))])
        let c = try #require(tasks["c"])
        #expect(c.needs == ["b"], "the group's last task stands for it")
        #expect(c.options.exitCodes == ExitCodes(skip: [99], fail: []))
        #expect(tasks["up"]?.options.role == .setup)
        let down = try #require(tasks["down"])
        #expect(down.options.role == .teardown(failsRun: true))
        #expect(down.needs == ["c", "up"])
        #expect(down.triggerRule == .allDoneSetupSuccess)
        #expect(tasks["made"]?.options.outlets == ["orders"])
        #expect(tasks["made"]?.options.inputs == ["in/*.csv"])
        #expect(tasks["made"]?.options.products == ["out.db"])
        #expect(down.retries == 7)
    }

    @Test("assets start a pipeline by conditions in each other")
    func assets() throws {
        let all = read("schedule: { assets: [a, b] }\ntasks: { t: { run: x } }\n")
        #expect(
            all.pipeline?.schedule == .assets(.all([.asset("a"), .asset("b")])))
        let any = read(
            "schedule: { assets: { any: [a, { all: [b, c] }] } }\ntasks: { t: { run: x } }\n")
        let condition = AssetCondition.any([.asset("a"), .all([.asset("b"), .asset("c")])])
        #expect(any.pipeline?.schedule == .assets(condition))
        #expect(condition.holds { $0 == "a" })
        #expect(!condition.holds { $0 == "b" })
        #expect(condition.holds { $0 == "b" || $0 == "c" })
    }

    @Test("pools may have a rate and a circuit")
    func pools() {
        let (settings, problems) = WorkspaceSettings.read(
            bytes: Array(
                """
                pools:
                  plain: 3
                  quick: { slots: 1, rate: 3/s }
                  api: { slots: 2, rate: 10/1m, circuit: { failures: 3, cooldown: 2m } }
                """.utf8), file: "spillway.yml")
        #expect(lines(problems) == "")
        #expect(settings.pools == ["plain": 3, "quick": 1, "api": 2])
        #expect(
            settings.policies == [
                "quick": PoolPolicy(rate: .init(count: 3, period: .seconds(1))),
                "api": PoolPolicy(
                    rate: .init(count: 10, period: .seconds(60)),
                    circuit: .init(
                        failures: 3, window: .seconds(60), cooldown: .seconds(120))),
            ])
        let bad = WorkspaceSettings.read(
            bytes: Array("pools: { a: { rate: fast, circuit: { n: 1 } } }".utf8), file: "s"
        ).1
        #expect(
            lines(bad) == """
                1:21 error: 'fast' is no rate | Write how many launches in how long a time, for example 10/1m.
                1:38 error: unknown key 'n' in 'circuit' | Known here: failures, window, cooldown.
                """)
    }

    @Test("a connection may have a circuit in spillway.yml, and nowhere else")
    func connections() {
        let (settings, problems) = WorkspaceSettings.read(
            bytes: Array(
                """
                connections:
                  plain: sqlite:a.db
                  shop: { url: postgresql://host/shop, circuit: { failures: 2 } }
                """.utf8), file: "spillway.yml")
        #expect(lines(problems) == "")
        #expect(
            settings.connections == [
                ConnectionDefinition(name: "plain", url: "sqlite:a.db"),
                ConnectionDefinition(name: "shop", url: "postgresql://host/shop"),
            ])
        let circuit = PoolPolicy.Circuit(
            failures: 2, window: .seconds(60), cooldown: .seconds(30))
        #expect(settings.policies == [.guarding("shop"): PoolPolicy(circuit: circuit)])
        let bad = WorkspaceSettings.read(
            bytes: Array("connections: { a: { circuit: {}, user: me } }".utf8), file: "s"
        ).1
        #expect(
            lines(bad) == """
                1:16 error: connection 'a' has no url | Write { url: sqlite:warehouse.db }.
                1:34 error: unknown key 'user' in connection 'a' | Known here: url, circuit.
                """)
    }

    @Test("aliases of aliases in a map end in a problem, not in memory")
    func aliasBomb() {
        var text = "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1...9 {
            let alias = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "x-\(level): &a\(level) [\(alias)]\n"
        }
        let reading = read(text + "tasks: { t: { run: x, map: [*a9] } }\n")
        #expect(reading.pipeline == nil)
    }

    @Test("a file that says how to find out what it is says no more")
    func generator() throws {
        let reading = read("x-note: hm\ngenerate: ./make.py\ngenerate_timeout: 30s\n")
        let generator = try #require(reading.generator)
        #expect(generator.command == "./make.py" && generator.timeout == .seconds(30))
        #expect(generator.place == SourcePlace(line: 2, column: 11))
        #expect(read("tasks: { t: { run: x } }").generator == nil)
    }

    @Test(
        "outputs, items and the index are shown by templates",
        arguments: [
            ("{{ outputs.a.rows }}", "12"), ("{{ outputs['a']['list'] }}", "[1,\"x\"]"),
            ("{{ outputs.a.list[1] }}", "x"), ("{{ outputs.b }}", "bare"),
            ("{{ outputs.a.rows | tojson }}", "12"), ("{{ outputs.b | tojson }}", "\"bare\""),
            ("{{ ti.xcom_pull('b') }}", "bare"),
            ("{{ ti.xcom_pull(task_ids='a', key='rows') }}", "12"), ("{{ item.id }}", "7"),
            ("{{ item }}", "{\"id\":7}"), ("{{ map_index }}", "3"),
            ("{{ item | quote }}", "'{\"id\":7}'"),
        ])
    func templates(text: String, expected: String) throws {
        #expect(try Template.parse(text).render(Self.context) == expected)
    }

    @Test(
        "what was not written is refused where it stands",
        arguments: [
            ("x {{ outputs.c.y }}", "task 'c' has written no output 'y'"),
            ("{{ outputs.a.list[7] }}", "the output 'list' has no '7'"),
            ("{{ item.nix }}", "the item has no 'nix'"),
        ])
    func missing(text: String, problem: String) throws {
        let error = #expect(throws: TemplateError.self) {
            _ = try Template.parse(text).render(Self.context)
        }
        #expect(error?.problem == problem)
    }

    private static var context: TemplateContext {
        var context = TemplateContext(
            run: "r", pipeline: "p", task: "t", logicalDate: Instant(seconds: 0),
            dataIntervalStart: Instant(seconds: 0), dataIntervalEnd: Instant(seconds: 0),
            localDate: "1970-01-01")
        context.output = { task, key in
            switch (task.name, key) {
            case ("a", "rows"): .number("12")
            case ("a", "list"): .list([.number("1"), .text("x")])
            case ("b", "return_value"): .text("bare")
            default: nil
            }
        }
        context.item = .object([.init("id", .number("7"))])
        context.mapIndex = 3
        return context
    }
}

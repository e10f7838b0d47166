import Foundation
import Testing
import Transform
import TransformRunner

@Suite("Materialisations on other engines", .enabled(if: !EngineBench.others.isEmpty))
struct EngineMaterialisationTests {
    /// Runs the same steps on SQLite and on `dialect`, and compares what `queries` give.
    private func agree(
        on dialect: SQLDialect, _ steps: [(EngineBench) throws -> [NodeResult]],
        queries: [String]
    ) throws {
        let benches = [try EngineBench(.sqlite), try EngineBench(dialect)]
        for bench in benches {
            try bench.write("name: p\nprofile: p\nversion: '1'\n", to: "dbt_project.yml")
        }
        for (number, step) in steps.enumerated() {
            let results = try benches.map(step)
            for result in results[1] where result.status == .error {
                if results[0].contains(where: {
                    $0.uniqueID == result.uniqueID && $0.status == .error
                }) {
                    continue
                }
                Issue.record("step \(number) \(result.uniqueID): \(result.message ?? "")")
            }
            #expect(
                results[0].map { "\($0.uniqueID) \($0.status) \($0.failures ?? -1)" }
                    == results[1].map { "\($0.uniqueID) \($0.status) \($0.failures ?? -1)" },
                "step \(number)")
            for query in queries {
                let rows = benches.map { bench in
                    (try? bench.rows(query)) ?? ["no such relation"]
                }
                #expect(rows[0] == rows[1], "step \(number): \(query)")
            }
        }
    }

    private static func rows(_ rows: [(String, String, Int)]) -> String {
        "id,part,amount\n" + rows.map { "\($0.0),\($0.1),\($0.2)\n" }.joined()
    }

    @Test(
        "every incremental strategy, with NULLs in keys and lists as keys",
        arguments: EngineBench.others)
    func strategies(_ dialect: SQLDialect) throws {
        let select = "select id, part, amount from {{ ref('raw') }}"
        let configs = [
            "append": "incremental_strategy='append'",
            "byid": "unique_key='id'", "bypair": "unique_key=['id', 'part']",
            "merged":
                "unique_key='id', incremental_strategy='merge', merge_exclude_columns=['part']",
            "parts": "incremental_strategy='insert_overwrite', partition_by=['part']",
            "some":
                "unique_key='id', incremental_strategy='delete+insert', incremental_predicates=['amount < 100']",
        ]
        func prepare(_ bench: EngineBench, _ text: String) throws {
            try bench.write(text, to: "seeds/raw.csv")
            for (name, config) in configs {
                // A merge refuses keys that stand twice.
                let filter = name == "merged" ? " where id is not null" : ""
                try bench.write(
                    "{{ config(materialized='incremental', \(config)) }}\n\(select)\(filter)",
                    to: "models/\(name).sql")
            }
        }
        try agree(
            on: dialect,
            [
                {
                    try prepare(
                        $0, Self.rows([("1", "a", 10), ("2", "b", 200), ("", "z", 3)]))
                    return $0.run(.seed) + $0.run(.run)
                },
                {
                    try prepare(
                        $0,
                        Self.rows([("1", "c", 11), ("2", "b", 21), ("3", "a", 31), ("", "z", 4)]))
                    return $0.run(.seed) + $0.run(.run)
                },
                { $0.run(.run, full: true) },
            ], queries: configs.keys.sorted().map { "select * from main.\($0)" })
    }

    @Test("all four values of on_schema_change", arguments: EngineBench.others)
    func schemaChanges(_ dialect: SQLDialect) throws {
        let values = ["ignore", "fail", "append_new_columns", "sync_all_columns"]
        func models(_ bench: EngineBench, _ select: String) throws {
            for value in values {
                try bench.write(
                    "{{ config(materialized='incremental', on_schema_change='\(value)') }}\n\(select)",
                    to: "models/m_\(value).sql")
            }
        }
        try agree(
            on: dialect,
            [
                {
                    try models($0, "select 1 as a, 2 as b")
                    return $0.run(.run)
                },
                {
                    try models($0, "select 3 as a, 4 as b, 'x' as c")
                    return $0.run(.run)
                },
                {
                    try models($0, "select 5 as a, 'y' as c")
                    return $0.run(.run)
                },
            ], queries: values.map { "select * from main.m_\($0)" })
    }

    @Test(
        "snapshots of both strategies, with rows that change, go and come back",
        arguments: EngineBench.others)
    func snapshots(_ dialect: SQLDialect) throws {
        func prepare(_ bench: EngineBench, _ rows: String) throws {
            try bench.write("id,name,changed\n" + rows, to: "seeds/raw.csv")
            var text = "snapshots:\n"
            for (name, config) in [
                ("s_check", "strategy: check, check_cols: all"),
                ("s_some", "strategy: check, check_cols: [name], hard_deletes: invalidate"),
                ("s_time", "strategy: timestamp, updated_at: changed, hard_deletes: new_record"),
            ] {
                text += "  - name: \(name)\n    relation: ref('raw')\n"
                text += "    config: {unique_key: id, \(config)}\n"
            }
            try bench.write(text, to: "snapshots/all.yml")
        }
        func step(_ rows: String, _ now: String) -> (EngineBench) throws -> [NodeResult] {
            {
                try prepare($0, rows)
                return $0.run(.seed, full: true) + $0.run(.snapshot, now: now)
            }
        }
        let columns = "id, name, case when dbt_valid_to is null then 1 else 0 end as is_current"
        try agree(
            on: dialect,
            [
                step("1,a,2024-01-01 00:00:00\n2,b,2024-01-01 00:00:00\n", "2026-01-01 00:00:00"),
                step("1,aa,2024-01-02 00:00:00\n3,,2024-01-02 00:00:00\n", "2026-01-02 00:00:00"),
                step(
                    "1,aa,2024-01-02 00:00:00\n2,b,2024-01-03 00:00:00\n3,c,2024-01-03 00:00:00\n",
                    "2026-01-03 00:00:00"),
            ],
            queries: [
                "select \(columns) from main.s_check", "select \(columns) from main.s_some",
                "select \(columns), dbt_is_deleted from main.s_time",
                "select id, cast(dbt_valid_from as text) from main.s_time where dbt_is_deleted = 'False'",
            ])
    }

    @Test("microbatches, contracts, unit tests and stored failures", arguments: EngineBench.others)
    func rest(_ dialect: SQLDialect) throws {
        try agree(
            on: dialect,
            [
                { bench in
                    try bench.write(
                        "id,moment\n1,2025-12-30 05:00:00\n2,2025-12-31 23:59:59\n3,2026-01-02 01:00:00\n",
                        to: "seeds/raw.csv")
                    try bench.write(
                        """
                        {{ config(materialized='incremental', incremental_strategy='microbatch',
                                  event_time='moment', batch_size='day', begin='2025-12-29', lookback=5) }}
                        select id, moment from {{ ref('raw') }}
                        """, to: "models/batches.sql")
                    try bench.write(
                        "{{ config(materialized='table') }} select 1 as id, 'x' as name",
                        to: "models/promised.sql")
                    try bench.write(
                        "select id * 2 as twice from {{ ref('raw') }}", to: "models/twice.sql")
                    try bench.write(
                        """
                        seeds:
                          - name: raw
                            config: {event_time: moment}
                            columns:
                              - name: id
                                data_tests:
                                  - accepted_values: {arguments: {values: [1, 2], quote: false}, config: {severity: warn, store_failures: true}}
                        models:
                          - name: promised
                            config: {contract: {enforced: true}}
                            columns:
                              - {name: id, data_type: integer, constraints: [{type: not_null}]}
                              - {name: name, data_type: text}
                        unit_tests:
                          - name: doubles
                            model: twice
                            given: [{input: ref('raw'), rows: [{id: 4}, {id: null}]}]
                            expect: {rows: [{twice: 8}, {twice: null}]}
                          - name: fails
                            model: twice
                            given: [{input: ref('raw'), rows: [{id: 4}]}]
                            expect: {rows: [{twice: 9}]}
                        """, to: "models/all.yml")
                    return bench.run(.seed) + bench.run(.run) + bench.run(.test)
                },
                { $0.run(.run) },
            ],
            queries: ["select * from main.batches", "select * from main.promised"])
    }
}

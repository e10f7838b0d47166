/// A project with pieces of everything that is not about rows alone, chosen by a seed: packages,
/// macros with dispatch, sources, hooks, groups, exposures, unit tests, thresholds of tests.
struct WideProject {
    private(set) var files: [String: String] = [:]
    private(set) var models: [String] = []
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        files["dbt_project.yml"] = """
            name: p
            version: "1.0"
            profile: p
            vars: {least: \(next(4)), kinds: [a, b]}
            models:
              +tags: [all]
              p:
                stage: {+materialized: view, +tags: [stg]}
                mart: {+materialized: \(pick(["table", "view"])), +tags: [mart], +meta: {owner: me}}
            on-run-start: "create table if not exists audit (what text)"
            """
        addPackage()
        addMacros()
        addData()
        for number in 0..<(5 + next(4)) { addModel("m\(number)") }
        addRest()
    }

    private mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items[next(items.count)] }
    private mutating func ref() -> String {
        "{{ ref('\(pick(models + ["raw_a", "raw_b"]))') }}"
    }

    private mutating func addPackage() {
        files["packages.yml"] = "packages: [{local: dbt_packages/util}]"
        files["dbt_packages/util/dbt_project.yml"] = """
            name: util
            version: "0.1"
            models: {util: {+materialized: table, +tags: [pkg]}}
            vars: {depth: 3}
            """
        files["dbt_packages/util/macros/u.sql"] = """
            {% macro tell() %}{{ return(adapter.dispatch('tell', 'util')()) }}{% endmacro %}
            {% macro default__tell() %}'util'{% endmacro %}
            {% test positive(model, column_name, least=0) %}
            select * from {{ model }} where {{ column_name }} < {{ least }}
            {% endtest %}
            """
        files["dbt_packages/util/models/u_model.sql"] =
            "select 1 as id, 'u' as kind, {{ var('depth', 9) }} as amount, '2024-01-01' as day"
        files["dbt_packages/util/models/u.yml"] =
            "models: [{name: u_model, columns: [{name: id, data_tests: [unique]}]}]"
        if next(2) == 0 {
            files["macros/over.sql"] =
                "{% macro \(pick(["default", "sqlite", "duckdb"]))__tell() %}'root'{% endmacro %}"
        }
        models.append("u_model")
    }

    private mutating func addMacros() {
        files["macros/m.sql"] = """
            {% macro double(x, times=2) -%} ({{ x }}) * {{ times }} {%- endmacro %}
            {% macro pick(c) %}{{ return(adapter.dispatch('pick')(c)) }}{% endmacro %}
            {% macro default__pick(c) %}coalesce({{ c }}, 'none'){% endmacro %}
            {% macro sqlite__pick(c) %}coalesce({{ c }}, 'lite'){% endmacro %}
            {% macro cols() %}{% do return(['id', 'kind']) %}{% endmacro %}
            {% macro wrap() %}( {{ caller() }} ){% endmacro %}
            {% macro opt() %}{% for a in varargs %}{{ a }}, {% endfor %}{{ kwargs.last }}{% endmacro %}
            """
    }

    private mutating func addData() {
        for name in ["raw_a", "raw_b"] {
            let count = 4 + next(10)
            var rows = "id,kind,amount,day,flag,code\n"
            for _ in 0..<count {
                rows += "\(1 + next(count)),\(pick(["a", "b", "", "\"c, d\"", "x y"])),"
                rows += "\(pick(["", "\(next(100))", "\(next(100)).5"])),2024-01-\(10 + next(18)),"
                rows += "\(pick(["true", "false", ""])),000\(10 + next(80))\n"
            }
            files["seeds/\(name).csv"] = rows
        }
        files["seeds/seeds.yml"] = """
            seeds:
              - name: raw_a
                config: {column_types: {code: text}, tags: [rawseed]}
                columns: [{name: id, data_tests: [not_null]}]
            """
        files["models/sources.yml"] = """
            sources:
              - name: ext
                schema: main
                tags: [srctag]
                tables:
                  - name: raw_b
                    columns: [{name: id, data_tests: [not_null, {unique: {config: {severity: warn}}}]}]
                  - {name: other, identifier: raw_a}
            """
    }

    private mutating func addModel(_ name: String) {
        let kind = pick(["", "", "table", "view", "ephemeral", "incremental", "incremental"])
        var config = kind.isEmpty ? [] : ["materialized='\(kind)'"]
        if kind == "incremental", next(2) == 0 { config.append("unique_key='id'") }
        if next(4) == 0 { config.append("tags=['x', 't\(next(2))']") }
        if next(6) == 0 { config.append("alias='al_\(name)'") }
        if next(6) == 0 { config.append("meta={'a': {'b': \(next(2))}}") }
        let filter =
            kind == "incremental"
            ? "\n{% if is_incremental() %} where id > (select coalesce(max(id), 0) - 2 from {{ this }})"
                + " {% endif %}" : ""
        let (one, two) = (ref(), ref())
        let bodies = [
            "select id, kind, amount, day from \(one)\(filter)",
            "with x as (select * from \(one))\nselect id, kind, amount, day from x\(filter)",
            "select id, {{ pick('kind') }} as kind, {{ double('amount') }} as amount, day from "
                + "\(one)\(filter)",
            "select {{ cols() | join(', ') }}, {{ double('amount', times=3) }} as amount, day from "
                + "{% call wrap() %} select * from \(one) {% endcall %} q\(filter)",
            "select {{ opt('id', 'kind', 'amount', last='day') }} from \(one)\(filter)",
            "select id, {{ util.tell() }} as kind, amount, day from \(one)\(filter)",
            "select id, kind, amount, day from {{ source('ext', '\(pick(["raw_b", "other"]))') }}"
                + filter,
            "{% set q %}select id, kind, amount, day from \(one){% endset %}{{ q }}\(filter)",
            "select id, kind, amount, day from \(one) union all "
                + "select id, kind, amount, day from \(two)",
            "{% if execute %}{% set n = run_query('select 3').columns[0].values()[0] %}{% endif %}"
                + "select id, kind, {{ n | default(0) }} as amount, day from \(one)\(filter)",
        ]
        let folder = pick(["", "stage/", "mart/", "mart/deep/"])
        let isBroken = next(12) == 0
        files["models/\(folder)\(name).sql"] =
            isBroken
            ? "{{ config(materialized='table') }} select nosuch as id from \(one)"
            : (config.isEmpty ? "" : "{{ config(\(config.joined(separator: ", "))) }}\n")
                + pick(bodies)
        files["models/\(name).yml"] = "models:\n" + properties(name)
        models.append(name)
    }

    private mutating func properties(_ name: String) -> String {
        var tests: [String] = []
        for check in ["unique", "not_null", "relationships", "accepted_values", "util.positive"]
        where next(3) == 0 {
            var config = ["severity: \(pick(["warn", "error", "WARN"]))"]
            if next(3) == 0 { config.append("warn_if: '\(pick([">2", ">=1", "!=0", " = 3"]))'") }
            if next(3) == 0 { config.append("error_if: '\(pick([">4", ">=1", "!=0", ">0 "]))'") }
            if next(5) == 0 {
                config.append("where: \"\(pick(["amount > 10", "kind = 'a'", "1=0"]))\"")
            }
            if next(6) == 0 { config.append("limit: \(1 + next(3))") }
            if next(6) == 0 { config.append("tags: [slow]") }
            let arguments =
                switch check {
                case "relationships":
                    "arguments: {to: \"ref('\(pick(["raw_a", "raw_b"]))')\", field: id}, "
                case "accepted_values": "arguments: {values: [1, 2, 3], quote: false}, "
                case "util.positive": "arguments: {least: \(next(5))}, "
                default: ""
                }
            tests.append("{\(check): {\(arguments)config: {\(config.joined(separator: ", "))}}}")
        }
        let group = next(5) == 0 ? "    group: g\n" : ""
        return "  - name: \(name)\n\(group)    columns:\n      - name: id\n        data_tests: "
            + "[\(tests.joined(separator: ", "))]\n"
    }

    private mutating func addRest() {
        // Columns of the seeds as they are: dbt-sqlite knows no type of an expression, and takes the
        // expected text of one for the number 0.
        files["models/groups.yml"] = "groups: [{name: g, owner: {name: me}}]"
        files["tests/one.sql"] = """
            {{ config(severity='\(pick(["warn", "error"]))', tags=['sing']) }}
            select * from \(ref()) where id > \(1 + next(20))
            """
        files["models/ut_model.sql"] = """
            {{ config(materialized='\(pick(["table", "view", "incremental"]))') }}
            select a.id, b.kind, a.amount, a.day
            from {{ ref('raw_a') }} a left join {{ ref('raw_b') }} b on a.id = b.id
            """
        files["models/ut.yml"] = """
            unit_tests:
              - name: doubles
                model: ut_model
                given:
                  - {input: ref('raw_a'), rows: [{id: 1, amount: 4}, {id: 2, amount: 1}]}
                  - input: ref('raw_b')
                    format: csv
                    rows: |
                      id,kind
                      1,q
                expect:
                  rows: [{id: 1, kind: q, amount: \(pick([4, 4, 5]))}, {id: 2, kind: null, amount: 1}]
            """
        files["models/after_ut.sql"] = "select id from {{ ref('ut_model') }}"
        files["models/exposures.yml"] = """
            exposures:
              - {name: dash, type: dashboard, owner: {name: me}, depends_on: ["ref('m0')"], tags: [bi]}
            """
        files["selectors.yml"] = """
            selectors:
              - name: one
                definition: {method: tag, value: mart, children: true}
              - name: two
                definition:
                  union:
                    - {method: path, value: models/stage}
                    - intersection: ["tag:all", {method: fqn, value: m1, parents: true, parents_depth: 1}]
                    - exclude: [m0]
              - name: four
                definition: {method: selector, value: one, exclude: [{method: tag, value: x}]}
              - name: five
                definition: {method: fqn, value: m2, childrens_parents: true, indirect_selection: cautious}
            """
    }

    /// Arguments of `ls`, chosen by the seed.
    mutating func selections(_ count: Int) -> [[String]] {
        let methods = [
            "tag:mart", "tag:x", "tag:pkg", "tag:slow", "path:models/mart", "path:models/m0.sql",
            "path:models/*", "source:ext", "source:ext.raw_b+1", "config.materialized:view",
            "config.severity:warn", "config.meta.owner:me", "config.meta.a.b:1",
            "resource_type:test",
            "test_type:generic", "test_type:unit", "test_type:data", "test_name:unique",
            "test_name:positive", "package:util", "package:this", "exposure:dash", "+exposure:*",
            "group:g", "access:protected", "fqn:p.mart.*", "fqn:*", "m*", "mart.deep",
            "file:m1.sql",
            "raw_*", "unit_test:doubles", "config.tags:stg", "@source:ext", "tag:mart+,tag:all",
        ]
        return (0..<count).map { _ in
            func one() -> String {
                let model = pick(models)
                return switch next(8) {
                case 0: "+\(model)"
                case 1: "\(model)+"
                case 2: "\(1 + next(2))+\(model)"
                case 3: "@\(model)"
                case 4: "\(model)+,tag:all"
                default: pick(methods)
                }
            }
            var arguments = ["--select", one()]
            if next(3) == 0 { arguments.append(one()) }
            if next(3) == 0 { arguments += ["--exclude", one()] }
            if next(5) == 0 {
                arguments += ["--indirect-selection", pick(["cautious", "buildable", "empty"])]
            }
            return arguments
        }
    }
}

import Domain
import Testing
import Transform

@Suite("A project is read with dbt's ids, names and configurations")
struct LoadTests {
    static let base = [
        "dbt_project.yml": """
        name: shop
        version: "1.0"
        profile: shop
        vars: {limit: 5, shop: {own: [1, 2]}}
        models:
          +tags: root
          shop:
            staging: {+materialized: view, +tags: [stage], +meta: {a: 1}}
            marts: {+materialized: table, +schema: core}
        """,
        "models/staging/stg_a.sql": "select {{ var('limit') }} as id",
        "models/marts/a.sql":
            "{{ config(tags='own', meta={'b': 2}) }}select * from {{ ref('stg_a') }}",
        "models/schema.yml": """
        models:
          - name: a
            config: {meta: {a: 0}}
            columns:
              - name: id
                data_tests:
                  - unique
                  - accepted_values: {values: [1, 2, 3, 4, 5], config: {severity: warn}}
        """,
    ]

    private func load(_ changes: [String: String] = [:]) -> TransformProject {
        TransformProject.load(ProjectFiles(Self.base.merging(changes) { $1 }))
    }

    @Test("a seed that is described under models: has its tests, with a warning")
    func otherKind() {
        let project = load([
            "seeds/codes.csv": "id\n1\n",
            "models/codes.yml":
                "models: [{name: codes, description: x, columns: [{name: id, data_tests: [unique]}]}]",
        ])
        #expect(project.nodes.contains { $0.name == "unique_codes_id" })
        #expect(project.nodes.first { $0.name == "codes" }?.description == "x")
        #expect(project.problems.map(\.severity) == [.warning])
    }

    @Test("tests that are read without their macros refer to what the macros refer to")
    func plainTests() {
        let properties = """
            models:
              - name: a
                data_tests: [{unique: {column_name: id}}, not_empty]
                columns:
                  - name: id
                    data_tests:
                      - unique
                      - not_null: {config: {where: "id > 1"}}
                      - accepted_values: {values: ["{{ var('limit') }}", x], quote: false}
                      - accepted_values: {values: [a, b]}
                      - relationships: {to: ref('stg_a'), field: id}
                      - relationships: {to: "ref( 'stg_a' )", field: id}
                      - relationships: {to: "source('erp', 'calls')", field: id}
            sources:
              - name: erp
                tables: [{name: calls, columns: [{name: id, data_tests: [unique]}]}]
            """
        let files = [
            "models/schema.yml": properties,
            "macros/own.sql":
                "{% test not_empty(model) %}select 1 from {{ model }} having count(*) = 0{% endtest %}",
        ]
        // A project that replaces what the tests call is read by running them.
        let slow = "{% macro get_where_subquery(relation) %}{{ return(relation) }}{% endmacro %}"
        let ways = [load(files), load(files.merging(["macros/slow.sql": slow]) { $1 })]
        let seen = ways.map { project in
            project.nodes.filter { $0.kind == .test }.map {
                "\($0.uniqueID) \($0.references) \($0.sources) \($0.dependencies)"
            }
        }
        #expect(seen[0] == seen[1])
        #expect(seen[0].count == 10)
    }

    @Test("trees, properties and the file's own config are laid over each other")
    func precedence() throws {
        let project = load()
        #expect(project.problems == [])
        let node = try #require(project.node("model.shop.a"))
        #expect(node.tags == ["root", "own"])
        #expect(node.config["meta"] == .map(ConfigMap([("a", .int(0)), ("b", .int(2))])))
        #expect(node.materialized == "table")
        #expect(node.relation?.sql == "main.\"main_core.a\"")
        #expect(node.dependencies == ["model.shop.stg_a"])
        #expect(try #require(project.node("model.shop.stg_a")).tags == ["root", "stage"])
    }

    @Test("a macro of the project names the schema")
    func schemaMacro() throws {
        let macro =
            "{% macro generate_schema_name(custom, node) %}{{ custom or 'x' }}{% endmacro %}"
        let project = load(["macros/names.sql": macro])
        #expect(project.node("model.shop.a")?.relation?.tableName == "core.a")
        #expect(project.node("model.shop.stg_a")?.relation?.tableName == "x.stg_a")
    }

    @Test("a long test name is cut for the alias and whole in the id")
    func testNames() throws {
        let tests = load().nodes.filter { $0.kind == .test }
        #expect(tests.map(\.name) == ["unique_a_id", "accepted_values_a_id__1__2__3__4__5"])
        #expect(tests.allSatisfy { $0.dependencies == ["model.shop.a"] })
        #expect(tests[1].config["severity"] == .string("warn"))
    }

    @Test(
        "every mistake is named with its file, line and what to write instead",
        arguments: [
            (
                "models/b.sql", "select 1\nfrom {{ ref('stg_b') }}", 2,
                "'b' depends on a node named 'stg_b', which does not exist",
                "Write 'stg_a' instead."
            ),
            (
                "models/b.sql", "select {{ var('limitt') }}", 1,
                "Required var 'limitt' not found in config",
                "Write 'limit' instead, or give var a default."
            ),
            ("models/b.sql", "select * from {{ ref('b') }}", 1, "'b' selects from itself", ""),
            (
                "models/x.yml", "models:\n  - name: a\n    columns: []\n", 2,
                "'a' is described twice: here and in models/schema.yml", ""
            ),
            (
                "models/x.yml",
                "models:\n  - name: stg_a\n    columns:\n      - name: id\n"
                    + "        data_tests: [uniqe]\n",
                5, "there is no test named 'uniqe'", "Write 'unique' instead."
            ),
            (
                "models/x.yml", "models:\n  - name: stg\n", 2,
                "there is no model named 'stg' for this description", "Remove it, or add the file."
            ),
            ("models/x.yml", "models: [\n", 2, "did not find expected node content", ""),
            (
                "models/sub/a.sql", "select 1", 1,
                "two models are named 'a': models/marts/a.sql and models/sub/a.sql", ""
            ),
            (
                "models/b.sql", "select 1 {% if x %}", 1, "the block 'if' is not closed",
                "Close it with '{% endif %}'."
            ),
        ])
    func mistakes(
        file: String, text: String, line: Int, message: String, remedy: String
    ) throws {
        let found = load([file: text]).problems
        let problem = try #require(
            found.first { $0.file == file && $0.problem.contains(message) },
            "\(found.map(\.problem))")
        #expect(problem.place.line == line)
        if !remedy.isEmpty { #expect(problem.remedy == remedy) }
    }

    @Test("several mistakes are reported in one pass")
    func several() {
        let project = load([
            "models/b.sql": "select * from {{ ref('one') }}",
            "models/c.sql": "select * from {{ ref('two') }}", "models/d.sql": "{{ nope() }}",
        ])
        // As in dbt an unknown macro fails its node when that runs; until then it is a warning.
        #expect(
            project.problems.map(\.severity).sorted { "\($0)" < "\($1)" } == [
                .error, .error, .warning,
            ])
        #expect(!project.isSound)
    }

    @Test("a circle of models is named from end to end")
    func cycle() throws {
        let project = load([
            "models/b.sql": "select * from {{ ref('c') }}",
            "models/c.sql": "select * from {{ ref('b') }}",
        ])
        let problem = try #require(project.problems.first)
        #expect(problem.problem == "these nodes wait for each other: b → c → b")
    }
}

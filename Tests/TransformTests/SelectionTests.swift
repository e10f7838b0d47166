import Domain
import Testing
import Transform

@Suite("Nodes are selected as dbt selects them")
struct SelectionTests {
    static let files = [
        "dbt_project.yml": "name: p\nversion: '1'\nmodels: {p: {m: {+tags: [nightly]}}}\n",
        "seeds/s.csv": "id\n1\n", "models/a.sql": "select * from {{ ref('s') }}",
        "models/m/b.sql": "select * from {{ ref('a') }}",
        "models/m/c.sql": "{{ config(materialized='table') }}select * from {{ ref('b') }}",
        "models/d.sql": "select * from {{ source('raw', 't') }} join {{ ref('c') }}",
        "models/x.yml": """
        sources: [{name: raw, tables: [{name: t}]}]
        models:
          - name: b
            columns: [{name: id, data_tests: [unique]}]
          - name: c
            columns:
              - name: id
                data_tests: [{relationships: {arguments: {to: ref('a'), field: id}}}]
        exposures: [{name: e, type: dashboard, owner: {name: o}, depends_on: [ref('c')]}]
        """,
        "selectors.yml": """
        selectors:
          - name: most
            definition:
              union:
                - {method: fqn, value: b, parents: true, parents_depth: 1}
                - {method: tag, value: nightly}
                - exclude: [{method: fqn, value: c}]
          - {name: text, definition: "a+1"}
        """,
    ]
    let project = TransformProject.load(ProjectFiles(Self.files))

    private func names(_ positions: Set<Int>) -> [String] {
        positions.sorted().map { project.nodes[$0].name }.sorted()
    }

    @Test(
        "methods, graph operators, unions and intersections",
        arguments: [
            ("a", "a relationships_c_id__id__ref_a_"),
            ("+b", "a b s unique_b_id relationships_c_id__id__ref_a_"),
            ("1+b", "a b unique_b_id relationships_c_id__id__ref_a_"),
            ("a+1", "a b unique_b_id relationships_c_id__id__ref_a_"),
            ("tag:nightly", "b c relationships_c_id__id__ref_a_ unique_b_id"),
            ("tag:nightly,config.materialized:table", "c relationships_c_id__id__ref_a_"),
            ("path:models/m", "b c relationships_c_id__id__ref_a_ unique_b_id"),
            ("p.m", "b c relationships_c_id__id__ref_a_ unique_b_id"),
            ("m.*", "b c relationships_c_id__id__ref_a_ unique_b_id"),
            ("source:raw+", "d t"),
            ("+exposure:e", "a b c e relationships_c_id__id__ref_a_ s unique_b_id"),
            ("resource_type:seed", "s"),
            ("test_type:generic", "relationships_c_id__id__ref_a_ unique_b_id"),
            ("test_name:unique", "unique_b_id"), ("s d", "d s"),
            ("@s", "a b c d e relationships_c_id__id__ref_a_ s t unique_b_id"),
            ("nothing_here", ""),
            ("config.materialized:test", "unique_b_id relationships_c_id__id__ref_a_"),
        ])
    func select(text: String, expected: String) throws {
        #expect(project.problems.map(\.problem) == [])
        let found = try NodeSelection(project).positions(select: [text])
        #expect(names(found) == expected.split(separator: " ").map(String.init).sorted())
    }

    @Test("exclude takes away, cautious tests need all their parents")
    func exclude() throws {
        let selection = NodeSelection(project)
        let most = try selection.positions(select: ["tag:nightly"], exclude: ["c"])
        #expect(names(most) == ["b", "unique_b_id"])
        let careful = try selection.positions(select: ["c"], indirect: .cautious)
        #expect(names(careful) == ["c"])
        let buildable = try selection.positions(select: ["c"], indirect: .buildable)
        #expect(names(buildable) == ["c", "relationships_c_id__id__ref_a_"])
    }

    @Test("selectors.yml in both forms")
    func selectors() throws {
        let selection = NodeSelection(project)
        #expect(names(try selection.positions(selector: "text")).prefix(2) == ["a", "b"])
        #expect(names(try selection.positions(selector: "most")) == ["a", "b", "unique_b_id"])
        #expect(throws: NodeSelection.Mistake.self) {
            try selection.positions(selector: "mots")
        }
        #expect(throws: NodeSelection.Mistake.self) { try selection.positions(select: ["tga:x"]) }
    }

    @Test("a selector that names another one is that one; a circle of selectors is refused")
    func selectorsOfSelectors() throws {
        var files = Self.files
        files["selectors.yml"] = """
            selectors:
              - {name: one, definition: {method: fqn, value: c}}
              - name: two
                definition: {method: selector, value: one, parents: true, exclude: [c]}
              - {name: own, definition: {method: selector, value: own}}
              - {name: left, definition: {union: ["selector:right", a]}}
              - {name: right, definition: {intersection: [{method: selector, value: left}]}}
            """
        let selection = NodeSelection(TransformProject.load(ProjectFiles(files)))
        // dbt takes the other selector as it is, whatever else stands beside its name.
        #expect(
            try selection.positions(selector: "two") == selection.positions(selector: "one"))
        for (name, path) in [("own", "own → own"), ("left", "left → right → left")] {
            let mistake = #expect(throws: NodeSelection.Mistake.self) {
                try selection.positions(selector: name)
            }
            #expect(mistake?.problem.contains(path) == true)
        }
    }
}
